"""Carbon intensity in the folder of real files: Electricity Maps' exports, life cycle."""

from pathlib import Path

from wattshift.data.formats import electricity_maps
from wattshift.data.options import Options
from wattshift.data.text import find
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.hours import Row
from wattshift.traces.readers.tables import as_trace_errors, rows_of
from wattshift.traces.zones import RealFiles


def carbon_rows(root: Path, files: RealFiles, year: int) -> list[Row]:
    """Rows of one year, in kg/kWh.

    Raises:
        TraceError: missing file or column, wrong zone, text instead of a number, a value out of range.
    """
    folder = root / "carbon_electricitymaps" / files.carbon_folder
    with as_trace_errors():
        table = electricity_maps.read(find(folder / f"{files.carbon_folder}_{year}_hourly.csv"), Options())
    if table.original_zone != files.carbon_zone_id:
        raise TraceError(f"{table.path}: the zone is {table.original_zone!r}, expected {files.carbon_zone_id!r}")
    return rows_of(table, "carbon_average_life_cycle")
