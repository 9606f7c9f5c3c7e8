"""Synthetic traces: repeatable, extendable, zone by zone, and with the clocks of the places they stand for."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from trace_samples import ZONES, demand

from wattshift.traces import TraceError, Traces, TraceSpec, build_traces
from wattshift.traces.clock import calendar_years, local_hour, season, solar_hour
from wattshift.traces.series import FORECAST_QUANTITIES
from wattshift.traces.synthetic import synthetic_zone
from wattshift.traces.zones import catalog

PER_ZONE = (
    "carbon_kg_per_kwh",
    "marginal_kg_per_kwh",
    "price_usd_per_kwh",
    "temp_c",
    "wet_bulb_c",
    "solar_share",
    "wind_share",
)
FORECASTS = ("forecast", "request_forecast_per_s", "job_forecast_per_h")
SERIES = (*PER_ZONE, "clock", "request_rate_per_s", "job_rate_per_h", *FORECASTS)


def hours_of(traces: Traces) -> np.ndarray:
    return traces.start_s + 1800 + 3600 * np.arange(len(traces.temp_c), dtype=np.int64)


def test_arrays_have_the_promised_shapes_and_types(year: Traces) -> None:
    rows, zones = 8760, len(ZONES)
    for name in PER_ZONE:
        assert getattr(year, name).shape == (rows, zones)
    assert year.clock.shape == (rows, 6)
    assert year.request_rate_per_s.shape == (rows, 2)
    assert year.job_rate_per_h.shape == (rows, 1)
    assert year.forecast.shape == (8760, len(FORECAST_QUANTITIES), zones, 24)
    assert year.request_forecast_per_s.shape == (8760, 2, 24)
    assert year.job_forecast_per_h.shape == (8760, 1, 24)
    for name in SERIES:
        array = getattr(year, name)
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    for table in (year.zones, *(getattr(year, name) for name in SERIES if name not in PER_ZONE)):
        assert table.flags.c_contiguous
        assert table.flags.writeable
    assert year.mean_price_usd_per_kwh.dtype == np.float64
    assert year.month.dtype == np.int64
    assert year.month.shape == (rows,)


def test_shorter_steps_keep_the_hourly_world(year: Traces) -> None:
    fine = build_traces(demand("CAL", "DE"), TraceSpec(seed=3), 300)
    assert fine.temp_c.shape == (8760 * 12, 2)
    hourly = fine.price_usd_per_kwh.reshape(8760, 12, 2)
    assert_array_equal(hourly[:, 0], hourly[:, -1])
    for ours, theirs in ((0, ZONES.index("CAL")), (1, ZONES.index("DE"))):
        assert_array_equal(hourly[:, 0, ours], year.price_usd_per_kwh[:, theirs])
        middle = fine.temp_c.reshape(8760, 12, 2)[:, 5:7, ours].mean(axis=1)
        np.testing.assert_allclose(middle, year.temp_c[:, theirs], atol=1e-4)


def test_the_first_year_does_not_depend_on_how_many_follow() -> None:
    one = build_traces(demand("DE", "ON"), TraceSpec(seed=7, first_year=2027), 3600)
    two = build_traces(demand("DE", "ON"), TraceSpec(seed=7, first_year=2027, years=2), 3600)
    assert len(two.temp_c) == 8760 + 8784
    for name in SERIES:
        assert_array_equal(getattr(two, name)[:8760], getattr(one, name), err_msg=name)


def test_a_zone_does_not_depend_on_the_others(year: Traces) -> None:
    few = build_traces(demand("SG", "DE"), TraceSpec(seed=3), 3600)
    for column, zone in enumerate(("SG", "DE")):
        of_all = ZONES.index(zone)
        for name in PER_ZONE:
            assert_array_equal(getattr(few, name)[:, column], getattr(year, name)[:, of_all], err_msg=f"{zone} {name}")
        assert_array_equal(few.forecast[:, :, column], year.forecast[:, :, of_all])


def test_the_seed_decides() -> None:
    def build(seed: int) -> Traces:
        return build_traces(demand("GB"), TraceSpec(seed=seed), 3600)

    same, other = build(1), build(2)
    for name in SERIES:
        assert_array_equal(getattr(build(1), name), getattr(same, name))
        if name != "clock":
            assert not np.array_equal(getattr(other, name), getattr(same, name))


@pytest.mark.parametrize("zone", ZONES)
def test_the_sun_keeps_local_time(year: Traces, zone: str) -> None:
    place = catalog()[zone].place
    sun = year.solar_share[:, ZONES.index(zone)]
    solar = solar_hour(hours_of(year), place.longitude_deg)
    around_midnight = (solar < 3) | (solar > 21)
    assert sun[around_midnight].max() == 0.0
    angle = 2 * np.pi / 24 * solar
    mean_hour = 12 + 24 / (2 * np.pi) * math.atan2(sun @ np.sin(angle - np.pi), sun @ np.cos(angle - np.pi))
    assert mean_hour == pytest.approx(12.0, abs=0.5)
    assert 0.08 < sun.mean() < 0.22
    assert 0.4 < sun.max() <= 1.0


@pytest.mark.parametrize("zone", ZONES)
def test_weather_is_physical(year: Traces, zone: str) -> None:
    z = ZONES.index(zone)
    climate, place = catalog()[zone].climate, catalog()[zone].place
    temp, wet = year.temp_c[:, z], year.wet_bulb_c[:, z]
    assert (wet <= temp + 1e-4).all()
    assert wet.max() < 33
    assert -45 < temp.min() < temp.max() < 55
    assert temp.mean() == pytest.approx(climate.temp_mean_c, abs=1.0)
    afternoon = np.abs(solar_hour(hours_of(year), place.longitude_deg) - 14.5) < 1
    dawn = np.abs(solar_hour(hours_of(year), place.longitude_deg) - 5) < 1
    assert temp[afternoon].mean() > temp[dawn].mean() + climate.temp_day_k
    summer = season(hours_of(year), climate.warmest_day) > 0.8
    winter = season(hours_of(year), climate.warmest_day) < -0.8
    assert temp[summer].mean() - temp[winter].mean() > 1.2 * climate.temp_season_k


@pytest.mark.parametrize("zone", ["CAL", "NSW", "DE", "GB"])
def test_carbon_dips_at_solar_noon_and_price_peaks_in_the_evening(year: Traces, zone: str) -> None:
    z, timezone = ZONES.index(zone), catalog()[zone].place.timezone
    hour = local_hour(hours_of(year), timezone).astype(int)
    carbon = np.array([year.carbon_kg_per_kwh[hour == h, z].mean() for h in range(24)])
    price = np.array([np.median(year.price_usd_per_kwh[hour == h, z]) for h in range(24)])
    assert 10 <= carbon.argmin() <= 15
    assert 17 <= price.argmax() <= 21


@pytest.mark.parametrize(("zone", "after_a_day"), [("DE", 0.60), ("TEX", 0.30), ("GB", 0.52)])
def test_carbon_forgets_in_hours_and_in_days(year: Traces, zone: str, after_a_day: float) -> None:
    """Less month and hour, the correlation after a day is the real years': neither noise of hours nor a mere season."""
    carbon = year.carbon_kg_per_kwh[:, ZONES.index(zone)].astype(float)
    cell = year.month % 12 * 24 + hours_of(year) // 3600 % 24
    residual = carbon - (np.bincount(cell, carbon) / np.bincount(cell))[cell]
    assert np.corrcoef(residual[1:], residual[:-1])[0, 1] > 0.9
    assert np.corrcoef(residual[24:], residual[:-24])[0, 1] == pytest.approx(after_a_day, abs=0.2)


