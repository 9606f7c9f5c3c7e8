"""Day-ahead prices as ENTSO-E's API answers: XML, document type A44, `Publication_MarketDocument`.

Each `TimeSeries` has a currency, `MWH`, and periods: a start in UTC, a resolution and points counted from 1. With curve
type A03 a point that is left out has the price of the one before it; with A01 a missing point is missing.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from wattshift.data.columns import price_column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table, one_of, only
from wattshift.data.options import Options
from wattshift.data.text import read_text

RESOLUTIONS_S = {"PT15M": 900, "PT30M": 1800, "PT60M": 3600, "PT1H": 3600}
REPEATS = "A03"


class _Point(NamedTuple):
    """One interval of the market."""

    begin_s: int
    cell: str
    resolution: str
    unit: str
    domain: str
    number: int  # of the Point element in the file, from 1


def sniff(beginning: str) -> bool:
    """By the root element."""
    return "<Publication_MarketDocument" in beginning


def read(path: Path, options: Options) -> Table:
    """The price of one bidding zone, which the file names by its EIC code only.

    Raises:
        DataError: not such a document, several zones, units or resolutions, a point without price.
    """
    try:
        root = ElementTree.fromstring(re.sub(r' xmlns="[^"]+"', "", read_text(path), count=1))
    except ElementTree.ParseError as error:
        raise DataError(f"{path}, line {error.position[0]}: not XML ({error})") from error
    points = list(_points(root, path))
    if not points:
        raise DataError(f"{path}: no prices; it is a document of type {root.findtext('type')!r}")
    resolution = one_of([point.resolution for point in points], options, path, "resolution")
    points = sorted(point for point in points if point.resolution == resolution)

    def where(k: int) -> str:
        return f"{path}, Point {points[k].number}"

    unit = only([point.unit for point in points], where, "the unit")
    domain = only([point.domain for point in points], where, "the bidding zone")
    zone = options.need("zone", path, f"the file names its bidding zone {domain} by its EIC code only")
    cells = [point.cell for point in points]
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        np.array([point.begin_s for point in points], np.int64),
        np.array([point.number for point in points], np.int64),
        (price_column(cells, unit, where, options, path, title="price.amount"),),
        "UTC, period starting",
        domain,
        row_word="Point {}",
    )


def _points(root: ElementTree.Element, path: Path) -> Iterator[_Point]:
    number = 0
    for series in root.iter("TimeSeries"):
        energy = _text(series, "price_Measure_Unit.name", path)
        if energy != "MWH":
            raise DataError(f"{path}: prices per {energy}, expected MWH")
        unit = f"{_text(series, 'currency_Unit.name', path)}/MWh"
        domain = _text(series, "in_Domain.mRID", path)
        repeats = series.findtext("curveType") == REPEATS
        for period in series.iter("Period"):
            resolution = _text(period, "resolution", path)
            if resolution not in RESOLUTIONS_S:
                raise DataError(f"{path}: resolution {resolution}, expected one of {', '.join(RESOLUTIONS_S)}")
            step_s = RESOLUTIONS_S[resolution]
            start_s, end_s = (_seconds(_text(period, f"timeInterval/{name}", path), path) for name in ("start", "end"))
            at = [
                (int(_text(point, "position", path)), _text(point, "price.amount", path))
                for point in period.iter("Point")
            ]
            ends = [position for position, _ in at[1:]] + [(end_s - start_s) // step_s + 1]
            for (position, cell), following in zip(at, ends, strict=True):
                number += 1
                for place in range(position, max(following, position + 1) if repeats else position + 1):
                    yield _Point(start_s + (place - 1) * step_s, cell, resolution, unit, domain, number)


def _text(element: ElementTree.Element, name: str, path: Path) -> str:
    found = element.findtext(name)
    if found is None:
        raise DataError(f"{path}: a {element.tag} without {name}")
    return found.strip()


def _seconds(text: str, path: Path) -> int:
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise DataError(f"{path}: {text!r} is not a time such as 2023-12-31T23:00Z") from error


FORMAT = Format(
    name="entsoe-xml",
    summary="ENTSO-E API, day-ahead prices (document type A44)",
    looks_like="<Publication_MarketDocument ...><TimeSeries>...<price.amount>",
    states="currency/MWh, UTC, period starting, EIC code of the bidding zone",
    asks=("zone", "usd_per_unit"),
    may=("location",),
    source="https://transparency.entsoe.eu, Web API User Guide",
    sniff=sniff,
    read=read,
)
