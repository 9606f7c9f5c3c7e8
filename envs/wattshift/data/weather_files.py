"""What readers of weather files share: the place, the hour that a mean belongs to, and sentinels.

Convention: a row's time is the instant of its temperature, humidity, wind, cloud and pressure, and the *start* of the
interval over which its irradiance is the mean. Files stamp means with the end of the interval; `begin_of_means`
moves them.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from wattshift.data.columns import Where
from wattshift.data.errors import DataError
from wattshift.data.model import Column, Seconds
from wattshift.data.options import Options
from wattshift.data.places import Place, place_of

EARTH_RADIUS_KM = 6371.0
MOVED = "irradiance moved from the end of its hour to the row that begins it"
FARTHEST_KM = 1500.0
"""A zone of the grid may be large (Texas, India); a file from farther away belongs to another one."""


def distance_km(a: Place, b: Place) -> float:
    """Great-circle distance (haversine)."""
    latitudes = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
    turn = math.radians(b.longitude_deg - a.longitude_deg)
    part = math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
    part += math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(part))


def stated_zone(options: Options, place: Place | None, path: Path) -> str:
    """The zone that the user says the weather is of; weather files name none.

    Raises:
        MissingStatementError: it was not stated.
        DataError: the catalog has the zone, and the file's place is far from it.
    """
    zone = options.need("zone", path, "a weather file does not name a grid zone")
    known = place_of(zone)
    if known is not None and place is not None and distance_km(known, place) > FARTHEST_KM:
        raise DataError(
            f"{path}: the file is of {place.latitude_deg:g}, {place.longitude_deg:g}, "
            f"{distance_km(known, place):.0f} km from zone {zone} ({known.latitude_deg:g}, {known.longitude_deg:g}); "
            f"at most {FARTHEST_KM:.0f} km are accepted"
        )
    return zone


def in_column(where: Where, title: str) -> Where:
    """Where a cell is: the place of its row, and the column."""
    return lambda k: f"{where(k)}, {title}"


def offset_name(offset_h: float, where: str) -> str:
    """A fixed offset from UTC as `clock` names it, such as +05:30.

    Raises:
        DataError: no clock on Earth has it, or it is no whole number of minutes.
    """
    minutes = round(offset_h * 60)
    if not -12 * 60 <= minutes <= 14 * 60 or abs(minutes - offset_h * 60) > 1e-6:
        raise DataError(f"{where}: offset {offset_h:g} h from UTC, expected -12 to 14 h in whole minutes")
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def without_sentinels(cells: Iterable[str], *, missing_from: float) -> list[str]:
    """Cells with the format's "missing" emptied: a number of at least `missing_from`, or at most -9900 (TMY3)."""
    return ["" if _is_sentinel(cell, missing_from) else cell for cell in cells]


def _is_sentinel(cell: str, missing_from: float) -> bool:
    try:
        value = float(cell)
    except ValueError:
        return False  # text is for the reader of the number to refuse
    return value >= missing_from or value <= -9900.0


def begin_of_means(mean: Column, time_s: Seconds, step_s: int, cycle_s: int | None = None) -> Column:
    """Move means stamped with the end of their interval to the row that begins it.

    A row gets the value of the next row if that one is exactly a step later, else NaN: nothing reaches over a gap. In a
    typical year, a cycle of `cycle_s`, the row after the last one is the first.
    """
    late_s = np.roll(time_s, -1) - time_s - step_s
    next_is_due = late_s == 0 if cycle_s is None else late_s % cycle_s == 0
    return mean._replace(values=np.where(next_is_due, np.roll(mean.values, -1), np.nan))
