"""Weather in the folder of real files: Open-Meteo's JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wattshift.data.formats import open_meteo
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.text import find
from wattshift.traces.readers.hours import Row
from wattshift.traces.readers.tables import as_trace_errors, rows_of

TEMPERATURE_C, HUMIDITY, CLOUD, WIND_M_PER_S = "temp", "humidity", "cloud", "wind"
Column = str


class WeatherFile(NamedTuple):
    """A parsed and checked file of one year."""

    table: Table

    def rows(self, column: Column) -> Iterator[Row]:
        """Values at the start of each hour, shares and m/s.

        Raises:
            TraceError: the file has no such column.
        """
        yield from rows_of(self.table, column)


def open_weather(root: Path, folder: str, year: int) -> WeatherFile:
    """Read a year's file.

    Raises:
        TraceError: missing file, broken JSON (line named), unequal columns, an unknown unit, a value out of range.
    """
    with as_trace_errors():
        return WeatherFile(
            open_meteo.read(find(root / "weather_openmeteo" / folder / f"{year}.json"), Options(zone=""))
        )
