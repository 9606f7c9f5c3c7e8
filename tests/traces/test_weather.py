"""Synthetic weather: alike where places are near, linked within a place, extremes included, and like the real years."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from trace_samples import REAL_ZONES
from weather_samples import (
    correlation,
    daily_range_k,
    daily_residual,
    longest_run,
    real_weather,
    residual,
    runs_of_at_least,
    weather,
)

from wattshift.traces import noise, synoptic
from wattshift.traces.clock import HOUR_S, Hours, calendar_years, midnight_s, season
from wattshift.traces.solar import clear_sky_w_per_m2, cos_zenith
from wattshift.traces.weather import day_shape, skewed, wet_bulb_c
from wattshift.traces.wind import turbine_share
from wattshift.traces.zone_hours import pv_hour_means
from wattshift.traces.zones import catalog

ALL = tuple(catalog())
DECADE = calendar_years(2025, 10)
NEIGHBOURS_OF_DE = ("FR", "GB", "SE", "CAL")  # by distance


def test_longer_weather_begins_with_the_bits_of_shorter() -> None:
    one, three = (synoptic.drivers("SE", catalog()["SE"], calendar_years(2025, n), 3) for n in (1, 3))
    for short, long in zip(one, three, strict=True):
        assert_array_equal(long[: len(short)], short)


def test_weather_repeats_with_the_seed_and_no_two_zones_share_it() -> None:
    year = calendar_years(2025, 1)
    assert_array_equal(weather("FR", year, 4).temp_c, weather("FR", year, 4).temp_c)
    assert not np.array_equal(weather("FR", year, 4).temp_c, weather("FR", year, 5).temp_c)
    near = correlation(weather("FR", year, 4).wind_m_per_s, weather("DE", year, 4).wind_m_per_s)
    assert near < 0.9


def test_hours_inside_a_year_have_the_shocks_of_that_year() -> None:
    year = calendar_years(2025, 1)
    whole = noise.white(7, "x", year)
    part = noise.white(7, "x", Hours(year.start_s + 100 * HOUR_S, 50))
    assert_array_equal(part, whole[100 : 100 + len(part)])


@pytest.mark.parametrize("name", ALL)
def test_every_driver_is_standard(name) -> None:
    for driver in synoptic.drivers(name, catalog()[name], DECADE, 3):
        assert driver.mean() == pytest.approx(0.0, abs=0.25)
        assert driver.std() == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("wide", [True, False])
def test_a_zone_added_at_the_end_would_leave_the_others_as_they_are(wide) -> None:
    """A lower triangle: no zone is made of shocks of later ones, and all have unit variance."""
    weights = synoptic.mixing(wide=wide)
    assert_array_equal(weights, np.tril(weights))
    assert_allclose((weights**2).sum(axis=1), 1.0)
    alike = weights @ weights.T
    for one, place in enumerate(zone.place for zone in catalog().values()):
        for other, far in enumerate(zone.place for zone in catalog().values()):
            expected = synoptic.alike_widely(place, far) if wide else synoptic.alike_locally(place, far)
            assert alike[one, other] == pytest.approx(expected, abs=1e-9)


def test_distances_are_those_of_the_globe() -> None:
    places = {name: zone.place for name, zone in catalog().items()}
    assert synoptic.distance_km(places["DE"], places["DE"]) == 0.0
    assert synoptic.distance_km(places["DE"], places["GB"]) == pytest.approx(638, abs=5)  # Frankfurt, London
    assert synoptic.distance_km(places["CAL"], places["NSW"]) == pytest.approx(11960, abs=50)


def test_neighbours_share_their_weather_the_more_the_nearer_they_are() -> None:
    here = residual(weather("DE", DECADE).temp_c, DECADE)
    shared = [correlation(here, residual(weather(name, DECADE).temp_c, DECADE)) for name in NEIGHBOURS_OF_DE]
    assert shared == sorted(shared, reverse=True)
    assert shared[0] > 0.6
    assert abs(shared[-1]) < 0.15


@pytest.mark.parametrize("name", ALL)
def test_weather_is_physical(name) -> None:
    sky = weather(name, DECADE)
    assert (wet_bulb_c(sky.temp_c, sky.humidity) <= sky.temp_c).all()
    assert 0.0 < sky.humidity.min() < sky.humidity.max() <= 1.0
    assert 0.0 <= sky.cloud.min() < sky.cloud.max() <= 1.0
    assert sky.wind_m_per_s.min() >= 0.0
    assert -45.0 < sky.temp_c.min() < sky.temp_c.max() < 55.0


@pytest.mark.parametrize("name", ALL)
def test_no_sun_at_night_and_the_solar_constant_is_never_reached(name) -> None:
    place = catalog()[name].place
    times_s = midnight_s(2025) + 600 * np.arange(6 * 8760, dtype=np.int64)
    height = cos_zenith(times_s, place.latitude_deg, place.longitude_deg)
    irradiance = clear_sky_w_per_m2(times_s, place.latitude_deg, place.longitude_deg)
    assert (irradiance[height <= 0] == 0.0).all()
    assert (irradiance[height > 0.05] > 0.0).all()
    assert (irradiance <= 1361.0 * np.maximum(height, 0.0)).all()


def test_heat_waves_come_within_ten_years() -> None:
    """Frich et al. (2002), Clim. Res. 19, 193: more than five days in a row with maxima 5 K above those usual."""
    for name in ("DE", "FR", "CAL"):
        maxima = daily_residual(weather(name, DECADE).temp_c, DECADE, np.max)
        summer = season(DECADE.begin_s()[: DECADE.n_hours : 24], catalog()[name].climate.warmest_day) > 0
        assert longest_run((maxima > 5.0) & summer) > 5, name


def test_still_and_dark_spells_come_within_ten_years_but_are_rare() -> None:
    """Two days in a row on which neither wind nor sun reaches a tenth of capacity, at one place."""
    for name in ("DE", "GB"):
        sky = weather(name, DECADE)
        wind = turbine_share(sky.wind_m_per_s)[: DECADE.n_hours].reshape(-1, 24).mean(axis=1)
        sun = pv_hour_means(catalog()[name].place, DECADE, sky)[: DECADE.n_hours].reshape(-1, 24).mean(axis=1)
        spells = runs_of_at_least((wind < 0.1) & (sun < 0.1), 2)
        assert 10 < spells < 400, name


@pytest.mark.parametrize("name", ["DE", "GB", "FR", "SE"])
def test_highs_are_still_and_clear_hot_in_summer_and_cold_in_winter(name) -> None:
    sky = weather(name, DECADE)
    temp, wind, cloud = (daily_residual(series, DECADE) for series in (sky.temp_c, sky.wind_m_per_s, sky.cloud))
    yearly = season(DECADE.begin_s()[: DECADE.n_hours : 24], catalog()[name].climate.warmest_day)
    summer, winter = yearly > 0.7, yearly < -0.7
    assert correlation(wind, cloud) > 0.1
    assert correlation(temp[summer], wind[summer]) < -0.1
    assert correlation(temp[winter], wind[winter]) > 0.2
    assert correlation(temp[summer], cloud[summer]) < -0.02
    assert correlation(temp[winter], cloud[winter]) > 0.1


def test_a_clear_day_swings_more_than_a_cloudy_one() -> None:
    sky = weather("DE", DECADE)
    swing = np.ptp(sky.temp_c[: DECADE.n_hours].reshape(-1, 24), axis=1)
    cloud = sky.cloud[: DECADE.n_hours].reshape(-1, 24).mean(axis=1)
    assert swing[cloud < 0.3].mean() > 1.3 * swing[cloud > 0.9].mean()


def test_the_day_is_warmest_at_its_hour_and_cools_longer_than_it_warms() -> None:
    hour = np.arange(0.0, 24.0, 0.01)
    shape = day_shape(hour, 13.5)
    assert shape.max() == pytest.approx(1.0)
    assert shape.min() == pytest.approx(-1.0)
    assert hour[shape.argmax()] == pytest.approx(13.5, abs=0.02)
    assert 4.0 - 0.1 < hour[shape.argmin()] < 5.0


def test_skewed_noise_keeps_mean_and_variance() -> None:
    z = noise.white(1, "z", DECADE)
    for skew in (-0.3, 0.0, 0.2):
        bent = skewed(z, skew)
        assert bent.mean() == pytest.approx(0.0, abs=0.02)
        assert bent.std() == pytest.approx(1.0, abs=0.03)
        assert np.mean(bent**3) == pytest.approx(3 * skew + skew**3, abs=0.25)
        assert (np.diff(bent[np.argsort(z)]) >= 0).all()


@pytest.mark.parametrize("name", REAL_ZONES)
def test_temperature_is_like_the_real_years(real_root: Path, name: str) -> None:
    """Five synthetic years against 2022 and 2023: the bars of the outside world, and the memory of the residuals."""
    found, hours = real_weather(real_root, name)
    years = calendar_years(2025, 5)
    ours, theirs = weather(name, years).temp_c[: years.n_hours], found["temp"]
    longitude = catalog()[name].place.longitude_deg
    assert ours.mean() == pytest.approx(theirs.mean(), abs=1.0)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.15)
    assert daily_range_k(ours, years, longitude) == pytest.approx(daily_range_k(theirs, hours, longitude), rel=0.2)
    days = [series[: len(series) // 24 * 24].reshape(-1, 24).mean(axis=0) for series in (ours, theirs)]
    assert correlation(*days) > 0.95
    mine, real = residual(ours, years), residual(theirs, hours)
    assert mine.std() == pytest.approx(real.std(), rel=0.15)
    assert correlation(mine[1:], mine[:-1]) == pytest.approx(correlation(real[1:], real[:-1]), abs=0.03)
    assert correlation(mine[24:], mine[:-24]) == pytest.approx(correlation(real[24:], real[:-24]), abs=0.12)


@pytest.mark.parametrize("name", REAL_ZONES)
def test_humidity_and_cloud_are_like_the_real_years(real_root: Path, name: str) -> None:
    found, _ = real_weather(real_root, name)
    sky = weather(name, calendar_years(2025, 5))
    assert sky.humidity.mean() == pytest.approx(found["humidity"].mean(), abs=0.05)
    assert sky.cloud.mean() == pytest.approx(found["cloud"].mean(), abs=0.05)
    wet, real_wet = (
        wet_bulb_c(sky.temp_c, sky.humidity),
        wet_bulb_c(found["temp"], found["humidity"]),
    )
    assert wet.mean() == pytest.approx(real_wet.mean(), abs=1.0)
    assert np.quantile(wet, 0.99) == pytest.approx(np.quantile(real_wet, 0.99), abs=2.0)


@pytest.mark.parametrize(("one", "other"), [("DE", "GB"), ("TEX", "ON"), ("CAL", "TEX"), ("CAL", "ON"), ("IN", "SG")])
def test_neighbours_are_as_alike_as_in_the_real_years(real_root: Path, one: str, other: str) -> None:
    fields = {
        "temp": "temp_c",
        "humidity": "humidity",
        "cloud": "cloud",
        "wind": "wind_m_per_s",
    }
    for key, field in fields.items():
        (a, hours), (b, _) = real_weather(real_root, one), real_weather(real_root, other)
        real = correlation(residual(a[key], hours), residual(b[key], hours))
        ours = [residual(getattr(weather(name, DECADE), field), DECADE) for name in (one, other)]
        assert correlation(*ours) == pytest.approx(real, abs=0.15), key


@pytest.mark.parametrize("file", ["AUS_NSW.Sydney.947670_IWEC.epw.gz", "FIN_Helsinki.029740_IWEC.epw.gz"])
def test_clear_sky_is_that_of_the_typical_years(real_root: Path, file: str) -> None:
    """Hours without cloud and with the sun well up, in typical years made from observed cloud (IWEC)."""
    path = real_root / "weather_epw" / file
    if not path.is_file():
        pytest.skip(f"no {path}")
    epw, site = pvlib.iotools.read_epw(io.StringIO(gzip.decompress(path.read_bytes()).decode("latin-1")), 2021)
    ends = pd.DatetimeIndex(epw.index).tz_convert("UTC")
    begin_s = (ends.as_unit("s").asi8).astype(np.int64)  # pvlib labels the hour by its start
    samples = [clear_sky_w_per_m2(begin_s + 450 + 900 * k, site["latitude"], site["longitude"]) for k in range(4)]
    modelled = np.mean(samples, axis=0)
    height = cos_zenith(begin_s + HOUR_S // 2, site["latitude"], site["longitude"])
    clear = (epw["total_sky_cover"].to_numpy() == 0) & (height > 0.3)
    assert clear.sum() > 50
    ratio = epw["ghi"].to_numpy()[clear] / modelled[clear]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.06)
