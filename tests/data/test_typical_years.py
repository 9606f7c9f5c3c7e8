"""EPW, TMY3 and PVGIS: hours, sentinels and the year that months are placed in, held against pvlib's readers."""

import gzip
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pvlib
import pytest
from weather_files import epw, month_year, pvgis, real_file, sun_w_per_m2, temp_c, tmy3, utc_s

from wattshift.data.check import check, check_together
from wattshift.data.check.finding import Weight
from wattshift.data.errors import DataError, MissingStatementError
from wattshift.data.formats import read, recognise
from wattshift.data.options import Options

FORMS = {"epw": (epw, 8), "tmy3": (tmy3, 2), "pvgis-tmy": (pvgis, 18)}
OFFSET_H = {"epw": 10, "tmy3": 10, "pvgis-tmy": 0}
NSW_2023 = Options(zone="NSW", year=2023)


def write(tmp_path, name, change=lambda rows: rows):
    path = tmp_path / f"{name}.csv"
    path.write_bytes(FORMS[name][0](change).encode())
    return path


def local_times(table, name):
    return [datetime.fromtimestamp(int(t), UTC) + timedelta(hours=OFFSET_H[name]) for t in table.time_s]


@pytest.mark.parametrize("name", FORMS)
def test_a_typical_year_fills_the_year_asked_for(tmp_path, name) -> None:
    path = write(tmp_path, name)
    assert recognise(path).name == name
    table = read(path, NSW_2023)
    assert table.time_s[0] == utc_s(2023, 1, 1) - OFFSET_H[name] * 3600
    assert len(table.time_s) == 8760
    assert set(np.diff(table.time_s)) == {3600}
    years = ", ".join(map(str, sorted({month_year(month) for month in range(1, 13)})))
    assert f"months of {years} placed in 2023" in table.notes


@pytest.mark.parametrize("name", FORMS)
def test_weather_is_of_the_instant_and_irradiance_of_the_hour_that_begins(tmp_path, name) -> None:
    table = read(write(tmp_path, name), NSW_2023)
    local = local_times(table, name)
    inside = slice(1, None)  # the first instant is the last midnight of the file, with the temperature of its day
    expected = [temp_c(t.replace(tzinfo=None)) for t in local]
    np.testing.assert_allclose(table.column("temp").values[inside], expected[inside])
    sun = np.array([sun_w_per_m2(t) for t in local])
    for column, share in (("irradiance_global", 1.0), ("irradiance_direct", 0.5), ("irradiance_diffuse", 0.25)):
        np.testing.assert_allclose(table.column(column).values, share * sun)


@pytest.mark.parametrize("name", FORMS)
def test_units_are_kept_ones(tmp_path, name) -> None:
    table = read(write(tmp_path, name), NSW_2023)
    kept = {"humidity": 0.6, "pressure": 101300.0, "wind": 4.6} | ({} if name == "pvgis-tmy" else {"cloud": 0.5})
    for column, value in kept.items():
        np.testing.assert_allclose(table.column(column).values, value)


@pytest.mark.parametrize("name", FORMS)
def test_months_of_several_years_need_a_year_to_be_placed_in(tmp_path, name) -> None:
    path = write(tmp_path, name)
    with pytest.raises(MissingStatementError, match=r"different years \(2011, 2013, 2015\); say --year"):
        read(path, Options(zone="NSW"))
    with pytest.raises(DataError, match="2024 has a 29 February and the file has none"):
        read(path, Options(zone="NSW", year=2024))


def test_a_measured_year_keeps_its_own(tmp_path) -> None:
    path = write(tmp_path, "epw", lambda rows: [re.sub(r"^\d{4}", "2019", row) for row in rows])
    table = read(path, Options(zone="NSW"))
    assert table.time_s[0] == utc_s(2019, 1, 1, 1) - 36000
    assert table.time_s[-1] == utc_s(2020, 1, 1) - 36000  # 24:00 of 31 December is not moved
    assert "measured in 2019" in table.notes
    assert np.isnan(table.column("irradiance_global").values[-1])


def frame(path, name):
    if name == "epw":
        return pvlib.iotools.read_epw(io.StringIO(path.read_text()))[0].rename(columns={"total_sky_cover": "cloud"})
    if name == "tmy3":
        plain_name = path.read_text().replace('"MADE UP, AIRPORT"', "MADE UP")  # pvlib stumbles over the comma
        return pvlib.iotools.read_tmy3(io.StringIO(plain_name))[0]
    return pvlib.iotools.read_pvgis_tmy(path)[0]


