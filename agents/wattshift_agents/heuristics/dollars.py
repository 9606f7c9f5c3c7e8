"""A policy that weighs all terms of the bill against each other, for the present hour."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.fluid import MAX_OVERHEAD, FluidRouter
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class LowestDollar(Heuristic):
    """Requests and jobs go where serving them costs least now: energy, carbon, transit, late and dropped requests.

    Requests: site by site, the entry of the routing slot is the level at which a model of the router (`fluid.py`) costs
    least, the others as they are; a departure from zero must save at least `least_saving`. Jobs: sites by the rank of
    what an hour of work costs there, chips and overhead included, relative to the other sites that may do it. Chips do
    not wear in this world; batteries do, and are not moved here.

    Args:
        levels: Entries that are tried; zero always is.
        least_saving: Of the cost of requests, relative.
    """

    name = "lowest-dollar"
    looks_at = "energy cost, demand, room on chips, overhead of sites; transit prices and credits"

    def __init__(self, levels: tuple[float, ...] = (-1.0, -0.5, 0.5, 1.0), least_saving: float = 0.001):
        if not levels or max(map(abs, levels)) > 1.0:
            raise ValueError(f"levels: got {levels}, must be entries within [-1, 1]")
        self.levels = np.array(sorted({0.0, *levels}, key=abs))
        self.least_saving = least_saving

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn what work draws at each site."""
        super().reset(world, mask)
        params = world.params
        self.router = FluidRouter(world)
        self.n_sites = len(params.sites)
        modules = params.modules
        extra_w = modules["job_power_share"] * (modules["chip_peak_w"] - modules["chip_idle_w"])
        extra_w = extra_w + modules["node_peak_w"] - modules["node_idle_w"]
        may_run = (params.stream_speed > 0.0) & (np.floor(modules["job_share"] * modules["chips"]) >= 1.0)
        kw = np.where(may_run, extra_w / 1e3 / np.where(may_run, params.stream_speed, 1.0), np.inf)  # [G, M]
        self.work_kw = np.full(
            (len(kw), self.n_sites), np.inf
        )  # of one reference chip's work, on the site's best chips
        for module, site in enumerate(modules["site"]):
            self.work_kw[:, site] = np.minimum(self.work_kw[:, site], kw[:, module])

    def decide(self, action: Action, view: View) -> None:
        """Choose preferences for requests and for jobs."""
        if "routing" in self.slots:
            self.fill(action, "routing", self._routing(view))
        if "placement" in self.slots:
            self.fill(action, "placement", preference_by_rank(self._work_usd(view)))

    def _routing(self, view: View) -> Floats:
        """`[n, S]` entries, one site after the other."""
        request_usd = self.router.request_usd(view)
        entries = np.zeros((len(view.clock), self.n_sites))
        env = np.arange(len(entries))
        for site in range(self.n_sites):
            tried = np.repeat(entries[:, None], len(self.levels), axis=1)
            tried[:, :, site] = self.levels
            cost = self.router.cost_usd_per_s(tried, view, request_usd)
            best = cost.argmin(axis=1)
            is_worth_it = cost[env, best] < (1.0 - self.least_saving) * cost[:, 0]
            entries[:, site] = np.where(is_worth_it, self.levels[best], 0.0)
        return entries

    def _work_usd(self, view: View) -> Floats:
        """`[n, S]` what work costs at a site over the mean of the sites that may do it, averaged over kinds of work."""
        overhead = np.divide(view.load_kw, view.it_kw, out=np.ones_like(view.load_kw), where=view.it_kw > 0.0)
        usd_per_kwh = view.energy_usd_per_kwh * np.clip(overhead, 1.0, MAX_OVERHEAD)
        may = np.isfinite(self.work_kw)
        usd = np.where(may, self.work_kw, 0.0) * usd_per_kwh[:, None]  # [n, G, S]
        mean = usd.sum(axis=2, keepdims=True) / np.maximum(may.sum(axis=1), 1)[:, None]
        excess = np.where(may, usd - mean, 0.0).sum(axis=1)
        return excess / np.maximum(may.sum(axis=0), 1)
