"""Alibaba's GPU cluster of 2023: pods, `openb_pod_list_*.csv`.

A row a pod, times in seconds from the beginning of the trace. Its clock is *unknown* and so is hour of day and weekday:
`--start` places second zero where you want it. Length is from `scheduled_time` to `deletion_time`; pods that were never
scheduled (phase Pending) have none. Pods deleted in the very last second of the trace outlived it. `gpu_milli` is the
share of each of `num_gpu` GPUs in thousandths. The first 115 days hold 27 pods, the last 35 all the others.

Layout: README.md of alibaba/clusterdata, cluster-trace-gpu-v2023. Cite Weng et al., USENIX ATC 2023.
"""

from pathlib import Path

import numpy as np

from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.jobs_files import begun, computed, seconds, span
from wattshift.data.model import Column, Table
from wattshift.data.options import Options
from wattshift.data.text import Csv, read_csv

HEADER = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time"


def sniff(beginning: str) -> bool:
    """By the header."""
    return beginning.startswith(HEADER)


def _thousandths(csv: Csv, title: str, quantity: str) -> Column:
    return column(quantity, csv.cells(title), "1", csv.where, title=title)


def read(path: Path, options: Options) -> Table:
    """Length, wait, GPUs, cores and memory of every pod.

    Raises:
        DataError: a row is cut short, text instead of a number, or a pod deleted before it was scheduled.
    """
    csv = read_csv(path)
    created, scheduled, deleted = (
        (title, seconds(csv, title, optional=title == "scheduled_time"))
        for title in ("creation_time", "scheduled_time", "deletion_time")
    )
    time_s, clock = begun(options, created[1])
    gpus = _thousandths(csv, "num_gpu", "gpus").values * _thousandths(csv, "gpu_milli", "gpus").values / 1000.0
    columns = (
        span("duration", csv, scheduled, deleted),
        span("wait", csv, created, scheduled),
        computed("gpus", gpus, "num_gpu x gpu_milli", "1/1000"),
        computed("cpus", _thousandths(csv, "cpu_milli", "cpus").values / 1000.0, "cpu_milli", "1/1000"),
        column("memory", csv.cells("memory_mib"), "MiB", csv.where, title="memory_mib"),
    )
    notes = (
        f"{int(np.isnan(scheduled[1]).sum())} pods were never scheduled and have no length",
        f"{int((deleted[1] == deleted[1].max()).sum())} pods end in the last second of the trace: cut off",
    )
    return Table(path, FORMAT.name, options.zone or "", "event", time_s, csv.line_numbers, columns, clock, notes=notes)


FORMAT = Format(
    name="alibaba-pods-2023",
    summary="Alibaba GPU cluster 2023: pods",
    looks_like=HEADER,
    states="seconds from the beginning, thousandths of a core and a GPU, MiB; the clock is unknown",
    asks=(),
    may=("start", "zone"),
    source="https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023",
    sniff=sniff,
    read=read,
)
