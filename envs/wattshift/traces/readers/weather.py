"""Weather as exported by Open-Meteo: JSON, hourly instants on a local clock of one fixed offset all year."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple

from wattshift.traces.errors import TraceError
from wattshift.traces.readers import text
from wattshift.traces.readers.hours import Row


class Column(NamedTuple):
    """A series of the file and what its numbers may be."""

    key: str
    unit: str
    lowest: float
    highest: float
    factor: float  # to the unit used here


TEMPERATURE_C = Column("temperature_2m", "°C", -60.0, 60.0, 1.0)
HUMIDITY = Column("relative_humidity_2m", "%", 0.0, 100.0, 0.01)
CLOUD = Column("cloudcover", "%", 0.0, 100.0, 0.01)
WIND_M_PER_S = Column("windspeed_10m", "km/h", 0.0, 400.0, 1.0 / 3.6)
COLUMNS = (TEMPERATURE_C, HUMIDITY, CLOUD, WIND_M_PER_S)


class WeatherFile(NamedTuple):
    """A parsed and checked file of one year."""

    path: Path
    offset_s: int
    hourly: dict[str, list[Any]]

    def rows(self, column: Column) -> Iterator[Row]:
        """Values at the start of each hour.

        Raises:
            TraceError: a value is null, no number or out of range, or a time is no whole hour.
        """
        for k, (when, value) in enumerate(zip(self.hourly["time"], self.hourly[column.key], strict=True)):
            begin = text.whole_hour(str(when), f"{self.path}, hourly.time[{k}]")
            where = f"{self.path}, hourly.{column.key}[{k}]"
            checked = text.number(str(value), column.lowest, column.highest, column.unit, where)
            yield Row(int(begin.replace(tzinfo=UTC).timestamp()) - self.offset_s, column.factor * checked, where)


def open_weather(root: Path, folder: str, year: int) -> WeatherFile:
    """Read and check the frame of a year's file: offset, columns, units, equal lengths.

    Raises:
        TraceError: missing file, broken JSON (line named), a missing or unequal column, an unexpected unit.
    """
    path = text.find(root / "weather_openmeteo" / folder / f"{year}.json")
    try:
        content = json.loads(text.read_text(path))
    except json.JSONDecodeError as error:
        raise TraceError(f"{path}, line {error.lineno}: not JSON, {error.msg} at column {error.colno}") from error
    hourly = _field(content, "hourly", dict, path)
    units = _field(content, "hourly_units", dict, path)
    offset_s = _field(content, "utc_offset_seconds", int, path)
    times = _field(hourly, "time", list, path)
    if not times:
        raise TraceError(f"{path}, hourly.time: empty")
    for column in COLUMNS:
        values = _field(hourly, column.key, list, path)
        if len(values) != len(times):
            raise TraceError(f"{path}, hourly.{column.key}: {len(values)} values for {len(times)} times")
        if units.get(column.key) != column.unit:
            unit = units.get(column.key)
            raise TraceError(f"{path}, hourly_units.{column.key}: got {unit!r}, expected {column.unit!r}")
    return WeatherFile(path, offset_s, hourly)


def _field(content: object, key: str, kind: type, path: Path) -> Any:
    value = content.get(key) if isinstance(content, dict) else None
    if not isinstance(value, kind):
        raise TraceError(f"{path}, {key}: missing, or not the {kind.__name__} that Open-Meteo writes")
    return value
