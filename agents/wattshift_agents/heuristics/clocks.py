"""Policies for the clocks of chips."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.demand import Growth
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View, most_by_site

if TYPE_CHECKING:
    from wattshift.world import World


class LoadFollowingClocks(Heuristic):
    """Clocks fall where requests leave room on the chips, so far as the coming hours need no more speed.

    A site slows by `depth` if its busiest module still serves the demand forecast for the next two hours, and by less
    where it would not. Jobs run slower too, dynamic power falls faster than speed.

    Args:
        depth: Most of the way to the lowest clock, 0..1.
        headroom: Chips for requests beyond those needed, relative.
    """

    name = "load-following-clocks"
    source = (
        "after Pegasus, Lo et al., Towards energy proportionality for large-scale latency-critical workloads, ISCA 2014"
    )
    looks_at = "chips that requests asked for, chips that jobs leave, demand forecast"

    def __init__(self, depth: float = 0.3, headroom: float = 0.3):
        if not 0.0 <= depth <= 1.0:
            raise ValueError(f"depth: got {depth}, must be between 0 and 1")
        if not headroom >= 0.0:
            raise ValueError(f"headroom: got {headroom}, must be at least 0")
        self.depth = depth
        self.headroom = headroom

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the modules."""
        super().reset(world, mask)
        params = world.params
        self.growth = Growth(world)
        self.site, self.n_sites = params.modules["site"].astype(np.int64), len(params.sites)
        self.most_slowing = 1.0 - params.modules["min_speed"]
        self.serve_utilisation = params.rules["serve_utilisation"][0]

    def decide(self, action: Action, view: View) -> None:
        """Slow the sites with room."""
        room = np.maximum(view.awake_chips - view.held_chips, 0.0) * self.serve_utilisation
        wanted = view.asked_chips * self.growth(view) * (1.0 + self.headroom)
        speed = np.divide(wanted, room, out=np.where(wanted > 0.0, 1.0, 0.0), where=room > 0.0)
        entry = np.clip((np.minimum(speed, 1.0) - 1.0) / self.most_slowing, -self.depth, 0.0)
        has_seen = (view.flow_per_s > 0.0).any(axis=1, keepdims=True)
        self.fill(action, "caps", np.where(has_seen, most_by_site(entry, self.site, self.n_sites, -1.0), 0.0))
