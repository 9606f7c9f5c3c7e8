"""Model-predictive control: a plan for the day ahead, of which the first period is done, then a new plan."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wattshift.traces.series import LEADS
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.optimum.mpc_actions import admission, sleep
from wattshift_agents.optimum.mpc_jobs import JobModel
from wattshift_agents.optimum.mpc_program import no_starts, solve
from wattshift_agents.optimum.mpc_sites import SiteModel, by_period
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

PRICED_H = 6
"""Hours over which sites are compared for jobs, about a job's length."""

TOLERANCE_H = 1e-6
"""Steps of five minutes do not quite add up to hours."""


class Orders(NamedTuple):
    """The first period of the plans of a batch."""

    battery_kw: Floats  # [n, S] + charge
    job_chips: Floats  # [n, M] held by jobs, those that start included


class ModelPredictive(Heuristic):
    """A linear program on all forecasts plans batteries and starts of jobs for a day; its first hour is done.

    The plan is that of `wattshift_agents.optimum.mpc_program`, a new one in every period. Chips that it leaves to
    neither jobs nor requests sleep, which keeps jobs from starting much earlier than planned. Offers are raised where
    the plan wants more than the autopilot offers, and never lowered: an offer names no job, so those that should wait
    take what is meant for others, or move to a dearer site that is open, and whoever is urgent starts beyond the offer
    and has others put back to their checkpoints. Jobs prefer the sites where the energy of their work costs least.
    Cooling, flow and clocks stay where they were best on windows of the validation year.

    Args:
        horizon_h: Hours planned, 1 to 24, the reach of forecasts.
        period_h: Hours of a period of the plan, a divisor of the horizon; a new plan is made once in a period.
        caps: Value of the caps slot.
        cooling: Value of the cooling slot.
        flow: Value of the flow slot.
        margin_h: Slack of jobs that is kept for queues and restarts.
        serving_margin: Chips kept awake for requests over those that hold a model, at least 1.
        spare_share: Share of a module's chips kept awake on top.
        power_share: Share of a battery's power that the plan uses; more trusts the load forecast more.
        peak_margin: Share of a peak already paid for that the plan leaves to the unforeseen.
        most_jobs: Of those that wait, so many with the least slack are planned.
    """

    name = "mpc"
    source = "receding horizon; HiGHS, Huangfu and Hall, 2018"
    looks_at = "all forecasts but temperature's, meters, batteries, requests of grid operators, jobs"

    def __init__(
        self,
        horizon_h: int = 24,
        period_h: int = 1,
        caps: float = -0.2,
        cooling: float = -0.3,
        flow: float = -0.5,
        margin_h: float = 1.0,
        serving_margin: float = 1.1,
        spare_share: float = 0.02,
        power_share: float = 0.3,
        peak_margin: float = 0.1,
        most_jobs: int = 64,
    ):
        if not 1 <= horizon_h <= LEADS:
            raise ValueError(f"horizon_h: got {horizon_h}, must be 1 to {LEADS}, the reach of forecasts")
        if not (period_h >= 1 and horizon_h % period_h == 0):
            raise ValueError(f"period_h: got {period_h}, must be a divisor of horizon_h, {horizon_h}")
        if not serving_margin >= 1.0:
            raise ValueError(f"serving_margin: got {serving_margin}, must be at least 1")
        for setting, share in (
            ("spare_share", spare_share),
            ("power_share", power_share),
            ("peak_margin", peak_margin),
        ):
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"{setting}: got {share}, must be between 0 and 1")
        if most_jobs < 0:
            raise ValueError(f"most_jobs: got {most_jobs}, must not be negative")
        self.horizon_h, self.period_h = horizon_h, period_h
        self.constants = {"caps": caps, "cooling": cooling, "flow": flow}
        self.margin_h, self.most_jobs = margin_h, most_jobs
        self.serving_margin, self.spare_share = serving_margin, spare_share
        self.power_share, self.peak_margin = power_share, peak_margin

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the fleet, and forget the plans of the environments that begin."""
        super().reset(world, mask)
        params = world.params
        self.modules, self.n_sites = params.modules, len(params.sites)
        cap = self.constants["caps"] if "caps" in self.slots else 0.0
        clock = 1.0 + min(cap, 0.0) * (1.0 - params.modules["min_speed"])
        self.sites = SiteModel(params, self.power_share, self.peak_margin)
        self.jobs = JobModel(params, clock, self.margin_h, self.most_jobs)
        self.has_battery = params.sites["battery_kwh"] > 0.0
        self.battery_kw = np.maximum(params.sites["battery_kw"], TOLERANCE_H)
        self.starts_jobs = "admission" in self.slots or "sleep" in self.slots
        self.decision_h = world.decision_h
        begins = np.ones(world.n_envs, dtype=np.bool_) if mask is None else mask
        if mask is None:
            self.asked_h = np.zeros((world.n_envs, self.n_sites))
            self.age_h = np.zeros(world.n_envs)
            self.planned = np.zeros((world.n_envs, self.action_size), np.float32)
        self.asked_h[begins] = 0.0
        self.age_h[begins] = np.inf  # a plan that is over, so that the first decision plans

    def decide(self, action: Action, view: View) -> None:
        """Plan where the last plan's first period is over, and do what is planned."""
        is_over = self.age_h >= self.period_h - TOLERANCE_H
        if is_over.any():
            self._plan(view, is_over)
        action[:] = self.planned
        self.age_h += self.decision_h
        self.asked_h = np.where(np.isfinite(view.allowed_kw), self.asked_h + self.decision_h, 0.0)

    def _plan(self, view: View, is_over: Mask) -> None:
        """New set-points where the last are over."""
        serving = self._serving_chips(view)
        orders = self._orders(view, is_over, serving)
        settings = np.zeros_like(self.planned)
        for slot, value in self.constants.items():
            self.fill(settings, slot, value)
        wish = orders.battery_kw / self.battery_kw
        offer = admission(orders.job_chips, self.modules, self.n_sites)
        soon = serving[:, :, : self.period_h + 1].max(axis=2)
        self.fill(settings, "storage", wish[:, self.has_battery])
        self.fill(settings, "admission", np.maximum(offer, 0.0))
        self.fill(settings, "placement", preference_by_rank(self._work_usd(view)))
        self.fill(settings, "sleep", sleep(orders.job_chips + soon, self.modules))
        self.planned[is_over] = settings[is_over]
        self.age_h[is_over] = 0.0

    def _orders(self, view: View, is_over: Mask, serving: Floats) -> Orders:
        """Solve environment by environment; none is solved if the task drives nothing that is planned."""
        orders = Orders(np.zeros((len(is_over), self.n_sites)), view.outlook.held_chips.copy())
        if self.starts_jobs or "storage" in self.slots:
            for env in np.flatnonzero(is_over):
                self._solve(view, int(env), serving[env], orders)
        return orders

    def _solve(self, view: View, env: int, serving: Floats, orders: Orders) -> None:
        """Plan one environment and add its first period to the orders."""
        left_h = view.outlook.left_h[env]
        n_periods = int(np.clip(np.ceil(left_h / self.period_h), 1, self.horizon_h // self.period_h))
        is_last = bool(left_h <= n_periods * self.period_h)
        outside = self.sites.outside(view, env, n_periods, self.period_h, is_last, self.asked_h[env])
        starts = no_starts(len(self.modules), n_periods)
        if self.starts_jobs:
            running = self.jobs.running(view.jobs[env], n_periods, self.period_h)
            free = self.modules["chips"][:, None] - by_period(serving, n_periods, self.period_h) - running
            energy = view.energy_forecast_usd_per_kwh[env].mean(axis=1)
            settled = view.outlook.mean_energy_usd_per_kwh if is_last else None
            overhead = self.sites.overhead(view)[env]
            starts = self.jobs.starts(view.jobs[env], overhead, energy, settled, np.maximum(free, 0.0), self.period_h)
        plan = solve(float(self.period_h), self.sites.battery, outside, starts)
        orders.battery_kw[env] = plan.battery_kw[:, 0]
        now = starts.share[:, 0] > 0.0
        np.add.at(orders.job_chips[env], starts.module[now], (starts.chips * plan.started)[now])

    def _serving_chips(self, view: View) -> Floats:
        """`[n, M, AHEAD]` chips to keep for requests: those that hold a model now, as requests are forecast to grow."""
        chips = np.einsum("nfa,fm->nma", view.outlook.requests_per_s, self.sites.chips_per_rate)
        now = chips[:, :, :1]
        growth = np.divide(chips, now, out=np.ones_like(chips), where=now > 0.0)
        replicas = np.maximum(view.outlook.replicas[:, :, None], now)
        installed = self.modules["chips"][:, None]
        kept = self.serving_margin * replicas * np.clip(growth, 0.3, 3.0) + self.spare_share * installed
        return np.minimum(kept, installed)

    def _work_usd(self, view: View) -> Floats:
        """`[n, S]` energy cost of an hour of reference work on a site's best module; inf where none runs jobs."""
        ahead = self.sites.energy_ahead(view)[:, :, :PRICED_H].mean(axis=2)
        return ahead * self.sites.overhead(view) * self.jobs.best_kw(self.n_sites)
