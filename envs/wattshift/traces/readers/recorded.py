"""Recorded demand as plain CSV: `time,count` of requests, or `arrival,hours,gang` of jobs.

Times are ISO 8601 (UTC unless they carry an offset) or seconds since 1970. Other columns are allowed and not read.
"""

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from wattshift.data.recordings import Counts, Jobs
from wattshift.data.text import find, number, read_csv
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.tables import as_trace_errors

MOST_COUNTED, LONGEST_RUN_H, LARGEST_GANG = 1e12, 1e5, 1e6
LATEST_S = 32503680000.0  # the year 3000: milliseconds instead of seconds are refused


@as_trace_errors()
def read_counts(path: Path) -> Counts:
    """Requests counted over equal intervals, each dated by its start; two at least.

    Raises:
        TraceError: file missing, a cell that is no time or no count, or intervals that differ: a gap, a repetition.
    """
    file = find(path)
    table = read_csv(file)
    starts_s: list[float] = []
    counts: list[float] = []
    for k, (time, count) in enumerate(zip(table.cells("time"), table.cells("count"), strict=True)):
        where = table.where(k)
        starts_s.append(time_s(time, where))
        counts.append(number(count, 0.0, MOST_COUNTED, "a count of requests", where))
        if len(starts_s) > 2 and not math.isclose(starts_s[-1] - starts_s[-2], starts_s[1] - starts_s[0], abs_tol=1e-3):
            raise TraceError(
                f"{where}: {time} is {starts_s[-1] - starts_s[-2]:g} s after the line before, expected equal intervals "
                f"of {starts_s[1] - starts_s[0]:g} s as between the first two"
            )
    if len(starts_s) < 2 or starts_s[1] <= starts_s[0]:
        raise TraceError(f"{file}: two rows at least are needed, in the order of time")
    return Counts(starts_s[0], starts_s[1] - starts_s[0], np.array(counts))


@as_trace_errors()
def read_jobs(path: Path) -> Jobs:
    """Jobs by arrival, hours of run time on the reference chip, and chips.

    Raises:
        TraceError: file missing, or a cell that is no time, no run time above 0 or no whole number of chips.
    """
    table = read_csv(find(path))
    rows = []
    columns = [table.cells(name) for name in ("arrival", "hours", "gang")]
    for k, (arrival, hours, gang) in enumerate(zip(*columns, strict=True)):
        where = table.where(k)
        run_h = number(hours, 1e-6, LONGEST_RUN_H, "a run time in hours", where)
        chips = number(gang, 1.0, LARGEST_GANG, "a number of chips", where)
        if chips != int(chips):
            raise TraceError(f"{where}: got {gang} chips, must be a whole number")
        rows.append((time_s(arrival, where), run_h, chips))
    arrival_s, run_h_of, gangs = np.array(rows).T
    return Jobs(arrival_s, run_h_of, gangs.astype(np.int64))


@as_trace_errors()
def time_s(text: str, where: str) -> float:
    """POSIX seconds of a time in ISO 8601, UTC unless it says otherwise, or of a number.

    Raises:
        TraceError: neither of the two.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return number(text, 0.0, LATEST_S, "a time such as 2024-05-10 17:00:00, or seconds since 1970,", where)
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