def test_prices_are_correlated_with_carbon_where_gas_sets_them(year: Traces) -> None:
    def rank_correlation(zone: str) -> float:
        z = ZONES.index(zone)
        ranks = [np.argsort(np.argsort(s[:, z])) for s in (year.carbon_kg_per_kwh, year.price_usd_per_kwh)]
        return float(np.corrcoef(*ranks)[0, 1])

    assert all(rank_correlation(zone) > 0.45 for zone in ("CAL", "TEX", "DE", "GB", "NSW", "ON"))
    assert all(abs(rank_correlation(zone)) < 0.35 for zone in ("IN", "SG"))


@pytest.mark.parametrize(("zone", "share", "by_day"), [("DE", 0.03, True), ("NSW", 0.06, True), ("GB", 0.01, False)])
def test_negative_prices_come_at_noon_or_at_night(zone: str, share: float, by_day: bool) -> None:
    hours = calendar_years(2025, 4)
    price = synthetic_zone(zone, catalog()[zone], hours, 3).price_usd_per_kwh
    negative = price < 0
    assert share / 4 < negative.mean() < share * 3
    hour = local_hour(hours.middle_s(), catalog()[zone].place.timezone)[negative]
    in_daylight = (hour > 8) & (hour < 18)
    assert in_daylight.mean() > 0.6 if by_day else in_daylight.mean() < 0.5


def test_spikes_are_rare_short_and_high() -> None:
    """Texas 2022 and 2023: 46 and 111 spikes of more than five times the median, half of them of at most 4 hours."""
    price = synthetic_zone("TEX", catalog()["TEX"], calendar_years(2025, 4), 3).price_usd_per_kwh
    high = np.concatenate([[False], price > 5 * np.median(price), [False]])
    begins, ends = np.flatnonzero(high[1:] & ~high[:-1]), np.flatnonzero(~high[1:] & high[:-1])
    assert 30 <= len(begins) / 4 <= 150
    assert 1 <= np.median(ends - begins) <= 5
    assert price.max() > 0.5


def test_an_unknown_zone_is_named_with_those_known() -> None:
    with pytest.raises(TraceError, match=r"unknown zone 'CALI', known are CAL, TEX.*did you mean CAL\?"):
        build_traces(demand("DE", "CALI"), TraceSpec(), 3600)


@pytest.mark.parametrize("step_s", [0, 30, 59.5, 61, 300.5, 420, 7200, -300, math.inf, math.nan])
def test_a_step_that_does_not_divide_the_hour_is_refused(step_s: float) -> None:
    with pytest.raises(ValueError, match=f"step_s: got {step_s}, must be a whole number of seconds in 60..3600"):
        build_traces(demand("DE"), TraceSpec(), step_s)
