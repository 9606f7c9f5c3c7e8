"""The plain CSV: one column of time, then columns whose names say quantity and unit, as `time_utc,price_eur_per_mwh`.

* time: `time_utc` (start of the interval, UTC), or `time` (any clock: offsets in the cells or `--timezone`; `--hour`)
* carbon: `carbon_average_life_cycle_g_per_kwh`; where name says less, as `carbon_g_per_kwh`, `--signal` and `--scope`
  are asked for
* price: `price_eur_per_mwh`, any currency by its three letters
* weather: `temp_c`, `dew_point_c`, `humidity_percent`, `cloud_percent`, `wind_m_per_s`, ...
* `estimated`: true or false; columns of other names are refused, empty cells are missing values
"""

import re
from pathlib import Path

from wattshift.data.clock import interval_starts, parsed, utc_s
from wattshift.data.columns import column, flags, price_column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Column, Seconds, Table
from wattshift.data.options import OPTIONS, Options
from wattshift.data.quantities import QUANTITIES
from wattshift.data.text import Csv, read_csv
from wattshift.data.units import UNIT_WORDS

TIME_UTC, TIME, ESTIMATED = "time_utc", "time", "estimated"
CARBON = re.compile(r"carbon(?:_(average|marginal))?(?:_(direct|life_cycle))?")
PRICE_UNIT = re.compile(r"([a-z]{3})_per_(k|m)wh")


def sniff(beginning: str) -> bool:
    """By the first column, if another one is named as described."""
    titles = [title.strip() for title in beginning.split("\n", 1)[0].split(",")]
    return titles[0] in (TIME_UTC, TIME) and any(_unit_of(title) for title in titles[1:])


def _unit_of(title: str) -> tuple[str, str] | None:
    """Name without its unit, and the unit; None if the title does not end in one."""
    price = PRICE_UNIT.search(title)
    if price and title.startswith("price_"):
        return title[: price.start() - 1], f"{price[1].upper()}/{price[2].replace('m', 'M')}Wh"
    for word, unit in UNIT_WORDS.items():
        if title.endswith(f"_{word}"):
            return title.removesuffix(f"_{word}"), unit
    return None


def read(path: Path, options: Options) -> Table:
    """Every column of the file.

    Raises:
        DataError: a column that is not understood, something unsaid, text instead of a number, value out of range.
    """
    csv = read_csv(path)
    zone = options.need("zone", path, "a plain CSV does not name its zone")
    time_s, clock = _times(csv, options)
    titles = [title.strip() for title in csv.header]
    columns = [_column(csv, title, options) for title in titles if title not in (TIME_UTC, TIME, ESTIMATED)]
    estimated = flags(csv.cells(ESTIMATED), csv.where, ESTIMATED) if csv.has(ESTIMATED) else None
    return Table(
        path, FORMAT.name, zone, "interval", time_s, csv.line_numbers, tuple(columns), clock, estimated=estimated
    )


def _times(csv: Csv, options: Options) -> tuple[Seconds, str]:
    if csv.has(TIME_UTC):
        for name in ("timezone", "hour"):
            if getattr(options, name) is not None:
                raise DataError(f"{csv.path}: {OPTIONS[name].flag} does not apply, {TIME_UTC} starts intervals in UTC")
        times = [parsed(cell, csv.where(k), options.dates) for k, cell in enumerate(csv.cells(TIME_UTC))]
        return utc_s(times, "UTC", csv.where), "UTC, period starting"
    times = [parsed(cell, csv.where(k), options.dates) for k, cell in enumerate(csv.cells(TIME))]
    clock = "offset in file"
    if times[0].tzinfo is None:
        clock = options.need("timezone", csv.path, f"the times of column {TIME!r} have no offset")
    hour = options.need("hour", csv.path, f"column {TIME!r} does not say whether it starts or ends its interval")
    return interval_starts(utc_s(times, clock, csv.where), hour), f"{clock}, period {hour}"


def _column(csv: Csv, title: str, options: Options) -> Column:
    named = _unit_of(title)
    if named is None:
        raise DataError(f"{csv.path}, line 1: column {title!r} does not end in a unit such as {', '.join(UNIT_WORDS)}")
    name, unit = named
    cells = csv.cells(title)
    if name == "price":
        return price_column(cells, unit, csv.where, options, csv.path, title=title)
    carbon = CARBON.fullmatch(name)
    if carbon:
        signal = carbon[1] or options.need("signal", csv.path, f"column {title!r} does not say which")
        scope = carbon[2] or options.need("scope", csv.path, f"column {title!r} does not say which")
        return column(f"carbon_{signal}", cells, unit, csv.where, title=title, scope=scope)
    if name not in QUANTITIES:
        raise DataError(f"{csv.path}, line 1: column {title!r} is no known quantity: {', '.join(QUANTITIES)}")
    return column(name, cells, unit, csv.where, title=title)


FORMAT = Format(
    name="plain",
    summary="plain CSV whose column names say quantity and unit",
    looks_like="time_utc,carbon_average_life_cycle_g_per_kwh,price_eur_per_mwh,estimated",
    states="unit and quantity by the column's name; UTC and period starting if the time is named time_utc",
    asks=("zone",),
    may=("timezone", "hour", "signal", "scope", "usd_per_unit", "dates"),
    source="this page",
    sniff=sniff,
    read=read,
)
