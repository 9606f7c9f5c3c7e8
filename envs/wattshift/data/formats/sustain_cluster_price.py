"""Hourly prices as prepared by sustain-cluster (`data/electricity_prices/processed`): `Datetime`, `Price (CUR/MWh)`.

The times are on a different clock in every market, which the file does not say; the zone catalog does (`price_clock`):

* a fixed offset: the operator's time, the same all year (CAISO +00:00, AEMO +10:00, IESO -05:00, ...);
* "in file": every time carries its own offset (ERCOT);
* "Europe/Berlin": CET/CEST with 24 rows on the two days the clocks change. In spring the row 02:00, an hour that
  does not exist, repeats a neighbour and is skipped. In autumn the row 02:00 is the mean of both hours of that
  name and stands for each. No other irregularity is accepted.

Month starts (`month_starts_twice`, AEMO only): the file was made from months whose last five minutes fell into an
hour of their own, so 00:00 of the first of a month has two adjacent rows, one of a single market interval and one
of eleven, in either order. Their mean is used.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wattshift.data.clock import ambiguity_s, clock_named, parsed
from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.places import price_habits
from wattshift.data.text import read_csv

TIME = "Datetime"
WITH_CHANGES = "Europe/Berlin"
IN_FILE = "in file"


class Habits(NamedTuple):
    """What the catalog knows of a market's files."""

    column: str
    clock: str
    month_starts_twice: bool
    usd_per_unit: float


class _Priced(NamedTuple):
    """One row: clock time, USD/kWh, line."""

    when: datetime
    usd_per_kwh: float
    line: int


def sniff(beginning: str) -> bool:
    """By the header."""
    first = beginning.split("\n", 1)[0]
    return first.startswith(f"{TIME},Price (") and first.strip().endswith("/MWh)")


def read(path: Path, options: Options) -> Table:
    """The price of a zone whose files the catalog describes.

    Raises:
        DataError: the zone is not in the catalog, or the file is faulty.
    """
    zone = options.need("zone", path, "the file does not name its zone, and every market has another clock")
    return read_prices(path, zone, Habits(**price_habits(zone, path)))


def read_prices(path: Path, zone: str, habits: Habits) -> Table:
    """Prices in USD/kWh by a market's habits; a file may reach into the years around its own.

    Raises:
        DataError: missing column, a time on another clock or off the hour, text for a number, value out of range.
    """
    csv = read_csv(path)
    price = column(
        "price",
        csv.cells(habits.column),
        "USD/MWh",  # with the rate, whatever the currency is
        csv.where,
        title=habits.column,
        usd_per_unit=habits.usd_per_unit,
        written_unit=habits.column.removeprefix("Price (").removesuffix(")"),
    )
    times = [_on_the_hour(cell, habits.clock, csv.where(k)) for k, cell in enumerate(csv.cells(TIME))]
    rows = [_Priced(*row) for row in zip(times, price.values.tolist(), csv.lines, strict=True)]
    if habits.month_starts_twice:
        rows = list(_merged_month_starts(rows))
    placed = [(begin_s, row) for row in rows for begin_s in _begins_s(row.when, habits.clock)]
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        np.array([begin_s for begin_s, _ in placed], np.int64),
        np.array([row.line for _, row in placed], np.int64),
        (price._replace(values=np.array([row.usd_per_kwh for _, row in placed])),),
        f"{habits.clock}, hour starting",
    )


def _on_the_hour(cell: str, clock: str, where: str) -> datetime:
    when = parsed(cell, where)
    if when.minute or when.second:
        raise DataError(f"{where}: {cell} is not on the hour, hourly data expected")
    if (when.tzinfo is not None) != (clock == IN_FILE):
        raise DataError(f"{where}: {cell}: expected a time on the clock {clock!r}")
    return when


def _merged_month_starts(rows: Iterable[_Priced]) -> Iterator[_Priced]:
    held: _Priced | None = None
    for row in rows:
        if held is not None and held.when == row.when and row.when.day == 1 and row.when.hour == 0:
            held = held._replace(usd_per_kwh=0.5 * (held.usd_per_kwh + row.usd_per_kwh), line=row.line)
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


def _begins_s(when: datetime, clock: str) -> list[int]:
    """UTC hours that a row stands for: one, or where clocks change none or two."""
    if clock == IN_FILE:
        return [int(when.timestamp())]
    if clock != WITH_CHANGES:
        return [int(when.replace(tzinfo=clock_named(clock)).timestamp())]
    early_s, late_s = ambiguity_s(when, clock_named(clock))
    if early_s > late_s:  # spring: the clock jumps over it
        return []
    return sorted({early_s, late_s})  # two in autumn, when the hour happens twice


FORMAT = Format(
    name="sustain-cluster-price",
    summary="hourly prices as prepared by sustain-cluster, on the clocks that the zone catalog lists",
    looks_like="Datetime,Price (EUR/MWh)",
    states="nothing reliable: clock, currency and rate come from the zone catalog",
    asks=("zone",),
    may=(),
    source="https://github.com/HewlettPackard/sustain-cluster, data/electricity_prices/processed",
    sniff=sniff,
    read=read,
)
