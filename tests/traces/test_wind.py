"""Wind: the turbine's curve, the speeds' distribution and persistence, and real files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from real_files import write_zone
from scipy import stats
from trace_samples import REAL_ZONES, ZONES, demand

from wattshift.traces import TraceError, Traces, TraceSpec, build_traces
from wattshift.traces.clock import DAY_S, Hours, calendar_years, midnight_s, solar_hour
from wattshift.traces.readers.hours import place
from wattshift.traces.readers.weather import WIND_M_PER_S, open_weather
from wattshift.traces.real import inner_days, real_zone
from wattshift.traces.synoptic import drivers
from wattshift.traces.wind import CUT_OUT_M_PER_S, RATED_M_PER_S, STORM_M_PER_S, hub_m_per_s, power_curve, turbine_share
from wattshift.traces.wind_speed import synthetic_wind_m_per_s, weibull
from wattshift.traces.zones import catalog

YEARS = calendar_years(2025, 3)


def speeds(name: str, seed: int = 3, hours: Hours = YEARS) -> np.ndarray:
    zone = catalog()[name]
    return synthetic_wind_m_per_s(zone, hours, drivers(name, zone, hours, seed))[: hours.n_hours]


def correlation(series: np.ndarray, lag: int) -> float:
    return float(np.corrcoef(series[lag:], series[:-lag])[0, 1])


def test_the_power_curve_has_its_four_parts() -> None:
    assert_array_equal(power_curve(np.array([0.0, 1.0, 2.9, 3.0])), 0.0)
    assert_array_equal(power_curve(np.array([RATED_M_PER_S, 15.0, 20.0, STORM_M_PER_S])), 1.0)
    assert_array_equal(power_curve(np.array([CUT_OUT_M_PER_S, 25.1, 40.0, 110.0])), 0.0)
    assert power_curve(np.array([24.0]))[0] == pytest.approx(0.5)
    assert power_curve(np.array([7.5]))[0] == pytest.approx((7.5**3 - 27) / (1728 - 27))


def test_the_power_curve_rises_to_rated_falls_in_storms_and_never_jumps() -> None:
    speed = np.linspace(0.0, 30.0, 30001)
    share = power_curve(speed)
    assert (np.diff(share[speed <= RATED_M_PER_S]) >= 0).all()
    assert (np.diff(share[speed >= STORM_M_PER_S]) <= 0).all()
    assert np.abs(np.diff(share)).max() < 0.001
    producing = (speed > 3.01) & (speed < RATED_M_PER_S)
    assert (np.diff(share[producing]) > 0).all()


@given(st.floats(0, 120))
def test_output_is_within_capacity_and_the_hub_is_windier(speed) -> None:
    wind = np.array([speed])
    assert 0.0 <= turbine_share(wind)[0] <= 1.0
    assert hub_m_per_s(wind)[0] == pytest.approx(speed * 10 ** (1 / 7))


def test_the_noise_is_bent_into_a_weibull_distribution() -> None:
    quantiles = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    for shape in (1.3, 2.1, 4.0):
        expected = stats.weibull_min.ppf(quantiles, shape) / stats.weibull_min.mean(shape)
        assert_allclose(weibull(stats.norm.ppf(quantiles), np.full(6, shape)), expected, rtol=1e-9)
    assert np.isfinite(weibull(np.array([-12.0, 12.0]), np.array([1.5, 1.5]))).all()


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_has_the_mean_the_day_and_the_season_of_its_catalog_entry(name) -> None:
    model, place = catalog()[name].wind, catalog()[name].place
    long = calendar_years(2025, 12)
    wind = speeds(name, hours=long)
    assert wind.min() >= 0.0
    assert wind.mean() == pytest.approx(model.mean_m_per_s, rel=0.04)
    begin_s = long.begin_s()[: long.n_hours]
    hour = solar_hour(begin_s, place.longitude_deg).astype(int)
    day = np.array([wind[hour == h].mean() for h in range(24)])
    assert abs(day.argmax() + 0.5 - model.windiest_hour) <= 2.0
    month = begin_s.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    year = np.array([wind[month == m].mean() for m in range(12)])
    if model.season >= 0.1:
        away = abs(year.argmax() - (model.windiest_day - 15) / 30.4)
        assert min(away, 12 - away) <= 2.5


@pytest.mark.parametrize("name", ZONES)
def test_winds_are_spread_like_surface_winds_and_last_for_hours(name) -> None:
    """Ranges that hold the nine zones' real years 2022 and 2023 with some room on both sides."""
    wind = speeds(name)
    assert 0.35 < wind.std() / wind.mean() < 0.8
    assert 0.75 < correlation(wind, 1) < 0.98
    assert correlation(wind, 72) < correlation(wind, 1) - 0.3
    assert 9.0 < wind.max() < 30.0


def test_an_afternoon_breeze_is_steadier_than_the_wind_of_the_night() -> None:
    place, model = catalog()["CAL"].place, catalog()["CAL"].wind
    hour = solar_hour(YEARS.begin_s()[: YEARS.n_hours], place.longitude_deg)
    wind = speeds("CAL")
    away = np.abs((hour - model.windiest_hour + 12) % 24 - 12)
    breeze, night = wind[away < 1], wind[away > 11]
    assert breeze.std() / breeze.mean() < 0.7 * night.std() / night.mean()


