"""Real files: every clock lands on its hour in UTC, and every fault is refused by file and line."""

import json
from pathlib import Path

import numpy as np
import pytest
from real_files import carbon_path, price_path, weather_path, write_zone
from trace_samples import REAL_ZONES, demand

from wattshift.traces import CARBON, MARGINAL, TraceError, TraceSpec, build_traces
from wattshift.traces.clock import DAY_S, HOUR_S, Hours, midnight_s
from wattshift.traces.readers.hours import Row, place
from wattshift.traces.real import inner_days, joined, real_zone
from wattshift.traces.zone_hours import ZoneHours
from wattshift.traces.zones import Zone, catalog

WANTED = Hours(midnight_s(2023, 3, 25), 72)
AROUND = Hours(WANTED.start_s - DAY_S, WANTED.n_hours + 48)


def carbon_g(t: int) -> float:
    return 100.0 + (t // HOUR_S) % 500


def usd_per_kwh(t: int) -> float:
    return 0.01 + 0.001 * ((t // HOUR_S) % 700)


def temp_c(t: int) -> float:
    return -10.0 + 0.1 * ((t // HOUR_S) % 300)


def expected(value, hours: Hours) -> np.ndarray:
    return np.array([value(t) for t in hours.begin_s()[: hours.n_hours]])


def write(root: Path, zone: Zone, hours: Hours = AROUND, **options) -> None:
    options = {"carbon_g": carbon_g, "usd_per_kwh": usd_per_kwh, "temp_c": temp_c} | options
    write_zone(root, zone, hours, 2023, **options)


def read(root: Path, zone: Zone, hours: Hours = WANTED) -> ZoneHours:
    return real_zone(zone, hours, root, [2023])


def test_the_average_stands_in_for_the_marginal_intensity_and_one_warning_says_so(
    tmp_path, monkeypatch, caplog
) -> None:
    write(tmp_path, catalog()["DE"])
    monkeypatch.setattr("wattshift.traces.real.inner_days", lambda first_year, years: WANTED)
    spec = TraceSpec(source="real", root=tmp_path, first_year=2023)
    traces = build_traces(demand("DE"), spec, 900)
    np.testing.assert_array_equal(traces.marginal_kg_per_kwh, traces.carbon_kg_per_kwh)
    np.testing.assert_array_equal(traces.forecast[:, MARGINAL], traces.forecast[:, CARBON])
    np.testing.assert_array_equal(traces.mean_marginal_kg_per_kwh, traces.mean_carbon_kg_per_kwh)
    assert caplog.text.count("no marginal carbon intensity") == 1


def test_a_zone_without_files_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(TraceError, match=r"^Sweden, Stockholm \(SE3\): no real files are known of this zone"):
        read(tmp_path, catalog()["SE"])


@pytest.mark.parametrize("offset_s", [0, -25200, 39600])
@pytest.mark.parametrize("zone", [zone for zone in REAL_ZONES if zone != "IN"])
def test_every_hour_of_every_market_lands_where_it_belongs(tmp_path, zone, offset_s) -> None:
    """Across the European change to summer time, and from weather on any whole-hour offset."""
    entry = catalog()[zone]
    write(tmp_path, entry, offset_s=offset_s, gzipped=offset_s == 0)
    found = read(tmp_path, entry)
    n = WANTED.n_hours
    np.testing.assert_allclose(1000 * found.carbon_kg_per_kwh[:n], expected(carbon_g, WANTED))
    np.testing.assert_allclose(found.price_usd_per_kwh[:n], expected(usd_per_kwh, WANTED))
    np.testing.assert_allclose(found.weather.temp_c[:n], expected(temp_c, WANTED))
    assert (found.weather.humidity == 0.5).all()
    assert (found.weather.cloud == 0.25).all()
    np.testing.assert_array_equal(found.price_usd_per_kwh[n : n + 24], found.price_usd_per_kwh[n - 24 : n])


def test_indian_half_hours_are_shared_between_the_hours_of_utc(tmp_path) -> None:
    """Rows begin at half past in UTC: each hour is half one row, half the next."""
    half = Hours(AROUND.start_s + 1800, AROUND.n_hours)
    write(tmp_path, catalog()["IN"], half, offset_s=19800)
    # carbon is always on the hour of UTC
    write_zone(
        tmp_path / "hourly", catalog()["IN"], AROUND, 2023, carbon_g=carbon_g, usd_per_kwh=usd_per_kwh, temp_c=temp_c
    )
    carbon = carbon_path(tmp_path / "hourly", catalog()["IN"], 2023)
    carbon_path(tmp_path, catalog()["IN"], 2023).with_name(carbon.name + ".gz").write_bytes(
        carbon.with_name(carbon.name + ".gz").read_bytes()
    )
    found = read(tmp_path, catalog()["IN"])
    n = WANTED.n_hours
    prices = expected(usd_per_kwh, WANTED)
    before = np.array([usd_per_kwh(t - HOUR_S) for t in WANTED.begin_s()[:n]])
    np.testing.assert_allclose(found.price_usd_per_kwh[:n], 0.5 * (prices + before))
    temps = expected(temp_c, WANTED)
    earlier = np.array([temp_c(t - HOUR_S) for t in WANTED.begin_s()[:n]])
    np.testing.assert_allclose(found.weather.temp_c[:n], 0.5 * (temps + earlier))


def test_the_autumn_hour_that_happens_twice_has_the_mean_in_both(tmp_path) -> None:
    october = Hours(midnight_s(2023, 10, 28), 72)
    write(tmp_path, catalog()["DE"], Hours(october.start_s - DAY_S, 120))
    found = read(tmp_path, catalog()["DE"], october).price_usd_per_kwh[:72]
    prices = expected(usd_per_kwh, october)
    twice = 24  # 29 October 00:00 UTC is 02:00 CEST, 01:00 UTC is 02:00 CET
    assert found[twice] == found[twice + 1] == pytest.approx(prices[twice : twice + 2].mean())
    others = np.delete(np.arange(72), [twice, twice + 1])
    np.testing.assert_allclose(found[others], prices[others])


def test_the_first_hour_of_a_month_may_stand_twice_where_the_catalog_says_so(tmp_path) -> None:
    march = Hours(midnight_s(2023, 2, 28), 48)
    for zone in ("NSW", "CAL"):
        entry = catalog()[zone]
        write(tmp_path, entry, Hours(march.start_s - DAY_S, 96), gzipped=False)
        path = price_path(tmp_path, entry, 2023)
        lines = path.read_text().splitlines()
        k = next(n for n, line in enumerate(lines) if line.startswith("2023-03-01 00:00"))
        lines.insert(k + 1, lines[k].split(",")[0] + ",0.0")
        path.write_text("\n".join(lines) + "\n")
        if zone == "NSW":
            found = read(tmp_path, entry, march).price_usd_per_kwh[14]  # UTC+10 all year
            assert found == pytest.approx(0.5 * usd_per_kwh(march.start_s + 14 * HOUR_S))
        else:
            with pytest.raises(TraceError, match=rf"{path.name}, line {k + 2}: the hour 2023-03-01 .* appears twice"):
                read(tmp_path, entry, march)


def broken(path: Path, change) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def replaced(line: int, old: str, new: str):
    """Change line `line` (from 1) of a file."""

    def change(lines: list[str]) -> list[str]:
        assert old in lines[line - 1]
        return [*lines[: line - 1], lines[line - 1].replace(old, new), *lines[line:]]

    return change


PRICE_COLUMN = r"Price \(EUR/MWh\)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced(1, "EUR/MWh", "USD/MWh"), rf"line 1: no column '{PRICE_COLUMN}'; the columns are 'Datetime', 'Price"),
        (replaced(40, ",", ",n/a"), r"line 40: 'n/a.*' is not a number, expected price of electricity in EUR/MWh"),
        (lambda lines: [*lines[:39], lines[39].split(",")[0] + ",1e9", *lines[40:]], r"line 40: got 1e9, expected"),
        (lambda lines: [*lines[:39], lines[39].split(",")[0] + ",nan", *lines[40:]], r"line 40: got nan, expected"),
        (lambda lines: [*lines[:39], lines[39] + ",7", *lines[40:]], r"line 40: 3 cells, expected 2 as in the header"),
        (
            lambda lines: [*lines[:39], lines[39].replace(":00:00", ":30:00"), *lines[40:]],
            r"line 40: .*not on the hour",
        ),
        (lambda lines: [*lines[:39], "yesterday,7", *lines[40:]], r"line 40: 'yesterday' is not a time such as"),
        (lambda lines: [*lines[:39], lines[39].replace(",", "+01:00,"), *lines[40:]], r"line 40: .*'Europe/Berlin'"),
        (lambda lines: [*lines[:40], *lines[39:]], r"line 41: the hour 2023-03-25 14:00 UTC appears twice"),
        (lambda lines: [*lines[:39], lines[40], lines[39], *lines[41:]], r"line 41: .* comes after a later hour"),
        (lambda lines: [*lines[:39], *lines[65:]], r"line 40: 25 missing hours from 2023-03-25 14:00 UTC; at most 24"),
        (lambda lines: lines[:60], r"line 60 \(the last row\): 38 missing hours from .*; at most 24"),
        (lambda lines: lines[:1], r"no data below the header"),
    ],
)
def test_faults_in_prices_are_refused_by_file_and_line(tmp_path, change, message) -> None:
    entry = catalog()["DE"]
    write(tmp_path, entry, gzipped=False)
    broken(price_path(tmp_path, entry, 2023), change)
    with pytest.raises(TraceError, match="DE-LU_electricity_prices_2023.csv(, |: )" + message):
        read(tmp_path, entry)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced(30, ",DE,", ",FR,"), r"line 30: the zone is 'FR', but 'DE' before"),
        (replaced(1, "(LCA)", "(lifecycle)"), r"line 1: no column 'Carbon Intensity gCO₂eq/kWh \(LCA\)'"),
        (
            replaced(30, ",1.0,", ",1.0,9999"),
            r"line 30: got 9999.*, expected average carbon intensity in g/kWh between 0 and 2000",
        ),
        (lambda lines: [*lines[:39], *lines[40:]], r"line 40: 1 missing hours from .* UTC; none may be missing"),
        (lambda lines: [*lines[:39], lines[39], *lines[39:]], r"line 41: the hour .* appears twice"),
        (replaced(30, ":00:00,", ":00:00+00:00,"), r"line 30: .* has an offset"),
    ],
)
def test_faults_in_carbon_are_refused_by_file_and_line(tmp_path, change, message) -> None:
    entry = catalog()["DE"]
    write(tmp_path, entry, gzipped=False)
    broken(carbon_path(tmp_path, entry, 2023), change)
    with pytest.raises(TraceError, match="DE-LU_2023_hourly.csv, " + message):
        read(tmp_path, entry)