@pytest.mark.parametrize("name", FORMS)
def test_equal_to_pvlib(tmp_path, name) -> None:
    """By the place in the file; pvlib names the hour of an EPW by its start, of the others by the time written."""
    path = write(tmp_path, name)
    table, expected = read(path, NSW_2023), frame(path, name)
    row = table.row - FORMS[name][1] - 1
    for column, title in (("temp", "temp_air"), ("humidity", "relative_humidity"), ("wind", "wind_speed")):
        scale = 0.01 if column == "humidity" else 1.0
        np.testing.assert_allclose(table.column(column).values, scale * expected[title].to_numpy()[row])
    hour_before = (row + 1) % len(row) if name != "pvgis-tmy" else row
    np.testing.assert_allclose(table.column("irradiance_global").values, expected["ghi"].to_numpy()[hour_before])
    ended = timedelta(hours=1) if name == "epw" else timedelta(0)
    theirs = (expected.index + ended).tz_convert("UTC")
    ours = [datetime.fromtimestamp(int(t), UTC) for t in table.time_s]
    year_alike = [t.replace(year=2001) for t in ours] == [t.replace(year=2001).to_pydatetime() for t in theirs[row]]
    assert year_alike


SENTINELS = [
    ("epw", 6, "99.9", "temp"),
    ("epw", 7, "99.9", "dew_point"),
    ("epw", 8, "999", "humidity"),
    ("epw", 9, "999999", "pressure"),
    ("epw", 21, "999", "wind"),
    ("epw", 22, "99", "cloud"),
    ("epw", 13, "9999", "irradiance_global"),
    ("tmy3", 6, "-9900", "temp"),
    ("tmy3", 5, "99", "cloud"),
    ("tmy3", 2, "-9900.0", "irradiance_global"),
]


def with_cell(row: int, cell: int, text: str):
    def change(rows):
        cells = rows[row].split(",")
        cells[cell] = text
        return [*rows[:row], ",".join(cells), *rows[row + 1 :]]

    return change


@pytest.mark.parametrize(("name", "cell", "text", "column"), SENTINELS)
def test_sentinels_are_missing_values(tmp_path, name, cell, text, column) -> None:
    table = read(write(tmp_path, name, with_cell(100, cell, text)), NSW_2023)
    holes = np.flatnonzero(np.isnan(table.column(column).values))
    assert table.row[holes].tolist() == [100 + FORMS[name][1] + (0 if column.startswith("irradiance") else 1)]
    others = [one for one in table.columns if one.name != column]
    assert all(np.isfinite(one.values).all() for one in others)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("epw", with_cell(50, 6, "mild"), "line 59, temp: 'mild' is not a number"),
        ("epw", with_cell(50, 6, "77.0"), "line 59, temp: got 77.0, expected air temperature in C between -70 and 65"),
        ("epw", with_cell(50, 9, "1013"), "line 59, pressure: got 1013, expected air pressure"),
        ("epw", with_cell(50, 2, "31.5"), "line 59: day is '31.5', expected a whole number"),
        ("epw", with_cell(50, 1, "13"), "line 59: month 13, day 3: no such date in 2023"),
        ("epw", with_cell(50, 3, "25"), "line 59: hour 25, expected 1 to 24"),
        ("epw", lambda rows: [*rows[:-1], rows[-1][:40]], r"line 8768: \d+ cells, expected 35"),
        ("epw", lambda rows: rows[:5000], r"line 5008: the year ends on 2013-07-28 08:00, expected 31 December"),
        ("epw", lambda rows: rows[24:], r"line 9: the year begins on 2013-01-02 01:00, expected 1 January"),
        ("tmy3", with_cell(50, 0, "31/01/2011"), "line 53: '31/01/2011' is not a date with the month first"),
        ("tmy3", with_cell(50, 1, "03:30"), "line 53: '03:30' is not the end of an hour"),
        ("tmy3", with_cell(50, 6, "x"), r"line 53, Dry-bulb \(C\): 'x' is not a number"),
        ("tmy3", lambda rows: rows[:4000], "line 4002: the year ends on"),
        ("pvgis-tmy", with_cell(50, 0, "2013-01-03 02:00"), "line 69: '2013-01-03 02:00' is not a time such as"),
        ("pvgis-tmy", with_cell(50, 1, ""), None),
        ("pvgis-tmy", with_cell(50, 3, "5000"), r"line 69, G\(h\): got 5000, expected global horizontal irradiance"),
        ("pvgis-tmy", lambda rows: [*rows[:100], rows[100][:9]], "line 119: 1 cells, expected 10"),
    ],
)
def test_faults_are_refused_by_file_and_line(tmp_path, name, change, message) -> None:
    path = write(tmp_path, name, change)
    if message is None:  # an empty cell is a missing value
        assert np.isnan(read(path, NSW_2023).column("temp").values[50])
        return
    with pytest.raises(DataError, match=re.escape(str(path)) + ", " + message):
        read(path, NSW_2023)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("LOCATION,SYDNEY,-", "LOCATION,SYDNEY", "line 1: expected LOCATION,city"),
        (",151.18,10.0,", ",151.18,10.1234,", "line 1: offset 10.1234 h from UTC"),
        ("DATA PERIODS,1,1", "DATA PERIODS,1,2", "line 8: DATA PERIODS,1,2, expected one period of hourly rows"),
        ("COMMENTS 2,made up\r\n", "", "line 8: expected DATA PERIODS"),
    ],
)
def test_a_header_that_is_not_as_it_should_be_is_refused(tmp_path, old, new, message) -> None:
    path = tmp_path / "a.epw"
    path.write_bytes(epw().replace(old, new).encode())
    with pytest.raises(DataError, match=message):
        read(path, NSW_2023)


