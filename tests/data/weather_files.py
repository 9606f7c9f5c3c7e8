"""Small weather files in the formats that `wattshift data` reads, made of formulas; the real ones, where they are."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

HOUR = timedelta(hours=1)
MIDDAY_H = 12.0
NSW = {"latitude": -33.85, "longitude": 151.2}


def real_file(name: str) -> Path:
    """A file of the folder of real data; the test skips where the folder is absent."""
    root = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not (root / name).exists():
        pytest.skip(f"no {name} in {root}: set WATTSHIFT_DATA to run this test")
    return root / name


def temp_c(local: datetime) -> float:
    """Warmest at three in the afternoon; no two hours of a day alike."""
    return round(
        15.0 - 5.0 * abs((local.hour - 15 + 12) % 24 - 12) / 12.0 + 0.01 * local.hour + local.timetuple().tm_yday / 100,
        2,
    )


def sun_w_per_m2(hour_begins: datetime) -> float:
    """Mean of the hour that begins: a triangle around midday."""
    return max(0.0, 1000.0 - 200.0 * abs(hour_begins.hour + 0.5 - MIDDAY_H))


def open_meteo(
    days: int = 3, *, offset_h: float = 11.0, first: datetime = datetime(2023, 1, 1), radiation: bool = False
) -> dict:
    """Content of a JSON file: instants, and radiation of the hour before."""
    times = [first + k * HOUR for k in range(24 * days)]
    hourly = {
        "time": [f"{t:%Y-%m-%dT%H:%M}" for t in times],
        "temperature_2m": [temp_c(t) for t in times],
        "relative_humidity_2m": [50.0 + t.hour for t in times],
        "cloud_cover": [25.0] * len(times),
        "wind_speed_10m": [18.0] * len(times),
    }
    units = {
        "time": "iso8601",
        "temperature_2m": "°C",
        "relative_humidity_2m": "%",
        "cloud_cover": "%",
        "wind_speed_10m": "km/h",
    }
    if radiation:
        hourly["shortwave_radiation"] = [sun_w_per_m2(t - HOUR) for t in times]
        units["shortwave_radiation"] = "W/m²"
    return {
        **NSW,
        "generationtime_ms": 1.0,
        "utc_offset_seconds": int(offset_h * 3600),
        "timezone": "Australia/Sydney",
        "timezone_abbreviation": "GMT+11",
        "elevation": 58.0,
        "hourly_units": units,
        "hourly": hourly,
    }


def write_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def open_meteo_csv(content: dict, *, place: bool = True) -> str:
    """The same as the API writes it with `format=csv`."""
    keys = ["latitude", "longitude", "elevation", "utc_offset_seconds", "timezone", "timezone_abbreviation"]
    lines = [",".join(keys), ",".join(str(content[key]) for key in keys), ""] if place else []
    names = [name for name in content["hourly"] if name != "time"]
    lines.append(",".join(["time", *(f"{name} ({content['hourly_units'][name]})" for name in names)]))
    for k, time in enumerate(content["hourly"]["time"]):
        lines.append(",".join([time, *(str(content["hourly"][name][k]) for name in names)]))
    return "\n".join(lines) + "\n"


EPW_HEADER = """LOCATION,SYDNEY,-,AUS,made up,947670,-33.95,151.18,10.0,3.0
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0
COMMENTS 1,made up
COMMENTS 2,made up
DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"""

TMY3_TITLES = [
    "Date (MM/DD/YYYY)", "Time (HH:MM)", "GHI (W/m^2)", "DNI (W/m^2)", "DHI (W/m^2)", "TotCld (tenths)",
    "Dry-bulb (C)", "Dew-point (C)", "RHum (%)", "Pressure (mbar)", "Wdir (degrees)", "Wspd (m/s)",
    "Pwat (cm)", "Alb (unitless)", "ETR (W/m^2)", "ETRN (W/m^2)",
]  # fmt: skip


def month_year(month: int) -> int:
    """Year from which a month of the typical year was taken."""
    return 2011 + month % 3 * 2


def hours_of_a_year() -> list[tuple[int, int, int, datetime]]:
    """Month, day, hour ending 1..24 and the beginning of the hour, on the calendar of a common year."""
    begins = [datetime(2023, 1, 1) + k * HOUR for k in range(8760)]
    return [(begin.month, begin.day, begin.hour + 1, begin) for begin in begins]


def epw_row(month: int, day: int, hour: int, begin: datetime) -> str:
    sun = sun_w_per_m2(begin)
    weather = [temp_c(begin + HOUR), 8.0, 60, 101300]
    radiation = [0, 0, 300, sun, sun / 2, sun / 4, 0, 0, 0, 0]
    rest = [140, 4.6, 5, 5, 11.2, 900, 9, "999999999", 0, "0.1660", 0, 88, "0.000", "0.0", "0.0"]
    return ",".join(map(str, [month_year(month), month, day, hour, 60, "A7", *weather, *radiation, *rest]))


def epw(change: Callable[[list[str]], list[str]] = lambda rows: rows) -> str:
    rows = [epw_row(*one) for one in hours_of_a_year()]
    return "\r\n".join([EPW_HEADER.replace("\n", "\r\n"), *change(rows)]) + "\r\n"


def tmy3(change: Callable[[list[str]], list[str]] = lambda rows: rows) -> str:
    rows = []
    for month, day, hour, begin in hours_of_a_year():
        sun = sun_w_per_m2(begin)
        cells = [f"{month:02d}/{day:02d}/{month_year(month)}", f"{hour:02d}:00", sun, sun / 2, sun / 4, 5]
        cells += [temp_c(begin + HOUR), 8.0, 60, 1013, 140, 4.6, 1.0, 0.1, 0, 0]
        rows.append(",".join(map(str, cells)))
    station = '723170,"MADE UP, AIRPORT",NC,10.0,-33.950,151.180,273'
    return "\n".join([station, ",".join(TMY3_TITLES), *change(rows)]) + "\n"


def pvgis(change: Callable[[list[str]], list[str]] = lambda rows: rows) -> str:
    rows = []
    for month, day, _, begin in hours_of_a_year():
        sun = sun_w_per_m2(begin)
        cells = [f"{month_year(month)}{month:02d}{day:02d}:{begin.hour:02d}00", temp_c(begin), 60.0]
        rows.append(",".join(map(str, [*cells, sun, sun / 2, sun / 4, 300.0, 4.6, 140.0, 101300.0])))
    head = ["Latitude (decimal degrees): -33.950", "Longitude (decimal degrees): 151.180", "Elevation (m): 3.0"]
    head += ["Irradiance Time Offset (h): 0.5", "month,year", *(f"{m},{month_year(m)}" for m in range(1, 13))]
    head.append("time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP")
    tail = ["", "T2m: 2-m air temperature (degree Celsius)", "", "PVGIS (c) European Union, 2001-2026"]
    return "\r\n".join([*head, *change(rows), *tail]) + "\r\n"


def utc_s(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())
