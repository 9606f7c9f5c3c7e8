"""Placing dated rows on the hours of the traces: in order, once each, none missing."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, MARGIN_H, Hours
from wattshift.traces.errors import TraceError

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

SHORT_GAP_H = 3
LONG_GAP_H = 24


class Row(NamedTuple):
    """One value of one hour, and where it stands."""

    begin_s: int
    value: float
    where: str  # file and line, for people


def utc_text(time_s: int) -> str:
    """For messages."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def place(rows: Sequence[Row], hours: Hours, *, fill: bool) -> Floats:
    """Values `[n_hours]`, one an hour of UTC, from at least one row; rows outside the hours are not used.

    On clocks of a half-hour offset (India) rows begin inside the hours of UTC. An hour then gets the mean of its
    two rows, weighted with their shares in it; for instants this is the straight line between them.

    With `fill`, and only then, holes are closed by these two rules, each use of which is logged as a warning:
    up to 3 missing hours by a straight line between their neighbours; up to 24 by the mean of the same clock hour
    a day before and a day after. A longer hole is refused.

    Raises:
        TraceError: rows out of order or off the common minute, an hour twice, or a hole that no rule closes.
    """
    _check_order(rows)
    into_hour_s = rows[0].begin_s % HOUR_S
    begun_before = int(into_hour_s > 0)  # rows begun in the hour before the first
    grid = Hours(hours.start_s + into_hour_s - begun_before * HOUR_S, hours.n_hours + begun_before)
    values = _on_grid(rows, grid, fill=fill)
    if not begun_before:
        return values
    share_of_earlier = into_hour_s / HOUR_S
    return share_of_earlier * values[:-1] + (1.0 - share_of_earlier) * values[1:]


def _check_order(rows: Sequence[Row]) -> None:
    for before, row in pairwise(rows):
        if row.begin_s <= before.begin_s:
            fault = "appears twice" if row.begin_s == before.begin_s else "comes after a later hour"
            raise TraceError(f"{row.where}: the hour {utc_text(row.begin_s)} {fault}")
        if (row.begin_s - before.begin_s) % HOUR_S:
            raise TraceError(f"{row.where}: {utc_text(row.begin_s)} is no whole hour after the row before")


def _on_grid(rows: Sequence[Row], grid: Hours, *, fill: bool) -> Floats:
    values = np.full(grid.n_hours, np.nan)
    where_of: dict[int, str] = {}
    for row in rows:
        index = (row.begin_s - grid.start_s) // HOUR_S
        if 0 <= index < grid.n_hours:
            values[index] = row.value
            where_of[index] = row.where
    for first, last in _holes(values):
        where = where_of.get(last + 1, f"{rows[-1].where} (the last row)")
        _close(values, first, last, where, grid, fill=fill)
    return values


def _holes(values: Floats) -> list[tuple[int, int]]:
    missing = np.concatenate([[False], np.isnan(values), [False]])
    edges = np.flatnonzero(missing[1:] != missing[:-1])
    return [(int(begin), int(end) - 1) for begin, end in edges.reshape(-1, 2)]


def _close(values: Floats, first: int, last: int, where: str, hours: Hours, *, fill: bool) -> None:
    """Fill the hours first..last in place, or refuse to; `where` is the row after them."""
    length = last - first + 1
    span = f"{length} missing hours from {utc_text(hours.start_s + first * HOUR_S)}"
    at_edge = first == 0 or last == len(values) - 1
    if fill and length <= SHORT_GAP_H and not at_edge:
        ends = [first - 1, last + 1]
        values[first : last + 1] = np.interp(np.arange(first, last + 1), ends, values[ends])
        log.warning("%s: %s filled by a straight line", where, span)
        return
    day_before = values[max(first - 24, 0) : max(last - 23, 0)]
    day_after = values[first + 24 : last + 25]
    whole = len(day_before) == len(day_after) == length and np.isfinite(day_before + day_after).all()
    if fill and length <= LONG_GAP_H and whole:
        values[first : last + 1] = 0.5 * (day_before + day_after)
        log.warning("%s: %s filled by the mean of the same hours a day before and after", where, span)
        return
    allowed = f"at most {LONG_GAP_H} may be filled, from whole days around them" if fill else "none may be missing"
    raise TraceError(f"{where}: {span}; {allowed}")


def with_margin(values: Floats) -> Floats:
    """Append the margin: the last day over again."""
    return np.concatenate([values, np.resize(values[-24:], MARGIN_H)])
