"""Kinds of requests and jobs held against the Azure, Alibaba and Philly traces they are fitted to."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from validation.check import Check, Section

from calibration.cells import Cell
from calibration.recorded_workloads import (
    alibaba_jobs,
    azure_hourly_rates,
    azure_minutes,
    azure_tokens,
    pai_jobs,
    philly_run_times_h,
)
from wattshift.traces.clock import midnight_s
from wattshift.workloads import JobSample, sample_jobs, sample_requests, sample_tokens

Floats = NDArray[np.float64]

SEED = 0
WEEKS, WEEK_H, FILE_DAYS = 60, 168, 5
WINDOW_DAYS, WINDOWS = 34, 12
"""The dense days of Alibaba's table, and how many such windows are sampled."""

TOKENS_DRAWN, JOBS_PER_H, JOB_DAYS = 400_000, 60.0, 60

WITHIN, WITHIN_BEYOND_P99, WITHIN_MOMENTS = 0.15, 0.25, 0.20
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)

WEEK_BEGINS_S = {"code": midnight_s(2024, 5, 10), "conversation": midnight_s(2024, 5, 12)}
"""The first hour of each service's week in the files: a Friday and a Sunday."""

LAG_24 = {"code": 0.755, "conversation": 0.40}
PEAK_TO_TROUGH = {"code": 10.0, "conversation": 2.0}
WEEKEND = {"code": 0.32, "conversation": 0.57}
MINUTE_DISPERSION = {"code": 17.0, "conversation": 30.0}
"""Published statistics of the week of 2024; of dispersion only the range 17-30 over both services is: the lower end is
taken for the smaller one."""

TOKENS_2024 = {
    "code": {"context": (1930, 6251, 7685), "output": (8, 43, 271)},
    "conversation": {"context": (928, 3830, 6683), "output": (41, 342, 694)},
}
"""Published 50th, 90th and 99th percentiles."""

LARGE_GANG = 16
PAI_SHARES = {
    "jobs on one slot": 0.735,
    "slot-hours of one slot": 0.155,
    "jobs on over 16": 0.044,
    "slot-hours of over 16": 0.52,
}
EIGHT_GPUS_OF_HOURS = 0.117  # recomputed in whole GPUs; the published 14 % weighs pods by their share of a GPU


def section(root: Path) -> Section:
    """All cells: published and recorded statistics beside those of the generators.

    Raises:
        TraceError: a file is missing or faulty.
    """
    checks = [
        check for service in ("code", "conversation") for check in (*arrivals(service, root), *tokens(service, root))
    ]
    checks += [*pai(root), *philly(root), *alibaba(root)]
    missed = sum(not check.holds for check in checks)
    text = (
        f"{len(checks) - missed} of {len(checks)} agree. Kinds of `catalog/workloads`, sampled by "
        "`wattshift.workloads`, which draws as the kernel does, beside what they were fitted to: quantiles within 15 % "
        "(25 % beyond the 99th per cent), dispersion and autocorrelation within 20 %. Weeks begin on the weekday on "
        "which the recorded one does. Published of the dispersion in 2024 is only the range 17-30 a minute over both "
        "services; the lower end is taken for the smaller one."
    )
    return Section("Requests and jobs", text, checks)


def close(kind: str, statistic: str, unit: str, real: float, synthetic: float, within: float) -> Check:
    """A relative bar."""
    low, high = sorted((real * (1.0 - within), real * (1.0 + within)))
    return Cell(kind, f"{kind}: {statistic}", unit, real, synthetic, f"{100 * within:g} %", low, high).check()


