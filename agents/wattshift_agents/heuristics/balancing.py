"""Policies that spread work over the sites by turns, by load or by the delay it meets."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

FULLEST = 0.98
"""Utilisation that counts as full: beyond it the delay of a queue says nothing more."""


class RoundRobin(Heuristic):
    """Requests and jobs prefer one site after the other, each for one decision."""

    name = "round-robin"
    looks_at = "nothing but whose turn it is"

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """The first site begins."""
        super().reset(world, mask)
        self.n_sites = len(world.params.sites)
        if mask is None:
            self.turn = np.zeros(world.n_envs, dtype=np.int64)
        else:
            self.turn[mask] = 0

    def decide(self, action: Action, view: View) -> None:
        """Prefer the site whose turn it is, and pass the turn on."""
        preference = (self.turn[:, None] == np.arange(self.n_sites)).astype(np.float64)
        self.fill(action, "routing", preference)
        self.fill(action, "placement", preference)
        self.turn = (self.turn + 1) % self.n_sites


class ByLoad(Heuristic):
    """What rules that look at the load of sites share."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn which module stands where."""
        super().reset(world, mask)
        site = world.params.modules["site"]
        self.at_site = (site[:, None] == np.arange(len(world.params.sites))).astype(np.float64)  # [M, S]

    def share_at_sites(self, part: Floats, whole: Floats) -> Floats:
        """`[n, S]` quotient of two columns `[n, M]` summed by site; 1 where the second is zero."""
        total = whole @ self.at_site
        return np.divide(part @ self.at_site, total, out=np.ones_like(total), where=total > 0.0)


class LeastLoaded(ByLoad):
    """Requests and jobs go where the smallest share of the chips is busy."""

    name = "least-loaded"
    source = "after join the shortest queue, Winston, Journal of Applied Probability 1977"
    looks_at = "chips that requests and jobs held in the last step, chips awake"

    def decide(self, action: Action, view: View) -> None:
        """Prefer sites by the rank of their load."""
        preference = preference_by_rank(self.share_at_sites(view.asked_chips + view.held_chips, view.awake_chips))
        self.fill(action, "routing", preference)
        self.fill(action, "placement", preference)


class LatencyWeighted(ByLoad):
    """Requests see each site farther away by the wait that its load causes, so that full sites shed load first.

    At utilisation u of the c chips that jobs leave, a request waits on average for u ** (sqrt(2 (c + 1)) - 1) /
    (c (1 - u)) service times: Sakasegawa, Annals of the Institute of Statistical Mathematics 29, 1977.

    Args:
        weight: Of the wait; above 1 a site sheds load sooner.
    """

    name = "latency-weighted"
    source = "after minimum delay routing, Gallager, IEEE Transactions on Communications 1977"
    looks_at = "chips that requests and jobs held in the last step, chips awake"

    def __init__(self, weight: float = 1.0):
        if not weight > 0.0:
            raise ValueError(f"weight: got {weight}, must be above 0")
        self.weight = weight

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn how long requests take at each site."""
        super().reset(world, mask)
        params = world.params
        serves = params.services["rate_per_s"] > 0.0
        n_classes = np.maximum(self.at_site.T @ serves.sum(axis=1), 1.0)
        self.service_ms = self.at_site.T @ (params.services["service_ms"] * serves).sum(axis=1) / n_classes  # [S]
        self.range_ms = params.rules["routing_range_ms"][0]

    def decide(self, action: Action, view: View) -> None:
        """Make each site look farther by its wait."""
        free = np.maximum(view.awake_chips - view.held_chips, 0.0)
        load = np.minimum(self.share_at_sites(view.asked_chips, free), FULLEST)
        chips = np.maximum(free @ self.at_site, 1.0)
        wait_ms = self.weight * self.service_ms * load ** (np.sqrt(2.0 * (chips + 1.0)) - 1.0) / (chips * (1.0 - load))
        self.fill(action, "routing", -np.sqrt(np.minimum(wait_ms / self.range_ms, 1.0)))
