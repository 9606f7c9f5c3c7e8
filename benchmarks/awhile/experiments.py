"""What shifting saves: nightly jobs and machine-learning jobs, planned on a noisy forecast, judged on what happened."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from awhile.jobs import Deadline, Jobs, draw_jobs, next_workday, next_workday_as_published, semi_weekly, slacks
from wattshift.traces.clock import DAY_S, midnight_s
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.half_hours import HALF_HOUR_S, HalfHours
from wattshift.traces.readers.hours import utc_text
from wattshift_agents.shifting import cheapest_slots, lowest_slot, lowest_window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NIGHTLY_H = 1
"""Nightly jobs start at 01:00 UTC."""

NIGHTLY_WAY_H = 8
"""And move by up to so many hours either way."""


class Case(NamedTuple):
    """One number of the paper's tables."""

    work: str
    interruptible: bool
    error: float  # sd of the forecast's noise / yearly mean


NIGHTLY = "nightly +-8 h"
DEADLINES: dict[str, Deadline] = {
    "next workday": next_workday_as_published,
    "semi-weekly": semi_weekly,
    "next workday, strict": next_workday,
}
ERRORS = (0.0, 0.05)
CASES = tuple(
    [Case(NIGHTLY, False, error) for error in ERRORS]
    + [Case(work, kind, error) for work in DEADLINES for kind in (False, True) for error in ERRORS]
)


def savings(series: HalfHours, year: int, seed: int) -> Iterator[tuple[Case, float]]:
    """Every case once: the share of carbon saved against starting at once.

    Jobs and noise follow from the seed; all cases of one repetition share them.

    Raises:
        TraceError: the series does not cover what the jobs may reach.
    """
    jobs_seed, noise_seed = np.random.SeedSequence(seed).spawn(2)
    jobs = draw_jobs(year, np.random.default_rng(jobs_seed))
    waits = {work: slacks(jobs, deadline) for work, deadline in DEADLINES.items()}
    noise = np.random.default_rng(noise_seed).standard_normal(len(series.g_per_kwh))
    mean_g_per_kwh = _of_year(series, year).mean()
    for case in CASES:
        forecast = HalfHours(series.start_s, series.g_per_kwh + case.error * mean_g_per_kwh * noise)
        if case.work == NIGHTLY:
            yield case, nightly_saving(series, forecast, year)
        else:
            yield case, job_saving(series, forecast, jobs, waits[case.work], case.interruptible)


def nightly_saving(truth: HalfHours, forecast: HalfHours, year: int) -> float:
    """One half-hour's job each night, moved to the slot of lowest forecast of the hours around it."""
    way = NIGHTLY_WAY_H * 3600 // HALF_HOUR_S
    nights_s = np.arange(midnight_s(year), midnight_s(year + 1), DAY_S) + NIGHTLY_H * 3600
    planned, actual = (_windows(series, nights_s - NIGHTLY_WAY_H * 3600, 2 * way + 1) for series in (forecast, truth))
    chosen = lowest_slot(planned, 2 * way)
    return 1.0 - float(actual[np.arange(len(actual)), chosen].sum() / actual[:, way].sum())


def job_saving(truth: HalfHours, forecast: HalfHours, jobs: Jobs, slack: Ints, interruptible: bool) -> float:
    """Jobs in the window of lowest forecast, or in the cheapest slots, before somebody looks."""
    longest = int((jobs.length + slack).max())
    planned, actual = (_windows(series, jobs.start_s, longest) for series in (forecast, truth))
    slots = np.arange(longest)
    at_once = slots < jobs.length[:, None]
    if interruptible:
        runs = cheapest_slots(planned, jobs.length, slack)
    else:
        begin = lowest_window(planned, jobs.length, slack)[:, None]
        runs = (slots >= begin) & (slots < begin + jobs.length[:, None])
    return 1.0 - float(actual[runs].sum() / actual[at_once].sum())


def _of_year(series: HalfHours, year: int) -> Floats:
    return series.g_per_kwh[series.place(midnight_s(year)) : series.place(midnight_s(year + 1))]


def _windows(series: HalfHours, begin_s: Ints, n_slots: int) -> Floats:
    """`[len(begin_s), n_slots]` of the series from each time on."""
    last_s = int(begin_s.max()) + n_slots * HALF_HOUR_S
    end_s = series.start_s + len(series.g_per_kwh) * HALF_HOUR_S
    if begin_s.min() < series.start_s or last_s > end_s:
        raise TraceError(
            f"the series runs from {utc_text(series.start_s)} to {utc_text(end_s)}, the jobs need it from "
            f"{utc_text(int(begin_s.min()))} to {utc_text(last_s)}"
        )
    first = (begin_s - series.start_s) // HALF_HOUR_S
    return series.g_per_kwh[first[:, None] + np.arange(n_slots)]
