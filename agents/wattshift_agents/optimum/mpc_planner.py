"""Plans one environment after the other, each from where its last plan ended."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .mpc_jobs import JobModel, Prices, Waiting
from .mpc_program import Plan, Starts, no_starts, solve
from .mpc_sites import SiteModel, by_period
from .mpc_warm import moved_on

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params
    from wattshift_agents.view import View

Floats = NDArray[np.float64]

TOLERANCE_H = 1e-6
"""Steps of five minutes do not quite add up to hours."""


class Settings(NamedTuple):
    """How plans are made."""

    horizon_h: int  # planned
    period_h: int  # length of a period, a divisor of the horizon
    serving_margin: float  # chips kept for requests over those that hold a model
    spare_share: float  # share of a module's chips kept on top
    peak_weight: float  # of what a higher peak costs
    warm: bool  # a plan begins where the last one ended


class Planned(NamedTuple):
    """A plan, and the starts that it is about."""

    plan: Plan
    starts: Starts


class Planner:
    """Makes plans, and keeps of the last plan of each environment what the next one begins from.

    Args:
        params: Of the world.
        sites: Turns views into the sites' part.
        jobs: Turns job tables into the jobs' part.
        settings: How plans are made.
        n_envs: Environments in the batch.
    """

    def __init__(self, params: "Params", sites: SiteModel, jobs: JobModel, settings: Settings, n_envs: int):
        self.chips = params.modules["chips"][:, None]
        self.sites = sites
        self.jobs = jobs
        self.settings = settings
        self.n_sites = len(params.sites)
        self.before: list[tuple[Planned, int] | None] = [None] * n_envs

    def forget(self, env: int) -> None:
        """Begin an episode."""
        self.before[env] = None

    def plan(
        self, view: "View", env: int, hours: float, asked_h: Floats, serving: Floats, waiting: Waiting | None
    ) -> Planned:
        """Plan one environment.

        Args:
            view: Of the batch.
            env: Row of the batch.
            hours: Since the episode began.
            asked_h: [S] hours for which a request of the grid operator has held.
            serving: [M, AHEAD] chips kept for requests.
            waiting: Jobs to be started; None if the plan has no say in that.

        Raises:
            RuntimeError: HiGHS found no optimum, which is a defect.
        """
        period_h = self.settings.period_h
        left_h = view.outlook.left_h[env]
        n_periods = int(np.clip(np.ceil(left_h / period_h), 1, self.settings.horizon_h // period_h))
        is_last = bool(left_h <= n_periods * period_h)
        outside = self.sites.outside(view, env, n_periods, period_h, is_last, asked_h)
        outside = outside._replace(growth_usd_per_kw=self.settings.peak_weight * outside.growth_usd_per_kw)
        starts = no_starts(len(self.chips), n_periods)
        if waiting is not None:
            prices = Prices(
                ahead=outside.import_usd_per_kwh,
                after=view.energy_forecast_usd_per_kwh[env].mean(axis=1),
                settled=view.outlook.mean_energy_usd_per_kwh if is_last else None,
            )
            overhead = self.sites.overhead(view)[env]
            starts = self.jobs.starts(
                waiting, prices, overhead, self._free_chips(view.jobs[env], serving, n_periods), period_h
            )
        period = int((hours + TOLERANCE_H) // period_h)
        guess = None
        if self.settings.warm and (before := self.before[env]) is not None:
            last, then = before
            guess = moved_on(last.plan.basis, last.starts, starts, self.n_sites, period - then)
        planned = Planned(solve(float(period_h), self.sites.battery, outside, starts, guess), starts)
        self.before[env] = planned, period
        return planned

    def serving_chips(self, view: "View") -> Floats:
        """`[n, M, AHEAD]` chips to keep for requests: those that hold a model now, as requests are forecast to grow."""
        chips = np.einsum("nfa,fm->nma", view.outlook.requests_per_s, self.sites.chips_per_rate)
        now = chips[:, :, :1]
        growth = np.divide(chips, now, out=np.ones_like(chips), where=now > 0.0)
        replicas = np.maximum(view.outlook.replicas[:, :, None], now)
        kept = self.settings.serving_margin * replicas * np.clip(growth, 0.3, 3.0)
        return np.minimum(kept + self.settings.spare_share * self.chips, self.chips)

    def _free_chips(self, jobs: NDArray[np.void], serving: Floats, n_periods: int) -> Floats:
        """`[M, T]` chips that requests and running jobs leave."""
        period_h = self.settings.period_h
        running = self.jobs.running(jobs, n_periods, period_h)
        return np.maximum(self.chips - by_period(serving, n_periods, period_h) - running, 0.0)
