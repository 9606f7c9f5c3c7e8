"""Electricity Maps' CSV exports: the data portal's headers up to 2024, those since 2025, and the older dump.

Headers read in published files of each generation: `Carbon Intensity gCO₂eq/kWh (LCA)` (2021-2024), `Carbon intensity
gCO₂eq/kWh (Life cycle)` (2025), and `carbon_intensity_avg` with `zone_name` and `datetime` (dump of 2020-2022). All
times are UTC and name the start of the interval; intensity is the average of what is consumed.
"""

from datetime import datetime
from pathlib import Path

from wattshift.data.clock import parsed, to_utc_s, with_offset_s
from wattshift.data.columns import column, flags
from wattshift.data.formats.format import Format
from wattshift.data.model import Column, Seconds, Table, only
from wattshift.data.options import Options
from wattshift.data.places import stated_or_own
from wattshift.data.text import Csv, read_csv

TIMES = ("Datetime (UTC)", "datetime")
ZONES = ("Zone Id", "zone_name")
LIFE_CYCLE = ("Carbon Intensity gCO₂eq/kWh (LCA)", "Carbon intensity gCO₂eq/kWh (Life cycle)", "carbon_intensity_avg")
DIRECT = ("Carbon Intensity gCO₂eq/kWh (direct)", "carbon_intensity_direct_avg")
ESTIMATED = "Data Estimated"


def sniff(beginning: str) -> bool:
    """By the intensity columns."""
    first = beginning.split("\n", 1)[0].casefold()
    return "gco₂eq/kwh (direct)" in first or ("carbon_intensity_avg" in first and "zone_name" in first)


def _carbon(csv: Csv, titles: tuple[str, ...], scope: str) -> list[Column]:
    present = [title for title in titles if csv.has(title)]
    if not present and scope == "direct":
        return []
    cells = csv.cells(*titles)
    return [column("carbon_average", cells, "g/kWh", csv.where, title=(present or titles)[0], scope=scope)]


def read(path: Path, options: Options) -> Table:
    """One zone, both scopes where the file has them.

    Raises:
        DataError: missing column, several zones, text instead of a number, value out of range, no time.
    """
    csv = read_csv(path)
    zone_id = only(csv.cells(*ZONES), path, "the zone")
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(*TIMES))]
    return Table(
        path,
        FORMAT.name,
        stated_or_own(options, zone_id, path),
        "interval",
        _utc_s(times, csv),
        csv.line_numbers,
        (*_carbon(csv, LIFE_CYCLE, "life_cycle"), *_carbon(csv, DIRECT, "direct")),
        "UTC, hour starting",
        zone_id,
        flags(csv.cells(ESTIMATED), csv.where, ESTIMATED) if csv.has(ESTIMATED) else None,
    )


def _utc_s(times: list[datetime], csv: Csv) -> Seconds:
    if times[0].tzinfo is not None:
        return with_offset_s(times, csv.where)
    return to_utc_s(times, "UTC", csv.where)


FORMAT = Format(
    name="electricity-maps",
    summary="Electricity Maps, yearly CSV export: average carbon intensity, direct and life cycle",
    looks_like="Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),... (Life cycle),...",
    states="g/kWh, UTC, hour starting, zone, average, both scopes, estimated flag",
    asks=(),
    may=("zone",),
    source="https://portal.electricitymaps.com/datasets",
    sniff=sniff,
    read=read,
)
