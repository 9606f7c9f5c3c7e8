"""Climatology: what a forecaster expects of an hour from the year before and, where levels drift, the last weeks.

For each hour of the day, mean and variance of the year before are fitted by least squares with waves of the year and a
weekend. Smooth waves, and not the mean of every month, because a month of one year is a poor sample: weather lasts for
days. Where levels drift, both are scaled to the last two weeks (`levelled`).

Nothing here looks ahead: the newest hour that a target's climatology uses has ended 24 hours before the target
begins, so it was known whenever a forecast for it was issued.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Seconds, local_week_hour, year_fraction
from wattshift.traces.curves import weekend

Floats = NDArray[np.float64]

DAY_H = 24
LEVEL_DAYS = 14
KNOWN_AFTER_DAYS = 2
"""The newest whole day known to every forecast for a day: the last one of them is issued in the day before."""

FURTHEST = 5.0
"""A level is believed within 1/5..5 of the year before, about what the gas crisis of 2022 did to prices."""

LONGEST_LASTING = 0.9
"""Correlation from day to day beyond which residuals are taken for a drift, not for weather."""

LEAST_VARIANCE = 0.05
"""The fitted variance of an hour of the day never falls below this share of its mean over the year."""


class Climatology(NamedTuple):
    """What is expected of every hour before any forecast, margin included."""

    mean: Floats
    sd: Floats


def climatology(past: Floats, begin_s: Seconds, timezone: str) -> Climatology:
    """Mean and standard deviation of every hour, as the past lets expect them.

    Args:
        past: `[P]` hour means of about a year, which begin at the first `P` of `begin_s`.
        begin_s: `[P + H]` starts of the hours wanted, those of the past first.
        timezone: IANA name of the clock whose hours of the day and weekends are told apart.
    """
    hour, waves = _calendar(begin_s, timezone)
    mean, variance = np.empty(len(begin_s)), np.empty(len(begin_s))
    for of_day in range(DAY_H):
        wanted = np.flatnonzero(hour == of_day)
        known = wanted[wanted < len(past)]
        mean[wanted] = _fit(waves, past[known], known, wanted)
        squares = (past[known] - mean[known]) ** 2
        # a constant and one wave of the year: variances are known less well than means
        fitted = _fit(waves[:, :3], squares, known, wanted)
        variance[wanted] = np.maximum(fitted, LEAST_VARIANCE * squares.mean())
    return Climatology(mean, np.sqrt(variance * _doubt(past - mean[: len(past)], waves.shape[1])))


def _doubt(residual: Floats, n_fitted: int) -> float:
    """Error variance in other years over that of the fitted year, (n + p) / (n - p) for p parameters.

    The n independent days are fewer than the days of the year because weather lasts: n = days (1 - rho) / (1 + rho)
    with rho the correlation from one day to the next, e.g. von Storch & Zwiers (1999), Statistical Analysis in Climate
    Research, sec. 6.6.
    """
    power = float(residual @ residual)
    lasting = float(residual[DAY_H:] @ residual[:-DAY_H]) / power if power > 0.0 else 0.0
    rho = min(max(lasting, 0.0), LONGEST_LASTING)
    independent = max(len(residual) / DAY_H * (1.0 - rho) / (1.0 + rho), n_fitted + 1.0)  # a past of a few days
    return (independent + n_fitted) / (independent - n_fitted)


def _fit(waves: Floats, values: Floats, known: NDArray[np.int64], wanted: NDArray[np.int64]) -> Floats:
    """Least squares through the values at the known rows, at the wanted ones."""
    return waves[wanted] @ np.linalg.lstsq(waves[known], values, rcond=None)[0]


def _calendar(begin_s: Seconds, timezone: str) -> tuple[NDArray[np.int64], Floats]:
    """Hour of the day, and `[H, 6]` constant, two waves of the year, weekend."""
    middle_s = begin_s + HOUR_S // 2
    week_hour = local_week_hour(middle_s, timezone)
    turn = 2 * np.pi * year_fraction(middle_s)
    waves = (np.ones(len(turn)), np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn), weekend(week_hour))
    return (week_hour % DAY_H).astype(np.int64), np.column_stack(waves)


def levelled(usual: Climatology, series: Floats, n_past: int) -> Climatology:
    """Climatology scaled to the level of the last two weeks, with the spread that this left in the past.

    Args:
        usual: `[P + H]` climatology of the hours of the past and of the traces.
        series: `[P + H]` hour means of the same hours, the past's of whole days from midnight UTC.
        n_past: `P`; the spread is taken from these hours only.
    """
    scale = level(series, usual.mean)
    past = slice(0, n_past)
    fixed, following = series[past] - usual.mean[past], series[past] - (scale * usual.mean)[past]
    ratio = np.sqrt((following @ following) / (fixed @ fixed)) if fixed.any() else 1.0
    return Climatology(scale * usual.mean, scale * ratio * usual.sd)


def level(series: Floats, mean: Floats) -> Floats:
    """Level of the last two weeks over that expected of them, constant through each day in UTC; 1 in the first weeks.

    Ratio of sums of daily medians, which a few hours of scarcity do not move; for an hour of day D the days D - 15 to
    D - 2 count.
    """
    end = np.arange(-(-len(series) // DAY_H)) - KNOWN_AFTER_DAYS + 1
    observed, expected = (_sums(_daily_medians(hourly), end) for hourly in (series, mean))
    ratio = np.divide(observed, expected, out=np.ones(len(end)), where=expected > 0.0)
    return np.repeat(np.clip(ratio, 1.0 / FURTHEST, FURTHEST), DAY_H)[: len(series)]


def _daily_medians(hourly: Floats) -> Floats:
    whole = len(hourly) // DAY_H * DAY_H
    return np.median(hourly[:whole].reshape(-1, DAY_H), axis=1)


def _sums(daily: Floats, end: NDArray[np.int64]) -> Floats:
    """Sum of the `LEVEL_DAYS` days before each end, 0 where there are not so many."""
    running = np.concatenate([[0.0], np.cumsum(daily)])
    return np.where(end >= LEVEL_DAYS, running[np.maximum(end, 0)] - running[np.maximum(end - LEVEL_DAYS, 0)], 0.0)
