"""Electricity demand of a zone: clock, weather and noise."""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, local_hour, local_week_hour
from wattshift.traces.curves import hump, softplus, weekend
from wattshift.traces.grid.entries import GridEntry
from wattshift.traces.grid.smooth import lagged

Floats = NDArray[np.float64]

HEATED_BELOW_C, COOLED_ABOVE_C = 15.0, 20.0  # degree-day bases: Eurostat 15 C (heating), 21-24 C (cooling) less gains
BASE_SOFTNESS_K = 2.0  # not every house has the same base
BUILDING_INERTIA_H = 6.0
MORNING_WIDTH_H, EVENING_WIDTH_H, NIGHT_WIDTH_H = 3.0, 2.5, 3.5
NIGHT_HOUR = 3.5
SLOW_H, FAST_H = 72.0, 6.0


def centred_hump(hour: Floats, peak_hour: float, width_h: float) -> Floats:
    """A hump of the day less its mean over the day."""
    return hump(hour, peak_hour, width_h) - hump(np.arange(240) / 10.0, peak_hour, width_h).mean()


def demand_mw(name: str, entry: GridEntry, timezone: str, hours: Hours, temp_c: Floats, seed: int) -> Floats:
    """Hourly mean demand, margin included; `temp_c` is that of the hours, felt with the inertia of buildings.

    mean (level + heating + cooling + day shape - weekend) (1 + noise), with degree-hours bent softly at their bases.
    """
    facts, fitted = entry.demand, entry.calibration
    middle_s = hours.middle_s()
    hour = local_hour(middle_s, timezone)
    felt_c = lagged(temp_c, BUILDING_INERTIA_H)
    share = (
        fitted.level
        + fitted.heating_per_k * BASE_SOFTNESS_K * softplus((HEATED_BELOW_C - felt_c) / BASE_SOFTNESS_K)
        + fitted.cooling_per_k * BASE_SOFTNESS_K * softplus((felt_c - COOLED_ABOVE_C) / BASE_SOFTNESS_K)
        + fitted.morning * centred_hump(hour, facts.morning_hour, MORNING_WIDTH_H)
        + fitted.evening * centred_hump(hour, facts.evening_hour, EVENING_WIDTH_H)
        - fitted.night * centred_hump(hour, NIGHT_HOUR, NIGHT_WIDTH_H)
        - fitted.weekend * (weekend(local_week_hour(middle_s, timezone)) - 2.0 / 7.0)
    )
    slow = noise.unit_noise(seed, f"{name}/demand/slow", hours, SLOW_H)
    fast = noise.unit_noise(seed, f"{name}/demand/fast", hours, FAST_H)
    return facts.mean_mw * share * np.exp(fitted.demand_slow_sd * slow + fitted.demand_fast_sd * fast)
