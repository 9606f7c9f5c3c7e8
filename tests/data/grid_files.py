"""Writes a year of carbon intensity that follows the sun, in Electricity Maps' format, and plants faults in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from wattshift.data.check.hourly import sun_height
from wattshift.data.places import place_of

HEADER = (
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),"
    "Carbon intensity gCO₂eq/kWh (Life cycle),Carbon-free energy percentage (CFE%),"
    "Renewable energy percentage (RE%),Data source,Data estimated,Data estimation method"
)
LIFE_CYCLE = 5  # position of the column
BEGIN = datetime(2023, 7, 1, tzinfo=UTC)
DAYS = 140  # over the end of summer time


def sunny_year() -> list[str]:
    """Lines of a file of zone DE: less carbon under more sun, slow noise, no fault."""
    place = place_of("DE")
    assert place is not None
    begin_s = int(BEGIN.timestamp()) + 3600 * np.arange(24 * DAYS, dtype=np.int64)
    sun = sun_height(begin_s + 1800, place.latitude_deg, place.longitude_deg)
    rng = np.random.default_rng(4)
    wander = np.cumsum(rng.normal(0.0, 4.0, len(sun)))
    grams = np.clip(470.0 - 180.0 * sun + wander - wander.mean() + rng.normal(0.0, 3.0, len(sun)), 60.0, 900.0)
    times = [datetime.fromtimestamp(int(t), UTC) for t in begin_s]
    rows = [
        f"{time:%Y-%m-%d %H:%M:%S},Germany,Germany,DE,{0.85 * g:.2f},{g:.2f},50.0,40.0,somewhere,false,"
        for time, g in zip(times, grams, strict=True)
    ]
    return [HEADER, *rows]


def time_of(line: str) -> datetime:
    """When a row begins."""
    return datetime.fromisoformat(line.split(",")[0])


def shifted(lines: list[str], hours: int) -> list[str]:
    """The same numbers on a clock that is late by so many hours."""
    moved = [f"{time_of(line) + timedelta(hours=hours)},{line.split(',', 1)[1]}" for line in lines[1:]]
    return [lines[0], *moved]


def scaled(lines: list[str], factor: float) -> list[str]:
    """Both intensities times a factor."""
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[4], row[LIFE_CYCLE] = (f"{factor * float(row[k]):.4f}" for k in (4, LIFE_CYCLE))
    return [lines[0], *(",".join(row) for row in rows)]


def without_day(lines: list[str], day: str) -> list[str]:
    """Without the rows of one day, as 2023-08-05."""
    return [line for line in lines if not line.startswith(day)]


def twice(lines: list[str], time: str) -> list[str]:
    """With the row of one hour standing twice."""
    k = next(k for k, line in enumerate(lines) if line.startswith(time))
    return [*lines[: k + 1], *lines[k:]]


def day_first(lines: list[str]) -> list[str]:
    """All dates as 31/01/2023."""
    return [lines[0], *(f"{time_of(line):%d/%m/%Y %H:%M},{line.split(',', 1)[1]}" for line in lines[1:])]


def exchanged(lines: list[str], day: str) -> list[str]:
    """Day and month of one day exchanged, as a program does that takes day-first dates for month-first."""
    return [f"{line[:4]}-{line[8:10]}-{line[5:7]}{line[10:]}" if line.startswith(day) else line for line in lines]


def with_text(lines: list[str], number: int, text: str) -> list[str]:
    """Line `number` (from 1) with a text for its life-cycle intensity."""
    row = lines[number - 1].split(",")
    row[LIFE_CYCLE] = text
    return [*lines[: number - 1], ",".join(row), *lines[number:]]


def write(path: Path, lines: list[str]) -> Path:
    """The lines as a file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
