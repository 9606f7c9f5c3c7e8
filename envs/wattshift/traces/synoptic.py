"""Highs and lows: the noises behind a zone's weather, alike in neighbouring zones and linked within each.

Every driver is a stationary noise of zero mean and unit variance. Air masses and pressure are alike over whole regions,
cloud and gusts of their own only nearby. The shocks of all zones of the catalog are mixed through the Cholesky factor
of their correlation matrix, in the catalog's order. So a zone's weather depends on the catalog but not on the zones of
a scenario, and a zone added at the catalog's end leaves the others as they were.

Within a zone one driver, `lows`, stands for the passing of low (positive) and high pressure, and pulls the others with
it: lows are cloudy and windy, warmer than usual in winter and cooler in summer. So a high that stays is a heat wave in
summer, and in winter cold and still.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, season
from wattshift.traces.zones import Place, Zone, catalog

Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0
WIDE_REACH_KM = 3600.0
LOCAL_REACH_KM = 350.0
WAVES = 5  # ridges around the globe: long waves of the mid-latitudes have wave numbers of some 4 to 7


class Drivers(NamedTuple):
    """Noises of one zone at the start of every hour, margin included; each of zero mean and unit variance."""

    temp_slow: Floats
    temp_fast: Floats
    damp: Floats  # positive: drier than usual for the temperature
    cloud_slow: Floats
    cloud_fast: Floats
    wind_slow: Floats
    wind_fast: Floats


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance (haversine formula)."""
    lat_1, lat_2 = math.radians(one.latitude_deg), math.radians(other.latitude_deg)
    across = math.radians(one.longitude_deg - other.longitude_deg)
    half_chord = math.sin((lat_1 - lat_2) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord))


def alike_widely(one: Place, other: Place) -> float:
    """Correlation of two places' pressure and air masses, 0..1: falls with distance, and sooner from west to east.

    exp(-d / L) (1 + cos(5 dlon)) / 2. The second factor stands for the waves of the westerlies, under which places an
    eighth of the globe apart are under different parts of the wave. Both factors are positive definite on the sphere,
    hence any set of places has a valid matrix (Gneiting 2013, Bernoulli 19, 1327, for the first; the second is a
    positive combination of cosines of the longitude).
    """
    across = math.radians(one.longitude_deg - other.longitude_deg)
    return math.exp(-distance_km(one, other) / WIDE_REACH_KM) * 0.5 * (1.0 + math.cos(WAVES * across))


def alike_locally(one: Place, other: Place) -> float:
    """Correlation of what two places have of their own, exp(-d / L), 0..1."""
    return math.exp(-distance_km(one, other) / LOCAL_REACH_KM)


@lru_cache(maxsize=2)
def mixing(*, wide: bool) -> Floats:
    """`[Z, Z]` lower triangle that makes independent shocks of all zones as alike as their places are."""
    alike = alike_widely if wide else alike_locally
    places = [zone.place for zone in catalog().values()]
    matrix = np.array([[alike(one, other) for other in places] for one in places], dtype=np.float64)
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def shared_noise(zone_name: str, driver: str, hours: Hours, seed: int, time_constant_h: float, *, wide: bool) -> Floats:
    """Noise of one zone that forgets over `time_constant_h` and is alike in neighbouring zones."""
    names = list(catalog())
    weights = mixing(wide=wide)[names.index(zone_name)]
    shocks = np.zeros(hours.n_with_margin)
    for name, weight in zip(names, weights, strict=True):
        if weight != 0.0:
            shocks += weight * noise.white(seed, f"{name}/{driver}", hours)
    return noise.autoregressive(shocks, time_constant_h)


def pulled(loading: Floats | float, by: Floats, own: Floats) -> Floats:
    """Unit-variance noise that has the correlation `loading`, -1..1, with the unit-variance noise `by`."""
    return loading * by + np.sqrt(1.0 - np.square(loading)) * own


def drivers(zone_name: str, zone: Zone, hours: Hours, seed: int) -> Drivers:
    """All noises of one zone of the catalog; the same for a seed whatever else is built."""
    climate, wind, lows = zone.climate, zone.wind, zone.climate.lows

    def air(driver: str, time_constant_h: float) -> Floats:
        return shared_noise(zone_name, driver, hours, seed, time_constant_h, wide=True)

    def local(driver: str, time_constant_h: float) -> Floats:
        return shared_noise(zone_name, driver, hours, seed, time_constant_h, wide=False)

    low = air("lows", lows.hours)
    summer = 0.5 * (1.0 + season(hours.begin_s(), climate.warmest_day))
    temp_pull = lows.temp_summer * summer + lows.temp_winter * (1.0 - summer)
    cloud_slow = pulled(lows.cloud, low, local("cloud/slow", climate.cloud_noise.slow_h))
    return Drivers(
        temp_slow=pulled(temp_pull, low, air("temperature/slow", climate.temp_noise_k.slow_h)),
        temp_fast=local("temperature/fast", climate.temp_noise_k.fast_h),
        damp=pulled(climate.dew_cloud, cloud_slow, local("dew", climate.dew_h)),
        cloud_slow=cloud_slow,
        cloud_fast=local("cloud/fast", climate.cloud_noise.fast_h),
        wind_slow=pulled(lows.wind, low, local("wind/slow", wind.slow_h)),
        wind_fast=local("wind/fast", wind.fast_h),
    )
