"""Carbon intensity as exported by Electricity Maps: hourly, UTC, start of the hour, life cycle (LCA) in g/kWh."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from wattshift.traces.errors import TraceError
from wattshift.traces.readers import text
from wattshift.traces.readers.hours import Row
from wattshift.traces.zones import RealFiles

TIME = "Datetime (UTC)"
ZONE = "Zone Id"
LIFE_CYCLE = "Carbon Intensity gCO₂eq/kWh (LCA)"
HIGHEST_G_PER_KWH = 2000.0  # lignite: about 1100


def carbon_rows(root: Path, files: RealFiles, year: int) -> Iterator[Row]:
    """Rows of one year, in kg/kWh.

    Raises:
        TraceError: missing file or column, wrong zone, text instead of a number, a value out of range.
    """
    folder = root / "carbon_electricitymaps" / files.carbon_folder
    path = text.find(folder / f"{files.carbon_folder}_{year}_hourly.csv")
    for line, (when, zone_id, intensity) in text.csv_cells(path, (TIME, ZONE, LIFE_CYCLE)):
        where = f"{path}, line {line}"
        if zone_id != files.carbon_zone_id:
            raise TraceError(f"{where}: Zone Id is {zone_id!r}, expected {files.carbon_zone_id!r}")
        begin = text.whole_hour(when, where)
        if begin.tzinfo is not None:
            raise TraceError(f"{where}: {when} has an offset, the column {TIME!r} is UTC without one")
        grams = text.number(intensity, 0.0, HIGHEST_G_PER_KWH, "g/kWh", where)
        yield Row(int(begin.replace(tzinfo=UTC).timestamp()), grams / 1000.0, where)
