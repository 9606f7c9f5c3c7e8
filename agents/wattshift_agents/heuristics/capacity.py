"""A policy that caps jobs by hour of the day ahead, as Google's fleet does."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.temporal import DAY_SLOTS, Signal, known_signal, slots_ahead
from wattshift_agents.policy import Action, Mask
from wattshift_agents.shifting import capacity_curve
from wattshift_agents.view import Floats, View, most_by_site

if TYPE_CHECKING:
    from wattshift.world import World

TOLERANCE_H = 1e-6
"""Steps of five minutes do not quite add up to hours."""


class VirtualCapacity(Heuristic):
    """Once a day each site caps its jobs by hour: the day's usual load, moved into the hours that cost least.

    At the start and every 24 hours after, a curve is planned for the next 24 hours on the forecast. The load of a day
    is taken to be the mean of the past day (of the first moment, at the start) times `headroom`; chips are counted in
    shares of what the autopilot offers on the fullest module. Running jobs are never stopped, and urgent ones start in
    any case, so a cap that was too low costs little. A site without jobs, or a day on which all hours cost the same,
    is not capped. Google's planning of power, uncertainty and cluster by cluster limits is left out.

    Args:
        signal: What is kept low.
        headroom: Planned load / usual load, for days with more work than usual.
        peak_cost: Cost of the day's peak relative to the spread of the hours' costs: 0 fills the cheapest hours to the
            brim, more spreads the load.
    """

    name = "virtual-capacity"
    source = "Carbon-Aware Computing for Datacenters, Radovanovic et al. (Google), 2022"
    looks_at = "energy cost forecast a day ahead; chips that jobs held over the past day, and wait for now"

    def __init__(self, signal: Signal = "energy", headroom: float = 1.3, peak_cost: float = 1.0):
        self.signal = known_signal(signal)
        if not headroom >= 1.0:
            raise ValueError(f"headroom: got {headroom}, must be at least 1")
        if not peak_cost >= 0.0:
            raise ValueError(f"peak_cost: got {peak_cost}, must be at least 0")
        self.headroom = headroom
        self.peak_cost = peak_cost

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Forget the past of the environments that begin."""
        super().reset(world, mask)
        modules = world.params.modules
        self.offered = np.floor(modules["job_share"] * modules["chips"])
        self.module_site = modules["site"].astype(np.int64)
        self.may_run = (world.params.stream_speed > 0.0) & (self.offered >= 1.0)
        self.decision_h = world.decision_h
        chosen = np.ones(world.n_envs, dtype=np.bool_) if mask is None else mask
        if mask is None:
            self.into_day_h = np.zeros(world.n_envs)
            self.held_h = np.zeros((world.n_envs, len(world.params.sites)))
            self.caps = np.ones((*self.held_h.shape, DAY_SLOTS))
        self.into_day_h[chosen] = np.inf  # a day that is over, so that the first decision plans
        self.held_h[chosen] = np.nan

    def decide(self, action: Action, view: View) -> None:
        """Plan where a day begins, keep the books, cap this hour."""
        is_over = self.into_day_h >= DAY_SLOTS - TOLERANCE_H
        if is_over.any():
            self._plan(view, is_over)
        hour = (self.into_day_h + TOLERANCE_H).astype(np.int64)
        cap = np.take_along_axis(self.caps, hour[:, None, None], axis=2)[:, :, 0]
        occupancy = np.minimum(view.job_occupancy, 1.0)
        self.held_h += occupancy * self.decision_h
        self.into_day_h += self.decision_h
        self.fill(action, "admission", np.where(cap < 1.0, np.maximum(cap, occupancy) - 1.0, 0.0))

    def _plan(self, view: View, is_over: Mask) -> None:
        """Curves of the next day where the last is over."""
        cost = slots_ahead(view, self.signal)[:, :, :DAY_SLOTS]
        load_h = np.where(np.isnan(self.held_h), DAY_SLOTS * self._wanted(view), self.held_h)
        demand_h = np.minimum(self.headroom * load_h, DAY_SLOTS)
        spread = np.ptp(cost, axis=2)
        flat = cost.reshape(-1, DAY_SLOTS)
        curve = capacity_curve(flat, demand_h.ravel(), 1.0, self.peak_cost * spread.ravel()).reshape(cost.shape)
        is_worth_it = (spread > 0.0) & (demand_h > 0.0)
        self.caps[is_over] = np.where(is_worth_it[:, :, None], curve, 1.0)[is_over]
        self.held_h[is_over] = 0.0
        self.into_day_h[is_over] = 0.0

    def _wanted(self, view: View) -> Floats:
        """`[n, S]` share of the offer that jobs hold, or wait for where their data are."""
        wanted = np.zeros((len(view.jobs), len(self.offered)))
        env, row = np.nonzero(view.jobs["chips"] > 0.0)
        jobs = view.jobs[env, row]
        which, module = np.nonzero(self.may_run[jobs["stream"]])
        job = jobs[which]
        counts = np.where(job["module"] >= 0, job["module"] == module, True)
        np.add.at(wanted, (env[which], module), np.where(counts, job["chips"], 0.0))
        share = np.divide(wanted, self.offered, out=np.zeros_like(wanted), where=self.offered >= 1.0)
        return most_by_site(np.minimum(share, 1.0), self.module_site, view.job_occupancy.shape[1], 0.0)
