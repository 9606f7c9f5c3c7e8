"""NESO's Carbon Intensity API for Great Britain, half-hourly: the JSON of the API and the CSV that its site downloads.

* JSON: `{"data": [{"from": "2018-01-20T12:00Z", "to": ..., "intensity": {"forecast": 266, "actual": 263, ...}}]}`
* CSV: `Datetime (UTC),Actual Carbon Intensity (gCO2/kWh),Forecast Carbon Intensity (gCO2/kWh),Index`

Average intensity of generation and imports, emissions of fuel only ("direct"): see the published methodology. The
actual value is read; where it is null the half-hour is empty, never filled with the forecast.
"""

from pathlib import Path
from typing import Any

import numpy as np

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.places import stated_or_own
from wattshift.data.text import read_csv, read_json

ACTUAL = "Actual Carbon Intensity (gCO2/kWh)"
TIME = "Datetime (UTC)"
CLOCK = "UTC, half-hour starting"
MISSING = ("", "None", "null")


def sniff(beginning: str) -> bool:
    """By the CSV's header, or the JSON's keys."""
    return ACTUAL in beginning.split("\n", 1)[0] or all(f'"{k}"' in beginning for k in ("from", "intensity", "actual"))


def read(path: Path, options: Options) -> Table:
    """The national series.

    Raises:
        DataError: missing column or key, no time, text instead of a number, value out of range.
    """
    zone = stated_or_own(options, "GB", path)
    if path.name.removesuffix(".gz").endswith(".json"):
        return _from_json(path, zone)
    csv = read_csv(path)
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(TIME))]
    carbon = column(
        "carbon_average", csv.cells(ACTUAL), "g/kWh", csv.where, title=ACTUAL, scope="direct", missing=MISSING
    )
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        utc_s(times, "UTC", csv.where),
        csv.line_numbers,
        (carbon,),
        CLOCK,
        "GB",
    )


def _from_json(path: Path, zone: str) -> Table:
    content: Any = read_json(path)
    points = content.get("data") if isinstance(content, dict) else None
    if not isinstance(points, list):
        raise DataError(f"{path}: expected an object with a list named data")

    def where(k: int) -> str:
        return f"{path}, data[{k}]"

    for k, point in enumerate(points):
        if not isinstance(point, dict) or "from" not in point or not isinstance(point.get("intensity"), dict):
            raise DataError(f"{where(k)}: expected from, to and intensity, got {str(point)[:80]}")
    times = [parsed(str(point["from"]), where(k)) for k, point in enumerate(points)]
    cells = (str(point["intensity"].get("actual")) for point in points)
    carbon = column("carbon_average", cells, "g/kWh", where, title="actual", scope="direct", missing=MISSING)
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        utc_s(times, None, where),
        np.arange(len(points), dtype=np.int64),
        (carbon,),
        CLOCK,
        "GB",
        row_word="data[{}]",
    )


FORMAT = Format(
    name="uk-carbon-intensity",
    summary="NESO Carbon Intensity API, Great Britain, half-hourly, JSON and CSV",
    looks_like="Datetime (UTC),Actual Carbon Intensity (gCO2/kWh),Forecast Carbon Intensity (gCO2/kWh),Index",
    states="g/kWh, UTC, half-hour starting, GB, average, direct",
    asks=(),
    may=("zone",),
    source="https://carbon-intensity.github.io/api-definitions, https://carbonintensity.org.uk",
    sniff=sniff,
    read=read,
)
