"""Hourly years of a zone, from real files and from the model, in the same form.

Statistics are taken of each year by itself and then averaged over the years: what differs from year to year
(fuel prices, plants that close) is no scatter within the year.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from calibration.statistics import Floats, Hourly
from wattshift.traces.clock import HOUR_S, calendar_years, hours_in_year, midnight_s
from wattshift.traces.readers.carbon import carbon_rows
from wattshift.traces.readers.hours import Row
from wattshift.traces.readers.price import price_rows
from wattshift.traces.readers.weather import TEMPERATURE_C, open_weather
from wattshift.traces.spec import SYNTHETIC_FIRST_YEAR, Regime
from wattshift.traces.synthetic import synthetic_zone
from wattshift.traces.zone_hours import ZoneHours
from wattshift.traces.zones import Zone

G_PER_KG = 1000.0
KWH_PER_MWH = 1000.0


class Year(NamedTuple):
    """One year of a zone; a series is None where there is no data of it."""

    carbon_g_per_kwh: Hourly | None
    price_usd_per_mwh: Hourly | None
    temp_c: Hourly | None


CARBON, PRICE, TEMPERATURE = Year._fields


def average(years: Sequence[Year], series: str, statistic: Callable[[Hourly], Floats]) -> Floats | None:
    """Mean over the years of a statistic of one series; None where no year has it."""
    found = [getattr(year, series) for year in years]
    values = [statistic(hourly) for hourly in found if hourly is not None]
    return np.mean(values, axis=0) if values else None


def real_year(zone: Zone, root: Path, year: int) -> Year:
    """The files of one calendar year, each over the hours that it covers; holes stay holes.

    A series is None where the data folder has no folder of it.

    Raises:
        TraceError: a file is missing or faulty though the zone has a folder for its kind.
    """
    files, clock = zone.files, zone.place.timezone
    if files is None:
        return Year(None, None, None)

    def if_any(folder: Path, rows: Callable[[], Iterable[Row]], scale: float) -> Hourly | None:
        return from_rows(list(rows()), scale, clock) if folder.is_dir() else None

    def carbon() -> Iterable[Row]:
        return carbon_rows(root, files, year)

    def temperatures() -> Iterable[Row]:
        return open_weather(root, files.weather_folder, year).rows(TEMPERATURE_C)

    def prices() -> Iterable[Row]:
        return price_rows(root, files, year)

    return Year(
        if_any(root / "carbon_electricitymaps" / files.carbon_folder, carbon, G_PER_KG),
        if_any(root / "price_processed" / files.price_folder, prices, KWH_PER_MWH),
        if_any(root / "weather_openmeteo" / files.weather_folder, temperatures, 1.0),
    )


def from_rows(rows: list[Row], scale: float, timezone: str) -> Hourly:
    """Rows on consecutive hours; those of clocks at a half-hour offset count for the UTC hour in which they begin."""
    hours = np.array([row.begin_s // HOUR_S for row in rows])
    values = np.full(hours.max() - hours.min() + 1, np.nan)
    values[hours - hours.min()] = [scale * row.value for row in rows]
    return Hourly(int(hours.min()) * HOUR_S, values, timezone)


def synthetic_years(name: str, zone: Zone, n_years: int, seed: int, regime: Regime = "usual") -> list[Year]:
    """Consecutive calendar years of the model, at usual or at the crisis's prices of fuel."""
    found = synthetic_zone(name, zone, calendar_years(SYNTHETIC_FIRST_YEAR, n_years), seed, regime)
    return cut_into_years(zone, found, n_years)


def cut_into_years(zone: Zone, found: ZoneHours, n_years: int) -> list[Year]:
    """Calendar years of series that begin with the first synthetic one."""
    first_s = midnight_s(SYNTHETIC_FIRST_YEAR)

    def cut(values: Floats, year: int, scale: float) -> Hourly:
        begin = (midnight_s(year) - first_s) // HOUR_S
        part = scale * values[begin : begin + hours_in_year(year)]
        return Hourly(midnight_s(year), part, zone.place.timezone)

    return [
        Year(
            cut(found.carbon_kg_per_kwh, year, G_PER_KG),
            cut(found.price_usd_per_kwh, year, KWH_PER_MWH),
            cut(found.weather.temp_c, year, 1.0),
        )
        for year in range(SYNTHETIC_FIRST_YEAR, SYNTHETIC_FIRST_YEAR + n_years)
    ]