def arrivals(service: str, root: Path) -> Iterable[Check]:
    """Day, week and noise of a service: the published week of 2024, the five days at hand, and the minutes of 2023."""
    minutes = sample_requests(service, 7 * WEEKS, SEED, start_s=WEEK_BEGINS_S[service])
    weeks = minutes.reshape(WEEKS, WEEK_H, 60).mean(axis=2)
    yield close(service, "lag-24 of the hourly rate", "", LAG_24[service], mean_lag_24(weeks), WITHIN_MOMENTS)
    five_days = mean_lag_24(weeks[:, : 24 * FILE_DAYS])
    real_days = lag_24(azure_hourly_rates(root, service))
    yield close(service, "lag-24, five days of 2024", "", real_days, five_days, WITHIN_MOMENTS)
    spread = dispersion_of_minutes(minutes)
    yield close(service, "dispersion per minute", "", MINUTE_DISPERSION[service], spread, WITHIN_MOMENTS)
    days = weeks.mean(axis=0).reshape(7, 24)
    is_weekend = np.isin((WEEK_BEGINS_S[service] // 86400 + 3 + np.arange(7)) % 7, (5, 6))
    working = days[~is_weekend].mean(axis=0)
    peak = working.max() / working.min()
    yield close(service, "peak : trough of working days", "", PEAK_TO_TROUGH[service], peak, WITHIN_MOMENTS)
    ratio = days[is_weekend].mean() / working.mean()
    yield close(service, "weekend / working days", "", WEEKEND[service], ratio, WITHIN_MOMENTS)
    hour = dispersion_of_minutes(sample_requests(f"{service}-2023", 7, SEED))
    real_hour = dispersion_of_minutes(azure_minutes(root, service))
    yield close(f"{service}-2023", "dispersion per minute", "", real_hour, hour, WITHIN_MOMENTS)


def tokens(service: str, root: Path) -> Iterable[Check]:
    """Context and output: published quantiles of 2024, and all of them of the recorded minutes of 2023."""
    drawn = sample_tokens(service, TOKENS_DRAWN, SEED)._asdict()
    drawn_2023 = sample_tokens(f"{service}-2023", TOKENS_DRAWN, SEED)._asdict()
    recorded = azure_tokens(root, service)._asdict()
    for side, published in TOKENS_2024[service].items():
        real = dict(zip((0.5, 0.9, 0.99), published, strict=True))
        yield from quantile_checks(service, f"{side} tokens", "", real, drawn[side])
        real = {share: float(np.quantile(recorded[side], share)) for share in QUANTILES}
        yield from quantile_checks(f"{service}-2023", f"{side} tokens", "", real, drawn_2023[side])


def pai(root: Path) -> Iterable[Check]:
    """Run times, and how few large gangs make up most of the work."""
    kind, jobs = "pai-2020", many_jobs("pai-2020")
    yield from duration_checks(kind, pai_jobs(root).duration_h, jobs)
    work = jobs.gang * jobs.duration_h
    one, large = jobs.gang == 1, jobs.gang > LARGE_GANG
    found = (one.mean(), work[one].sum() / work.sum(), large.mean(), work[large].sum() / work.sum())
    for (what, real), synthetic in zip(PAI_SHARES.items(), found, strict=True):
        yield close(kind, what, "", real, float(synthetic), WITHIN)


def philly(root: Path) -> Iterable[Check]:
    """Run times; the file has neither gangs nor arrivals."""
    yield from duration_checks("philly-2017", philly_run_times_h(root), many_jobs("philly-2017"))


def alibaba(root: Path) -> Iterable[Check]:
    """Run times, gangs, and the hourly counts of the dense days."""
    kind, recorded = "alibaba-2023", alibaba_jobs(root)
    jobs = many_jobs(kind)
    yield from duration_checks(kind, recorded.duration_h, jobs)
    work = jobs.gang * jobs.duration_h
    eight = float(work[jobs.gang == 8].sum() / work.sum())
    yield close(kind, "slot-hours of eight GPUs", "", EIGHT_GPUS_OF_HOURS, eight, WITHIN_BEYOND_P99)
    real = hourly(recorded.arrival_h, WINDOW_DAYS)[0]
    synthetic = hourly(sample_jobs(kind, WINDOW_DAYS * WINDOWS, SEED).arrival_h, WINDOW_DAYS)
    spread = float(np.mean([counts.var() / counts.mean() for counts in synthetic]))
    yield close(kind, "dispersion per hour", "", float(real.var() / real.mean()), spread, WITHIN_MOMENTS)
    yield close(kind, "lag-24 of hourly counts", "", lag_24(real), mean_lag_24(synthetic), WITHIN_MOMENTS)


def many_jobs(kind: str) -> JobSample:
    """Enough jobs for the 99.9th per cent."""
    return sample_jobs(kind, JOB_DAYS, SEED, rate_per_h=JOBS_PER_H)


def duration_checks(kind: str, recorded_h: Floats, jobs: JobSample) -> Iterable[Check]:
    """Quantiles of the run time."""
    real = {share: float(np.quantile(recorded_h, share)) for share in QUANTILES}
    return quantile_checks(kind, "run time", "h", real, jobs.duration_h)


def quantile_checks(
    kind: str, what: str, unit: str, real: Mapping[float, float], drawn: NDArray[np.number]
) -> Iterable[Check]:
    """A bar a quantile."""
    for share, value in real.items():
        within = WITHIN if share <= 0.99 else WITHIN_BEYOND_P99
        yield close(kind, f"{what} p{100 * share:g}", unit, value, float(np.quantile(drawn, share)), within)


def hourly(arrival_h: Floats, window_days: int) -> Floats:
    """Arrivals by hour in whole windows `[n, hours]`."""
    hours = 24 * window_days
    counts = np.bincount(arrival_h.astype(np.int64)).astype(np.float64)
    return counts[: len(counts) // hours * hours].reshape(-1, hours) if len(counts) >= hours else counts[None]


def lag_24(hours: Floats) -> float:
    """Correlation of an hour with the one a day later."""
    return float(np.corrcoef(hours[24:], hours[:-24])[0, 1])


def mean_lag_24(windows: Floats) -> float:
    """Mean over windows."""
    return float(np.mean([lag_24(window) for window in windows]))


def dispersion_of_minutes(counts: NDArray[np.number]) -> float:
    """Variance over mean of a minute, by the differences of neighbours: what the day does to the rate cancels out."""
    return float((np.diff(counts.astype(np.float64)) ** 2).mean() / 2.0 / counts.mean())
