"""Synthetic weather: temperature, humidity, cloud and wind at the start of every hour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Hours, season, solar_hour
from wattshift.traces.curves import logistic, logit, softplus
from wattshift.traces.solar import CLOUD_EXPONENT
from wattshift.traces.synoptic import Drivers
from wattshift.traces.wind_speed import synthetic_wind_m_per_s
from wattshift.traces.zones import Climate, Zone

Floats = NDArray[np.float64]


WARMEST_ANGLE = np.arcsin((1.0 - np.sqrt(2.28)) / 1.6)  # where the slope of `day_shape` is zero
WARMEST_HEIGHT = np.cos(WARMEST_ANGLE) - 0.2 * np.sin(2 * WARMEST_ANGLE)
WARMEST_DEW_C = 28.0  # air over the warmest seas is seldom damper
DEW_SOFTNESS_K = 2.0
LOCAL_SKIES = 7


class Weather(NamedTuple):
    """Weather of one zone at the start of every hour, margin included."""

    temp_c: Floats
    humidity: Floats  # relative, 0..1
    cloud: Floats  # share of the sky covered, 0..1
    wind_m_per_s: Floats  # at 10 m


def day_shape(hour: Floats, warmest_hour: float) -> Floats:
    """Temperature over the day: 1 at the warmest hour, -1 before dawn; slow to cool, quick to warm.

    cos(a) - 0.2 sin(2a), whose second harmonic puts the coldest hour 14.5 h after the warmest, scaled to reach 1.
    """
    angle = 2 * np.pi / 24 * (hour - warmest_hour) + WARMEST_ANGLE
    return (np.cos(angle) - 0.2 * np.sin(2 * angle)) / WARMEST_HEIGHT


def vapour_pressure_hpa(temp_c: Floats) -> Floats:
    """Saturation over water, Magnus form with the coefficients of Alduchov & Eskridge (1996), eq. 21."""
    return 6.1094 * np.exp(17.625 * temp_c / (temp_c + 243.04))


def wet_bulb_c(temp_c: Floats, humidity: Floats) -> Floats:
    """Wet-bulb temperature at sea level, from dry bulb and relative humidity (0..1).

    Stull (2011), J. Appl. Meteorol. Climatol. 50, 2267, eq. 1; valid for 5-99 % and -20..50 C, where its error is
    within 1 K. Humidity outside that range is read as its nearest end, and the result never exceeds the dry bulb.
    """
    rh = np.clip(100.0 * humidity, 5.0, 99.0)
    wet = (
        temp_c * np.arctan(0.151977 * np.sqrt(rh + 8.313659))
        + np.arctan(temp_c + rh)
        - np.arctan(rh - 1.676331)
        + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh)
        - 4.686035
    )
    return np.minimum(wet, temp_c)


def dew_point_c(temp_c: Floats, depression_k: Floats) -> Floats:
    """Dew point that many kelvin below the temperature, bent smoothly so as to pass neither it nor 28 C."""
    below_saturation_c = temp_c - softplus(depression_k)
    margin = (WARMEST_DEW_C - below_saturation_c) / DEW_SOFTNESS_K
    return WARMEST_DEW_C - DEW_SOFTNESS_K * softplus(margin)


def skewed(standard_normal: Floats, skew: float) -> Floats:
    """Zero mean and unit variance still, with a longer tail upwards if `skew` > 0: a shifted log-normal.

    (exp(g z - g^2 / 2) - 1) / sqrt(exp(g^2) - 1) with g = `skew`; the third moment is about 3 g.
    """
    if skew == 0.0:
        return standard_normal
    spread = np.sign(skew) * np.sqrt(np.expm1(skew * skew))
    return np.expm1(skew * standard_normal - 0.5 * skew * skew) / spread


def synthetic_weather(zone: Zone, hours: Hours, drivers: Drivers) -> Weather:
    """Season, day shape and two-scale noise of temperature; dew point, cloud and wind likewise, within bounds."""
    place, climate = zone.place, zone.climate
    begin_s = hours.begin_s()
    yearly = season(begin_s, climate.warmest_day)
    sd = climate.temp_noise_k
    unsettled_k = sd.slow_sd * skewed(drivers.temp_slow, climate.temp_noise_skew) + sd.fast_sd * drivers.temp_fast
    anomaly_k = np.exp(climate.temp_noise_season * yearly) * unsettled_k
    swing_k = climate.temp_day_k * np.exp(climate.day_season * yearly - climate.day_cloud * drivers.cloud_slow)
    day_k = swing_k * day_shape(solar_hour(begin_s, place.longitude_deg), climate.warmest_hour)
    temp_c = climate.temp_mean_c + climate.temp_season_k * yearly + anomaly_k + day_k

    depression_k = (
        climate.dew_depression_k
        + climate.dew_depression_season_k * yearly
        + climate.dew_depression_sd_k * drivers.damp
        + (1.0 - climate.dew_follows) * anomaly_k
    )
    dew_c = dew_point_c(temp_c, depression_k + day_k)
    humidity = vapour_pressure_hpa(dew_c) / vapour_pressure_hpa(temp_c)
    zone_cloud = regular_cloud(climate, hours) + climate.cloud_noise.slow_sd * drivers.cloud_slow
    cloud = logistic(zone_cloud + climate.cloud_noise.fast_sd * drivers.cloud_fast)
    return Weather(temp_c, humidity, cloud, synthetic_wind_m_per_s(zone, hours, drivers))


def regular_cloud(climate: Climate, hours: Hours) -> Floats:
    """Logit of the median cloud cover, which follows the season."""
    return logit(climate.cloud_middle) + climate.cloud_season * season(hours.begin_s(), climate.warmest_day)


def zone_wide(weather: Weather, climate: Climate, hours: Hours, drivers: Drivers) -> Weather:
    """The sky over all of the zone's panels: the cover that lets through as much sun as theirs do in the mean.

    Of the place's cloud noise only the slow part is common to them; their mean over the fast part is taken at the
    nodes of a Gauss-Hermite quadrature.
    """
    common = regular_cloud(climate, hours) + climate.cloud_noise.slow_sd * drivers.cloud_slow
    nodes, weights = np.polynomial.hermite_e.hermegauss(LOCAL_SKIES)
    shaded = np.zeros(len(common))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        shaded += weight * logistic(common + climate.cloud_noise.fast_sd * node) ** CLOUD_EXPONENT
    return weather._replace(cloud=shaded ** (1.0 / CLOUD_EXPONENT))
