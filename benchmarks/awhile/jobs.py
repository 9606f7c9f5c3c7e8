"""The machine-learning jobs of "Let's Wait Awhile", and when somebody looks at their results."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import midnight_s
from wattshift.traces.readers.half_hours import HALF_HOUR_S

Ints = NDArray[np.int64]

JOBS = 3387
OPENS_H, CLOSES_H = 9, 17
SHORTEST_H, LONGEST_H = 4, 90
MONDAY, THURSDAY, FRIDAY, SATURDAY = 0, 3, 4, 5


class Jobs(NamedTuple):
    """Jobs in order of their start."""

    start_s: Ints  # [n] POSIX time at which each would start undisturbed
    length: Ints  # [n] half-hours

    @property
    def end_s(self) -> Ints:
        """[n] when each would end undisturbed."""
        return self.start_s + self.length * HALF_HOUR_S


def draw_jobs(year: int, generator: np.random.Generator) -> Jobs:
    """Jobs spread at random over the half-hours between 9:00 and 17:00 of the year's workdays, no two at once.

    Workdays are Mondays to Fridays; holidays are not left out. Lengths are uniform on half-hours, from 4 h to below
    90 h as in the paper's code.
    """
    days = [day for day in _days(year) if day.weekday() < SATURDAY]
    per_day = 2 * (CLOSES_H - OPENS_H)
    moments = np.sort(generator.choice(len(days) * per_day, size=JOBS, replace=False))
    midnights_s = np.array([midnight_s(day.year, day.month, day.day) for day in days], dtype=np.int64)
    start_s = midnights_s[moments // per_day] + OPENS_H * 3600 + (moments % per_day) * HALF_HOUR_S
    return Jobs(start_s, generator.integers(2 * SHORTEST_H, 2 * LONGEST_H, size=JOBS))


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=k) for k in range((date(year + 1, 1, 1) - first).days)]


Deadline = Callable[[datetime], datetime]
"""From the undisturbed end of a job to the moment at which somebody looks."""


def next_workday(end: datetime) -> datetime:
    """At once within office hours (ends included), else at the next opening on a workday."""
    if end.weekday() < SATURDAY and _opening(end) <= end <= end.replace(hour=CLOSES_H, minute=0):
        return end
    return _next_opening(end, lambda day: day < SATURDAY)


def next_workday_as_published(end: datetime) -> datetime:
    """The same, but whoever leaves on Friday evening looks on Saturday at 9:00: so does the code of the paper."""
    is_friday_evening = end.weekday() == FRIDAY and end > end.replace(hour=CLOSES_H, minute=0)
    return _opening(end) + timedelta(days=1) if is_friday_evening else next_workday(end)


def semi_weekly(end: datetime) -> datetime:
    """On the next Monday or Thursday at 9:00."""
    return _next_opening(end, lambda day: day in (MONDAY, THURSDAY))


def _opening(moment: datetime) -> datetime:
    return moment.replace(hour=OPENS_H, minute=0)


def _next_opening(end: datetime, is_open_on: Callable[[int], bool]) -> datetime:
    opening = _opening(end)
    while opening < end or not is_open_on(opening.weekday()):
        opening += timedelta(days=1)
    return opening


def slacks(jobs: Jobs, deadline: Deadline) -> Ints:
    """`[n]` half-hours that each job may end late."""
    ends = [datetime.fromtimestamp(int(end_s), UTC) for end_s in jobs.end_s]
    waits_s = [(deadline(end) - end).total_seconds() for end in ends]
    return np.array(waits_s, dtype=np.int64) // HALF_HOUR_S
