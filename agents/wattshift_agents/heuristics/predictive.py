"""Model-predictive control: a plan for the day ahead, of which the first hour is done, then a new plan."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift.traces.series import LEADS
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.optimum.mpc_jobs import JobModel
from wattshift_agents.optimum.mpc_program import Plan, Starts, no_starts, solve
from wattshift_agents.optimum.mpc_sites import SiteModel, by_period
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class ModelPredictive(Heuristic):
    """A linear program plans batteries, imports and starts of jobs a day ahead on the forecasts; its first hour is done.

    Args:
        horizon_h: Hours planned, 1 to 24, the reach of forecasts.
        period_h: Hours of a period of the plan, a divisor of the horizon; a new plan is made once in a period.
        caps: Value of the caps slot.
        cooling: Value of the cooling slot.
        flow: Value of the flow slot.
        margin_h: Slack of jobs that is kept for queues and restarts.
        serving_margin: Chips kept awake for requests, over those that hold a model.
        spare_share: Share of a module's chips kept awake on top.
        most_jobs: Of those that wait, so many with the least slack are planned.
    """

    name = "mpc"
    source = "rolling-horizon linear program; HiGHS, Huangfu and Hall, 2018"
    looks_at = "all forecasts, meters, batteries and jobs of the view"

    def __init__(
        self,
        horizon_h: int = 24,
        period_h: int = 1,
        caps: float = -0.2,
        cooling: float = -0.3,
        flow: float = -0.5,
        margin_h: float = 1.0,
        serving_margin: float = 1.4,
        spare_share: float = 0.03,
        most_jobs: int = 64,
    ):
        if not 1 <= horizon_h <= LEADS:
            raise ValueError(f"horizon_h: got {horizon_h}, must be 1 to {LEADS}, the reach of forecasts")
        if not (1 <= period_h and horizon_h % period_h == 0):
            raise ValueError(f"period_h: got {period_h}, must be a divisor of horizon_h, {horizon_h}")
        self.horizon_h, self.period_h = horizon_h, period_h
        self.caps, self.cooling, self.flow = caps, cooling, flow
        self.margin_h, self.most_jobs = margin_h, most_jobs
        self.serving_margin, self.spare_share = serving_margin, spare_share

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the fleet, and forget the plans of the environments that begin."""
        super().reset(world, mask)
        params = world.params
        self.sites = SiteModel(params)
        self.modules = params.modules
        self.module_site = params.modules["site"].astype(np.int64)
        slowed = self.caps if "caps" in self.slots else 0.0
        clock = 1.0 + min(slowed, 0.0) * (1.0 - params.modules["min_speed"])
        self.jobs = JobModel(params, clock, self.margin_h, self.most_jobs)
        self.has_battery = params.sites["battery_kwh"] > 0.0
        self.decision_h = world.decision_h
        begins = np.ones(world.n_envs, dtype=np.bool_) if mask is None else mask
        if mask is None:
            self.asked_h = np.zeros((world.n_envs, len(params.sites)))
            self.age_h = np.zeros(world.n_envs)
            self.planned = np.zeros((world.n_envs, self.action_size), np.float32)
        self.asked_h[begins] = 0.0
        self.age_h[begins] = np.inf

    def decide(self, action: Action, view: View) -> None:
        """Plan where the last plan's first period is over, and do what is planned."""
        is_due = self.age_h >= self.period_h - 1e-6
        if is_due.any():
            self._plan(view, is_due)
        action[:] = self.planned
        self.age_h += self.decision_h
        self.asked_h = np.where(np.isfinite(view.allowed_kw), self.asked_h + self.decision_h, 0.0)

    def _plan(self, view: View, is_due: Mask) -> None:
        settings = np.zeros_like(self.planned)
        n = len(settings)
        self.fill(settings, "caps", self.caps)
        self.fill(settings, "cooling", self.cooling)
        self.fill(settings, "flow", self.flow)
        needed = self._serving_chips(view)  # [n, M, AHEAD]
        battery_kw = np.zeros((n, len(self.has_battery)))
        held = view.outlook.held_chips.copy()
        for env in np.flatnonzero(is_due):
            plan, starts = self._solve(view, int(env), needed[env])
            battery_kw[env] = plan.battery_kw[:, 0]
            now = starts.share[:, 0] > 0.0
            np.add.at(held[env], starts.module[now], (starts.chips * plan.started)[now])
        power = np.maximum(self.sites.battery.power_kw, 1e-9)
        self.fill(settings, "storage", (battery_kw / power)[:, self.has_battery])
        self.fill(settings, "admission", self._admission(held))
        self.fill(settings, "placement", preference_by_rank(self._work_usd(view)))
        self.fill(settings, "sleep", self._sleep(view, held, needed))
        self.planned[is_due] = settings[is_due]

    def _solve(self, view: View, env: int, needed: Floats) -> tuple[Plan, Starts]:
        period_h = self.period_h
        left_h = view.outlook.left_h[env]
        n_periods = int(np.clip(np.ceil(left_h / period_h), 1, self.horizon_h // period_h))
        ends_now = left_h <= n_periods * period_h
        overhead = self.sites.overhead(view)[env]
        jobs = view.jobs[env]
        running = self.jobs.running(jobs, n_periods, period_h)
        starts = no_starts(len(self.modules), n_periods)
        if "admission" in self.slots:
            energy = self.sites.energy_ahead(view)[env].mean(axis=1)
            settled = view.outlook.mean_energy_usd_per_kwh if ends_now else None
            free = self.modules["chips"][:, None] - by_period(needed, n_periods, period_h) - running
            starts = self.jobs.starts(jobs, overhead, energy, settled, np.maximum(free, 0.0), period_h)
        ended = (running[:, :1] - running) * self.jobs.chip_kw[:, None] * overhead[self.module_site, None]
        less_kw = np.zeros((len(self.has_battery), n_periods))
        np.add.at(less_kw, self.module_site, ended)
        outside = self.sites.outside(view, env, n_periods, period_h, less_kw, self.asked_h[env])
        return solve(float(period_h), self.sites.battery, outside, starts), starts

    def _serving_chips(self, view: View) -> Floats:
        """`[n, M, AHEAD]` chips to keep for requests: those that hold a model now, as requests are forecast to grow."""
        chips = np.einsum("nfa,fm->nma", view.outlook.requests_per_s, self.sites.chips_per_rate)
        now = chips[:, :, :1]
        growth = np.divide(chips, now, out=np.ones_like(chips), where=now > 0.0)
        replicas = np.maximum(view.outlook.replicas[:, :, None], now)
        needed = self.serving_margin * replicas * np.clip(growth, 0.3, 3.0)
        return np.minimum(needed + self.spare_share * self.modules["chips"][:, None], self.modules["chips"][:, None])

    def _sleep(self, view: View, held: Floats, needed: Floats) -> Floats:
        """`[n, M]` share of chips asleep: all that neither jobs nor requests of this period and the next need."""
        soon = needed[:, :, : self.period_h + 1].max(axis=2)
        return np.clip(1.0 - (held + soon) / self.modules["chips"], 0.0, 1.0)

    def _admission(self, held: Floats) -> Floats:
        """`[n, S]` entries that offer `[n, M]` chips to jobs: the inverse of the slot, at the site's neediest module."""
        share = np.minimum((np.rint(held) + 0.5) / self.modules["chips"], 1.0)
        usual = self.modules["job_share"]
        with np.errstate(divide="ignore", invalid="ignore"):
            fewer, more = share / usual - 1.0, (share - usual) / (1.0 - usual)
        entry = np.where(share <= usual, fewer, more)
        entry = np.where((usual * self.modules["chips"] >= 1.0) & (np.rint(held) > 0.0), entry, -1.0)
        by_site = np.full((len(held), len(self.has_battery)), -1.0)
        for module, site in enumerate(self.module_site):
            by_site[:, site] = np.maximum(by_site[:, site], entry[:, module])
        return np.clip(by_site, -1.0, 1.0)

    def _work_usd(self, view: View) -> Floats:
        """`[n, S]` energy cost of an hour of reference work on a site's best module; inf where none takes jobs."""
        energy = self.sites.energy_ahead(view)[:, :, :6].mean(axis=2) * self.sites.overhead(view)
        speed = np.where(self.jobs.may_run, self.jobs.speed, 0.0).max(axis=0)
        kwh = np.divide(self.jobs.chip_kw, speed, out=np.full(len(speed), np.inf), where=speed > 0.0)
        best = np.full(energy.shape[1], np.inf)
        np.minimum.at(best, self.module_site, kwh)
        return energy * best
