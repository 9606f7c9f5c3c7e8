"""Day-ahead prices of the ENTSO-E Transparency Platform as its pages export them.

* until 2024: `MTU (CET/CEST)` or `MTU (UTC)`, `Day-ahead Price [EUR/MWh]`, periods as
  `01.01.2023 00:00 - 01.01.2023 01:00`, with an empty row for the hour that does not exist in spring
* since: `MTU (CET/CEST)`, `Area`, `Sequence`, `Day-ahead Price (EUR/MWh)`, ..., periods as
  `01/01/2025 00:00:00 - 01/01/2025 00:15:00`; on the days clocks change times carry `(CET)` or `(CEST)`

Dates are day-first. Prices that are not there are empty, `-`, `N/A` or `n/e`.
"""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from wattshift.data.clock import exists, parsed, to_utc_s
from wattshift.data.columns import price_column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Seconds, Table, one_of, only
from wattshift.data.options import Options
from wattshift.data.places import stated_or_own
from wattshift.data.text import Csv, read_csv

CLOCKS = {"MTU (CET/CEST)": "Europe/Brussels", "MTU (UTC)": "UTC", "MTU (CET)": "Europe/Brussels"}
PRICE = re.compile(r"Day-ahead Price [\[(]([A-Z]{3}/MWh)[\])]", re.IGNORECASE)
OFFSETS = {"CET": timezone(timedelta(hours=1)), "CEST": timezone(timedelta(hours=2))}
SUFFIX = re.compile(r"(.+?) \((CEST|CET)\)")
MISSING = ("", "-", "N/A", "n/e")


def sniff(beginning: str) -> bool:
    """By the two columns."""
    first = beginning.split("\n", 1)[0]
    return "MTU" in first and PRICE.search(first) is not None


def read(path: Path, options: Options) -> Table:
    """The price of one bidding zone, as USD/kWh.

    Raises:
        DataError: missing column, several sequences or areas, a period not understood, text instead of a number.
    """
    csv = _selected(read_csv(path), options)
    clock_title = next((title for title in csv.header if title.strip() in CLOCKS), None)
    if clock_title is None:
        raise DataError(f"{path}, line 1: no column {' or '.join(map(repr, CLOCKS))}; they are {', '.join(csv.header)}")
    price_title = next((title for title in csv.header if PRICE.fullmatch(title.strip())), None)
    if price_title is None:
        raise DataError(f"{path}, line 1: no column like 'Day-ahead Price (EUR/MWh)'; they are {', '.join(csv.header)}")
    matched = PRICE.fullmatch(price_title.strip())
    assert matched is not None
    if csv.has("Area"):
        own = only(csv.cells("Area"), csv.where, "Area").removeprefix("BZN|")
        zone = stated_or_own(options, own, path)
    else:
        own, zone = "", options.need("zone", path, "no column names the bidding zone")
    clock = CLOCKS[clock_title.strip()]
    csv = _without_spring_hole(csv, clock_title, price_title, clock)
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        _starts(csv, clock_title, clock),
        csv.line_numbers,
        (
            price_column(
                csv.cells(price_title), matched[1], csv.where, options, path, title=price_title, missing=MISSING
            ),
        ),
        f"{clock}, period starting",
        own,
    )


def _selected(csv: Csv, options: Options) -> Csv:
    """One sequence: since 2025 some zones have two auctions a day in one file."""
    if not csv.has("Sequence"):
        return csv
    wanted = one_of(csv.cells("Sequence"), options, csv.path, "sequence")
    return csv.only_rows([sequence == wanted for sequence in csv.cells("Sequence")])


def _start(period: str, where: str) -> tuple[datetime, str]:
    """Clock time at which a period starts, and what the clock is called then, if that is said."""
    begin, dash, _ = period.partition(" - ")
    if not dash:
        raise DataError(f"{where}: {period!r} is not a period such as 01/01/2025 00:00:00 - 01/01/2025 01:00:00")
    suffix = SUFFIX.fullmatch(begin)
    return parsed(suffix[1] if suffix else begin, where, "day-first"), suffix[2] if suffix else ""


def _without_spring_hole(csv: Csv, title: str, price_title: str, clock: str) -> Csv:
    """Without the rows of a time that the clock jumps over, if they are empty; others are refused later."""
    starts = [_start(period, csv.where(k))[0] for k, period in enumerate(csv.cells(title))]
    prices = csv.cells(price_title)
    return csv.only_rows(
        [price not in MISSING or exists(when, clock) for when, price in zip(starts, prices, strict=True)]
    )


def _starts(csv: Csv, title: str, clock: str) -> Seconds:
    """Starts of the periods; times that say CET or CEST are taken by their word, the others on the clock."""
    starts = [_start(period, csv.where(k)) for k, period in enumerate(csv.cells(title))]
    seconds = to_utc_s([when for when, _ in starts], clock, csv.where)
    for k, (when, word) in enumerate(starts):
        if word:
            seconds[k] = int(when.replace(tzinfo=OFFSETS[word]).timestamp())
    return seconds


FORMAT = Format(
    name="entsoe-csv",
    summary="ENTSO-E Transparency Platform, day-ahead prices as exported from its pages, before and after 2024",
    looks_like='"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)",...',
    states="currency/MWh, CET/CEST or UTC by the header, period starting, bidding zone (since 2024)",
    asks=("usd_per_unit",),
    may=("zone", "location"),
    source="https://transparency.entsoe.eu",
    sniff=sniff,
    read=read,
)