@pytest.mark.parametrize("name", ["epw", "tmy3"])
def test_missing_days_and_repeated_hours_are_found_by_check(tmp_path, name) -> None:
    lost = check(read(write(tmp_path, name, lambda rows: rows[:240] + rows[264:]), NSW_2023))
    assert [f.test for f in lost if f.weight == Weight.HOLE and "24 rows (24 h) missing" in f.message] == ["gap"]
    twice = check(read(write(tmp_path, name, lambda rows: [*rows[:240], *rows[239:]]), NSW_2023))
    assert [f.test for f in twice if f.weight == Weight.FAULT] == ["duplicate"]


def test_nothing_reaches_over_a_gap(tmp_path) -> None:
    table = read(write(tmp_path, "epw", lambda rows: rows[:240] + rows[264:]), NSW_2023)
    holes = np.flatnonzero(np.isnan(table.column("irradiance_global").values))
    assert table.row[holes].tolist() == [8 + 240]  # the row before the gap: its hour's mean is in the lost day


@pytest.mark.parametrize(
    "station", ["AUS_NSW.Sydney.947670_IWEC", "FIN_Helsinki.029740_IWEC", "USA_CA_San.Jose-Mineta"]
)
def test_real_files_equal_pvlib(station, tmp_path) -> None:
    path = real_file(f"weather_epw/{station}.epw.gz")
    table = read(path, Options(zone=station, year=2023))
    expected = pvlib.iotools.read_epw(io.StringIO(gzip.decompress(path.read_bytes()).decode()))[0]
    row = table.row - 9
    np.testing.assert_allclose(table.column("temp").values, expected["temp_air"].to_numpy()[row])
    np.testing.assert_allclose(table.column("irradiance_global").values, expected["ghi"].to_numpy()[(row + 1) % 8760])
    assert set(np.diff(table.time_s)) == {3600}
    assert all(np.isfinite(column.values).all() for column in table.columns)


@pytest.mark.parametrize(
    ("station", "zone", "shifts_h"),
    [
        ("AUS_NSW.Sydney.947670_IWEC", "NSW", (-8, -1, 1, 3)),
        ("FIN_Helsinki.029740_IWEC", "somewhere", (-8, -1, 1, 3)),
        ("USA_CA_San.Jose-Mineta", "CAL", (-8, -2, 2, 3)),  # TMYx: radiation half an hour late, one hour can hide
        ("USA_TX_Dallas-Fort.Worth", "TEX", (-8, -2, 2, 3)),
    ],
)
def test_the_sun_of_real_files_stands_where_it_should_and_a_shift_shows(station, zone, shifts_h) -> None:
    table = read(real_file(f"weather_epw/{station}.epw.gz"), Options(zone=zone, year=2023))
    assert [finding for finding in [*check(table), *check_together([table])] if finding.weight > Weight.NOTE] == []
    for hours in shifts_h:
        found = check_together([replace(table, time_s=table.time_s + 3600 * hours)])
        assert [(finding.weight, finding.test) for finding in found] == [(Weight.DOUBT, "clock")], hours
        assert ("late" if hours > 0 else "early") in found[0].message
