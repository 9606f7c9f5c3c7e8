"""Jobs as the program sees them: every way to start those that wait, and what those that run still hold."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.optimum.mpc_power import job_chip_kw
from wattshift_agents.optimum.mpc_program import Starts

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MUST_USD = 1e4
"""Of not starting a job that may not be put off: more than any start costs."""

GRACE_H = 2.0
"""Hours after the last start in time of which starts are still weighed; later ones count as not planned."""


class Waiting(NamedTuple):
    """Jobs to be planned."""

    jobs: NDArray[np.void]  # [N] JOB_VIEW
    is_open: Flags  # [N, S] may start there in the first period
    must: Flags  # [N] may not be put off if some site is open


class Prices(NamedTuple):
    """USD/kWh by which starts are weighed; T periods."""

    ahead: Floats  # [S, T]
    after: Floats  # [S] after the horizon
    settled: Floats | None  # [S] of work left at the horizon, if the episode ends there


class JobModel:
    """Turns the job tables of one fleet into the program's `Starts`.

    Args:
        params: Of the world.
        clock: [M] relative speed at which jobs run.
        others_sleep: Chips without work sleep; else they idle.
        margin_h: Slack that is kept for queues and restarts.
        least_saving: Share of a start's energy cost now that a later start must save.
    """

    def __init__(self, params: "Params", clock: Floats, others_sleep: bool, margin_h: float, least_saving: float):
        self.modules = params.modules
        self.module_site = params.modules["site"].astype(np.int64)
        self.n_sites = len(params.sites)
        self.clock = clock
        self.margin_h = margin_h
        self.least_saving = least_saving
        self.chip_kw = job_chip_kw(params, clock, others_sleep)
        self.speed = params.stream_speed
        self.pace = params.streams["pace"]
        self.may_run = (params.stream_speed > 0.0) & (params.modules["job_share"] * params.modules["chips"] >= 1.0)
        self.origin = params.streams["origin"]
        self.classes = params.job_classes[params.streams["job_class"]]  # by stream
        self.usd_per_gb = path_prices(params)

    def running(self, jobs: NDArray[np.void], n_periods: int, period_h: int) -> Floats:
        """`[M, T]` chips that running jobs still hold."""
        held = jobs[jobs["module"] >= 0]
        left = held["run_h"] / self.clock[held["module"]] / period_h
        share = np.clip(left[:, None] - np.arange(n_periods), 0.0, 1.0)
        chips = np.zeros((len(self.modules), n_periods))
        np.add.at(chips, held["module"], held["held"][:, None] * share)
        return chips

    def least_slack(self, jobs: NDArray[np.void], most: int) -> Waiting:
        """Those that wait, at most so many with the least slack; nothing is known of where they may start."""
        waiting = jobs[(jobs["chips"] > 0.0) & (jobs["module"] < 0)]
        waiting = waiting[np.argsort(waiting["slack_h"], kind="stable")][:most]
        return Waiting(waiting, np.ones((len(waiting), self.n_sites), np.bool_), np.zeros(len(waiting), np.bool_))

    def starts(self, waiting: Waiting, prices: Prices, overhead: Floats, free_chips: Floats, period_h: int) -> Starts:
        """Every way to start the waiting jobs.

        Args:
            waiting: Jobs of one environment.
            prices: Of energy.
            overhead: [S] load over IT power.
            free_chips: [M, T] for all starts together.
            period_h: Length of a period.
        """
        n_periods = free_chips.shape[1]
        jobs = waiting.jobs
        stream = jobs["stream"]
        speed = np.where(self.may_run[stream], self.speed[stream], 0.0) * self.clock  # [N, M]
        work_h = jobs["run_h"] * self.pace[stream]
        length_h = np.divide(work_h[:, None], speed, out=np.full(speed.shape, np.inf), where=speed > 0.0)
        slack_h = (jobs["slack_h"] + jobs["run_h"] - self.margin_h)[:, None] - length_h
        begin_h = np.arange(n_periods) * float(period_h)
        is_way = (speed > 0.0)[:, :, None] & (begin_h <= (np.maximum(slack_h, 0.0) + GRACE_H)[:, :, None])
        is_way[:, :, 0] &= waiting.is_open[:, self.module_site]
        must_now = waiting.must & is_way[:, :, 0].any(axis=1)
        is_way[must_now, :, 1:] = False
        job, module, period = np.nonzero(is_way)
        site = self.module_site[module]
        chips = jobs["chips"][job]
        kw = chips * self.chip_kw[module] * overhead[site]
        late_usd = self.classes["late_usd_per_chip_h"][stream] * jobs["chips"]  # [N] per hour
        late_h = np.maximum(begin_h[period] - slack_h[job, module], 0.0)
        length = length_h[job, module] / period_h
        beyond_h = np.maximum(period + length - n_periods, 0.0) * period_h
        kw_h_usd = self.chip_kw * (overhead * prices.after)[self.module_site]  # [M] USD/h of a chip after the horizon
        beyond_usd_per_h = chips * kw_h_usd[module]
        if prices.settled is not None:
            beyond_usd_per_h = chips * speed[job, module] * self._dearest(stream, prices.settled)[job]
        share = np.clip((period + length)[:, None] - np.arange(n_periods), 0.0, 1.0)
        share *= np.arange(n_periods) >= period[:, None]
        energy_usd = kw * (share * prices.ahead[site]).sum(axis=1) * period_h
        waiting_usd = self.least_saving * _least(energy_usd, job, period == 0, len(jobs))
        moved_usd = self._transfer_usd(jobs)[job, site]
        later_usd = np.where(period > 0, waiting_usd[job], 0.0)
        unplanned_usd = self._unplanned_usd(jobs, length_h, slack_h, kw_h_usd, late_usd, prices, n_periods * period_h)
        return Starts(
            jobs=jobs,
            job=job,
            module=module,
            site=site,
            period=period,
            cost_usd=late_h * late_usd[job] + beyond_h * beyond_usd_per_h + moved_usd + later_usd,
            chips=chips,
            kw=kw,
            share=share,
            free_chips=free_chips,
            unplanned_usd=np.where(must_now, MUST_USD, unplanned_usd + waiting_usd),
        )

    def best_kw(self) -> Floats:
        """`[S]` power of a reference chip's work on the site's best module; inf where none runs jobs."""
        speed = np.where(self.may_run, self.speed, 0.0).max(axis=0) * self.clock
        by_module = np.divide(self.chip_kw, speed, out=np.full(len(speed), np.inf), where=speed > 0.0)
        best = np.full(self.n_sites, np.inf)
        np.minimum.at(best, self.module_site, by_module)
        return best

    def _unplanned_usd(
        self,
        waiting: NDArray[np.void],
        length_h: Floats,
        slack_h: Floats,
        chip_usd_per_h: Floats,
        late_usd: Floats,
        prices: Prices,
        horizon_h: float,
    ) -> Floats:
        """`[N]` cheapest start at the end of the horizon, late by then; or settlement, if the episode ends there."""
        if prices.settled is not None:
            work = waiting["chips"] * waiting["run_h"] * self.pace[waiting["stream"]]
            return work * self._dearest(waiting["stream"], prices.settled) + late_usd * np.maximum(
                horizon_h - slack_h.max(axis=1, initial=-np.inf), 0.0
            )
        may = np.isfinite(length_h)
        energy = waiting["chips"][:, None] * np.where(may, length_h, 0.0) * chip_usd_per_h
        late = late_usd[:, None] * np.maximum(horizon_h - np.where(may, slack_h, -np.inf), 0.0)
        best: Floats = np.where(may, energy + np.where(may, late, 0.0), np.inf).min(axis=1, initial=np.inf)
        return np.where(np.isfinite(best), best, 0.0)

    def _dearest(self, stream: NDArray[np.int64], settled: Floats) -> Floats:
        """`[N]` USD per reference chip-hour on the module where it costs most, as settlement reckons."""
        modules = self.modules
        kw = (modules["chip_peak_w"] + modules["node_peak_w"] + modules["fan_w"]) * 1e-3
        usd_per_h = kw * settled[self.module_site]
        speed = self.speed[stream]
        dearest: Floats = np.divide(usd_per_h, speed, out=np.zeros_like(speed), where=speed > 0.0).max(
            axis=1, initial=0.0
        )
        return dearest

    def _transfer_usd(self, waiting: NDArray[np.void]) -> Floats:
        """`[N, S]` of the data to a site, and of the result from there."""
        stream = waiting["stream"]
        data_gb = self.classes["data_gb"][stream] * waiting["chips"]
        to_site = data_gb[:, None] * self.usd_per_gb[waiting["site"]]
        home = self.classes["result_gb"][stream][:, None] * self.usd_per_gb[:, self.origin[stream]].T
        return to_site + home


def _least(usd: Floats, job: Ints, chosen: Flags, n_jobs: int) -> Floats:
    """`[N]` least cost of a job's chosen ways, 0 of one that has none."""
    least = np.full(n_jobs, np.inf)
    np.minimum.at(least, job[chosen], usd[chosen])
    return np.where(np.isfinite(least), least, 0.0)


def path_prices(params: "Params") -> Floats:
    """`[S, S]` USD/GB over the shortest path."""
    links = params.path_links[:, :, 0]
    usd_per_gb = np.append(params.links["usd_per_gb"], 0.0)  # padding is -1
    prices: Floats = usd_per_gb[links].sum(axis=2)
    return prices
