"""From imported demand to what a replay takes: requests counted over equal intervals, and jobs.

A set goes into a world as

    table = read(Path("AzureLLMInferenceTrace_code.csv"), Options(timezone="UTC"))
    traces = replay_counts(traces, flow, recorded_counts(table), every_h=...)

or, for a trace spec, as the file that `write_counts` or `write_jobs` writes.
"""

from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.errors import DataError
from wattshift.data.jobs_files import NO_CLOCK
from wattshift.data.model import Floats, Table

HOUR_S = 3600.0


class Counts(NamedTuple):
    """Requests counted over equal intervals, evenly spread within each."""

    start_s: float  # POSIX time at which the first interval begins
    interval_s: float
    counts: Floats

    def until(self, times_s: Floats) -> Floats:
        """Requests from the start to each time."""
        summed = np.concatenate([[0.0], np.cumsum(self.counts)])
        return np.interp((times_s - self.start_s) / self.interval_s, np.arange(float(len(summed))), summed)

    @property
    def end_s(self) -> float:
        """POSIX time at which the last interval ends."""
        return self.start_s + self.interval_s * len(self.counts)


class Jobs(NamedTuple):
    """Recorded jobs, in any order."""

    arrival_s: Floats  # POSIX time
    run_h: Floats  # on the class's reference chip, > 0
    gang: NDArray[np.int64]  # chips, >= 1


def recorded_counts(table: Table, interval_s: int = 60) -> Counts:
    """Requests in every whole interval that the trace covers.

    The intervals in which the trace begins and ends are cut and would count too few: they are left out. A table that
    holds counts already is added up.

    Args:
        table: events, one a request, or counts (`requests`) over equal intervals.
        interval_s: length of an interval, which begin at whole multiples of it since 1970.

    Raises:
        DataError: no request or no whole interval, counts over intervals that do not fit, with holes or repetitions.
    """
    if table.index == "event":
        if not any(column.quantity == "context_tokens" for column in table.columns):
            raise DataError(
                f"{table.path}: its rows are no requests; columns {', '.join(c.name for c in table.columns)}"
            )
        time_s, weights = table.time_s, None
        begin, end = -(-int(time_s.min()) // interval_s), int(time_s.max()) // interval_s
    else:
        time_s, weights = table.time_s, table.column("requests").values
        step_s = table.step_s
        even = step_s > 0 and (np.diff(time_s) == step_s).all() and np.isfinite(weights).all()
        if not even or interval_s % step_s:
            raise DataError(
                f"{table.path}: counts every {step_s} s, with holes or repetitions, or not in {interval_s} s"
            )
        begin, end = -(-int(time_s[0]) // interval_s), (int(time_s[-1]) + step_s) // interval_s
    if end <= begin:
        raise DataError(f"{table.path}: covers no whole interval of {interval_s} s")
    index = time_s // interval_s - begin
    inside = (index >= 0) & (index < end - begin)
    chosen = None if weights is None else weights[inside]
    counts = np.bincount(index[inside], chosen, minlength=end - begin).astype(np.float64)
    return Counts(float(begin * interval_s), float(interval_s), counts)


def recorded_jobs(table: Table, chips: Literal["gpus", "cpus", "one"]) -> Jobs:
    """Jobs with a known length above zero that ask for a chip.

    Rows without a length (never scheduled, still running) or without a chip are left out. Shares of a chip are
    rounded up to whole chips.

    Args:
        table: jobs, from one of the formats of job traces.
        chips: which column counts as chips; "one" if every job is to take one.

    Raises:
        DataError: the table has no arrivals, no lengths or no such column, or no job is left.
    """
    if table.clock == NO_CLOCK:
        raise DataError(f"{table.path}: has no arrivals, only run times: `lengths_h` gives them as a sample")
    asked = np.ones(len(table.time_s)) if chips == "one" else table.column(chips).values
    length_s = table.column("duration").values
    kept = (length_s > 0) & (asked > 0)  # false where a length is missing
    if not kept.any():
        raise DataError(f"{table.path}: no job has both a length and {chips}")
    gang = np.ceil(asked[kept] - 1e-9).astype(np.int64)
    return Jobs(table.time_s[kept].astype(np.float64), length_s[kept] / HOUR_S, gang)


def lengths_h(table: Table) -> Floats:
    """Known lengths of jobs in hours, as a sample to draw from.

    Raises:
        DataError: the table has none.
    """
    length_s = table.column("duration").values
    return length_s[np.isfinite(length_s)] / HOUR_S


def write_counts(recorded: Counts, path: Path) -> None:
    """As the CSV that `TraceSpec.replay` takes: `time,count`, seconds since 1970."""
    times_s = recorded.start_s + recorded.interval_s * np.arange(len(recorded.counts))
    _write(path, "time,count", zip(times_s, recorded.counts, strict=True))


def write_jobs(recorded: Jobs, path: Path) -> None:
    """As the CSV that `TraceSpec.replay` takes: `arrival,hours,gang`, seconds since 1970."""
    _write(path, "arrival,hours,gang", zip(*recorded, strict=True))


def _write(path: Path, header: str, rows: "zip[tuple[float, ...]]") -> None:
    lines = (",".join(f"{value:.10g}" for value in row) for row in rows)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
