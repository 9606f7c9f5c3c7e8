"""The calibration's statistics: what is known of known series, and what was published of the real ones."""

import json
from functools import partial

import numpy as np
import pytest

from wattshift.traces.clock import HOUR_S, calendar_years, midnight_s, month_hour, utc_offset_s
from wattshift.traces.noise import unit_noise
from wattshift.traces.zones import catalog

YEAR_S, YEAR_H = midnight_s(2025), 8760
STATS_OF = {  # names of the zones in calibration_stats.json
    "CAL": "US-CAL-CISO",
    "TEX": "US-TEX-ERCO",
    "DE": "DE-LU",
    "GB": "GB",
    "IN": "IN-WE",
    "SG": "SG",
    "NSW": "AU-NSW",
    "ON": "CA-ON",
    "BR": "BR-SP",
}
PRICE_WITHIN = {"DE": 0.012, "GB": 0.012, "NSW": 0.006, "IN": 0.012}
"""Relative. The published ones leave out the hour that autumn repeats (Europe), take another of the two rows of a
month's first hour (NSW), and count lags by rows, across a hole of a day (DE and IN in 2022). The others are equal."""


def hourly(values, timezone="UTC", begin_s=YEAR_S):
    from calibration.statistics import Hourly

    return Hourly(begin_s, np.asarray(values, float), timezone)


def local_hours(timezone):
    times_s = YEAR_S + HOUR_S * np.arange(YEAR_H)
    return (times_s + utc_offset_s(times_s, timezone)) // HOUR_S % 24


def memory(time_constant_h, years=8, name="memory"):
    """An autoregression of unit variance."""
    return unit_noise(5, name, calendar_years(2025, years), time_constant_h)


def test_a_sine_repeats_after_a_day_and_turns_after_half():
    from calibration.statistics import autocorrelation, autocorrelations

    wave = hourly(np.sin(2 * np.pi * np.arange(YEAR_H) / 24))
    assert autocorrelation(wave, 24) == pytest.approx(1.0)
    assert autocorrelation(wave, 12) == pytest.approx(-1.0)
    assert autocorrelation(wave, 6) == pytest.approx(0.0, abs=1e-3)
    np.testing.assert_allclose(autocorrelations(wave, 48)[[0, 24, 36, 48]], [1, 1, -1, 1], atol=1e-12)


@pytest.mark.parametrize("time_constant_h", [5.0, 30.0])
def test_an_autoregression_forgets_exponentially(time_constant_h):
    from calibration.statistics import autocorrelation

    series = hourly(memory(time_constant_h))
    for lag_h in (1, 24):
        assert autocorrelation(series, lag_h) == pytest.approx(np.exp(-lag_h / time_constant_h), abs=0.03)


@pytest.mark.parametrize("timezone", ["America/Los_Angeles", "Asia/Kolkata", "Australia/Sydney"])
def test_the_day_shape_follows_the_local_clock_with_its_summer_time(timezone):
    from calibration.statistics import day_range, day_shape, season_day_shapes

    series = hourly(10.0 + local_hours(timezone), timezone)
    np.testing.assert_allclose(day_shape(series), 10.0 + np.arange(24))
    np.testing.assert_allclose(season_day_shapes(series), np.tile(10.0 + np.arange(24), (4, 1)))
    assert day_range(series) == pytest.approx(23.0)


def test_seasons_begin_in_december_and_keep_apart():
    from calibration.statistics import season_day_shapes

    months = (YEAR_S + HOUR_S * np.arange(YEAR_H)).astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1
    season_of_month = {12: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 2, 7: 2, 8: 2, 9: 3, 10: 3, 11: 3}
    shapes = season_day_shapes(hourly([season_of_month[month] for month in months]))
    np.testing.assert_allclose(shapes, np.tile([[0], [1], [2], [3]], 24))