def missing_unit(content: dict) -> None:
    content["hourly_units"]["temperature_2m"] = "°R"


def missing_column(content: dict) -> None:
    del content["hourly"]["cloudcover"]


def short_column(content: dict) -> None:
    content["hourly"]["cloudcover"].pop()


def null_value(content: dict) -> None:
    content["hourly"]["temperature_2m"][30] = None


def no_offset(content: dict) -> None:
    del content["utc_offset_seconds"]


def lost_hour(content: dict) -> None:
    for values in content["hourly"].values():
        del values[30]


def percent_too_many(content: dict) -> None:
    content["hourly"]["relative_humidity_2m"][30] = 140


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (missing_unit, r".*: unit '°R' cannot become C"),
        (missing_column, r"no column 'cloud'"),
        (short_column, r"hourly.cloudcover: 119 values for 120 times"),
        (null_value, r"hourly element 31: 1 missing hours from .*; none may be missing"),
        (no_offset, r"utc_offset_seconds: missing"),
        (lost_hour, r"hourly element 30: 1 missing hours from .*; none may be missing"),
        (
            percent_too_many,
            r"hourly element 30, relative_humidity_2m: got 140, expected relative humidity in % between",
        ),
    ],
)
def test_faults_in_weather_are_refused_by_file_and_field(tmp_path, change, message) -> None:
    entry = catalog()["DE"]
    write(tmp_path, entry, gzipped=False)
    path = weather_path(tmp_path, entry, 2023)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(TraceError, match="2023.json(, |: )" + message):
        read(tmp_path, entry)


