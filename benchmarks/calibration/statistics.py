"""Statistics of hourly series, real or synthetic alike.

Missing hours are NaN and are left out. Standard deviations divide by n - 1, quantiles interpolate between order
statistics, months and hours of day are those of the place's civil clock.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from wattshift.traces.clock import DAY_S, HOUR_S, month_hour, utc_offset_s

Floats = NDArray[np.float64]


class Hourly(NamedTuple):
    """Values of consecutive hours of UTC, NaN where one is missing, and the clock of their place."""

    begin_s: int
    values: Floats
    timezone: str

    def local_s(self) -> NDArray[np.int64]:
        """Start of every hour on the local clock, as seconds since 1970 in local time."""
        times_s = self.begin_s + HOUR_S * np.arange(len(self.values), dtype=np.int64)
        return times_s + utc_offset_s(times_s, self.timezone)


def mean(series: Hourly) -> float:
    """Arithmetic mean."""
    return float(np.nanmean(series.values))


def sd(series: Hourly) -> float:
    """Sample standard deviation."""
    return float(np.nanstd(series.values, ddof=1))


def quantile(series: Hourly, share: float) -> float:
    """The value below which a share of the hours lies."""
    return float(np.nanquantile(series.values, share))


def negative_share(series: Hourly) -> float:
    """Share of hours below zero, 0..1."""
    known = series.values[np.isfinite(series.values)]
    return float((known < 0).mean())


def autocorrelation(series: Hourly, lag_h: int) -> float:
    """Correlation of the series with itself `lag_h` hours later; 1 at lag 0."""
    earlier, later = series.values[: len(series.values) - lag_h], series.values[lag_h:]
    both = np.isfinite(earlier) & np.isfinite(later)
    return float(np.corrcoef(earlier[both], later[both])[0, 1])


def autocorrelations(series: Hourly, last_lag_h: int) -> Floats:
    """At lags 0, 1, ... `last_lag_h` hours."""
    return np.array([autocorrelation(series, lag_h) for lag_h in range(last_lag_h + 1)])


def quantiles(series: Hourly, shares: Floats) -> Floats:
    """The values below which shares of the hours lie: the duration curve."""
    return np.nanquantile(series.values, shares)


def day_shape(series: Hourly) -> Floats:
    """Mean of each hour of the local day, `[24]`."""
    return _means_by(series.values, series.local_s() // HOUR_S % 24, 24)


def season_day_shapes(series: Hourly) -> Floats:
    """Mean of each hour of the local day in December to February, March to May and so on, `[4, 24]`."""
    month, hour = np.divmod(month_hour(series.local_s()), 24)
    season = (month + 1) % 12 // 3
    return _means_by(series.values, season * 24 + hour, 4 * 24).reshape(4, 24)


def day_range(series: Hourly) -> float:
    """Highest less lowest of the local hours' means."""
    return float(np.ptp(day_shape(series)))


def residual(series: Hourly) -> Hourly:
    """What is left after the mean of each local month and hour of day is taken away."""
    cell = month_hour(series.local_s())
    return series._replace(values=series.values - _means_by(series.values, cell, 12 * 24)[cell])


def daily_range(series: Hourly) -> float:
    """Highest less lowest of a local day, mean over the days of which 23 hours or more are known."""
    day = series.local_s() // DAY_S
    known = np.isfinite(series.values)
    day, values = day[known] - day[0], series.values[known]
    highest, lowest = np.full(day[-1] + 1, -np.inf), np.full(day[-1] + 1, np.inf)
    np.maximum.at(highest, day, values)
    np.minimum.at(lowest, day, values)
    whole = np.bincount(day) >= 23  # the day on which the clock jumps forward has no more
    return float((highest - lowest)[whole].mean())


def rank_correlation(one: Hourly, other: Hourly) -> float:
    """Spearman's correlation over the hours that both series know; 0 if one is constant and so says nothing."""
    begin_s = max(one.begin_s, other.begin_s)
    tails = [series.values[(begin_s - series.begin_s) // HOUR_S :] for series in (one, other)]
    length = min(len(tail) for tail in tails)
    a, b = (tail[:length] for tail in tails)
    both = np.isfinite(a) & np.isfinite(b)
    if np.ptp(a[both]) == 0.0 or np.ptp(b[both]) == 0.0:
        return 0.0
    return float(stats.spearmanr(a[both], b[both]).statistic)


def _means_by(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    known = np.isfinite(values)
    counts = np.bincount(group[known], minlength=groups)
    sums = np.bincount(group[known], values[known], minlength=groups)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
