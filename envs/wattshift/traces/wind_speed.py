"""Synthetic wind speed at 10 m: a Gaussian noise on two time scales, bent into a Weibull distribution.

At a fixed season and hour of the day speeds are Weibull distributed, as is usual for surface wind (Justus et al.
1978, J. Appl. Meteorol. 17, 350). Their mean follows season and day; a day's breeze is steadier than the wind of the
night, so its hump raises the shape too. The slow noise, of days, makes spells of calm.
"""

import math

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Hours, season, solar_hour
from wattshift.traces.curves import hump
from wattshift.traces.synoptic import Drivers
from wattshift.traces.zones import Wind, Zone

Floats = NDArray[np.float64]


def weibull(standard_normal: Floats, shape: Floats) -> Floats:
    """Weibull variable of mean 1 at the standard normal's own quantile, (-ln(1 - Phi(z)))^(1/k) / Gamma(1 + 1/k)."""
    from scipy.special import gamma, log_ndtr

    return (-log_ndtr(-standard_normal)) ** (1.0 / shape) / gamma(1.0 + 1.0 / shape)


def day_hump(model: Wind, solar_hours: Floats) -> Floats:
    """1 at the windiest hour, towards 0 when the day's breeze is away."""
    return hump(solar_hours, model.windiest_hour, model.day_width_h)


def expected_m_per_s(model: Wind, begin_s: NDArray[np.int64], breeze: Floats) -> Floats:
    """Mean speed of the season and the hour, such that its mean over the years is the model's.

    The mean of exp(a cos) over a turn is the Bessel function I0(a); the day's mean is taken from its minutes.
    """
    swing = np.exp(model.season * season(begin_s, model.windiest_day) + model.day * breeze)
    mean_of_day = np.exp(model.day * day_hump(model, np.arange(1440) / 60.0)).mean()
    return model.mean_m_per_s / (np.i0(model.season) * mean_of_day) * swing


def gusty(model: Wind, drivers: Drivers) -> Floats:
    """Noise of the speed, standard normal: its slow part and its fast."""
    return math.sqrt(model.slow_share) * drivers.wind_slow + math.sqrt(1.0 - model.slow_share) * drivers.wind_fast


def synthetic_wind_m_per_s(zone: Zone, hours: Hours, drivers: Drivers) -> Floats:
    """Wind speed at 10 m at the start of every hour, never negative."""
    model = zone.wind
    begin_s = hours.begin_s()
    breeze = day_hump(model, solar_hour(begin_s, zone.place.longitude_deg))
    shape = model.weibull_shape * np.exp(model.steadier * breeze)
    return expected_m_per_s(model, begin_s, breeze) * weibull(gusty(model, drivers), shape)
