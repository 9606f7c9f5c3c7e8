"""Forecasts of the grid and the weather: calibrated, worse with lead, never a look at the future beyond the target.

For the truth x of an hour, its climatology c and climatological standard deviation s (both per zone, month and
hour of the day),

    forecast(lead) = c + a (x - c) + sqrt(a (1 - a)) s e,      a = a(lead) in (0, 1), e of unit variance.

Then var(forecast - c) = a s^2 = cov(forecast, x), so the best guess of x given the forecast is the forecast
itself, and the mean square error is (1 - a) s^2: zero skill over climatology at a = 0, perfect at a = 1. At night a
photovoltaic forecast is exactly zero, as s is. Forecasts of output are kept within 0..1 and of carbon above 0.

The errors e of one target are one smooth path over leads, cos(angle) A + sin(angle) B, with A and B noises over
the target's time (hours): consecutive issues for one target differ little, neighbouring targets err alike.

Climatology is that of the first 365 days of the traces, as a forecaster would have from past years; it does not
grow with the number of years, so that a longer build begins with the forecasts of a shorter one.
"""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, month_hour
from wattshift.traces.series import CARBON, LEADS, PRICE, SOLAR, TEMPERATURE

Floats = NDArray[np.float64]

SKILL_AT_1_H = 0.97
SKILL_AT_24_H = {CARBON: 0.6, PRICE: 0.5, TEMPERATURE: 0.85, SOLAR: 0.5}
"""Share of variance around climatology explained a day ahead (estimate): temperature's residual of 3-4 K is
forecast to about 1.5 K, carbon and price keep errors of half their residual spread and more."""

ERROR_TIME_H = 6.0  # time constant of the error over target hours (estimate)
CLIMATE_H = 365 * 24
BOUNDS = {
    CARBON: (0.0, np.inf),
    PRICE: (-np.inf, np.inf),
    TEMPERATURE: (-np.inf, np.inf),
    SOLAR: (0.0, 1.0),
}


def skill(quantity: int) -> Floats:
    """`[LEADS]` explained share a(lead): geometric from 0.97 at one hour to the quantity's value at 24."""
    progress = np.arange(LEADS) / (LEADS - 1)
    return SKILL_AT_1_H * (SKILL_AT_24_H[quantity] / SKILL_AT_1_H) ** progress


def climatology(truth: Floats, begin_s: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the truth's month x hour-of-day cell, at every hour.

    Args:
        truth: `[H]` hourly means; the first 365 days (all, if fewer) make the climatology.
        begin_s: `[H]` start of every hour. Every cell that occurs must occur within the first 365 days.
    """
    cells = month_hour(begin_s)
    seen, past = cells[:CLIMATE_H], truth[:CLIMATE_H]
    count = np.maximum(np.bincount(seen, minlength=288), 1)
    mean = np.bincount(seen, past, minlength=288) / count
    variance = np.bincount(seen, (past - mean[seen]) ** 2, minlength=288) / count
    return mean[cells], np.sqrt(variance)[cells]


def issue(
    truth: Floats, mean: Floats, sd: Floats, quantity: int, name: str, hours: Hours, seed: int
) -> NDArray[np.float32]:
    """Forecasts `[n_hours, LEADS]` of one quantity of one zone.

    Args:
        truth: `[H]` hourly means, margin included.
        mean: `[H]` climatological mean.
        sd: `[H]` climatological standard deviation.
        quantity: CARBON, PRICE, TEMPERATURE or SOLAR.
        name: what seeds the errors.
        hours: hours of the traces.
        seed: of the traces.

    Returns:
        Row t, column lead - 1: issued at the start of hour t for the mean of hour t + lead.
    """
    first = noise.unit_noise(seed, f"{name}/first", hours, ERROR_TIME_H)
    second = noise.unit_noise(seed, f"{name}/second", hours, ERROR_TIME_H)
    lowest, highest = BOUNDS[quantity]
    issued = np.empty((hours.n_hours, LEADS), np.float32)
    for lead, a in enumerate(skill(quantity), start=1):
        target = slice(lead, lead + hours.n_hours)
        angle = 0.5 * np.pi * (lead - 1) / (LEADS - 1)
        error = np.cos(angle) * first[target] + np.sin(angle) * second[target]
        guess = mean[target] + a * (truth[target] - mean[target]) + np.sqrt(a * (1.0 - a)) * sd[target] * error
        issued[:, lead - 1] = np.clip(guess, lowest, highest)
    return issued
