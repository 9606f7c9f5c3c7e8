"""Policies that put chips to sleep."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.demand import Growth
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class ConsolidateAndSleep(Heuristic):
    """Each module keeps awake what requests and jobs need in the coming hours, with head room; the rest sleeps.

    Needed are the chips that requests asked for in the last step, grown as the demand of the flows that the module may
    serve is forecast to grow, filled as the router fills them; the chips that jobs hold; and those of jobs that wait
    for a module of this kind, up to what the autopilot offers. Before the first step nothing is known, all stay awake.
    What work is left runs on fewer chips: the router and the scheduler fill a module before they look for the next.

    Args:
        headroom: Chips for requests beyond those needed, relative.
        spare: Share of the chips on top of that, for requests that no neighbour takes any more and jobs that arrive.
    """

    name = "consolidate-and-sleep"
    source = "after dynamic right-sizing, Lin et al., INFOCOM 2011"
    looks_at = "chips that requests asked for and jobs hold, waiting jobs, demand forecast"

    def __init__(self, headroom: float = 0.3, spare: float = 0.1):
        for name, value in (("headroom", headroom), ("spare", spare)):
            if not value >= 0.0:
                raise ValueError(f"{name}: got {value}, must be at least 0")
        self.headroom = headroom
        self.spare = spare

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn which jobs a module may take."""
        super().reset(world, mask)
        params = world.params
        self.growth = Growth(world)
        self.chips = params.modules["chips"].astype(np.float64)
        self.offered = np.floor(params.modules["job_share"] * self.chips)
        self.may_run = (params.stream_speed > 0.0) & (self.offered >= 1.0)  # [G, M]
        self.serve_utilisation = params.rules["serve_utilisation"][0]

    def decide(self, action: Action, view: View) -> None:
        """Let sleep what is not needed."""
        if "sleep" not in self.slots:
            return
        for_requests = view.asked_chips * self.growth(view) * (1.0 + self.headroom) / self.serve_utilisation
        for_jobs = view.held_chips + np.clip(self._waiting(view), 0.0, np.maximum(self.offered - view.held_chips, 0.0))
        needed = np.ceil(for_requests) + for_jobs + np.ceil(self.spare * self.chips)
        has_seen = (view.flow_per_s > 0.0).any(axis=1, keepdims=True)
        self.fill(action, "sleep", np.where(has_seen, np.clip(1.0 - needed / self.chips, 0.0, 1.0), 0.0))

    def _waiting(self, view: View) -> Floats:
        """`[n, M]` chips of waiting jobs, each counted at every module that may run it."""
        waits = (view.jobs["chips"] > 0) & (view.jobs["module"] < 0)
        chips = np.where(waits, view.jobs["chips"], 0.0)
        return np.einsum("nj,njm->nm", chips, self.may_run[view.jobs["stream"]])
