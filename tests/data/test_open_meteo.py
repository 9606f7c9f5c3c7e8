"""Open-Meteo: the clock, the units and the hour of every variable, in both forms of a file."""

import copy
import re

import numpy as np
import pytest
from weather_files import open_meteo, open_meteo_csv, real_file, sun_w_per_m2, temp_c, utc_s, write_json

from wattshift.data.check import check
from wattshift.data.check.finding import Weight
from wattshift.data.errors import DataError, MissingStatementError
from wattshift.data.formats import read, recognise
from wattshift.data.options import Options

NSW = Options(zone="NSW")


def written(tmp_path, content, form):
    path = tmp_path / f"weather.{form}"
    if form == "json":
        return write_json(path, content)
    path.write_text(open_meteo_csv(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["json", "csv"])
def test_local_times_of_one_fixed_offset_become_utc(tmp_path, form) -> None:
    path = written(tmp_path, open_meteo(), form)
    assert recognise(path).name == "open-meteo"
    table = read(path, NSW)
    assert table.index == "instant"
    assert table.time_s[0] == utc_s(2022, 12, 31, 13)
    assert set(np.diff(table.time_s)) == {3600}
    assert "UTC+11:00" in table.clock
    assert table.place is not None
    assert table.place[:2] == (-33.85, 151.2)


@pytest.mark.parametrize("offset_h", [-9.5, 0.0, 5.75])
def test_no_daylight_saving_inside_a_file(tmp_path, offset_h) -> None:
    from datetime import datetime

    content = open_meteo(10, offset_h=offset_h, first=datetime(2023, 3, 28))
    table = read(write_json(tmp_path / "a.json", content), Options(zone="my-site"))
    assert table.time_s[0] == utc_s(2023, 3, 28) - offset_h * 3600
    assert set(np.diff(table.time_s)) == {3600}


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    ("name", "unit", "given", "column", "kept"),
    [
        ("temperature_2m", "°F", 68.0, "temp", 20.0),
        ("wind_speed_10m", "m/s", 5.0, "wind", 5.0),
        ("wind_speed_10m", "mp/h", 10.0, "wind", 4.4704),
        ("wind_speed_10m", "kn", 10.0, "wind", 18520 / 3600),
        ("wind_speed_10m", "km/h", 36.0, "wind", 10.0),
        ("relative_humidity_2m", "%", 55.0, "humidity", 0.55),
    ],
)
def test_units_come_from_the_file(tmp_path, form, name, unit, given, column, kept) -> None:
    content = open_meteo()
    content["hourly_units"][name] = unit
    content["hourly"][name] = [given] * len(content["hourly"]["time"])
    table = read(written(tmp_path, content, form), NSW)
    np.testing.assert_allclose(table.column(column).values, kept, rtol=1e-12)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_radiation_of_the_hour_before_moves_to_the_row_that_begins_it(tmp_path, form) -> None:
    from datetime import UTC, datetime, timedelta

    table = read(written(tmp_path, open_meteo(radiation=True), form), NSW)
    local = [datetime.fromtimestamp(int(t), UTC) + timedelta(hours=11) for t in table.time_s]
    expected = [sun_w_per_m2(t) for t in local]
    np.testing.assert_allclose(table.column("irradiance_global").values[:-1], expected[:-1])
    assert np.isnan(table.column("irradiance_global").values[-1])  # its hour ends beyond the file
    np.testing.assert_allclose(table.column("temp").values, [temp_c(t) for t in local])
    assert any("irradiance moved" in note for note in table.notes)


def test_seconds_since_1970_are_utc_whatever_the_offset(tmp_path) -> None:
    content = open_meteo()
    content["hourly_units"]["time"] = "unixtime"
    content["hourly"]["time"] = [utc_s(2023, 1, 1) + 3600 * k for k in range(72)]
    table = read(write_json(tmp_path / "a.json", content), NSW)
    assert table.time_s[0] == utc_s(2023, 1, 1)
    assert table.clock == "UTC"


def test_both_forms_say_the_same(tmp_path) -> None:
    content = open_meteo(radiation=True)
    first, second = (read(written(tmp_path, content, form), NSW) for form in ("json", "csv"))
    np.testing.assert_array_equal(first.time_s, second.time_s)
    for a, b in zip(first.columns, second.columns, strict=True):
        assert a._replace(values=0) == b._replace(values=0)
        np.testing.assert_array_equal(a.values, b.values)


def test_old_spelling_of_variables_is_the_same(tmp_path) -> None:
    content = open_meteo()
    old = copy.deepcopy(content)
    for part in (old["hourly"], old["hourly_units"]):
        for new, before in (("wind_speed_10m", "windspeed_10m"), ("cloud_cover", "cloudcover")):
            part[before] = part.pop(new)
    names = [{c.name for c in read(write_json(tmp_path / "a.json", one), NSW).columns} for one in (content, old)]
    assert names[0] == names[1] == {"temp", "humidity", "cloud", "wind"}


