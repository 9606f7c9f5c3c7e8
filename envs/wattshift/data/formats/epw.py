"""EnergyPlus weather files (EPW): TMYx of climate.onebuilding.org, ASHRAE IWEC, Spanish SWEC and others.

Eight lines of header, then a row an hour of 35 cells. Times are local *standard* time all year; hour 1 to 24 *ends*
at the time it names: temperature, humidity, wind, sky cover and pressure are instants of that time, radiation
(Wh/m2) is the sum of the hour before it. Months come from different years: `--year` places them in one, its last
midnight as its first instant. Missing values are sentinels, 99.9 for temperatures, 99, 999, 9999 or 999999 for
others, by column.

Radiation of IWEC files stands where the layout says (Sydney, Helsinki: within .03 h of the sun); in TMYx files it
is half an hour late (San Jose .57, Dallas .50 h). It is kept as the file has it.

Layout and sentinels: EnergyPlus, Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary". The reader checks
cell by cell to name the line of a fault; a test holds it against `pvlib.iotools.read_epw`.
"""

from pathlib import Path

from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.text import Csv, number, read_csv, read_text
from wattshift.data.typical_year import hour_ending_table
from wattshift.data.weather_files import offset_name

HEADER_LINES = 8
TITLES = [
    *("year", "month", "day", "hour", "minute", "flags", "temp", "dew_point", "humidity", "pressure"),
    *("extraterrestrial_horizontal", "extraterrestrial_normal", "infrared", "global", "direct", "diffuse"),
    *("global_light", "direct_light", "diffuse_light", "zenith_light", "wind_direction", "wind", "cloud"),
    *("opaque_cloud", "visibility", "ceiling", "weather_observed", "weather_codes", "water", "aerosol"),
    *("snow_depth", "snow_days", "albedo", "rain_depth", "rain_hours"),
]
COLUMNS = (
    # title, quantity, unit, a value from which on it is "missing"
    ("temp", "temp", "C", 99.9),
    ("dew_point", "dew_point", "C", 99.9),
    ("humidity", "humidity", "%", 999.0),
    ("pressure", "pressure", "Pa", 999_999.0),
    ("wind", "wind", "m/s", 999.0),
    ("cloud", "cloud", "tenths", 99.0),
    ("global", "irradiance_global", "Wh/m2", 9999.0),
    ("direct", "irradiance_direct", "Wh/m2", 9999.0),
    ("diffuse", "irradiance_diffuse", "Wh/m2", 9999.0),
)


def sniff(beginning: str) -> bool:
    """By the first two words of the header."""
    return beginning.startswith("LOCATION,") and "DESIGN CONDITIONS" in beginning


def read(path: Path, options: Options) -> Table:
    """Nine quantities of a year.

    Raises:
        DataError: a header line is not as expected, a row has not 35 cells, text instead of a number, a value out
            of range, a date that does not exist, no year to place the months in, or a place far from the stated
            zone.
    """
    header = read_text(path).splitlines()[:HEADER_LINES]
    place = _place(header, path)
    csv = read_csv(path, skip_lines=HEADER_LINES, header=TITLES)
    days = [(_whole(csv, "year", k), _whole(csv, "month", k), _whole(csv, "day", k)) for k in range(len(csv.rows))]
    hours = [_whole(csv, "hour", k) for k in range(len(days))]
    return hour_ending_table(csv, FORMAT.name, place, options, days, hours, COLUMNS)


def _place(header: list[str], path: Path) -> Place:
    where = f"{path}, line 1"
    cells = header[0].split(",") if header else []
    if len(cells) != 10 or cells[0] != "LOCATION":
        raise DataError(f"{where}: expected LOCATION,city,state,country,source,WMO,latitude,longitude,zone,elevation")
    periods = header[-1].split(",")
    if len(header) < HEADER_LINES or periods[0] != "DATA PERIODS":
        raise DataError(f"{path}, line {HEADER_LINES}: expected DATA PERIODS, the last line of the header")
    if [cell.strip() for cell in periods[1:3]] != ["1", "1"]:
        raise DataError(
            f"{path}, line {HEADER_LINES}: {','.join(periods[:3])}, expected one period of hourly rows, 1,1"
        )
    latitude, longitude, offset_h = (
        number(cells[k], -limit, limit, what, where)
        for k, limit, what in ((6, 90, "latitude"), (7, 180, "longitude"), (8, 14, "hours from UTC"))
    )
    return Place(latitude, longitude, offset_name(offset_h, where))


def _whole(csv: Csv, title: str, k: int) -> int:
    cell = csv.rows[k][TITLES.index(title)]
    if not cell.strip().isdigit():
        raise DataError(f"{csv.where(k)}: {title} is {cell!r}, expected a whole number")
    return int(cell)


FORMAT = Format(
    name="epw",
    summary="EnergyPlus weather file: a typical year (TMYx, IWEC, SWEC) or a measured one",
    looks_like="LOCATION,SYDNEY,-,AUS,IWEC Data,947670,-33.95,151.18,10.0,3.0",
    states="units, place, local standard time, hour ending, sentinels for missing values",
    asks=("zone",),
    may=("year",),
    source="https://climate.onebuilding.org",
    sniff=sniff,
    read=read,
)
