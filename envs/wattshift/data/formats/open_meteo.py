"""Open-Meteo: hourly weather as JSON or CSV, from the archive (reanalysis) and the forecast API alike.

Times are local at *one fixed offset*, `utc_offset_seconds`, that of the day of the download: no daylight saving
inside a file, 24 hours a day (with `timeformat=unixtime` they are UTC seconds). Units stand beside the values:
`hourly_units`, or in the CSV's titles, `temperature_2m (°C)`. Temperature, dew point, humidity, cloud, wind and
pressure are instants; radiation is the mean of the *preceding* hour and is moved to the row that begins it. The CSV
starts with two lines on the place and a blank one; where somebody cut them off, the clock is asked for. A null is a
missing value. Files of several places, and CSV files with daily or current values beside the hourly ones, are
refused.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wattshift.data.clock import parsed, to_utc_s
from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Column, Seconds, Table
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.quantities import quantity
from wattshift.data.text import Csv, number, read_csv, read_json, read_text
from wattshift.data.units import conversion
from wattshift.data.weather_files import MOVED, begin_of_means, in_column, offset_name, stated_zone

HOUR_S = 3600
PLACE_TITLES = ["latitude", "longitude", "elevation", "utc_offset_seconds", "timezone", "timezone_abbreviation"]
QUANTITY_OF = {
    "temperature_2m": "temp",
    "relative_humidity_2m": "humidity",
    "relativehumidity_2m": "humidity",
    "dew_point_2m": "dew_point",
    "dewpoint_2m": "dew_point",
    "wet_bulb_temperature_2m": "wet_bulb",
    "cloud_cover": "cloud",
    "cloudcover": "cloud",
    "wind_speed_10m": "wind",
    "windspeed_10m": "wind",
    "surface_pressure": "pressure",
    "shortwave_radiation": "irradiance_global",
    "direct_normal_irradiance": "irradiance_direct",
    "diffuse_radiation": "irradiance_diffuse",
}
"""Variables that are read, in the API's old and new spelling; others are left out."""

UNIT_OF = {"°C": "C", "°F": "F", "mp/h": "mph", "W/m²": "W/m2"}
"""The API's spelling of units to ours, where they differ."""

TITLE = re.compile(r"(\w+) \((.*)\)")


class Hourly(NamedTuple):
    """What both forms of a file say."""

    place: Place | None
    offset: str  # such as +11:00
    time_is_unix: bool
    times: list[str]
    variables: dict[str, tuple[str, list[str]]]  # name: unit, cells
    where: Callable[[int], str]
    row: Seconds
    row_word: str


def sniff(beginning: str) -> bool:
    """By the place's titles, the hourly temperature, or the offset of the JSON."""
    if beginning.lstrip().startswith("{"):
        return '"utc_offset_seconds"' in beginning and '"generationtime_ms"' in beginning
    return beginning.startswith(",".join(PLACE_TITLES[:4])) or beginning.startswith("time,temperature_2m (")


def read(path: Path, options: Options) -> Table:
    """All known variables of the file.

    Raises:
        DataError: no hourly values, no variable that is known, lists of unequal length, an unknown unit, text
            instead of a number, a value out of range, a time that is none, or a place far from the stated zone.
    """
    hourly = _from_json(path) if read_text(path).lstrip().startswith(("{", "[")) else _from_csv(path, options)
    time_s = _utc_s(hourly)
    columns = tuple(
        _column(name, unit, cells, path, hourly, time_s)
        for name, (unit, cells) in hourly.variables.items()
        if name in QUANTITY_OF
    )
    if not columns:
        raise DataError(
            f"{path}: no known variable among {', '.join(hourly.variables)}; known are {', '.join(QUANTITY_OF)}"
        )
    zone = stated_zone(options, hourly.place, path)
    clock = "UTC" if hourly.time_is_unix else f"UTC{hourly.offset} all year"
    moved = any(one.quantity.startswith("irradiance") for one in columns)
    return Table(
        path,
        FORMAT.name,
        zone,
        "instant",
        time_s,
        hourly.row,
        columns,
        clock,
        row_word=hourly.row_word,
        notes=(MOVED,) if moved else (),
        place=hourly.place,
    )


def _column(name: str, unit: str, cells: list[str], path: Path, hourly: Hourly, time_s: Seconds) -> Column:
    kind = quantity(QUANTITY_OF[name])
    ours = UNIT_OF.get(unit, unit)
    try:
        conversion(ours, kind.unit)
    except DataError as error:
        raise DataError(f"{path}, {name}: {error}") from error
    found = column(kind.name, cells, ours, in_column(hourly.where, name), title=name)
    return begin_of_means(found, time_s, HOUR_S) if kind.unit == "W/m2" else found


