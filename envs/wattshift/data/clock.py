"""Times as written, on any clock, to POSIX seconds in UTC."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from wattshift.data.errors import DataError
from wattshift.data.model import Seconds, commonest_step_s

Where = Callable[[int], str]
FIXED = re.compile(r"[+-]\d{2}:\d{2}")
NUMERIC_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})[ T]+(.+)")


def utc_text(time_s: int) -> str:
    """For messages."""
    return datetime.fromtimestamp(int(time_s), UTC).strftime("%Y-%m-%d %H:%M UTC")


def clock_named(name: str) -> tzinfo:
    """`UTC`, a fixed offset such as `+10:00`, or an IANA name.

    Raises:
        DataError: it is none of these.
    """
    if name in ("UTC", "Z"):
        return UTC
    if FIXED.fullmatch(name):
        sign = -1 if name[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(name[1:3]), minutes=int(name[4:6])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DataError(f"--timezone: {name!r} is neither UTC nor like +10:00 nor like Europe/Berlin") from error


def parsed(text: str, where: str, dates: str | None = None) -> datetime:
    """A time, with or without offset: ISO 8601, or with `dates` (day-first, month-first) also 31/01/2023 17:00.

    Raises:
        DataError: it is no such time; a date with slashes or dots and no `dates` is asked about, not guessed.
    """
    numeric = NUMERIC_DATE.fullmatch(text)
    if numeric and dates is None:
        raise DataError(
            f"{where}: {text!r} may be day-first or month-first, expected a time such as 2023-01-31 17:00; "
            "where all dates are written so, say --dates {day-first,month-first}"
        )
    iso = text
    if numeric:
        first, second, year, rest = numeric.groups()
        day, month = (first, second) if dates == "day-first" else (second, first)
        iso = f"{year}-{month:0>2}-{day:0>2}T{rest}"
    try:
        return datetime.fromisoformat(iso)
    except ValueError as error:
        order = f" with {dates} dates" if numeric else ""
        raise DataError(f"{where}: {text!r} is not a time such as 2023-01-31 17:00:00{order}") from error


def to_utc_s(times: Sequence[datetime], clock: str, where: Where) -> Seconds:
    """POSIX seconds of times that are all naive, on a stated clock.

    The hour that happens twice in autumn is told apart by the order of the rows: the first time a clock time is met
    it is summer time, after that winter time.

    Raises:
        DataError: a time has an offset of its own, or does not exist because the clock jumps over it in spring.
    """
    zone = clock_named(clock)
    seconds = np.empty(len(times), np.int64)
    seen: set[datetime] = set()
    for k, wall in enumerate(times):
        if wall.tzinfo is not None:
            raise DataError(f"{where(k)}: {wall} has an offset, expected a time on the clock {clock} without one")
        early, late = ambiguity_s(wall, zone)
        if early > late:
            raise DataError(
                f"{where(k)}: {wall} does not exist on the clock {clock}, which jumps over it in spring; "
                "the file may be in UTC, or on winter time all year"
            )
        seconds[k] = late if wall in seen else early
        if early < late:
            seen.add(wall)
    return seconds


def ambiguity_s(wall: datetime, zone: tzinfo) -> tuple[int, int]:
    """POSIX seconds of a clock time by summer and by winter time.

    Equal on most days, rising in autumn's hour that happens twice, falling in spring's hour that does not happen.
    """
    early, late = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    return early, late


def exists(wall: datetime, clock: str) -> bool:
    """Whether the clock shows this time at all; it jumps over an hour in spring."""
    early, late = ambiguity_s(wall, clock_named(clock))
    return early <= late


def with_offset_s(times: Sequence[datetime], where: Where) -> Seconds:
    """POSIX seconds of times that all carry their offset.

    Raises:
        DataError: one has none.
    """
    for k, time in enumerate(times):
        if time.tzinfo is None:
            raise DataError(f"{where(k)}: {time} has no offset, expected one such as +01:00 or Z")
    return np.array([int(time.timestamp()) for time in times], np.int64)


def utc_s(times: Sequence[datetime], clock: str | None, where: Where) -> Seconds:
    """POSIX seconds: by the offsets of the times if the first one has one, else on the stated clock.

    Raises:
        DataError: some have an offset and some not, or there is neither offset nor clock.
    """
    if times and times[0].tzinfo is not None:
        return with_offset_s(times, where)
    if clock is None:
        raise DataError(f"{where(0)}: {times[0]} has no offset and no clock is known")
    return to_utc_s(times, clock, where)


def interval_starts(time_s: Seconds, hour: str) -> Seconds:
    """Starts of the intervals that times name by their `starting` or `ending`; the length is the commonest step."""
    return time_s - commonest_step_s(time_s) if hour == "ending" else time_s
