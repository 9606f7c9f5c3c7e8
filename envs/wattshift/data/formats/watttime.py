"""WattTime's marginal operating emissions rate: JSON of API v3 and v2, and the CSV files of v2's yearly archive.

* v3: `{"data": [{"point_time", "value"}], "meta": {"region", "signal_type": "co2_moer", "units": "lbs_co2_per_mwh"}}`
* v2: `[{"point_time", "value", "ba", "datatype": "MOER", "frequency"}]`, documented as pounds per MWh
* v2 archive: `timestamp,MOER,MOER version,frequency`, pounds per MWh, one region a file which is not named inside

Times are UTC and begin the period that the value is valid for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table, only
from wattshift.data.options import Options
from wattshift.data.places import stated_or_own
from wattshift.data.text import read_csv, read_json

UNITS = {"lbs_co2_per_mwh": "lb/MWh"}
CLOCK = "offset in file, period starting"


def sniff(beginning: str) -> bool:
    """By `point_time`, or the header of the archive's files."""
    first = beginning.lstrip()[:1]
    return (first in "[{" and '"point_time"' in beginning) or beginning.startswith("timestamp,MOER,")


def read(path: Path, options: Options) -> Table:
    """One region's marginal carbon intensity, direct emissions.

    Raises:
        DataError: another signal or unit, several regions, a point without time or value, value out of range.
    """
    if path.name.removesuffix(".gz").removesuffix(".zip").endswith(".csv"):
        return _archive(path, options)
    content = read_json(path)
    if isinstance(content, dict):
        points, region = _points_v3(content, path)
    else:
        points, region = _points_v2(content, path)

    where = _where(path)
    for k, point in enumerate(points):
        if not isinstance(point, dict) or "point_time" not in point or "value" not in point:
            raise DataError(f"{where(k)}: expected point_time and value, got {str(point)[:80]}")
    times = [parsed(str(point["point_time"]), where(k)) for k, point in enumerate(points)]
    cells = ["" if point["value"] is None else str(point["value"]) for point in points]
    carbon = column("carbon_marginal", cells, "lb/MWh", where, title="value", scope="direct")
    return Table(
        path,
        FORMAT.name,
        stated_or_own(options, region, path),
        "interval",
        utc_s(times, None, where),
        np.arange(len(points), dtype=np.int64),
        (carbon,),
        CLOCK,
        region,
        row_word="data[{}]",
    )


def _points_v3(content: dict[str, Any], path: Path) -> tuple[list[Any], str]:
    meta, points = content.get("meta"), content.get("data")
    if not isinstance(meta, dict) or not isinstance(points, list):
        raise DataError(f"{path}: expected an object with data and meta, as WattTime's API v3 answers")
    signal, units = meta.get("signal_type"), meta.get("units")
    if signal != "co2_moer" or units not in UNITS:
        raise DataError(f"{path}, meta: signal_type {signal!r} in {units!r}, expected co2_moer in {', '.join(UNITS)}")
    return points, str(meta.get("region"))


def _points_v2(content: Any, path: Path) -> tuple[list[Any], str]:
    if not isinstance(content, list) or not content or not all(isinstance(point, dict) for point in content):
        raise DataError(f"{path}: expected a list of points, as WattTime's API v2 answers")
    kind = only([str(point.get("datatype", "MOER")) for point in content], _where(path), "datatype")
    if kind != "MOER":
        raise DataError(f"{path}: datatype is {kind!r}, expected MOER")
    return content, only([str(point.get("ba")) for point in content], _where(path), "ba")


def _where(path: Path) -> Callable[[int], str]:
    return lambda k: f"{path}, data[{k}]"


def _archive(path: Path, options: Options) -> Table:
    csv = read_csv(path)
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells("timestamp"))]
    carbon = column("carbon_marginal", csv.cells("MOER"), "lb/MWh", csv.where, title="MOER", scope="direct")
    return Table(
        path,
        FORMAT.name,
        options.need("zone", path, "the archive's CSV does not name its region"),
        "interval",
        utc_s(times, None, csv.where),
        csv.line_numbers,
        (carbon,),
        CLOCK,
    )


FORMAT = Format(
    name="watttime",
    summary="WattTime MOER: marginal carbon intensity, JSON of API v2 and v3, CSV of the v2 archive",
    looks_like='{"data": [{"point_time": ..., "value": ...}], "meta": {"region": ..., "units": "lbs_co2_per_mwh"}}',
    states="lb/MWh, offset in file, period starting, region (not in the archive's CSV), marginal, direct",
    asks=(),
    may=("zone",),
    source="https://docs.watttime.org",
    sniff=sniff,
    read=read,
)