def test_a_null_is_a_missing_value_and_check_says_so(tmp_path) -> None:
    content = open_meteo()
    content["hourly"]["temperature_2m"][30] = None
    table = read(write_json(tmp_path / "a.json", content), NSW)
    assert np.flatnonzero(np.isnan(table.column("temp").values)).tolist() == [30]
    assert any(finding.test == "missing" and "hourly element 30" in finding.message for finding in check(table))


def test_what_the_file_does_not_say_is_asked_for(tmp_path) -> None:
    path = write_json(tmp_path / "a.json", open_meteo())
    with pytest.raises(MissingStatementError, match="--zone"):
        read(path, Options())
    bare = tmp_path / "bare.csv"
    bare.write_text(open_meteo_csv(open_meteo(), place=False), encoding="utf-8")
    with pytest.raises(MissingStatementError, match="cut off; say --timezone"):
        read(bare, NSW)
    assert read(bare, Options(zone="NSW", timezone="+11:00")).time_s[0] == utc_s(2022, 12, 31, 13)


def test_a_place_far_from_the_stated_zone_is_refused(tmp_path) -> None:
    path = write_json(tmp_path / "a.json", open_meteo())
    with pytest.raises(DataError, match=r"file is of -33.85, 151.2, 16\d{3} km from zone DE"):
        read(path, Options(zone="DE"))


def at(*keys, value):
    def change(content):
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (at("hourly", "temperature_2m", 30, value="warm"), "hourly element 30, temperature_2m: 'warm' is not a number"),
        (at("hourly", "temperature_2m", 30, value=300.0), "hourly element 30, temperature_2m: got 300.0, expected air"),
        (at("hourly", "relative_humidity_2m", 3, value=140), "element 3, relative_humidity_2m: got 140, expected"),
        (at("hourly_units", "temperature_2m", value="K°"), "temperature_2m: unit 'K°' cannot become C"),
        (at("hourly", "time", 5, value="05/01/2023 05:00"), "hourly element 5: .*day-first or month-first"),
        (at("hourly", "time", 5, value="2023-13-01T05:00"), "hourly element 5: .* is not a time"),
        (lambda c: c["hourly"]["cloud_cover"].pop(), "hourly.cloud_cover: 71 values for 72 times"),
        (lambda c: c.pop("utc_offset_seconds"), "utc_offset_seconds: missing"),
        (at("utc_offset_seconds", value=90000), "got 90000, expected utc_offset_seconds between -43200 and 50400"),
        (lambda c: c.pop("hourly"), "hourly.time: missing"),
    ],
)
def test_faults_are_refused_by_file_and_element(tmp_path, change, message) -> None:
    content = open_meteo()
    change(content)
    path = write_json(tmp_path / "a.json", content)
    with pytest.raises(DataError, match=re.escape(str(path)) + ".*" + message):
        read(path, NSW, "open-meteo")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("T05:00,", "T05:00,x", "line 10, temperature_2m: 'x.*' is not a number"),
        (",18.0\n", "\n", "line 5: 4 cells, expected 5"),
        (" (km/h)", "", "line 4: 'wind_speed_10m' names no unit"),
        ("2023-01-01T05:00", "01.02.2023 05:00", "line 10: .*day-first or month-first"),
    ],
)
def test_faults_of_a_csv_are_refused_by_file_and_line(tmp_path, old, new, message) -> None:
    path = tmp_path / "a.csv"
    path.write_text(open_meteo_csv(open_meteo()).replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(str(path)) + ", " + message):
        read(path, NSW)


def test_several_places_or_daily_values_are_refused(tmp_path) -> None:
    with pytest.raises(DataError, match="2 places in one file"):
        read(write_json(tmp_path / "a.json", [open_meteo(), open_meteo()]), NSW, "open-meteo")
    path = tmp_path / "a.csv"
    path.write_text(open_meteo_csv(open_meteo()) + "\ntime,temperature_2m_max (°C)\n2023-01-01,20\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 78: 2 cells, expected 5"):
        read(path, NSW)


@pytest.mark.parametrize(
    ("drop", "weight", "test"), [(range(24, 48), Weight.HOLE, "gap"), ([], Weight.FAULT, "duplicate")]
)
def test_a_missing_day_and_a_repeated_hour_are_found_by_check(tmp_path, drop, weight, test) -> None:
    content = open_meteo()
    for values in content["hourly"].values():
        kept = [value for k, value in enumerate(values) if k not in drop]
        values[:] = kept if drop else [*kept[:31], *kept[30:]]
    found = [finding for finding in check(read(write_json(tmp_path / "a.json", content), NSW)) if finding.test == test]
    assert [finding.weight for finding in found] == [weight]
    assert "a.json, hourly element " in found[0].message


@pytest.mark.parametrize(("folder", "zone"), [("AU-NSW", "NSW"), ("IN-WE", "IN"), ("US-TEX-ERCO", "TEX"), ("GB", "GB")])
def test_real_files_are_whole(folder, zone) -> None:
    table = read(real_file(f"weather_openmeteo/{folder}/2023.json.gz"), Options(zone=zone))
    assert len(table.time_s) == 8760
    assert [finding for finding in check(table) if finding.weight > Weight.NOTE] == []
