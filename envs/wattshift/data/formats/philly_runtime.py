"""Run times of Microsoft's Philly cluster (2017), `philly_runtime.csv`: one column, seconds, sorted.

There are no arrivals and no sizes: a sample of lengths to draw from. All rows stand at second zero of no clock.
Published beside Alibaba's analysis of 2020; the trace is Jeon et al., USENIX ATC 2019 (msr-fiddle/philly-traces).
"""

from pathlib import Path

import numpy as np

from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.jobs_files import NO_CLOCK
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.text import read_csv

HEADER = "runtime"


def sniff(beginning: str) -> bool:
    """By the only title."""
    return beginning.split("\n", 1)[0].strip() == HEADER


def read(path: Path, options: Options) -> Table:
    """Length of every job.

    Raises:
        DataError: text instead of a number, or a negative one.
    """
    csv = read_csv(path)
    lengths = column("duration", csv.cells(HEADER), "s", csv.where, title=HEADER)
    nowhere = np.zeros(len(csv.rows), np.int64)
    return Table(path, FORMAT.name, options.zone or "", "event", nowhere, csv.line_numbers, (lengths,), NO_CLOCK)


FORMAT = Format(
    name="philly-runtime",
    summary="Microsoft Philly 2017: run times of jobs",
    looks_like=HEADER,
    states="seconds; no arrivals, no sizes",
    asks=(),
    may=("zone",),
    source="https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020/analysis",
    sniff=sniff,
    read=read,
)
