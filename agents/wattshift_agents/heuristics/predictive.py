"""Model-predictive control: a plan for the day ahead, of which the first period is done, then a new plan."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wattshift.traces.series import LEADS
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.pending import Ints, Pending, PendingJobs
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.heuristics.reducing import ReduceAtEdge
from wattshift_agents.heuristics.supervisory import OptimalSetPoint
from wattshift_agents.optimum.mpc_actions import admission, sleep
from wattshift_agents.optimum.mpc_dispatch import choices, shown
from wattshift_agents.optimum.mpc_jobs import JobModel, Waiting
from wattshift_agents.optimum.mpc_planner import TOLERANCE_H, Planner, Settings
from wattshift_agents.optimum.mpc_sites import SiteModel
from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

PRICED_H = 6
"""Hours over which sites are compared for jobs, about a job's length."""

BEGINS_FROM = 0.1
"""Share of a gang that the plan starts in the first period, from which on chips for all of it are kept awake: part of a
gang runs nothing, and one that waits for the rest becomes late."""


class Orders(NamedTuple):
    """The first period of the plans of a batch."""

    battery_kw: Floats  # [n, S] + charge
    job_chips: Floats  # [n, M] held by jobs, those that start included
    choices: Ints  # [n, N] for the jobs shown


class ModelPredictive(Heuristic):
    """A linear program on all forecasts plans batteries and starts of jobs for a day; its first hour is done.

    The plan is that of `wattshift_agents.optimum.mpc_program`, a new one in every period, begun from the optimum of the
    last. Chips that it leaves to neither jobs nor requests sleep, which keeps jobs from starting much earlier than
    planned. Offers are raised where the plan wants more than `least_offer`, and never lowered: an offer names no job,
    so those that should wait take what is meant for others, or move to a dearer site that is open, and whoever is
    urgent starts beyond the offer and has others put back to their checkpoints. Jobs prefer the sites where the energy
    of their work costs least. Where jobs are decided one by one a plan is made for every decision, and says of each
    shown whether it starts, and where, or is put off. Set-points and flows are those of `optimal-set-point`, data are
    reduced as by `reduce-at-edge`; clocks stay where they were best on training windows.

    Args:
        horizon_h: Hours planned, 1 to 24, the reach of forecasts.
        period_h: Hours of a period of the plan, a divisor of the horizon; a new plan is made once in a period.
        caps: Value of the caps slot where chips may sleep: the sooner work is done the sooner they do.
        caps_awake: Where they may not: slower chips draw less, and idle ones draw on.
        least_offer: Value of the admission slot where the plan wants no more.
        margin_h: Slack of jobs that is kept for queues and restarts.
        least_saving: Share of a start's energy cost now that a later start must save, for what may come between.
        serving_margin: Chips kept awake for requests over those that hold a model, at least 1.
        spare_share: Share of a module's chips kept awake on top.
        power_share: Share of a battery's power that the plan uses; more trusts the load forecast more.
        peak_margin: Share of a peak already paid for that the plan leaves to the unforeseen.
        peak_weight: Share of a higher peak's cost that counts: jobs to come, which no plan knows, raise it anyway.
        most_jobs: Of those that wait, so many with the least slack are planned.
        warm: Plans begin from the last one: it takes less time, and may find another of several plans of equal cost.
    """

    name = "mpc"
    source = "receding horizon; HiGHS, Huangfu and Hall, 2018"
    looks_at = "all forecasts but temperature's, meters, batteries, requests of grid operators, jobs; nameplates"

    def __init__(
        self,
        horizon_h: int = 24,
        period_h: int = 1,
        caps: float = -0.1,
        caps_awake: float = -0.25,
        least_offer: float = 0.3,
        margin_h: float = 1.0,
        least_saving: float = 0.5,
        serving_margin: float = 1.1,
        spare_share: float = 0.02,
        power_share: float = 0.3,
        peak_margin: float = 0.1,
        peak_weight: float = 0.3,
        most_jobs: int = 64,
        warm: bool = True,
    ):
        if not 1 <= horizon_h <= LEADS:
            raise ValueError(f"horizon_h: got {horizon_h}, must be 1 to {LEADS}, the reach of forecasts")
        if not (period_h >= 1 and horizon_h % period_h == 0):
            raise ValueError(f"period_h: got {period_h}, must be a divisor of horizon_h, {horizon_h}")
        if not serving_margin >= 1.0:
            raise ValueError(f"serving_margin: got {serving_margin}, must be at least 1")
        for setting, share in (
            ("least_offer", least_offer),
            ("least_saving", least_saving),
            ("spare_share", spare_share),
            ("power_share", power_share),
            ("peak_margin", peak_margin),
            ("peak_weight", peak_weight),
        ):
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"{setting}: got {share}, must be between 0 and 1")
        for setting, entry in (("caps", caps), ("caps_awake", caps_awake)):
            if not -1.0 <= entry <= 0.0:
                raise ValueError(f"{setting}: got {entry}, must be between -1 and 0")
        if most_jobs < 0:
            raise ValueError(f"most_jobs: got {most_jobs}, must not be negative")
        self.settings = Settings(horizon_h, period_h, serving_margin, spare_share, peak_weight, warm)
        self.caps, self.caps_awake, self.least_offer = caps, caps_awake, least_offer
        self.margin_h, self.least_saving, self.most_jobs = margin_h, least_saving, most_jobs
        self.power_share, self.peak_margin = power_share, peak_margin
        self.helpers = (OptimalSetPoint(), ReduceAtEdge())

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the fleet, and forget the plans of the environments that begin."""
        super().reset(world, mask)
        for helper in self.helpers:
            helper.reset(world, mask)
        params = world.params
        self.modules, self.n_sites = params.modules, len(params.sites)
        self.has_battery = params.sites["battery_kwh"] > 0.0
        self.battery_kw = np.maximum(params.sites["battery_kw"], TOLERANCE_H)
        self.pending = PendingJobs.of(world)
        self.urgent_slack_h = params.rules["urgent_slack_h"][0]
        self.starts_jobs = "admission" in self.slots or "sleep" in self.slots
        self.decision_h = world.decision_h
        begins = np.ones(world.n_envs, dtype=np.bool_) if mask is None else mask
        if mask is None:
            self.planner = self._planner(world)
            self.asked_h = np.zeros((world.n_envs, self.n_sites))
            self.age_h = np.zeros(world.n_envs)
            self.hours = np.zeros(world.n_envs)
            self.planned = np.zeros((world.n_envs, self.action_size), np.float32)
        for env in np.flatnonzero(begins):
            self.planner.forget(int(env))
        self.asked_h[begins] = 0.0
        self.hours[begins] = 0.0
        self.age_h[begins] = np.inf  # a plan that is over, so that the first decision plans

    def act(self, observation: Observation, view: View) -> Action:
        """Plan where the last plan's first period is over, and do what is planned."""
        is_over = self.age_h >= self.settings.period_h - TOLERANCE_H
        pending = None
        if self.pending is not None:
            pending = self.pending.read(observation)
            is_over[:] = True
        if is_over.any():
            self._plan(view, is_over, pending)
        self.age_h += self.decision_h
        self.hours += self.decision_h
        self.asked_h = np.where(np.isfinite(view.allowed_kw), self.asked_h + self.decision_h, 0.0)
        action = self.planned.copy()
        for helper in self.helpers:
            helper.decide(action, view)
        return action

    def decide(self, action: Action, view: View) -> None:
        """Nothing: `act` may have to read the jobs from the observation."""

    def _planner(self, world: "World") -> Planner:
        """For the slots that the task drives: other batteries and chips do as the autopilot."""
        cap = self._cap() if "caps" in self.slots else 0.0
        clock = 1.0 + cap * (1.0 - self.modules["min_speed"])
        power_share = self.power_share if "storage" in self.slots else 0.0
        sites = SiteModel(world.params, power_share, self.peak_margin)
        jobs = JobModel(world.params, clock, "sleep" in self.slots, self.margin_h, self.least_saving)
        return Planner(world.params, sites, jobs, self.settings, world.n_envs)

    def _cap(self) -> float:
        return self.caps if "sleep" in self.slots else self.caps_awake

    def _plan(self, view: View, is_over: Mask, pending: Pending | None) -> None:
        """New set-points where the last are over."""
        serving = self.planner.serving_chips(view)
        orders = self._orders(view, is_over, serving, pending)
        entries = np.zeros_like(self.planned)
        wish = orders.battery_kw / self.battery_kw
        offer = admission(orders.job_chips, self.modules, self.n_sites)
        soon = serving[:, :, : self.settings.period_h + 1].max(axis=2)
        self.fill(entries, "caps", self._cap())
        self.fill(entries, "storage", wish[:, self.has_battery])
        self.fill(entries, "admission", np.maximum(offer, self.least_offer))
        self.fill(entries, "placement", preference_by_rank(self._work_usd(view)))
        self.fill(entries, "sleep", sleep(orders.job_chips + soon, self.modules))
        if self.pending is not None:
            self.pending.write(entries, orders.choices)
        self.planned[is_over] = entries[is_over]
        self.age_h[is_over] = 0.0

    def _orders(self, view: View, is_over: Mask, serving: Floats, pending: Pending | None) -> Orders:
        """Solve environment by environment; none is solved if the task drives nothing that is planned."""
        n_shown = 0 if pending is None else pending.is_there.shape[1]
        orders = Orders(
            battery_kw=np.zeros((len(is_over), self.n_sites)),
            job_chips=view.outlook.held_chips.copy(),
            choices=np.zeros((len(is_over), n_shown), np.int64),
        )
        if self.starts_jobs or pending is not None or "storage" in self.slots:
            for env in np.flatnonzero(is_over):
                self._solve(view, int(env), serving[env], pending, orders)
        return orders

    def _solve(self, view: View, env: int, serving: Floats, pending: Pending | None, orders: Orders) -> None:
        """Plan one environment and add its first period to the orders."""
        waiting = self._waiting(view, env, pending)
        plan, starts = self.planner.plan(view, env, self.hours[env], self.asked_h[env], serving, waiting)
        orders.battery_kw[env] = plan.battery_kw[:, 0]
        now = starts.period == 0
        share = np.zeros((len(starts.jobs), len(self.modules)))
        share[starts.job[now], starts.module[now]] = plan.started[now]
        begins = share.sum(axis=1) >= BEGINS_FROM
        np.add.at(orders.job_chips[env], share.argmax(axis=1), np.where(begins, starts.jobs["chips"], 0.0))
        if pending is not None:
            orders.choices[env] = choices(starts, plan.started, self.n_sites)

    def _waiting(self, view: View, env: int, pending: Pending | None) -> Waiting | None:
        """The jobs that the plan may start."""
        if pending is not None:
            return shown(view.jobs[env], pending.is_open[env], self.urgent_slack_h)
        return self.planner.jobs.least_slack(view.jobs[env], self.most_jobs) if self.starts_jobs else None

    def _work_usd(self, view: View) -> Floats:
        """`[n, S]` energy cost of an hour of reference work on a site's best module; inf where none runs jobs."""
        sites, jobs = self.planner.sites, self.planner.jobs
        ahead = sites.energy_ahead(view)[:, :, :PRICED_H].mean(axis=2)
        return ahead * sites.overhead(view) * jobs.best_kw()
