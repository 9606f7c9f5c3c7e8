"""Job files of GAIA (ASPLOS 2024): `arrival_time,length,cpus`, resampled from Alibaba PAI, Azure VM and LANL Mustang.

The same header is used for *hours* (`pai-100k`, `azure-100k`, `mustang-trace-2015-100k`) and for *seconds*
(`pai_1k`): the unit must be stated, `--unit h` or `--unit s`. It is checked, because GAIA cut lengths to 5 minutes
up to 3 days: a length beyond that is a wrong unit. Arrivals were spread over a year (or a week) without day or
week: the clock is unknown, and no shape may be taken from it.
"""

from pathlib import Path

import numpy as np

from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.jobs_files import begun, computed, seconds
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.text import read_csv

HEADER = "arrival_time,length,cpus"
SHORTEST_S, LONGEST_S = 300.0, 3 * 86400.0
UNITS = ("h", "s")


def sniff(beginning: str) -> bool:
    """By the header."""
    return beginning.startswith(HEADER)


def read(path: Path, options: Options) -> Table:
    """Length and cores of every job.

    Raises:
        MissingStatementError: the unit was not stated.
        DataError: a unit other than h or s, a length that GAIA's files cannot hold, a row cut short, text instead
            of a number.
    """
    unit = options.need("unit", path, "files of this kind count hours or seconds and do not say which (write h or s)")
    if unit not in UNITS:
        raise DataError(f"--unit: got {unit!r}, expected h or s")
    csv = read_csv(path)
    length_s = seconds(csv, "length", unit=unit)
    wrong = np.flatnonzero((length_s < SHORTEST_S) | (length_s > LONGEST_S))
    if wrong.size:
        k, other = int(wrong[0]), UNITS[1 - UNITS.index(unit)]
        raise DataError(
            f"{csv.where(k)}: length {csv.cells('length')[k]} {unit}, expected 5 minutes to 3 days as in all of GAIA's "
            f"files; is the unit {other}?"
        )
    time_s, clock = begun(options, seconds(csv, "arrival_time", unit=unit))
    columns = (
        computed("duration", length_s, "length", unit),
        column("cpus", csv.cells("cpus"), "1", csv.where, title="cpus"),
    )
    notes = ("arrivals were resampled without day or week",)
    return Table(path, FORMAT.name, options.zone or "", "event", time_s, csv.line_numbers, columns, clock, notes=notes)


FORMAT = Format(
    name="gaia-jobs",
    summary="Job files of GAIA: arrival, length, cores",
    looks_like=HEADER,
    states="cores; neither the unit of time nor a clock",
    asks=("unit",),
    may=("start", "zone"),
    source="https://github.com/umassos/GAIA/tree/main/src/cluster_traces",
    sniff=sniff,
    read=read,
)
