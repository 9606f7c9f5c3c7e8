"""NREL's typical meteorological year, TMY3 (CSV), and SolarAnywhere files in the same layout.

One line on the station, a header, a row an hour. Local *standard* time all year; `01:00` to `24:00` *ends* the
hour: weather is the instant of that time, irradiance (W/m^2) the mean of the hour before it. Dates are month first,
as the header says. Months come from different years: `--year` places them in one. Missing values are -9900, sky
cover also 99.

Layout: Wilcox and Marion (2008), Users Manual for TMY3 Data Sets, NREL/TP-581-43156. A test holds this reader against
`pvlib.iotools.read_tmy3`.
"""

import re
from pathlib import Path

from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.text import number, read_csv, read_text
from wattshift.data.typical_year import Day, hour_ending_table
from wattshift.data.weather_files import offset_name

DATE = "Date (MM/DD/YYYY)"
TIME = "Time (HH:MM)"
DATE_LIKE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
TIME_LIKE = re.compile(r"(\d{1,2}):00")
SKY_MISSING = 99.0
NO_SENTINEL = float("inf")
COLUMNS = (
    ("Dry-bulb (C)", "temp", "C", NO_SENTINEL),
    ("Dew-point (C)", "dew_point", "C", NO_SENTINEL),
    ("RHum (%)", "humidity", "%", NO_SENTINEL),
    ("Pressure (mbar)", "pressure", "hPa", NO_SENTINEL),
    ("Wspd (m/s)", "wind", "m/s", NO_SENTINEL),
    ("TotCld (tenths)", "cloud", "tenths", SKY_MISSING),
    ("GHI (W/m^2)", "irradiance_global", "W/m2", NO_SENTINEL),
    ("DNI (W/m^2)", "irradiance_direct", "W/m2", NO_SENTINEL),
    ("DHI (W/m^2)", "irradiance_diffuse", "W/m2", NO_SENTINEL),
)


def sniff(beginning: str) -> bool:
    """By the titles of the second line."""
    lines = beginning.splitlines()
    return len(lines) > 1 and lines[1].startswith(f"{DATE},{TIME}")


def read(path: Path, options: Options) -> Table:
    """Nine quantities of a year.

    Raises:
        DataError: a column is missing, a row is cut short, text instead of a number, a value out of range, a date
            that is none or not month first, no year to place the months in, or a place far from the stated zone.
    """
    place = _place(read_text(path).splitlines()[0], path)
    csv = read_csv(path, skip_lines=1)
    days = [_day(cell, csv.where(k)) for k, cell in enumerate(csv.cells(DATE))]
    hours = [_hour(cell, csv.where(k)) for k, cell in enumerate(csv.cells(TIME))]
    return hour_ending_table(csv, FORMAT.name, place, options, days, hours, COLUMNS)


def _place(line: str, path: Path) -> Place:
    cells = line.rsplit(",", 4)  # the station's name may hold a comma
    where = f"{path}, line 1"
    if len(cells) != 5:
        raise DataError(f"{where}: expected station,name,state,hours from UTC,latitude,longitude,elevation")
    offset_h = number(cells[1], -12, 14, "hours from UTC", where)
    latitude = number(cells[2], -90, 90, "latitude", where)
    return Place(latitude, number(cells[3], -180, 180, "longitude", where), offset_name(offset_h, where))


def _day(cell: str, where: str) -> Day:
    parts = DATE_LIKE.fullmatch(cell)
    if parts is None or int(parts[1]) > 12:
        raise DataError(f"{where}: {cell!r} is not a date with the month first, such as 01/31/1988")
    return int(parts[3]), int(parts[1]), int(parts[2])


def _hour(cell: str, where: str) -> int:
    parts = TIME_LIKE.fullmatch(cell)
    if parts is None:
        raise DataError(f"{where}: {cell!r} is not the end of an hour, such as 01:00 or 24:00")
    return int(parts[1])


FORMAT = Format(
    name="tmy3",
    summary="NREL typical meteorological year, TMY3 CSV",
    looks_like='723170,"GREENSBORO PIEDMONT TRIAD INT",NC,-5.0,36.100,-79.950,273; Date (MM/DD/YYYY),Time (HH:MM),...',
    states="units, place, local standard time, hour ending, -9900 for missing values",
    asks=("zone",),
    may=("year",),
    source="https://doi.org/10.2172/928611",
    sniff=sniff,
    read=read,
)