def test_broken_json_and_gzip_are_named(tmp_path) -> None:
    entry = catalog()["DE"]
    write(tmp_path, entry, gzipped=False)
    path = weather_path(tmp_path, entry, 2023)
    path.write_text('{"hourly":\n [')
    with pytest.raises(TraceError, match=r"2023.json, line 2: not JSON"):
        read(tmp_path, entry)
    path.unlink()
    path.with_name("2023.json.gz").write_text("plain text")
    with pytest.raises(TraceError, match=r"2023.json.gz: not a whole gzip file"):
        read(tmp_path, entry)


@pytest.mark.parametrize("which", [price_path, carbon_path, weather_path])
def test_a_missing_file_is_named(tmp_path, which) -> None:
    entry = catalog()["DE"]
    write(tmp_path, entry, gzipped=False)
    path = which(tmp_path, entry, 2023)
    path.unlink()
    with pytest.raises(TraceError, match=rf"{path.name}: no such file, neither plain nor as {path.name}.gz"):
        read(tmp_path, entry)


@pytest.mark.parametrize(
    ("lost", "rule"), [(1, "straight"), (3, "straight"), (4, "a day before"), (24, "a day before")]
)
def test_a_short_hole_in_prices_is_filled_and_logged(tmp_path, caplog, lost, rule) -> None:
    entry = catalog()["CAL"]
    write(tmp_path, entry, gzipped=False)
    first = 24 + 24 + 1  # line of the first wanted day but one, header included
    broken(price_path(tmp_path, entry, 2023), lambda lines: [*lines[:first], *lines[first + lost :]])
    found = read(tmp_path, entry).price_usd_per_kwh[:72]
    full = expected(usd_per_kwh, WANTED)
    hole = slice(24, 24 + lost)
    np.testing.assert_allclose(found[hole], full[hole])  # the series is a straight line, so both rules restore it
    np.testing.assert_allclose(found, full)
    assert f"{lost} missing hours" in caplog.text
    assert rule in caplog.text


def test_a_later_file_speaks_where_two_overlap() -> None:
    def rows(hours, value):
        return [Row(h * HOUR_S, value, f"file {value}") for h in hours]

    series = joined([rows(range(0, 10), 1.0), rows(range(8, 20), 2.0)])
    assert [row.value for row in series] == [1.0] * 8 + [2.0] * 12
    assert place(series, Hours(0, 20), fill=False).tolist() == [1.0] * 8 + [2.0] * 12


def test_the_hours_of_real_years_leave_out_their_first_and_last_day() -> None:
    hours = inner_days(2022, 2)
    assert hours.start_s == midnight_s(2022, 1, 2)
    assert hours.start_s + hours.n_hours * HOUR_S == midnight_s(2023, 12, 31)
