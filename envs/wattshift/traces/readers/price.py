"""Prices as in `price_processed`: `Datetime`, `Price (CUR/MWh)`, hourly, on a different clock in every market.

Clocks (`price_clock` in the zone catalog):

* a fixed offset: the operator's time, the same all year (CAISO +00:00, AEMO +10:00, IESO -05:00, ...);
* "in file": every time carries its own offset (ERCOT);
* "Europe/Berlin": CET/CEST with 24 rows on the two days the clocks change. In spring the row 02:00, an hour that
  does not exist, repeats a neighbour and is skipped. In autumn the row 02:00 is the mean of both hours of that
  name and stands for each. No other irregularity is accepted.

Month starts (`month_starts_twice`, AEMO only): the file was made from months whose last five minutes fell into an
hour of their own, so 00:00 of the first of a month has two adjacent rows, one of a single market interval and one
of eleven, in either order. Their mean is used.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from wattshift.traces.errors import TraceError
from wattshift.traces.readers import text
from wattshift.traces.readers.hours import Row
from wattshift.traces.zones import RealFiles

TIME = "Datetime"
HIGHEST_USD_PER_KWH = 20.0  # market caps: ERCOT 9 until 2021, AEMO about 11
LOWEST_USD_PER_KWH = -2.0


def price_rows(root: Path, files: RealFiles, year: int) -> list[Row]:
    """Rows of one year's file, in USD/kWh; the file may reach into the years around it.

    Raises:
        TraceError: missing file or column, a time on another clock, text instead of a number, value out of range.
    """
    folder = root / "price_processed" / files.price_folder
    path = text.find(folder / f"{files.price_name}_electricity_prices_{year}.csv")
    local: list[tuple[datetime, Row]] = []
    for line, (when, price) in text.csv_cells(path, (TIME, files.price_column)):
        where = f"{path}, line {line}"
        begin = text.whole_hour(when, where)
        if (begin.tzinfo is not None) != (files.price_clock == "in file"):
            raise TraceError(f"{where}: {when}: expected a time on the clock {files.price_clock!r}")
        usd_per_mwh = files.usd_per_unit * text.number(price, -1e6, 1e6, files.price_column, where)
        value = text.number(
            f"{usd_per_mwh / 1000.0:.9g}", LOWEST_USD_PER_KWH, HIGHEST_USD_PER_KWH, "a price in USD/kWh", where
        )
        local.append((begin, Row(0, value, where)))
    if files.month_starts_twice:
        local = list(_merge_month_starts(local))
    return list(_on_utc(local, files.price_clock))


def _merge_month_starts(local: list[tuple[datetime, Row]]) -> Iterator[tuple[datetime, Row]]:
    held: tuple[datetime, Row] | None = None
    for begin, row in local:
        if held is not None and held[0] == begin and begin.day == 1 and begin.hour == 0:
            held = (begin, row._replace(value=0.5 * (held[1].value + row.value)))
            continue
        if held is not None:
            yield held
        held = (begin, row)
    if held is not None:
        yield held


def _on_utc(local: list[tuple[datetime, Row]], clock: str) -> Iterator[Row]:
    if clock == "Europe/Berlin":
        zone = ZoneInfo(clock)
        for begin, row in local:
            for begin_s in _central_european(begin, zone):
                yield row._replace(begin_s=begin_s)
        return
    for begin, row in local:
        aware = begin if clock == "in file" else datetime.fromisoformat(f"{begin:%Y-%m-%dT%H:%M}{clock}")
        yield row._replace(begin_s=int(aware.timestamp()))


def _central_european(begin: datetime, zone: ZoneInfo) -> list[int]:
    """UTC hours that a row of a 24-row day stands for: none, one or two."""
    first, second = (begin.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    first_s, second_s = int(first.timestamp()), int(second.timestamp())
    if first_s == second_s:
        return [first_s]
    if first_s < second_s:  # autumn: the hour happens twice
        return [first_s, second_s]
    return []  # spring: the clock jumps over it
