"""Calendar and clocks: hours in UTC, the same hours on local clocks, and the season.

All times are POSIX seconds (UTC, no leap seconds), int64 arrays.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.series import LEADS

Seconds = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR_S = 3600
DAY_S = 86400
WEEK_H = 168
MARGIN_H = LEADS + 1
"""Hours that every series runs past the end of the traces: the last forecast reaches 24 hours beyond it, and the
last of those hours is interpolated towards one more."""


class Hours(NamedTuple):
    """Consecutive hours of the traces, from `start_s`; series have `n_hours + MARGIN_H` of them."""

    start_s: int
    n_hours: int

    @property
    def n_with_margin(self) -> int:
        """Length of an hourly series."""
        return self.n_hours + MARGIN_H

    def begin_s(self) -> Seconds:
        """Start of every hour, margin included."""
        return self.start_s + HOUR_S * np.arange(self.n_with_margin, dtype=np.int64)

    def middle_s(self) -> Seconds:
        """Middle of every hour, margin included."""
        return self.begin_s() + HOUR_S // 2


def midnight_s(year: int, month: int = 1, day: int = 1) -> int:
    """POSIX time of midnight UTC."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def year_of(time_s: int) -> int:
    """Calendar year in UTC."""
    return datetime.fromtimestamp(time_s, UTC).year


def hours_in_year(year: int) -> int:
    """8760, or 8784 in a leap year."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days * 24


def calendar_years(first_year: int, years: int) -> Hours:
    """The hours of whole calendar years in UTC."""
    return Hours(midnight_s(first_year), sum(hours_in_year(first_year + k) for k in range(years)))


@lru_cache(maxsize=64)
def _hourly_offsets_s(timezone: str, first_hour: int, n_hours: int) -> Seconds:
    zone = ZoneInfo(timezone)
    offsets = [datetime.fromtimestamp((first_hour + k) * HOUR_S, zone).utcoffset() for k in range(n_hours)]
    result = np.array([int(offset.total_seconds()) for offset in offsets if offset is not None], dtype=np.int64)
    result.setflags(write=False)  # shared by every caller of the cache
    return result


def utc_offset_s(times_s: Seconds, timezone: str) -> Seconds:
    """Local minus UTC at ascending times, with daylight saving; looked up once an hour of UTC.

    Clocks change on a whole hour of UTC in every zone of the catalog.
    """
    hours = times_s // HOUR_S
    first = int(hours[0])
    return _hourly_offsets_s(timezone, first, int(hours[-1]) - first + 1)[hours - first]


def local_week_hour(times_s: Seconds, timezone: str) -> Floats:
    """Hour of the local week, 0 at Monday 00:00, below 168."""
    local_s = times_s + utc_offset_s(times_s, timezone)
    monday_s = 4 * DAY_S  # 1 January 1970 was a Thursday
    return ((local_s - monday_s) % (WEEK_H * HOUR_S)) / HOUR_S


def local_hour(times_s: Seconds, timezone: str) -> Floats:
    """Hour of the local day on the civil clock, 0 to below 24."""
    return local_week_hour(times_s, timezone) % 24


def solar_hour(times_s: Seconds, longitude_deg: float) -> Floats:
    """Mean solar time of the place, 0 to below 24: the clock that weather keeps."""
    return (times_s % DAY_S / HOUR_S + longitude_deg / 15.0) % 24


def year_fraction(times_s: Seconds) -> Floats:
    """Share of the UTC calendar year gone by, 0 to below 1."""
    years = times_s.astype("datetime64[s]").astype("datetime64[Y]")
    start_s = years.astype("datetime64[s]").astype(np.int64)
    end_s = (years + 1).astype("datetime64[s]").astype(np.int64)
    return (times_s - start_s) / (end_s - start_s)


def season(times_s: Seconds, peak_day: float) -> Floats:
    """Yearly cosine: 1 on day `peak_day` of the year (1 = 1 January), -1 half a year later."""
    return np.cos(2 * np.pi * (year_fraction(times_s) - (peak_day - 1) / 365.25))


def month_hour(times_s: Seconds) -> NDArray[np.int64]:
    """Index 0..287 of the month x hour-of-day cell, UTC."""
    month = times_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
    return month * 24 + times_s // HOUR_S % 24


def month_number(times_s: Seconds) -> NDArray[np.int64]:
    """Calendar month in UTC, counted from January of the year 0: year * 12 + month - 1.

    Months begin at midnight UTC wherever the site is: a billing month is off by the place's offset, some hours.
    """
    return times_s.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) + 12 * 1970


def clock_features(times_s: Seconds) -> Floats:
    """`[len(times_s), 6]`: sin and cos of the UTC hour of day, the day of the week and the time of the year."""
    turns = (times_s % DAY_S / DAY_S, local_week_hour(times_s, "UTC") / WEEK_H, year_fraction(times_s))
    return np.column_stack([wave(2 * np.pi * turn) for turn in turns for wave in (np.sin, np.cos)])
