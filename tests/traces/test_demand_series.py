"""Demand: its long-run mean, its day and week on the local clock, its burstiness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from trace_samples import shape

from wattshift.traces import Demand, TraceSpec
from wattshift.traces.clock import calendar_years, local_hour, local_week_hour
from wattshift.traces.demand import demand_series, regular_shape, weekly_mean
from wattshift.traces.interpolate import step_middles_s

HOURS = calendar_years(2025, 1)
TIMES_S = step_middles_s(HOURS, 900)[: 4 * HOURS.n_hours]

shapes = st.builds(
    shape,
    timezone=st.sampled_from(["America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Australia/Sydney"]),
    peak_hour=st.floats(0, 23.9),
    peak_to_trough=st.floats(1, 12),
    weekend_ratio=st.floats(0.3, 1.5),
    burst_sd=st.floats(0, 0.5),
)


@settings(max_examples=20, deadline=None)
@given(given_shape=shapes, mean=st.floats(0.01, 1000), seed=st.integers(0, 1000))
def test_the_long_run_mean_is_the_mean_asked_for(given_shape, mean, seed) -> None:
    series = demand_series(TIMES_S, HOURS, mean, given_shape, "requests/0", seed)
    assert (series > 0).all()
    standard_error = given_shape.burst_sd * np.sqrt(2 * 6 / 8760)
    assert series.mean() == pytest.approx(mean, rel=0.01 + 5 * standard_error)


@settings(max_examples=20, deadline=None)
@given(given_shape=shapes)
def test_a_working_day_peaks_when_and_as_much_as_asked(given_shape) -> None:
    wednesday = 48 + np.arange(0, 24, 1 / 60)
    day = regular_shape(wednesday, given_shape)
    assert day.max() / day.min() == pytest.approx(given_shape.peak_to_trough, rel=1e-3)
    if given_shape.peak_to_trough > 1.1:
        assert wednesday[day.argmax()] % 24 == pytest.approx(given_shape.peak_hour, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(given_shape=shapes)
def test_the_weekend_is_as_strong_as_asked(given_shape) -> None:
    minutes = np.arange(0, 168, 1 / 60)
    week = regular_shape(minutes, given_shape)
    weekend = minutes >= 120
    ratio = week[weekend].mean() / week[~weekend].mean()
    assert ratio == pytest.approx(given_shape.weekend_ratio, abs=0.06)  # ramps reach into Friday and Monday
    assert week.mean() == pytest.approx(weekly_mean(given_shape), rel=1e-3)


def test_the_week_has_no_seam() -> None:
    weekly = shape(weekend_ratio=0.3)
    step = regular_shape(np.array([0.0, 167.999, 119.99, 120.01]), weekly)
    assert step[0] == pytest.approx(step[1], rel=1e-2)
    assert step[2] == pytest.approx(step[3], rel=1e-2)


def test_the_peak_stays_at_its_local_hour_through_daylight_saving() -> None:
    chicago = shape(timezone="America/Chicago", peak_hour=14.0, burst_sd=0.0)
    series = demand_series(TIMES_S, HOURS, 1.0, chicago, "requests/0", 0)
    hour = local_hour(TIMES_S, "America/Chicago")
    weekday = (local_week_hour(TIMES_S, "America/Chicago") > 24) & (local_week_hour(TIMES_S, "America/Chicago") < 96)
    month = TIMES_S.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 + 1
    for season in (1, 7):
        chosen = weekday & (month == season)
        assert hour[chosen][series[chosen].argmax()] == pytest.approx(14.0, abs=0.5)


def test_bursts_have_the_spread_asked_for_at_every_minute() -> None:
    flat = shape(peak_to_trough=1.0, weekend_ratio=1.0, burst_sd=0.4)
    series = np.log(demand_series(TIMES_S, HOURS, 1.0, flat, "requests/0", 5)).reshape(-1, 4)
    assert series.std(axis=0) == pytest.approx(np.full(4, 0.4), rel=0.1)
    following = np.corrcoef(series[1:, 0], series[:-1, 0])[0, 1]
    assert 0.75 < following < 0.95


def test_days_drift_as_much_as_asked_and_leave_the_rest_as_it_was() -> None:
    flat = {"peak_to_trough": 1.0, "weekend_ratio": 1.0, "burst_sd": 0.0}
    calm, drifting = (
        np.log(demand_series(TIMES_S, HOURS, 1.0, shape(**flat, drift_sd=sd), "requests/0", 5)) for sd in (0.0, 0.4)
    )
    assert calm == pytest.approx(np.zeros_like(calm), abs=1e-9)
    assert drifting.std() == pytest.approx(0.4, rel=0.2)
    assert 0.5 < np.corrcoef(drifting[96:], drifting[:-96])[0, 1] < 0.8
    bursts = (demand_series(TIMES_S, HOURS, 1.0, shape(drift_sd=sd), "requests/0", 5) for sd in (0.0, 0.4))
    assert np.log(next(bursts) / next(bursts)) == pytest.approx(-drifting, abs=1e-9)


@pytest.mark.parametrize("per_year", [-0.5, 0.3, 4.0])
def test_demand_grows_by_as_much_a_year_without_steps(per_year) -> None:
    still, growing = (
        demand_series(TIMES_S, HOURS, 2.0, shape(growth_per_year=g), "jobs/0", 5) for g in (0.0, per_year)
    )
    factor = growing / still
    assert factor[0] == pytest.approx(1.0, abs=1e-3)
    assert factor[-1] == pytest.approx((1.0 + per_year) ** (365.0 / 365.25), rel=1e-3)
    assert np.diff(np.log(factor)) == pytest.approx(np.log1p(per_year) / 365.25 / 96, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"growth_per_year": -1.0}, "growth_per_year"),
        ({"drift_sd": -0.1}, "drift_sd"),
        ({"peak_to_trough": 0.5}, "peak_to_trough"),
        ({"peak_hour": 24.0}, "peak_hour"),
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"burst_sd": float("nan")}, "burst_sd"),
        ({"peak": 3}, "peak"),
    ],
)
def test_an_impossible_shape_is_refused(change, message) -> None:
    with pytest.raises(ValidationError, match=message):
        shape(**change)


def test_means_and_shapes_must_match() -> None:
    with pytest.raises(ValidationError, match="2 flow means but 1 flow shapes"):
        Demand(
            zones=("DE",),
            flow_mean_per_s=(1.0, 2.0),
            flow_shapes=(shape(),),
            stream_mean_per_h=(),
            stream_shapes=(),
        )


def test_the_default_year_follows_the_source() -> None:
    assert TraceSpec().first_year == 2025
    assert TraceSpec(source="real").first_year == 2023
    assert TraceSpec(source="real", first_year=2022).first_year == 2022
    with pytest.raises(ValidationError, match="only allowed with source: real"):
        TraceSpec.model_validate({"root": "/data"})
