"""Prices in the folder of real files: sustain-cluster's, on the clocks of the zone catalog."""

from pathlib import Path

from wattshift.data.formats.sustain_cluster_price import Habits, read_prices
from wattshift.data.text import find
from wattshift.traces.readers.hours import Row
from wattshift.traces.readers.tables import as_trace_errors, rows_of
from wattshift.traces.zones import RealFiles


def price_rows(root: Path, files: RealFiles, year: int) -> list[Row]:
    """Rows of one year's file, in USD/kWh; the file may reach into the years around it.

    Raises:
        TraceError: missing file or column, a time on another clock, text instead of a number, value out of range.
    """
    folder = root / "price_processed" / files.price_folder
    habits = Habits(files.price_column, files.price_clock, files.month_starts_twice, files.usd_per_unit)
    with as_trace_errors():
        table = read_prices(find(folder / f"{files.price_name}_electricity_prices_{year}.csv"), "", habits)
    return rows_of(table, "price")
