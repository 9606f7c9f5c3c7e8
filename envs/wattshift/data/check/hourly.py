"""Tables of one zone on common hours of UTC, and the sun over them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.model import Column, Floats, Seconds, Table
from wattshift.data.places import Place, place_of

HOUR_S = 3600
CARBON = ("carbon_average_life_cycle", "carbon_average_direct")


class Hourly(NamedTuple):
    """Hourly means, NaN where there is none; None for a quantity that no table has."""

    begin_s: Seconds
    carbon: Floats | None
    price: Floats | None
    temp: Floats | None  # of tables without irradiance, which follows the sun much more closely
    irradiance: Floats | None
    place: Place | None  # of the irradiance


def hourly(tables: Sequence[Table]) -> Hourly | None:
    """Carbon, price, temperature and irradiance of several tables; None if they have none of them."""
    tested = [(table, column) for table in tables for column in table.columns if _tested(table, column)]
    if not tested:
        return None
    hours = np.concatenate([table.time_s // HOUR_S for table, _ in tested])
    begin_s = HOUR_S * np.arange(hours.min(), hours.max() + 1, dtype=np.int64)

    def of(*names: str) -> Floats | None:
        for name in names:
            chosen = [(table, column) for table, column in tested if column.name == name]
            if chosen:
                return _hour_means(begin_s, chosen)
        return None

    return Hourly(begin_s, of(*CARBON), of("price"), of("temp"), of("irradiance_global"), _place(tables))


def _tested(table: Table, column: Column) -> bool:
    names = [*CARBON, "price", "irradiance_global"]
    if not _has_irradiance(table):
        names.append("temp")
    return table.index != "event" and column.name in names


def _has_irradiance(table: Table) -> bool:
    return any(column.name == "irradiance_global" for column in table.columns)


def _place(tables: Sequence[Table]) -> Place | None:
    """Where the irradiance was measured; the zone's own place may be an hour of sun away."""
    for table in tables:
        if _has_irradiance(table):
            return table.place or place_of(table.zone)
    return None


def _hour_means(begin_s: Seconds, chosen: Sequence[tuple[Table, Column]]) -> Floats:
    total, count = np.zeros(len(begin_s)), np.zeros(len(begin_s))
    for table, column in chosen:
        known = np.isfinite(column.values)
        hour = (table.time_s[known] - begin_s[0]) // HOUR_S
        np.add.at(total, hour, column.values[known])
        np.add.at(count, hour, 1.0)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def ranks(values: Floats) -> Floats:
    """Rank of every number among all, NaN staying NaN."""
    found = np.full(len(values), np.nan)
    known = np.isfinite(values)
    found[known] = np.argsort(np.argsort(values[known]))
    return found


def sun_height(times_s: Seconds, latitude_deg: float, longitude_deg: float) -> NDArray[np.float64]:
    """Sine of the sun's elevation, 0 at night: near enough to clear-sky irradiance for the hour at which it changes."""
    import pandas as pd
    from pvlib.solarposition import get_solarposition

    times = pd.DatetimeIndex(pd.to_datetime(times_s, unit="s", utc=True))
    zenith_deg = get_solarposition(times, latitude_deg, longitude_deg, method="nrel_numpy")["zenith"].to_numpy()
    return np.maximum(np.cos(np.radians(zenith_deg)), 0.0)