def test_there_are_days_of_calm_and_of_strong_wind() -> None:
    daily = turbine_share(speeds("GB")).reshape(-1, 24).mean(axis=1)
    assert (daily < 0.03).mean() > 0.05
    assert (daily > 0.5).mean() > 0.03
    assert correlation(daily, 1) > 0.2


def test_wind_repeats_with_the_seed_and_zones_differ(year: Traces) -> None:
    assert_array_equal(speeds("DE"), speeds("DE"))
    assert not np.array_equal(speeds("DE"), speeds("DE", seed=4))
    assert year.wind_share.min() == 0.0
    assert 0.9 < year.wind_share.max() <= 1.0


def test_steps_interpolate_the_speed_before_the_curve() -> None:
    """Speed, not output, runs straight between hours: within the hour output follows the cube."""
    hours = calendar_years(2025, 1)
    fine = build_traces(demand("DE"), TraceSpec(seed=3), 900).wind_share[:, 0]
    zone = catalog()["DE"]
    wind = synthetic_wind_m_per_s(zone, hours, drivers("DE", zone, hours, 3))
    middles_h = (np.arange(len(fine)) + 0.5) / 4
    expected = turbine_share(np.interp(middles_h, np.arange(len(wind)), wind))
    assert_allclose(fine, expected, atol=1e-6)


def test_months_change_at_midnight_utc() -> None:
    traces = build_traces(demand("CAL"), TraceSpec(first_year=2027, years=2), 3600)
    first_s = [midnight_s(2027 + k // 12, k % 12 + 1) for k in range(24)]
    for k, begin_s in enumerate(first_s):
        row = (begin_s - traces.start_s) // 3600
        assert traces.month[row] == 2027 * 12 + k
        assert k == 0 or traces.month[row - 1] == 2027 * 12 + k - 1
    assert traces.month[-1] == 2028 * 12 + 11
    lengths = np.bincount(traces.month - traces.month[0])
    assert lengths[1] == 28 * 24
    assert lengths[13] == 29 * 24  # 2028 is a leap year


def test_a_month_is_that_of_the_start_of_the_row() -> None:
    month = build_traces(demand("CAL"), TraceSpec(), 1800).month.reshape(-1, 2)
    assert_array_equal(month[:, 0], month[:, 1])
    assert month[0, 0] == 2025 * 12


def real_wind(tmp_path, **options) -> np.ndarray:
    wanted = Hours(midnight_s(2023, 3, 25), 48)
    around = Hours(wanted.start_s - DAY_S, wanted.n_hours + 48)
    given = {"carbon_g": lambda t: 300.0, "usd_per_kwh": lambda t: 0.05, "temp_c": lambda t: 10.0} | options
    write_zone(tmp_path, catalog()["DE"], around, 2023, **given)
    return real_zone(catalog()["DE"], wanted, tmp_path, [2023]).weather.wind_m_per_s[: wanted.n_hours]


@pytest.mark.parametrize("offset_s", [0, 3600, -25200])
def test_real_wind_is_read_in_km_per_h_on_the_files_clock(tmp_path, offset_s) -> None:
    found = real_wind(tmp_path, wind_km_per_h=lambda t: 3.6 * (t // 3600 % 11), offset_s=offset_s)
    hours = midnight_s(2023, 3, 25) // 3600 + np.arange(48)
    assert_allclose(found, hours % 11)


def test_wind_that_cannot_be_is_refused_by_file_and_place(tmp_path) -> None:
    with pytest.raises(
        TraceError, match=r"2023\.json.*element 0, windspeed_10m: got -1\.0, expected wind speed at 10 m in km/h"
    ):
        real_wind(tmp_path, wind_km_per_h=lambda t: -1.0)


@pytest.mark.parametrize("name", REAL_ZONES)
def test_synthetic_wind_is_like_the_real_years(real_root, name) -> None:
    """2023 against four years of the model; the tolerances are about what the real years differ by among themselves.

    India's hours lie half past in UTC, and reading them there smooths them.
    """
    file = open_weather(real_root, catalog()[name].real_files.weather_folder, 2023)
    real = place(list(file.rows(WIND_M_PER_S)), inner_days(2023, 1), fill=False)
    ours = speeds(name, hours=calendar_years(2025, 4))
    assert ours.mean() == pytest.approx(real.mean(), rel=0.08)
    assert ours.std() == pytest.approx(real.std(), rel=0.12)
    assert correlation(ours, 1) == pytest.approx(correlation(real, 1), abs=0.1)
    assert correlation(ours, 6) == pytest.approx(correlation(real, 6), abs=0.15)
    assert turbine_share(ours).mean() == pytest.approx(turbine_share(real).mean(), abs=0.03)
    days = [series[: len(series) // 24 * 24].reshape(-1, 24).mean(axis=0) for series in (ours, real)]
    assert np.corrcoef(*days)[0, 1] > 0.8
