"""Synthetic wind speed at 10 m: a Gaussian noise on two time scales, bent into a Weibull distribution.

At a fixed season and hour of the day speeds are Weibull distributed, as is usual for surface wind (Justus et al.
1978, J. Appl. Meteorol. 17, 350). The scale follows season and day; the slow noise, of days, makes spells of calm.
"""

import math

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, season, solar_hour
from wattshift.traces.curves import hump
from wattshift.traces.zones import Wind, Zone

Floats = NDArray[np.float64]


def weibull(standard_normal: Floats, shape: float) -> Floats:
    """Weibull quantile of scale 1 at the standard normal's own quantile: (-ln(1 - Phi(z)))^(1 / shape)."""
    from scipy.special import log_ndtr

    return (-log_ndtr(-standard_normal)) ** (1.0 / shape)


def day_swing(model: Wind, solar_hours: Floats) -> Floats:
    """Factor on the speed over the day, up to a constant."""
    return np.exp(model.day * hump(solar_hours, model.windiest_hour, model.day_width_h))


def scale_m_per_s(model: Wind, hours: Hours, longitude_deg: float) -> Floats:
    """Weibull scale of every hour, such that the long-run mean of the speed is the model's.

    The mean of exp(a cos) over a turn is the Bessel function I0(a), that of a Weibull variable Gamma(1 + 1/k); the
    day's mean is taken from its minutes.
    """
    begin_s = hours.begin_s()
    swing = np.exp(model.season * season(begin_s, model.windiest_day))
    swing *= day_swing(model, solar_hour(begin_s, longitude_deg))
    mean_swing = np.i0(model.season) * day_swing(model, np.arange(1440) / 60.0).mean()
    return model.mean_m_per_s / (mean_swing * math.gamma(1.0 + 1.0 / model.weibull_shape)) * swing


def synthetic_wind_m_per_s(zone_name: str, zone: Zone, hours: Hours, seed: int) -> Floats:
    """Wind speed at 10 m at the start of every hour, never negative; its noise has streams of its own."""
    model = zone.wind
    slow = noise.unit_noise(seed, f"{zone_name}/wind/slow", hours, model.slow_h)
    fast = noise.unit_noise(seed, f"{zone_name}/wind/fast", hours, model.fast_h)
    own = math.sqrt(model.slow_share) * slow + math.sqrt(1.0 - model.slow_share) * fast
    carbon = zone.carbon.noise  # the noise that `grid` draws for carbon: wind is much of its cause
    dirtier = noise.two_scales(seed, f"{zone_name}/carbon", hours, carbon) / math.hypot(carbon.slow_sd, carbon.fast_sd)
    standard_normal = model.carbon_rho * dirtier + math.sqrt(1.0 - model.carbon_rho**2) * own
    return scale_m_per_s(model, hours, zone.place.longitude_deg) * weibull(standard_normal, model.weibull_shape)
