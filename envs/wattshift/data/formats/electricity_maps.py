"""Electricity Maps' CSV exports: the data portal's headers up to 2024, those since 2025, and the older dump.

Headers read in published files of each generation: `Carbon Intensity gCO₂eq/kWh (LCA)` (2021-2024), `Carbon intensity
gCO₂eq/kWh (Life cycle)` (2025), and `datetime`, `carbon_intensity_avg` (dump of 2020-2022; life cycle where
`carbon_intensity_direct_avg` stands beside it, else asked for). All times are UTC and name the start of the interval;
intensity is the average of what is consumed.
"""

from pathlib import Path

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column, flags
from wattshift.data.formats.format import Format
from wattshift.data.model import Column, Table, only
from wattshift.data.options import Options
from wattshift.data.places import stated_or_own
from wattshift.data.text import Csv, read_csv

TIMES = ("Datetime (UTC)", "datetime")
ZONES = ("Zone Id", "zone_name")
LIFE_CYCLE = ("Carbon Intensity gCO₂eq/kWh (LCA)", "Carbon intensity gCO₂eq/kWh (Life cycle)")
OLD = "carbon_intensity_avg"
DIRECT = ("Carbon Intensity gCO₂eq/kWh (direct)", "carbon_intensity_direct_avg")
ESTIMATED = "Data Estimated"


def sniff(beginning: str) -> bool:
    """By the intensity columns."""
    first = beginning.split("\n", 1)[0].casefold()
    return "gco₂eq/kwh (direct)" in first or (OLD in first and "datetime" in first)


def _carbon(csv: Csv, titles: tuple[str, ...], scope: str) -> list[Column]:
    present = [title for title in titles if csv.has(title)]
    cells = csv.cells(*titles) if present else []
    return [column("carbon_average", cells, "g/kWh", csv.where, title=title, scope=scope) for title in present]


def _columns(csv: Csv, options: Options, path: Path) -> tuple[Column, ...]:
    direct = _carbon(csv, DIRECT, "direct")
    scope = "life_cycle"
    if csv.has(OLD) and not direct:
        scope = options.need("scope", path, f"{OLD!r} stands alone and does not say what it counts")
    main = _carbon(csv, (*LIFE_CYCLE, OLD), scope)
    if not main:
        csv.position(*LIFE_CYCLE)  # refuses, and lists the columns
    return (*main, *direct)


def _zone(csv: Csv, options: Options, path: Path) -> tuple[str, str]:
    if not any(csv.has(title) for title in ZONES):
        return options.need("zone", path, "no column names the zone"), ""
    own = only(csv.cells(*ZONES), csv.where, "the zone")
    return stated_or_own(options, own, path), own


def read(path: Path, options: Options) -> Table:
    """One zone, both scopes where the file has them.

    Raises:
        DataError: missing column, several zones, text instead of a number, value out of range, no time.
    """
    csv = read_csv(path)
    zone, own = _zone(csv, options, path)
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(*TIMES))]
    return Table(
        path,
        FORMAT.name,
        zone,
        "interval",
        utc_s(times, "UTC", csv.where),
        csv.line_numbers,
        _columns(csv, options, path),
        "UTC, hour starting",
        own,
        flags(csv.cells(ESTIMATED), csv.where, ESTIMATED) if csv.has(ESTIMATED) else None,
    )


FORMAT = Format(
    name="electricity-maps",
    summary="Electricity Maps, yearly CSV export: average carbon intensity, direct and life cycle",
    looks_like="Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),... (Life cycle),...",
    states="g/kWh, UTC, hour starting, zone, average, both scopes, estimated flag",
    asks=(),
    may=("zone", "scope"),
    source="https://portal.electricitymaps.com/datasets",
    sniff=sniff,
    read=read,
)
