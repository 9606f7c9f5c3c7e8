"""Synthetic wind beside the zones' real years: output of turbines, and how long wind and calm last."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from validation.check import Check, Section, markdown_table
from wattshift.traces.clock import calendar_years
from wattshift.traces.readers.hours import place
from wattshift.traces.readers.weather import WIND_M_PER_S, open_weather
from wattshift.traces.real import ENVIRONMENT_VARIABLE, inner_days
from wattshift.traces.synoptic import drivers
from wattshift.traces.wind import turbine_share
from wattshift.traces.wind_speed import synthetic_wind_m_per_s
from wattshift.traces.zones import Zone, catalog

Floats = NDArray[np.float64]

REAL_YEARS = (2022, 2023)
SYNTHETIC = calendar_years(2025, 8)
SEED = 0
OUTPUT_WITHIN = 0.02
CORRELATION_WITHIN = 0.1
SOURCE = "Open-Meteo historical archive (ERA5), wind speed at 10 m"

TEXT = f"""Wind speed at 10 m and the output that the turbine's curve makes of it: each zone's years {REAL_YEARS[0]} and
{REAL_YEARS[1]} of the reanalysis beside {SYNTHETIC.n_hours // 8760} synthetic years, whose parameters were fitted to
both. Ours agrees if it lies between the real years, widened by {OUTPUT_WITHIN} (output) and
{CORRELATION_WITHIN} (correlation). The memory over a day is the model's weak side: the breezes of California and of
Mumbai repeat from one day to the next more exactly than ours."""


def section() -> Section:
    """Checks by zone, and a table of the speeds."""
    root = data_folder()
    title = "Wind"
    if root is None:
        return Section(title, f"Not run: no real data, name its folder by {ENVIRONMENT_VARIABLE}.")
    checks, rows = [], []
    for name, zone in catalog().items():
        if zone.files is None or not (root / "weather_openmeteo" / zone.files.weather_folder).is_dir():
            continue  # of France and Sweden there is no real weather
        real = [real_m_per_s(root, zone, year) for year in REAL_YEARS]
        ours = synthetic_wind_m_per_s(zone, SYNTHETIC, drivers(name, zone, SYNTHETIC, SEED))[: SYNTHETIC.n_hours]
        checks += [
            within(f"{name}: mean output per kW", real, ours, mean_output, OUTPUT_WITHIN),
            within(f"{name}: correlation of speed after a day", real, ours, after_a_day, CORRELATION_WITHIN),
        ]
        rows.append((name, *(" / ".join(f"{measure(v):.2f}" for v in (*real, ours)) for measure in TABLE.values())))
    return Section(title, TEXT, checks, [markdown_table(("real years / synthetic", *TABLE), rows)])


def data_folder() -> Path | None:
    """The folder of real data: named by the environment, else beside the repository; None if absent."""
    root = Path(os.environ.get(ENVIRONMENT_VARIABLE) or Path(__file__).parents[3] / "shared" / "data")
    return root if (root / "weather_openmeteo").is_dir() else None


def real_m_per_s(root: Path, zone: Zone, year: int) -> Floats:
    """Hourly speeds of a real year, less its first and last day."""
    file = open_weather(root, zone.real_files.weather_folder, year)
    return place(list(file.rows(WIND_M_PER_S)), inner_days(year, 1), fill=False)


def within(what: str, real: list[Floats], ours: Floats, measure: Callable[[Floats], float], margin: float) -> Check:
    """Ours between the real years, give or take the margin."""
    found = [measure(speed) for speed in real]
    published = ", ".join(f"{value:.3f} ({year})" for value, year in zip(found, REAL_YEARS, strict=True))
    return Check(what, published, measure(ours), min(found) - margin, max(found) + margin, "", SOURCE)


def correlation(speed: Floats, lag_h: int) -> float:
    """Of the speed with itself some hours later."""
    return float(np.corrcoef(speed[lag_h:], speed[:-lag_h])[0, 1])


def after_a_day(speed: Floats) -> float:
    """Correlation after 24 hours."""
    return correlation(speed, 24)


def mean_output(speed: Floats) -> float:
    """Of a turbine, per kW installed."""
    return float(turbine_share(speed).mean())


def mean_day(speed: Floats) -> Floats:
    """Mean speed of each hour of the UTC day."""
    return speed.reshape(-1, 24).mean(axis=0)


TABLE = {
    "mean m/s": lambda v: float(v.mean()),
    "sd m/s": lambda v: float(v.std()),
    "calmest hour m/s": lambda v: float(mean_day(v).min()),
    "windiest hour m/s": lambda v: float(mean_day(v).max()),
    "correlation after 1 h": lambda v: correlation(v, 1),
    "6 h": lambda v: correlation(v, 6),
    "72 h": lambda v: correlation(v, 72),
}
"""Heading and measure of each column of the table."""