def _utc_s(hourly: Hourly) -> Seconds:
    if hourly.time_is_unix:
        seconds = [number(cell, 0.0, 4e9, "seconds since 1970", hourly.where(k)) for k, cell in enumerate(hourly.times)]
        times = [datetime.fromtimestamp(one, UTC).replace(tzinfo=None) for one in seconds]
        return to_utc_s(times, "UTC", hourly.where)
    return to_utc_s([parsed(cell, hourly.where(k)) for k, cell in enumerate(hourly.times)], hourly.offset, hourly.where)


def _place(values: dict[str, Any], where: str) -> tuple[Place, str]:
    offset_s = number(str(values["utc_offset_seconds"]), -43200, 50400, "utc_offset_seconds", where)
    offset = offset_name(offset_s / HOUR_S, where)
    latitude = number(str(values["latitude"]), -90, 90, "latitude", where)
    return Place(latitude, number(str(values["longitude"]), -180, 180, "longitude", where), offset), offset


def _from_json(path: Path) -> Hourly:
    content = read_json(path)
    if isinstance(content, list):
        raise DataError(f"{path}: {len(content)} places in one file, expected one")
    for key, kind in (("utc_offset_seconds", int), ("latitude", float | int), ("longitude", float | int)):
        if not isinstance(content.get(key), kind):
            raise DataError(f"{path}, {key}: missing, or not the number that Open-Meteo writes")
    for key in ("hourly", "hourly_units"):
        if not isinstance(content.get(key), dict) or not isinstance(content[key].get("time"), list | str):
            raise DataError(f"{path}, {key}.time: missing; hourly values are expected")
    lists, units = content["hourly"], content["hourly_units"]
    times = [str(time) for time in lists["time"]]
    variables = {}
    for name, values in lists.items():
        if len(values) != len(times):
            raise DataError(f"{path}, hourly.{name}: {len(values)} values for {len(times)} times")
        if name != "time":
            variables[name] = (str(units.get(name)), ["" if value is None else str(value) for value in values])
    place, offset = _place(content, str(path))
    word = "hourly element {}"
    return Hourly(
        place,
        offset,
        units["time"] == "unixtime",
        times,
        variables,
        lambda k: f"{path}, {word.format(k)}",
        np.arange(len(times), dtype=np.int64),
        word,
    )


def _from_csv(path: Path, options: Options) -> Hourly:
    lines = read_text(path).splitlines()
    has_place = lines[0].startswith(",".join(PLACE_TITLES[:4]))
    if lines[0].startswith("location_id"):
        raise DataError(f"{path}: several places in one file, expected one")
    csv = read_csv(path, skip_lines=3 if has_place else 0)
    if csv.header[0] != "time":
        raise DataError(f"{path}, line {csv.header_line}: expected hourly values, with a first column 'time'")
    place, offset = None, ""
    if has_place:
        place, offset = _place(dict(zip(PLACE_TITLES, lines[1].split(","), strict=True)), f"{path}, line 2")
    else:
        offset = options.need("timezone", path, "the lines on the place and its offset from UTC were cut off")
    return Hourly(
        place,
        offset,
        csv.cells("time")[0].isdigit(),
        csv.cells("time"),
        _titled(csv),
        csv.where,
        csv.line_numbers,
        "line {}",
    )


def _titled(csv: Csv) -> dict[str, tuple[str, list[str]]]:
    """Cells and unit by variable; titles look like `temperature_2m (°C)`."""
    variables = {}
    for title in csv.header[1:]:
        parts = TITLE.fullmatch(title.strip())
        if parts is None:
            raise DataError(
                f"{csv.path}, line {csv.header_line}: {title!r} names no unit, expected as in 'cloud_cover (%)'"
            )
        variables[parts[1]] = (parts[2], ["" if cell == "NaN" else cell for cell in csv.cells(title)])
    return variables


FORMAT = Format(
    name="open-meteo",
    summary="Open-Meteo, hourly weather (archive and forecast), JSON or CSV",
    looks_like='{"latitude":52.5,...,"utc_offset_seconds":3600,"hourly_units":{...},"hourly":{"time":[...],...}} or '
    "latitude,longitude,elevation,utc_offset_seconds,...",
    states="units of every variable, one fixed offset from UTC, place; instants, radiation of the preceding hour",
    asks=("zone",),
    may=("timezone",),
    source="https://open-meteo.com/en/docs/historical-weather-api",
    sniff=sniff,
    read=read,
)
