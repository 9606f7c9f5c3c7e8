"""Synthetic wind speed at 10 m: a Gaussian noise on two time scales, bent into a Weibull distribution.

At a fixed season and hour of the day speeds are Weibull distributed, as is usual for surface wind (Justus et al.
1978, J. Appl. Meteorol. 17, 350). The scale follows season and day; the slow noise, of days, makes spells of calm.
"""

import math

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, season, solar_hour
from wattshift.traces.zones import Wind, Zone

Floats = NDArray[np.float64]


def weibull(standard_normal: Floats, shape: float) -> Floats:
    """Weibull quantile of scale 1 at the standard normal's own quantile: (-ln(1 - Phi(z)))^(1 / shape)."""
    from scipy.special import log_ndtr

    return (-log_ndtr(-standard_normal)) ** (1.0 / shape)


def scale_m_per_s(model: Wind, hours: Hours, longitude_deg: float) -> Floats:
    """Weibull scale of every hour, such that the mean over the years is the model's.

    The mean of exp(a cos) over a turn is the Bessel function I0(a); that of a Weibull variable is Gamma(1 + 1/k).
    """
    begin_s = hours.begin_s()
    daily = np.cos(2 * np.pi / 24 * (solar_hour(begin_s, longitude_deg) - model.windiest_hour))
    swing = np.exp(model.season * season(begin_s, model.windiest_day) + model.day * daily)
    mean_swing = np.i0(model.season) * np.i0(model.day) * math.gamma(1.0 + 1.0 / model.weibull_shape)
    return model.mean_m_per_s / mean_swing * swing


def synthetic_wind_m_per_s(zone_name: str, zone: Zone, hours: Hours, seed: int) -> Floats:
    """Wind speed at 10 m at the start of every hour, never negative; its noise has streams of its own."""
    model = zone.wind
    slow = noise.unit_noise(seed, f"{zone_name}/wind/slow", hours, model.slow_h)
    fast = noise.unit_noise(seed, f"{zone_name}/wind/fast", hours, model.fast_h)
    mixed = math.sqrt(model.slow_share) * slow + math.sqrt(1.0 - model.slow_share) * fast
    return scale_m_per_s(model, hours, zone.place.longitude_deg) * weibull(mixed, model.weibull_shape)
