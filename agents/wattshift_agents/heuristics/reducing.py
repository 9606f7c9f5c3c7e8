"""A policy for edge preprocessing: where users' data are reduced before they travel."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.fluid import RequestCosts
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class ReduceAtEdge(Heuristic):
    """Data are reduced at the edge where that saves more transit and network energy than the edge's chips then draw.

    Site by site: the requests of its users are priced as the router sends them without reduction, to the nearest
    candidate that meets the objective, and with it, to the nearest whose data are reduced; the cheaper of the two sets
    the site's entry to one or zero. The router reduces only what finds room on the edge's chips after all flows of
    higher priority, and sends the rest as it is. Sites whose users' data cannot be reduced stay at zero.
    """

    name = "reduce-at-edge"
    source = "after Wang et al., Bandwidth-efficient live video analytics for drones via edge computing, SEC 2018"
    looks_at = "energy cost, demand, overhead of sites; transit prices"

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn what reduction saves on the way."""
        super().reset(world, mask)
        params = world.params
        self.costs = RequestCosts(params)
        rows = params.candidates
        origin = params.flows["origin"][:, None]
        self.from_site = (origin == np.arange(len(params.sites))).astype(np.float64)  # [F, S]
        self.flow = np.arange(len(rows))
        is_there = rows["module"] >= 0
        is_reduced = is_there & (rows["reducer"] >= 0)
        self.plain = self.costs.nearest(is_there & ~is_reduced)
        self.reduced = self.costs.nearest(is_reduced)
        self.may_reduce = is_reduced.any(axis=1)

    def decide(self, action: Action, view: View) -> None:
        """One where reducing pays."""
        if "preprocess" in self.slots and self.may_reduce.any():
            self.fill(action, "preprocess", np.where(self._saved_usd_per_s(view) > 0.0, 1.0, 0.0))

    def _saved_usd_per_s(self, view: View) -> Floats:
        """`[n, S]` what reduction saves on all requests of a site's users."""
        usd = self.costs.request_usd(view)
        saved_usd = (usd[:, self.flow, self.plain] - usd[:, self.flow, self.reduced]) * self.may_reduce
        return (saved_usd * view.flow_per_s) @ self.from_site
