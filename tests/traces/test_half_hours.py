"""Files of "Let's Wait Awhile": whatever their resolution, half-hours come out; a fault is named by file and line."""

import gzip
from datetime import datetime, timedelta

import pytest

from wattshift.traces.clock import midnight_s
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.half_hours import HALF_HOUR_S, read_half_hours

FIRST = datetime(2020, 10, 31, 22)


def lines(minutes):
    """A file with a value at each of these minutes after the first time; the value counts the minutes."""
    rows = [f"{FIRST + timedelta(minutes=minute)},{100 + minute}.5" for minute in minutes]
    return ["Time,Carbon Intensity", *rows]


def write(folder, rows):
    path = folder / "xx_ci.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


SWITCHES = [*range(0, 240, 30), *range(240, 480, 15)]
"""Half-hours, then quarters, as Great Britain's file."""
GAPS = [*range(0, 120, 15), 120, 150, 180, *range(210, 480, 15)]
"""Quarters with two half-hours among them, as Germany's."""


@pytest.mark.parametrize("minutes", [range(0, 480, 30), range(0, 480, 15), SWITCHES, GAPS], ids=str)
def test_half_hours_come_out_of_every_resolution(tmp_path, minutes):
    series = read_half_hours(write(tmp_path, lines(minutes)))
    assert series.start_s == midnight_s(2020, 10, 31) + 22 * 3600
    assert series.g_per_kwh == pytest.approx([100.5 + minute for minute in range(0, 480, 30)])
    assert series.place(series.start_s + 3 * HALF_HOUR_S) == 3


def test_a_file_may_be_gzipped_and_begin_on_a_quarter(tmp_path):
    (tmp_path / "xx_ci.csv.gz").write_bytes(gzip.compress("\n".join(lines([15, 30, 45, 60])).encode()))
    series = read_half_hours(tmp_path / "xx_ci.csv")
    assert series.g_per_kwh == pytest.approx([130.5, 160.5])


def spoiled(line, row):
    rows = lines(range(0, 240, 30))
    rows[line - 1] = row
    return rows


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (lines([0, 30, 90]), "line 4: the half-hour 2020-10-31 23:00 UTC is missing before 2020-10-31 23:30 UTC"),
        (lines([0, 15, 45, 60]), "line 5: the half-hour 2020-10-31 22:30 UTC is missing before 2020-10-31 23:00 UTC"),
        (lines([0, 30, 30]), "line 4: 2020-10-31 22:30 UTC appears twice"),
        (lines([0, 60, 30]), "line 3: the half-hour 2020-10-31 22:30 UTC is missing"),
        (lines([0, 15, 10]), "line 4: 2020-10-31 22:10 UTC is not on a quarter"),
        (lines([15, 45]), "no value at a full or half hour"),
        (spoiled(3, "2020-10-31 22:30:00,many"), "line 3: 'many' is not a number"),
        (spoiled(3, "2020-10-31 22:30:00,99999"), "line 3: .*99999.*g/kWh"),
        (spoiled(3, "31.10.2020 22:30,5"), "line 3: '31.10.2020 22:30' may be day-first"),
        (spoiled(3, "2020-10-31 22:30:00+01:00,5"), "line 3: .* has an offset"),
        (["Time,Carbon", "2020-10-31 22:00:00,5"], "line 1: no column 'Carbon Intensity'"),
    ],
)
def test_faults_are_named(tmp_path, rows, message):
    with pytest.raises(TraceError, match=message) as error:
        read_half_hours(write(tmp_path, rows))
    assert "xx_ci.csv" in str(error.value)
