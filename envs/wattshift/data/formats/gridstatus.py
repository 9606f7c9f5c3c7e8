"""Prices as gridstatus writes them: the open-source library's frames as CSV, and the hosted service's exports.

* library: `Time,Interval Start,Interval End,Market,Location,Location Type,LMP,Energy,Congestion,Loss` (`SPP` for ERCOT)
* service: `interval_start_utc,interval_end_utc,...,location,...,lmp` (`spp` for ERCOT)

Times carry their offset. Prices are USD/MWh, except those of the Canadian markets, which the file does not tell apart:
the unit is asked for.
"""

from pathlib import Path

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import price_column
from wattshift.data.formats.format import Format
from wattshift.data.model import Table, one_of
from wattshift.data.options import Options
from wattshift.data.text import read_csv

STARTS = ("Interval Start", "interval_start_utc")
LOCATIONS = ("Location",)
PRICES = ("LMP", "SPP")


def sniff(beginning: str) -> bool:
    """By the start of the interval and a price."""
    titles = {title.strip().casefold() for title in beginning.split("\n", 1)[0].split(",")}
    return bool(titles & {name.casefold() for name in STARTS}) and bool(titles & {name.casefold() for name in PRICES})


def read(path: Path, options: Options) -> Table:
    """The price at one location.

    Raises:
        DataError: missing column, several locations and none named, a time without offset, a faulty cell.
    """
    csv = read_csv(path)
    location = one_of(csv.cells(*LOCATIONS), options, path, "location")
    csv = csv.only_rows([cell == location for cell in csv.cells(*LOCATIONS)])
    starts = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(*STARTS))]
    title = csv.header[csv.position(*PRICES)]
    unit = options.need("unit", path, "the file does not say the currency (USD/MWh, or CAD/MWh for IESO and AESO)")
    return Table(
        path,
        FORMAT.name,
        options.need("zone", path, f"location {location} belongs to no zone of the catalog by itself"),
        "interval",
        utc_s(starts, None, csv.where),
        csv.line_numbers,
        (price_column(csv.cells(title), unit, csv.where, options, path, title=title),),
        "offset in file, period starting",
        location,
    )


FORMAT = Format(
    name="gridstatus",
    summary="gridstatus, locational prices of the North American markets, from the library or the hosted service",
    looks_like="Time,Interval Start,Interval End,Market,Location,Location Type,LMP,Energy,Congestion,Loss",
    states="offset in file, period starting, location",
    asks=("zone", "unit"),
    may=("location", "usd_per_unit"),
    source="https://docs.gridstatus.io, https://github.com/gridstatus/gridstatus",
    sniff=sniff,
    read=read,
)
