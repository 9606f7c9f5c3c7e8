"""Carbon intensity as published with "Let's Wait Awhile": `Time,Carbon Intensity`, naive UTC, g/kWh, 30 or 15 minutes.

The files (https://github.com/dos-group/lets-wait-awhile) change their resolution within the year: Germany's is 15
minutes with two half-hours, Great Britain's turns from 30 to 15 in autumn. What is read is the series at the half-hour
stamps, as the paper takes it; the values between are checked and left out.
"""

from datetime import UTC
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.errors import TraceError
from wattshift.traces.readers import text
from wattshift.traces.readers.carbon import HIGHEST_G_PER_KWH
from wattshift.traces.readers.hours import utc_text

TIME, INTENSITY = "Time", "Carbon Intensity"
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
    path = text.find(path)
    start_s = before_s = None
    values: list[float] = []
    for line, (when, intensity) in text.csv_cells(path, (TIME, INTENSITY)):
        where = f"{path}, line {line}"
        time_s = _quarter_hour_s(when, where)
        grams = text.number(intensity, 0.0, HIGHEST_G_PER_KWH, "g/kWh", where)
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
        values.append(grams)
    if start_s is None:
        raise TraceError(f"{path}: no value at a full or half hour")
    return HalfHours(start_s, np.array(values))


def _quarter_hour_s(when: str, where: str) -> int:
    time = text.moment(when, where)
    if time.tzinfo is not None:
        raise TraceError(f"{where}: {when} has an offset, the column {TIME!r} is UTC without one")
    time_s = int(time.replace(tzinfo=UTC).timestamp())
    if time_s % QUARTER_HOUR_S or time.microsecond:
        raise TraceError(f"{where}: {when} is not on a quarter of an hour, data every 15 or 30 minutes expected")
    return time_s
