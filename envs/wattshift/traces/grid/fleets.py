"""Output of a zone's wind and solar fleets, from the weather of its one place.

A fleet is smoother than a place and does not stand where the city is. So the place's wind is felt with a lag of hours,
a noise of the region is added to it, its strength over the day is turned from the surface's towards that of the hub
(strongest at night, Archer & Jacobson 2003, J. Geophys. Res. 108, 4289), and the power curve of a farm is replaced by a
smoother one, as Staffell & Pfenninger (2016), Energy 114, 224, smooth theirs. The sun over the zone comes from
`weather.zone_wide`; single-axis trackers and panels that face east and west flatten its day.
"""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, solar_hour
from wattshift.traces.grid.entries import Calibration
from wattshift.traces.grid.smooth import lagged
from wattshift.traces.zones import Zone

Floats = NDArray[np.float64]

FLEET_LAG_H = 5.0
SLOW_H, FAST_H = 60.0, 10.0
SLOW_SHARE = 0.6  # of the variance of the region's own wind
LOSSES = 0.93  # wakes, upkeep, grid: the fleet never runs at all its rating
ROOF_PEAK = 0.75  # output of a flat roof at a clear summer noon, where the flattened curve meets the roof's


def solar_share(fitted: Calibration, pv: Floats) -> Floats:
    """Output per MW installed, 0..1, from that of flat roofs."""
    flattened = pv * (1.0 + fitted.solar_flatness) / (1.0 + fitted.solar_flatness * pv / ROOF_PEAK)
    return np.minimum(fitted.solar_yield * flattened, 1.0)


def wind_share(name: str, zone: Zone, fitted: Calibration, hours: Hours, wind_m_per_s: Floats, seed: int) -> Floats:
    """Output per MW installed, 0..1: losses x^3 / (x^3 + calm^3) at the fleet's speed x over the place's mean."""
    slow = noise.unit_noise(seed, f"{name}/fleet wind/slow", hours, SLOW_H)
    fast = noise.unit_noise(seed, f"{name}/fleet wind/fast", hours, FAST_H)
    region = np.sqrt(SLOW_SHARE) * slow + np.sqrt(1.0 - SLOW_SHARE) * fast
    night = np.cos(2 * np.pi / 24 * solar_hour(hours.middle_s(), zone.place.longitude_deg))
    place = lagged(wind_m_per_s, FLEET_LAG_H) / zone.wind.mean_m_per_s
    cubed = (place**fitted.wind_spread * np.exp(fitted.wind_regional_sd * region + fitted.wind_night * night)) ** 3
    return LOSSES * cubed / (cubed + fitted.wind_calm**3)
