"""Typical years: months taken from different years, placed in the one year that the user asks for."""

from calendar import isleap
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from wattshift.data.clock import to_utc_s
from wattshift.data.columns import Where, column
from wattshift.data.errors import DataError
from wattshift.data.model import Column, Seconds, Table
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.text import Csv
from wattshift.data.weather_files import MOVED, begin_of_means, in_column, stated_zone, without_sentinels

Day = tuple[int, int, int]  # year, month, day as in the file
Kind = tuple[str, str, str, float]  # title, quantity, unit in the file, number from which on a value is "missing"
HOUR_S = 3600
DAY_S = 86400


class Year(NamedTuple):
    """The calendar year of the rows, and whether they were placed in it rather than measured in it."""

    year: int
    placed: bool

    def note(self, days: Sequence[Day]) -> str:
        """For the provenance."""
        own = ", ".join(str(year) for year in sorted({day[0] for day in days}))
        return f"months of {own} placed in {self.year}" if self.placed else f"measured in {self.year}"


def year_of(days: Sequence[Day], options: Options, path: Path) -> Year:
    """The year asked for; not asked for, the file's own if it has a single one.

    Raises:
        MissingStatementError: the file has several years and none was asked for.
        DataError: a leap year was asked for and the file has no 29 February, or the reverse.
    """
    own = sorted({year for year, _, _ in days})
    if options.year is not None:
        year = options.year
    elif len(own) == 1:
        year = own[0]
    else:
        listed = ", ".join(map(str, own))
        year = int(options.need("year", path, f"its months come from different years ({listed})"))
    if isleap(year) and not any((month, day) == (2, 29) for _, month, day in days):
        raise DataError(f"{path}: {year} has a 29 February and the file has none; place it in a common year")
    return Year(year, options.year is not None or len(own) > 1)


def instants(days: Sequence[Day], hours_ending: Sequence[int], in_year: Year, where: Where) -> list[datetime]:
    """Time at the end of every row's hour, on the file's clock.

    Of a year that was put together the last midnight, 24:00 of 31 December, is placed as its first instant.

    Raises:
        DataError: a date that does not exist, or an hour outside 0..24.
    """
    found = []
    for k, ((_, month, day), hour) in enumerate(zip(days, hours_ending, strict=True)):
        if not 0 <= hour <= 24:
            raise DataError(f"{where(k)}: hour {hour}, expected 1 to 24")
        try:
            instant = datetime(in_year.year, month, day) + timedelta(hours=hour)
        except ValueError as error:
            raise DataError(
                f"{where(k)}: month {month}, day {day}: no such date in {in_year.year} ({error})"
            ) from error
        found.append(instant.replace(year=in_year.year) if in_year.placed else instant)
    return found


def check_whole(csv: Csv, days: Sequence[Day], hours: Sequence[int]) -> None:
    """A year that does not reach from its first to its last hour was cut off; holes inside are for `check` to find.

    Raises:
        DataError: it begins or ends elsewhere.
    """
    if days[0][1:] != (1, 1) or hours[0] > 1:
        raise DataError(f"{csv.where(0)}: the year begins on {_words(days[0], hours[0])}, expected 1 January")
    if days[-1][1:] != (12, 31) or hours[-1] < 23:
        ends = _words(days[-1], hours[-1])
        raise DataError(f"{csv.where(len(days) - 1)}: the year ends on {ends}, expected 31 December; is it cut short?")


def _words(day: Day, hour: int) -> str:
    return f"{day[0]}-{day[1]:02d}-{day[2]:02d} {hour:02d}:00"


def year_first(times: Sequence[datetime]) -> list[int]:
    """Order of rows in which the wrapped last midnight comes first and all others stay as they are in the file."""
    last = len(times) - 1
    wraps = last > 0 and times[last] < times[last - 1] and times[last] == times[last].replace(month=1, day=1, hour=0)
    return [last, *range(last)] if wraps else list(range(len(times)))


def hour_ending_table(
    csv: Csv,
    format_name: str,
    place: Place,
    options: Options,
    days: Sequence[Day],
    hours: Sequence[int],
    kinds: Sequence[Kind],
) -> Table:
    """A year of rows on local standard time, each named by the end of its hour.

    Args:
        csv: the rows.
        format_name: for the table.
        place: of the file; its `timezone` is the fixed offset of the clock.
        options: the zone, and the year to place the months in.
        days: of the rows.
        hours: hour of the day, 1 to 24, at whose end weather was observed and irradiance had been summed.
        kinds: the columns.

    Raises:
        DataError: as `year_of`, `instants` and `column`, or the place is far from the stated zone.
    """
    year = year_of(days, options, csv.path)
    local = instants(days, hours, year, csv.where)
    check_whole(csv, days, hours)
    time_s = to_utc_s(local, place.timezone, csv.where)
    order = year_first(local)
    cycle_s = DAY_S * (365 + isleap(year.year)) if year.placed else None
    columns = [_column(csv, kind, time_s, cycle_s) for kind in kinds]
    return Table(
        csv.path,
        format_name,
        stated_zone(options, place, csv.path),
        "instant",
        time_s[order],
        csv.line_numbers[order],
        tuple(one._replace(values=one.values[order]) for one in columns),
        f"local standard time, UTC{place.timezone} all year, hour ending",
        notes=(year.note(days), MOVED),
        place=place,
    )


def _column(csv: Csv, kind: Kind, time_s: Seconds, cycle_s: int | None) -> Column:
    title, quantity, unit, missing_from = kind
    cells = without_sentinels(csv.cells(title), missing_from=missing_from)
    found = column(quantity, cells, unit, in_column(csv.where, title), title=title)
    return begin_of_means(found, time_s, HOUR_S, cycle_s) if quantity.startswith("irradiance") else found
