"""Carbon intensity as published with "Let's Wait Awhile": `Time,Carbon Intensity`, naive UTC, g/kWh, 30 or 15 minutes.

The files (https://github.com/dos-group/lets-wait-awhile) change their resolution within the year: Germany's is 15
minutes with two half-hours, Great Britain's turns from 30 to 15 in autumn. What is read is the series at the half-hour
stamps, as the paper takes it; the values between are checked and left out.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.formats import lets_wait_awhile
from wattshift.data.options import Options
from wattshift.data.text import find
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.hours import utc_text
from wattshift.traces.readers.tables import as_trace_errors

HALF_HOUR_S = 1800
QUARTER_HOUR_S = 900


class HalfHours(NamedTuple):
    """Carbon intensity at consecutive half-hours."""

    start_s: int  # POSIX time of the first
    g_per_kwh: NDArray[np.float64]

    def place(self, time_s: int) -> int:
        """Place of a half-hour in the series; it may lie outside."""
        return (time_s - self.start_s) // HALF_HOUR_S


def read_half_hours(path: Path) -> HalfHours:
    """Read a file, plain or gzipped (the `.gz` may be left out).

    Raises:
        TraceError: missing file or column, text instead of a number, a value out of range, an offset in a time, a time
            off the quarter of an hour, out of order or twice, or a missing half-hour; names file and line.
    """
    with as_trace_errors():
        table = lets_wait_awhile.read(find(path), Options(zone=path.stem))
    g_per_kwh = 1000.0 * table.columns[0].values
    start_s = before_s = None
    values: list[float] = []
    for k, time_s in enumerate(table.time_s.tolist()):
        where = table.where(k)
        if time_s % QUARTER_HOUR_S:
            raise TraceError(f"{where}: {utc_text(time_s)} is not on a quarter of an hour, 15 or 30 minutes expected")
        if before_s is not None and time_s <= before_s:
            fault = "appears twice" if time_s == before_s else "comes after a later time"
            raise TraceError(f"{where}: {utc_text(time_s)} {fault}")
        before_s = time_s
        if time_s % HALF_HOUR_S:
            continue
        start_s = time_s if start_s is None else start_s
        expected_s = start_s + len(values) * HALF_HOUR_S
        if time_s != expected_s:
            raise TraceError(f"{where}: the half-hour {utc_text(expected_s)} is missing before {utc_text(time_s)}")
        values.append(float(g_per_kwh[k]))
    if start_s is None:
        raise TraceError(f"{path}: no value at a full or half hour")
    return HalfHours(start_s, np.array(values))
