"""Zones from the store of imported data: carbon, price and weather of the asked years, from whichever sets have them.

Sub-hourly series become hourly: means of prices and intensities, the value on the hour of weather. Carbon and weather
must be whole; holes in prices are filled by the rules of `readers.hours.place`, with a logged warning.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from wattshift.data import store
from wattshift.data.model import Table
from wattshift.traces.clock import HOUR_S, Hours
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.hours import Row, place, utc_text, with_margin
from wattshift.traces.readers.tables import as_trace_errors, rows_of
from wattshift.traces.weather import Weather
from wattshift.traces.zone_hours import Floats, ZoneHours

log = logging.getLogger(__name__)

WEATHER = ("temp", "humidity", "cloud", "wind")
LIFE_CYCLE, DIRECT = "carbon_average_life_cycle", "carbon_average_direct"
MARGINAL = ("carbon_marginal_life_cycle", "carbon_marginal_direct")
SUPPLIERS = {
    "carbon_average": "wattshift data import FILE --format electricity-maps",
    "price": "wattshift data import FILE --format entsoe-csv --zone {zone} --usd-per-unit RATE",
    "weather": "wattshift data import FILE --format open-meteo --zone {zone}",
}
"""What would supply a column, as examples; `wattshift data formats` lists all."""


def imported_zone(name: str, hours: Hours, folder: Path) -> ZoneHours:
    """Every hourly series of one zone; the margin repeats the last day.

    Args:
        name: of the zone, as sets are stored under.
        hours: the hours covered.
        folder: the store.

    Raises:
        TraceError: the store lacks a column (the message says what to import) or hours of it, or sets contradict.
    """
    with as_trace_errors():
        stated = {one: store.read_provenance(folder, one) for one in store.names(folder)}
        tables = [store.load(folder, one).table for one in stated if stated[one]["zone"] == name]
    had = {column.name for table in tables for column in table.columns}
    carbon = LIFE_CYCLE if LIFE_CYCLE in had else DIRECT
    _refuse_missing(name, folder, [column for column in (carbon, "price", *WEATHER) if column not in had])
    if carbon == DIRECT:
        log.warning("%s: only direct carbon intensity is imported, it stands in for the life cycle", name)

    def series(column: str, *, fill: bool = False) -> Floats:
        return with_margin(place(_hourly_rows(tables, column), hours, fill=fill))

    weather, average = Weather(*(series(column) for column in WEATHER)), series(carbon)
    marginal = next((column for column in MARGINAL if column in had), None)
    if marginal is None:
        log.warning("%s: no marginal carbon intensity is imported, the average stands in for it", name)
    return ZoneHours(weather, average, series(marginal) if marginal else average, series("price", fill=True))


def _refuse_missing(name: str, folder: Path, missing: Sequence[str]) -> None:
    if not missing:
        return
    kinds = {next((kind for kind in SUPPLIERS if column.startswith(kind)), "weather") for column in missing}
    commands = "\n".join("  " + SUPPLIERS[kind].format(zone=name) for kind in sorted(kinds))
    raise TraceError(
        f"zone {name}: no set of {folder} has {', '.join(missing)}; import a file that has, such as\n{commands}"
    )


def _hourly_rows(tables: Sequence[Table], column: str) -> list[Row]:
    """Rows of all tables that have the column, hourly, in order, each hour once."""
    found: dict[int, Row] = {}
    for table in tables:
        if not any(one.name == column for one in table.columns):
            continue
        if not 0 < table.step_s <= HOUR_S:
            raise TraceError(f"{table.path}: steps of {table.step_s} s, traces need an hour or less")
        for row in _to_hours(rows_of(table, column), table):
            held = found.setdefault(row.begin_s, row)
            if abs(held.value - row.value) > 1e-6 * max(abs(held.value), 1.0):
                raise TraceError(f"{row.where}: {column} at {utc_text(row.begin_s)} contradicts {held.where}")
    return [found[begin_s] for begin_s in sorted(found)]


def _to_hours(rows: Sequence[Row], table: Table) -> list[Row]:
    if table.step_s == HOUR_S:
        return list(rows)
    if table.index == "instant":
        return [row for row in rows if row.begin_s % HOUR_S == 0]
    hours: dict[int, list[Row]] = {}
    for row in rows:
        hours.setdefault(row.begin_s // HOUR_S * HOUR_S, []).append(row)
    return [Row(begin_s, sum(row.value for row in some) / len(some), some[0].where) for begin_s, some in hours.items()]
