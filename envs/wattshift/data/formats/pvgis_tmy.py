"""Typical meteorological year of PVGIS (European Commission), CSV.

Lines on the place, the offset of the irradiance and the year each month was taken from, then a row an hour in
*UTC*. Weather is the instant of the time; irradiance holds `Irradiance Time Offset` hours after it, .5 for a mean
of the hour that begins, other values for a satellite's snapshot, which is then taken for that hour. `--year` places
the months in one year. There is no cloud cover.

Layout: https://joint-research-centre.ec.europa.eu (PVGIS TMY generator); a test holds this reader against
`pvlib.iotools.read_pvgis_tmy`.
"""

import re
from pathlib import Path

from wattshift.data.clock import to_utc_s
from wattshift.data.columns import column
from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.text import number, read_csv, read_text
from wattshift.data.typical_year import Day, check_whole, instants, year_of
from wattshift.data.weather_files import in_column, stated_zone

TIME = "time(UTC)"
TIME_LIKE = re.compile(r"(\d{4})(\d{2})(\d{2}):(\d{2})00")
COLUMNS = (
    ("T2m", "temp", "C"),
    ("RH", "humidity", "%"),
    ("WS10m", "wind", "m/s"),
    ("SP", "pressure", "Pa"),
    ("G(h)", "irradiance_global", "W/m2"),
    ("Gb(n)", "irradiance_direct", "W/m2"),
    ("Gd(h)", "irradiance_diffuse", "W/m2"),
)


def sniff(beginning: str) -> bool:
    """By the first line and the title of the times."""
    return beginning.startswith("Latitude (decimal degrees):") and f"\n{TIME}," in beginning


def read(path: Path, options: Options) -> Table:
    """Seven quantities of a year.

    Raises:
        DataError: a line of the header is not as expected, a row is cut short, text instead of a number, a value out of
            range, a time that is none, no year to place the months in, or a place far from the stated zone.
    """
    lines = read_text(path).splitlines()
    header = next((k for k, line in enumerate(lines) if line.startswith(TIME)), None)
    if header is None:
        raise DataError(f"{path}: no line of titles that begins with {TIME}")
    place = Place(_said(lines, 0, "Latitude", 90, path), _said(lines, 1, "Longitude", 180, path), "UTC")
    end = next((k for k in range(header, len(lines)) if not lines[k].strip()), len(lines))
    csv = read_csv(path, skip_lines=header, take_lines=end - header)
    parts = [_parts(cell, csv.where(k)) for k, cell in enumerate(csv.cells(TIME))]
    days: list[Day] = [(year, month, day) for year, month, day, _ in parts]
    hours = [hour for *_, hour in parts]
    check_whole(csv, days, hours)
    year = year_of(days, options, path)
    time_s = to_utc_s(instants(days, hours, year, csv.where), "UTC", csv.where)
    columns = [
        column(quantity, csv.cells(title), unit, in_column(csv.where, title), title=title)
        for title, quantity, unit in COLUMNS
    ]
    offset = next((line for line in lines[:header] if line.startswith("Irradiance Time Offset")), "not stated")
    return Table(
        path,
        FORMAT.name,
        stated_zone(options, place, path),
        "instant",
        time_s,
        csv.line_numbers,
        tuple(columns),
        "UTC",
        notes=(year.note(days), offset),
        place=place,
    )


def _said(lines: list[str], k: int, what: str, limit: float, path: Path) -> float:
    where = f"{path}, line {k + 1}"
    title, _, value = lines[k].partition(":")
    if not title.startswith(what):
        raise DataError(f"{where}: expected the {what.casefold()}, found {lines[k]!r}")
    return number(value, -limit, limit, what.casefold(), where)


def _parts(cell: str, where: str) -> tuple[int, int, int, int]:
    found = TIME_LIKE.fullmatch(cell)
    if found is None:
        raise DataError(f"{where}: {cell!r} is not a time such as 20180131:1700")
    year, month, day, hour = map(int, found.groups())
    return year, month, day, hour


FORMAT = Format(
    name="pvgis-tmy",
    summary="PVGIS typical meteorological year, CSV",
    looks_like="Latitude (decimal degrees): 45.000 ... time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP",
    states="units, place, UTC, irradiance of the hour that begins; no cloud cover",
    asks=("zone",),
    may=("year",),
    source="https://re.jrc.ec.europa.eu/api/v5_3/tmy?outputformat=csv",
    sniff=sniff,
    read=read,
)
