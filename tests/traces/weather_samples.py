"""Weather to look at, synthetic and real, and the statistics that tests of it share."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from wattshift.traces.clock import DAY_S, Hours, month_hour
from wattshift.traces.readers.hours import place
from wattshift.traces.readers.weather import CLOUD, HUMIDITY, TEMPERATURE_C, WIND_M_PER_S, open_weather
from wattshift.traces.real import inner_days, joined
from wattshift.traces.synoptic import drivers
from wattshift.traces.weather import Weather, synthetic_weather
from wattshift.traces.zones import catalog

REAL_YEARS = (2022, 2023)


@lru_cache(maxsize=32)
def weather(name: str, hours: Hours, seed: int = 3) -> Weather:
    """Synthetic weather, margin included; do not write to it."""
    zone = catalog()[name]
    return synthetic_weather(zone, hours, drivers(name, zone, hours, seed))


@lru_cache(maxsize=16)
def real_weather(root: Path, name: str) -> tuple[dict[str, np.ndarray], Hours]:
    """Series of 2022 and 2023 by the name of their column, shares as 0..1."""
    hours = inner_days(REAL_YEARS[0], len(REAL_YEARS))
    files = [open_weather(root, catalog()[name].real_files.weather_folder, year) for year in REAL_YEARS]
    columns = (TEMPERATURE_C, HUMIDITY, CLOUD, WIND_M_PER_S)
    series = {c: place(joined([list(f.rows(c)) for f in files]), hours, fill=False) for c in columns}
    return series, hours


def residual(series: np.ndarray, hours: Hours) -> np.ndarray:
    """What is left without the mean of the month and hour, margin dropped."""
    inside = series[: hours.n_hours]
    cell = month_hour(hours.begin_s()[: hours.n_hours])
    return inside - (np.bincount(cell, inside) / np.bincount(cell))[cell]


def daily_residual(series: np.ndarray, hours: Hours, of_day: Callable[..., np.ndarray] = np.mean) -> np.ndarray:
    """Statistic of each UTC day, less its mean over the month."""
    daily = of_day(series[: hours.n_hours].reshape(-1, 24), axis=1)
    month = month_hour(hours.begin_s()[: hours.n_hours : 24]) // 24
    return daily - (np.bincount(month, daily) / np.bincount(month))[month]


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def daily_range_k(temp_c: np.ndarray, hours: Hours, longitude_deg: float) -> float:
    """Mean over days of mean solar time of the highest less the lowest temperature."""
    day = (hours.begin_s()[: hours.n_hours] + int(240 * longitude_deg)) // DAY_S
    first = np.flatnonzero(np.diff(day)) + 1
    whole = slice(first[0], first[-1])
    starts = first[:-1] - first[0]
    return float(np.mean(np.maximum.reduceat(temp_c[whole], starts) - np.minimum.reduceat(temp_c[whole], starts)))


def runs(flags: np.ndarray) -> np.ndarray:
    """Lengths of the runs of true."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(int))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)


def longest_run(flags: np.ndarray) -> int:
    return int(runs(flags).max(initial=0))


def runs_of_at_least(flags: np.ndarray, length: int) -> int:
    return int((runs(flags) >= length).sum())
