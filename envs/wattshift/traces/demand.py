"""Demand: request rates and job arrivals around their long-run means, on the local clock of those who ask."""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import HOUR_S, WEEK_H, Hours, Seconds, local_week_hour
from wattshift.traces.curves import weekend
from wattshift.traces.spec import Shape

Floats = NDArray[np.float64]

BURST_TIME_H = 6.0
"""Time constant of the bursts of demand (estimate): rates stay high or low for part of a day, as in the Azure
LLM traces, whose correlation after 24 h is explained by the day shape."""

DRIFT_TIME_H = 60.0
"""Time constant of the drift of demand (estimate): busy and slack days, as in the counts of Alibaba's GPU cluster."""

YEAR_S = 365.25 * 86400


def regular_shape(week_hour: Floats, shape: Shape) -> Floats:
    """Rate at an hour of the local week, up to a constant.

    The day is exp of a cosine, so that peak / trough is exact on working days and the curve has no corners; the
    weekend multiplies it, smoothly over the midnights around it.
    """
    half_log_ratio = 0.5 * np.log(shape.peak_to_trough)
    day = np.exp(half_log_ratio * np.cos(2 * np.pi / 24 * (week_hour - shape.peak_hour)))
    return day * (1.0 + (shape.weekend_ratio - 1.0) * weekend(week_hour))


def weekly_mean(shape: Shape) -> float:
    """Mean of `regular_shape` over the week (from its minutes)."""
    minutes = (np.arange(WEEK_H * 60) + 0.5) / 60
    return float(regular_shape(minutes, shape).mean())


def bursts(times_s: Seconds, hours: Hours, sd: float, time_constant_h: float, name: str, seed: int) -> Floats:
    """Log-normal factor of mean one: hourly noise, linear in between and rescaled to unit variance everywhere.

    Between two neighbours of correlation rho the weighted sum has variance f^2 + (1-f)^2 + 2 f (1-f) rho.
    """
    hourly = noise.unit_noise(seed, name, hours, time_constant_h)
    hour, past_s = np.divmod(times_s - hours.start_s, HOUR_S)
    after = past_s / HOUR_S
    blend = (1.0 - after) * hourly[hour] + after * hourly[hour + 1]
    variance = after**2 + (1.0 - after) ** 2 + 2.0 * after * (1.0 - after) * np.exp(-1.0 / time_constant_h)
    return np.exp(sd * blend / np.sqrt(variance) - 0.5 * sd**2)


def growth(times_s: Seconds, since_s: int, per_year: float) -> Floats:
    """Rate over that of `since_s`; compound and without steps."""
    return np.exp(np.log1p(per_year) * (times_s - since_s) / YEAR_S)


def demand_series(
    times_s: Seconds, hours: Hours, mean: float, shape: Shape, name: str, seed: int, since_s: int | None = None
) -> Floats:
    """Rate at each time; its long-run mean without growth is `mean`, in the unit of `mean`.

    Args:
        times_s: wanted times, within the hours; the margin serves for interpolation only.
        hours: hours of the traces.
        mean: long-run mean rate, > 0.
        shape: day, week, noise and growth.
        name: what seeds the noise, for instance "requests/3".
        seed: of the traces.
        since_s: where demand has not grown yet; left out: at the start of the hours.
    """
    regular = regular_shape(local_week_hour(times_s, shape.timezone), shape) / weekly_mean(shape)
    rate = mean * regular * bursts(times_s, hours, shape.burst_sd, BURST_TIME_H, name, seed)
    if shape.drift_sd > 0.0:
        rate = rate * bursts(times_s, hours, shape.drift_sd, DRIFT_TIME_H, f"{name}/days", seed)
    return rate * growth(times_s, hours.start_s if since_s is None else since_s, shape.growth_per_year)
