"""The index: order, hours that stand twice, hours that are missing, resolution; hints where clocks change."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from wattshift.data.check.finding import Finding, Weight
from wattshift.data.clock import utc_text
from wattshift.data.model import Table
from wattshift.data.places import place_of

SHOWN = 3  # of each kind; the rest is counted
DAY_S = 86400
HOUR_S = 3600


def time_findings(table: Table) -> Iterator[Finding]:
    """Everything about the times of a regular table; events have no grid to keep to."""
    if table.index == "event":
        yield Finding(Weight.NOTE, "times", f"{len(table.time_s)} events in {span_text(table)}")
        return
    step_s = table.step_s
    yield Finding(Weight.NOTE, "resolution", f"{step_text(step_s)}, {span_text(table)}")
    steps_s = np.diff(table.time_s)
    yield from _some(table, np.flatnonzero(steps_s < 0) + 1, _backwards)
    yield from _some(table, np.flatnonzero(steps_s == 0) + 1, _twice)
    yield from _some(table, np.flatnonzero((steps_s > step_s) & (steps_s % max(step_s, 1) == 0)) + 1, _gap)
    odd = (steps_s > 0) & (steps_s != step_s) & ((steps_s % max(step_s, 1) != 0) | (steps_s < step_s))
    yield from _changed(table, np.flatnonzero(odd) + 1)


def step_text(step_s: int) -> str:
    """A step in words."""
    return f"{step_s // HOUR_S} h" if step_s % HOUR_S == 0 and step_s else f"{step_s / 60:g} min"


def span_text(table: Table) -> str:
    """First and last time."""
    return f"from {utc_text(table.time_s.min())} to {utc_text(table.time_s.max())}"


def _some(table: Table, rows: np.ndarray, describe: Callable[[Table, int], Finding]) -> Iterator[Finding]:
    for k in rows[:SHOWN]:
        yield describe(table, int(k))
    if len(rows) > SHOWN:
        first = describe(table, int(rows[SHOWN]))
        yield Finding(
            first.weight, first.test, f"{len(rows) - SHOWN} more of this kind, the next in {table.where(rows[SHOWN])}"
        )


def _backwards(table: Table, k: int) -> Finding:
    this, before = int(table.time_s[k]), int(table.time_s[k - 1])
    message = f"{table.where(k)}: {utc_text(this)} comes after {utc_text(before)}"
    return Finding(Weight.FAULT, "order", message + _swapped(this, before, table.step_s))


def _swapped(this_s: int, before_s: int, step_s: int) -> str:
    """Hint if exchanging day and month makes the time follow the one before."""
    when = datetime.fromtimestamp(this_s, UTC)
    if when.day > 12:
        return ""
    exchanged = when.replace(day=when.month, month=when.day)
    if 0 < exchanged.timestamp() - before_s <= max(step_s, DAY_S):
        return "; with day and month exchanged it would follow: are the dates day-first?"
    return ""


def _clock_change(table: Table, time_s: int) -> str:
    """Name of the zone's clock if it changes within three hours of that time."""
    place = place_of(table.zone)
    if place is None:
        return ""
    clock = ZoneInfo(place.timezone)
    around = [datetime.fromtimestamp(time_s + shift, clock).utcoffset() for shift in (-3 * HOUR_S, 3 * HOUR_S)]
    return place.timezone if around[0] != around[1] else ""


def _twice(table: Table, k: int) -> Finding:
    message = f"{table.where(k)}: {utc_text(table.time_s[k])} appears twice"
    clock = _clock_change(table, int(table.time_s[k]))
    if clock:
        message += f", where {clock} changes its clock: a local time without offset? Say its --timezone, or use UTC"
    return Finding(Weight.FAULT, "duplicate", message)


def _gap(table: Table, k: int) -> Finding:
    before, after = int(table.time_s[k - 1]), int(table.time_s[k])
    missing = (after - before) // table.step_s - 1
    first = before + table.step_s
    long = step_text(missing * table.step_s)
    message = f"{table.where(k)}: {missing} rows ({long}) missing before it, from {utc_text(first)}"
    hint = _swapped(after, before, table.step_s)
    if hint:
        return Finding(Weight.DOUBT, "gap", message + hint)
    clock = _clock_change(table, after) if missing * table.step_s <= 2 * HOUR_S else ""
    if clock:
        return Finding(Weight.DOUBT, "gap", f"{message}, where {clock} changes its clock: is the file in local time?")
    return Finding(Weight.HOLE, "gap", message)


def _changed(table: Table, rows: np.ndarray) -> Iterator[Finding]:
    if not len(rows):
        return
    k = int(rows[0])
    found = step_text(int(table.time_s[k] - table.time_s[k - 1]))
    message = f"{len(rows)} steps differ from {step_text(table.step_s)}, the first ({found}) in {table.where(k)}"
    yield Finding(Weight.HOLE, "resolution", message)
