"""Writes small files in the layouts and on the clocks that `wattshift.traces.real` reads."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from wattshift.traces.clock import HOUR_S, Hours
from wattshift.traces.zones import Zone

Value = Callable[[int], float]  # of the POSIX time at which the hour begins

CARBON_HEADER = (
    "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),"
    "Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage,Renewable Percentage,"
    "Data Source,Data Estimated,Data Estimation Method"
)


def price_path(root: Path, zone: Zone, year: int) -> Path:
    files = zone.real_files
    return root / "price_processed" / files.price_folder / f"{files.price_name}_electricity_prices_{year}.csv"


def carbon_path(root: Path, zone: Zone, year: int) -> Path:
    folder = zone.real_files.carbon_folder
    return root / "carbon_electricitymaps" / folder / f"{folder}_{year}_hourly.csv"


def weather_path(root: Path, zone: Zone, year: int) -> Path:
    return root / "weather_openmeteo" / zone.real_files.weather_folder / f"{year}.json"


def _write(path: Path, text: str, *, gzipped: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if gzipped:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")


def _fixed(clock: str) -> timezone:
    offset = datetime.fromisoformat(f"2023-01-01T00:00{clock}").utcoffset()
    assert offset is not None
    return timezone(offset)


def price_lines(zone: Zone, hours: Hours, usd_per_kwh: Value) -> list[str]:
    """Rows on the market's clock; in the two special days of CET/CEST as the real files have them."""
    files = zone.real_files
    per_mwh = 1000.0 / files.usd_per_unit
    begins = [hours.start_s + k * HOUR_S for k in range(hours.n_hours)]
    if files.price_clock == "in file":
        local = ZoneInfo(zone.place.timezone)
        return [f"{datetime.fromtimestamp(t, local).isoformat(sep=' ')},{usd_per_kwh(t) * per_mwh!r}" for t in begins]
    if files.price_clock != "Europe/Berlin":
        fixed = _fixed(files.price_clock)
        return [f"{datetime.fromtimestamp(t, fixed).replace(tzinfo=None)},{usd_per_kwh(t) * per_mwh!r}" for t in begins]
    by_clock: dict[datetime, list[float]] = {}
    for t in begins:
        wall = datetime.fromtimestamp(t, ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
        by_clock.setdefault(wall, []).append(usd_per_kwh(t) * per_mwh)
    wall, last = min(by_clock), max(by_clock)
    lines = []
    while wall <= last:
        values = by_clock.get(wall) or by_clock[wall + timedelta(hours=1)]  # spring: 02:00 copies 03:00
        lines.append(f"{wall},{sum(values) / len(values)!r}")
        wall += timedelta(hours=1)
    return lines


def write_zone(
    root: Path,
    zone: Zone,
    hours: Hours,
    year: int,
    *,
    carbon_g: Value,
    usd_per_kwh: Value,
    temp_c: Value,
    wind_km_per_h: Value = lambda t: 18.0,
    offset_s: int = 0,
    gzipped: bool = True,
) -> None:
    """All three files of one zone for these hours."""
    begins = [hours.start_s + k * HOUR_S for k in range(hours.n_hours)]

    def utc(t: int, shift_s: int = 0) -> datetime:
        return datetime.fromtimestamp(t + shift_s, UTC).replace(tzinfo=None)

    zone_id = zone.real_files.carbon_zone_id
    carbon = [f"{utc(t)},A,B,{zone_id},1.0,{carbon_g(t)!r},50,40,somewhere,false," for t in begins]
    _write(carbon_path(root, zone, year), "\n".join([CARBON_HEADER, *carbon]) + "\n", gzipped=gzipped)
    price = [f"Datetime,{zone.real_files.price_column}", *price_lines(zone, hours, usd_per_kwh)]
    _write(price_path(root, zone, year), "\n".join(price) + "\n", gzipped=gzipped)
    weather = {
        "generationtime_ms": 0.1,
        "latitude": zone.place.latitude_deg,
        "longitude": zone.place.longitude_deg,
        "utc_offset_seconds": offset_s,
        "hourly_units": {
            "time": "iso8601",
            "temperature_2m": "°C",
            "relative_humidity_2m": "%",
            "cloudcover": "%",
            "windspeed_10m": "km/h",
        },
        "hourly": {
            "time": [f"{utc(t, offset_s):%Y-%m-%dT%H:%M}" for t in begins],
            "temperature_2m": [temp_c(t) for t in begins],
            "relative_humidity_2m": [50.0] * len(begins),
            "cloudcover": [25.0] * len(begins),
            "windspeed_10m": [wind_km_per_h(t) for t in begins],
        },
    }
    _write(weather_path(root, zone, year), json.dumps(weather, ensure_ascii=False), gzipped=gzipped)
