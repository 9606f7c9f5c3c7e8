"""Clocks, calendar, noise and curves: the small parts everything else leans on."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift.traces.clock import (
    MARGIN_H,
    Hours,
    calendar_years,
    clock_features,
    local_week_hour,
    midnight_s,
    season,
    solar_hour,
    year_fraction,
)
from wattshift.traces.curves import hump, logistic, logit, weekend
from wattshift.traces.noise import unit_noise
from wattshift.traces.solar import clear_sky_w_per_m2
from wattshift.traces.weather import wet_bulb_c


@settings(max_examples=50, deadline=None)
@given(
    time_s=st.integers(midnight_s(2020), midnight_s(2030)),
    timezone=st.sampled_from(["Europe/Berlin", "America/Toronto", "Asia/Kolkata", "Australia/Sydney"]),
)
def test_local_week_hour_agrees_with_the_standard_library(time_s, timezone) -> None:
    local = datetime.fromtimestamp(time_s, ZoneInfo(timezone))
    expected = 24 * local.weekday() + local.hour + local.minute / 60 + local.second / 3600
    assert local_week_hour(np.array([time_s]), timezone)[0] == pytest.approx(expected, abs=1e-9)


def test_calendar_knows_leap_years() -> None:
    assert calendar_years(2023, 1).n_hours == 8760
    assert calendar_years(2023, 2).n_hours == 8760 + 8784
    assert calendar_years(2024, 1).start_s == int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def test_clock_features_are_on_circles_and_start_at_midnight_monday_new_year() -> None:
    monday = midnight_s(2024)  # a Monday and a 1 January
    features = clock_features(monday + 60 * np.arange(0, 40000, 7, dtype=np.int64))
    assert features[0] == pytest.approx([0, 1, 0, 1, 0, 1], abs=1e-12)
    for k in (0, 2, 4):
        np.testing.assert_allclose(features[:, k] ** 2 + features[:, k + 1] ** 2, 1.0)


def test_season_peaks_on_its_day() -> None:
    days = midnight_s(2025) + 86400 * np.arange(365, dtype=np.int64)
    assert season(days, 205).argmax() == pytest.approx(204, abs=1)
    assert year_fraction(days)[0] == 0.0
    assert year_fraction(days)[-1] < 1.0


def test_solar_hour_is_noon_when_the_sun_is_highest() -> None:
    times_s = midnight_s(2025, 4, 15) + 300 * np.arange(288, dtype=np.int64)  # equation of time near zero
    for longitude in (-122.0, 8.65, 151.2):
        highest = times_s[clear_sky_w_per_m2(times_s, 30.0, longitude).argmax()]
        assert solar_hour(np.array([highest]), longitude)[0] == pytest.approx(12.0, abs=0.15)


def test_clear_sky_agrees_with_pvlib() -> None:
    times_s = midnight_s(2025) + 3600 * 5 * np.arange(1750, dtype=np.int64)
    when = pd.DatetimeIndex(times_s.astype("datetime64[s]"), tz="UTC")
    for latitude, longitude in ((50.1, 8.65), (-33.8, 151.2), (1.3, 103.9)):
        sun = pvlib.solarposition.spa_python(when, latitude, longitude)
        airmass = pvlib.atmosphere.get_relative_airmass(sun["zenith"])
        expected = pvlib.clearsky.ineichen(sun["zenith"], airmass, 3.0)["ghi"].fillna(0.0).to_numpy()
        np.testing.assert_allclose(clear_sky_w_per_m2(times_s, latitude, longitude), expected, atol=8.0)


@given(tau_h=st.floats(1, 80), seed=st.integers(0, 2**40))
@settings(max_examples=10, deadline=None)
def test_noise_is_standard_and_forgets_at_its_pace(tau_h, seed) -> None:
    x = unit_noise(seed, "x", calendar_years(2025, 3), tau_h)
    effective = len(x) / (2 * tau_h)
    assert abs(x.mean()) < 6 / np.sqrt(effective)
    assert x.var() == pytest.approx(1.0, abs=6 * np.sqrt(2 / effective))
    assert np.corrcoef(x[1:], x[:-1])[0, 1] == pytest.approx(np.exp(-1 / tau_h), abs=0.03)


def test_noise_of_hours_inside_a_year_is_drawn_for_that_year() -> None:
    first = calendar_years(2025, 1)
    later = Hours(first.start_s + 24 * 3600, 100)
    assert unit_noise(1, "x", later, 5.0).shape == (100 + MARGIN_H,)
    assert not np.array_equal(unit_noise(1, "x", first, 5.0), unit_noise(1, "y", first, 5.0))


@given(share=st.floats(0.001, 0.999))
def test_logit_undoes_logistic(share) -> None:
    assert logistic(np.array([logit(share)]))[0] == pytest.approx(share)


def test_hump_and_weekend_have_no_seam() -> None:
    assert hump(np.array([23.999, 0.0]), 0.0, 3.0) == pytest.approx([1.0, 1.0], abs=1e-4)
    edge = weekend(np.array([0.0, 167.9999, 60.0, 144.0]))
    assert edge == pytest.approx([0.5, 0.5, 0.0, 1.0], abs=1e-3)


def test_wet_bulb_matches_the_published_example_and_never_exceeds_the_dry_bulb() -> None:
    assert wet_bulb_c(np.array([20.0]), np.array([0.5]))[0] == pytest.approx(13.7, abs=0.05)  # Stull (2011), sec. 2
    temps, humidity = np.meshgrid(np.linspace(-30, 50, 41), np.linspace(0, 1, 21))
    assert (wet_bulb_c(temps, humidity) <= temps).all()
