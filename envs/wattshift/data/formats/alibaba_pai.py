"""Alibaba's GPU cluster of 2020 (PAI): `pai_job_table.csv` and `pai_task_table.csv`.

As published the tables have no header (it stands in a `.header` file beside them); both ways are read. `start_time`
and `end_time` are seconds less a constant: read as Unix time in Asia/Shanghai, hour of day and day of week are the
original ones, the date is not. A job table tells lengths; a task table also what was asked for: `inst_num`
instances of `plan_cpu` and `plan_gpu` *per cent* of a core and of a GPU each, an empty `plan_gpu` being none. Most
jobs have one task. Rows that never started have no time and are left out, counted in the notes; those still running
have no length.

Layout: README.md of alibaba/clusterdata, cluster-trace-gpu-v2020. Cite Weng et al., NSDI 2022.
"""

from pathlib import Path

import numpy as np

from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.jobs_files import computed, seconds, span
from wattshift.data.model import Column, Table
from wattshift.data.options import Options
from wattshift.data.streams import Part, batches, gathered
from wattshift.data.text import Csv, head

JOB = ["job_name", "inst_id", "user", "status", "start_time", "end_time"]
TASK = [
    "job_name",
    "task_name",
    "inst_num",
    "status",
    "start_time",
    "end_time",
    "plan_cpu",
    "plan_mem",
    "plan_gpu",
    "gpu_type",
]
STATES = {"Running", "Terminated", "Failed", "Waiting"}
CLOCK = "Asia/Shanghai: hours of day and weekdays are true, dates are not"


def _titles(beginning: str) -> list[str] | None:
    """Which of the two tables the first line belongs to."""
    first = beginning.split("\n", 1)[0].strip().split(",")
    for titles in (JOB, TASK):
        if first == titles or (len(first) == len(titles) and first[titles.index("status")] in STATES):
            return titles
    return None


def sniff(beginning: str) -> bool:
    """By the header, or the number of cells and the word of the status."""
    return _titles(beginning) is not None


def read(path: Path, options: Options) -> Table:
    """A row a job or a task that started.

    Raises:
        DataError: it is neither table, a row is cut short, text instead of a number, or an end before its start.
    """
    beginning = head(path)
    titles = _titles(beginning) or TASK
    has_header = beginning.startswith(",".join(titles))
    left_out = 0

    def part(csv: Csv) -> Part:
        nonlocal left_out
        started = csv.only_rows([cell not in ("", "0", "0.0") for cell in csv.cells("start_time")])
        left_out += len(csv.rows) - len(started.rows)
        start_s = seconds(started, "start_time")
        end_s = seconds(started, "end_time", optional=True)
        end_s[end_s == 0.0] = np.nan
        columns = (span("duration", started, ("start_time", start_s), ("end_time", end_s)),)
        return start_s.astype(np.int64), started.line_numbers, columns + (_asked(started) if titles == TASK else ())

    time_s, lines, columns = gathered(batches(path, header=None if has_header else titles), part)
    notes = (f"{left_out} rows that never started are left out",)
    return Table(path, FORMAT.name, options.zone or "", "event", time_s, lines, columns, CLOCK, notes=notes)


def _asked(csv: Csv) -> tuple[Column, ...]:
    """Instances, and GPUs and cores of all of them."""
    instances = column("instances", csv.cells("inst_num"), "1", csv.where, title="inst_num")
    cpus = column("cpus", csv.cells("plan_cpu"), "1", csv.where, title="plan_cpu")
    gpus = column("gpus", [cell or "0" for cell in csv.cells("plan_gpu")], "1", csv.where, title="plan_gpu")
    return (
        instances,
        computed("gpus", instances.values * gpus.values / 100.0, "inst_num x plan_gpu", "%"),
        computed("cpus", instances.values * cpus.values / 100.0, "inst_num x plan_cpu", "%"),
    )


FORMAT = Format(
    name="alibaba-pai-2020",
    summary="Alibaba GPU cluster 2020 (PAI): job or task table",
    looks_like=",".join(TASK) + " (or the same without a header)",
    states="seconds, per cent of a core and a GPU; hour of day and weekday in Asia/Shanghai, no true date",
    asks=(),
    may=("zone",),
    source="https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020",
    sniff=sniff,
    read=read,
)