def test_the_residual_is_free_of_season_and_day_and_keeps_the_noise():
    from calibration.statistics import autocorrelation, residual, sd

    noise = memory(10.0, years=1)[:YEAR_H]
    times_s = YEAR_S + HOUR_S * np.arange(YEAR_H)
    cell = month_hour(times_s + utc_offset_s(times_s, "Europe/Berlin"))
    regular = 100.0 * np.sin(2 * np.pi * cell / 24) + 7.0 * (cell // 24)
    left = residual(hourly(regular + noise, "Europe/Berlin"))
    np.testing.assert_allclose(left.values, residual(hourly(noise, "Europe/Berlin")).values, atol=1e-9)
    assert sd(left) == pytest.approx(1.0, abs=0.05)
    assert autocorrelation(left, 1) == pytest.approx(np.exp(-0.1), abs=0.02)


def test_moments_quantiles_and_negative_hours_leave_missing_hours_out():
    from calibration.statistics import mean, negative_share, quantile, quantiles, sd

    series = hourly([-1.0, np.nan, 0.0, 1.0, 2.0, np.nan])
    assert mean(series) == 0.5
    assert sd(series) == pytest.approx(np.sqrt(5.0 / 3.0))
    assert negative_share(series) == 0.25
    assert quantile(series, 0.5) == 0.5
    np.testing.assert_allclose(quantiles(series, np.array([0.0, 0.5, 1.0])), [-1.0, 0.5, 2.0])


def test_missing_hours_do_not_shift_those_after_them():
    from calibration.statistics import autocorrelation, day_shape

    values = np.tile(np.arange(24.0), 365)
    values[100:120] = np.nan
    assert autocorrelation(hourly(values), 24) == pytest.approx(1.0)
    np.testing.assert_allclose(day_shape(hourly(values)), np.arange(24))


def test_the_daily_range_is_of_local_days_and_of_whole_ones():
    from calibration.statistics import daily_range

    from_midnight = local_hours("Europe/Berlin")[23:]
    rise = 2.0 * from_midnight
    assert daily_range(hourly(rise, "Europe/Berlin", YEAR_S + 23 * HOUR_S)) == pytest.approx(46.0)
    torn = np.where(np.arange(len(rise)) // 24 == 5, rise / 2, rise)
    torn[5 * 24 : 5 * 24 + 12] = np.nan
    assert daily_range(hourly(torn, "Europe/Berlin", YEAR_S + 23 * HOUR_S)) == pytest.approx(46.0)
    assert daily_range(hourly([*np.zeros(24), *np.full(24, 9.0)])) == 0.0


def test_ranks_see_any_rising_relation_and_only_common_hours():
    from calibration.statistics import rank_correlation

    level = memory(4.0, years=1)[:500]
    other = hourly(np.exp(level[100:400]), begin_s=YEAR_S + 100 * HOUR_S)
    assert rank_correlation(hourly(level), other) == pytest.approx(1.0)
    assert rank_correlation(other, hourly(-level)) == pytest.approx(-1.0)
    unrelated = hourly(memory(1.0, name="other"))
    assert abs(rank_correlation(hourly(memory(1.0)), unrelated)) < 0.02
    assert rank_correlation(hourly(level), hourly(np.full(500, 12.0))) == 0.0


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize("zone", list(STATS_OF))
def test_the_published_statistics_of_the_real_years_come_out_again(real_root, zone, year):
    from calibration import statistics as of
    from calibration.samples import real_year

    published = json.loads((real_root / "calibration_stats.json").read_text())[f"{STATS_OF[zone]}/{year}"]
    real = real_year(catalog()[zone], real_root, year)
    price = published["price"]
    found = {
        "carbon_lca_g_per_kwh": (real.carbon_g_per_kwh, 1.0, 1e-6),
        "price": (real.price_usd_per_mwh, price["usd_per_unit"], PRICE_WITHIN.get(zone, 1e-6)),
        "temperature_c": (real.temp_c, 1.0, 1e-6),
    }
    statistics = {
        "mean": of.mean,
        "sd": of.sd,
        "ac1": partial(of.autocorrelation, lag_h=1),
        "ac24": partial(of.autocorrelation, lag_h=24),
        "ac168": partial(of.autocorrelation, lag_h=168),
        "resid_sd": lambda series: of.sd(of.residual(series)),
        "resid_ac1": lambda series: of.autocorrelation(of.residual(series), 1),
        "resid_ac24": lambda series: of.autocorrelation(of.residual(series), 24),
        "neg_share": of.negative_share,
    } | {f"p{share:02d}": partial(of.quantile, share=share / 100) for share in (1, 5, 50, 95, 99)}
    for name, (series, factor, within) in found.items():
        expected = published[name]
        for statistic, measure in statistics.items():
            scale = factor if statistic in ("mean", "sd", "resid_sd") or statistic[0] == "p" else 1.0
            value = measure(series) / scale
            assert value == pytest.approx(expected[statistic], rel=within, abs=2e-5), (name, statistic)
        days = of.day_shape(series) / factor
        np.testing.assert_allclose(days, expected["hour_of_day_local"], rtol=within, atol=0.0051, err_msg=name)
    together = of.rank_correlation(real.carbon_g_per_kwh, real.price_usd_per_mwh)
    assert together == pytest.approx(published["corr"]["carbon_price_spearman"], abs=5e-4)
