"""What readers of job traces share: seconds from a beginning whose clock may not be known, and lengths."""

from datetime import datetime

import numpy as np

from wattshift.data.clock import parsed, utc_text, with_offset_s
from wattshift.data.errors import DataError
from wattshift.data.model import Column, Floats, Seconds
from wattshift.data.options import Options
from wattshift.data.quantities import quantity
from wattshift.data.text import Csv, number

UNKNOWN_CLOCK = "unknown: seconds from the beginning of the trace, counted from 1970-01-01 00:00"
NO_CLOCK = "none: no arrival times"
LONGEST_S = 1e9


def begun(options: Options, seconds: Floats) -> tuple[Seconds, str]:
    """Times of a trace that counts from its own beginning, and the clock in words.

    The beginning is where the user states it (`--start`). Not stated, seconds are counted from 1970, and the clock is
    called unknown: hours of the day and weekdays mean nothing then.

    Raises:
        DataError: the start is no time.
    """
    whole = np.floor(seconds).astype(np.int64)
    if options.start is None:
        return whole, UNKNOWN_CLOCK
    time = parsed(options.start, "--start")
    start = time if time.tzinfo else datetime.fromisoformat(f"{time.isoformat()}+00:00")
    start_s = int(with_offset_s([start], lambda _: "--start")[0])
    return whole + start_s, f"as stated: second zero is {utc_text(start_s)}"


def seconds(csv: Csv, title: str, *, unit: str = "s", optional: bool = False) -> Floats:
    """A column of seconds since the beginning; an empty optional cell becomes NaN.

    Raises:
        DataError: a cell is no number, negative, or beyond 30 years; the line is named.
    """
    scale = {"s": 1.0, "h": 3600.0}[unit]
    return np.array(
        [
            np.nan
            if optional and not cell
            else scale * number(cell, 0.0, LONGEST_S / scale, f"{title} in {unit}", csv.where(k))
            for k, cell in enumerate(csv.cells(title))
        ]
    )


def span(name: str, csv: Csv, first: tuple[str, Floats], last: tuple[str, Floats]) -> Column:
    """Time from one column to another; NaN where either is empty.

    Raises:
        DataError: it is negative; the line is named.
    """
    length_s = last[1] - first[1]
    wrong = np.flatnonzero(length_s < 0)
    if wrong.size:
        k = int(wrong[0])
        raise DataError(f"{csv.where(k)}: {last[0]} {last[1][k]:.0f} is before {first[0]} {first[1][k]:.0f}")
    return computed(name, length_s, f"{last[0]} - {first[0]}", "s")


def computed(name: str, values: Floats, title: str, original_unit: str) -> Column:
    """A column made from several of the file, already in the kept unit of the quantity."""
    return Column(quantity(name).name, values, title, original_unit)
