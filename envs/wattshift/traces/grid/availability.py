"""What plants can deliver: capacity less outages, upkeep and the water of the season."""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours, season
from wattshift.traces.grid.entries import DIRECT_KG_PER_MWH_HEAT, Calibration, Plant

Floats = NDArray[np.float64]

OUTAGE_H = 120.0  # a forced outage lasts some days: NERC GADS, mean time to repair
INFLOW_H = 24.0 * 21  # water, upkeep and neighbours change over weeks


def available_mw(key: str, plant: Plant, fitted: Calibration, hours: Hours, seed: int) -> Floats:
    """Hourly, 0 .. capacity; of lines, what can be taken in plus what can be sent out.

    capacity x availability x (1 + season) x (1 + weeks' and days' noise); `key` names the noise.
    """
    if plant.kind == "imports":
        return np.full(hours.n_with_margin, fitted.imports * (plant.capacity_mw + plant.export_mw))
    yearly = plant.season * season(hours.begin_s(), plant.peak_day)
    weeks = plant.variability * noise.unit_noise(seed, f"{key}/weeks", hours, INFLOW_H)
    days = fitted.outage_sd * noise.unit_noise(seed, f"{key}/outages", hours, OUTAGE_H)
    firm = fitted.firm if plant.kind in DIRECT_KG_PER_MWH_HEAT else 1.0
    share = firm * plant.availability * (1.0 + yearly) * np.maximum(1.0 + weeks + days, 0.0)
    return plant.capacity_mw * np.minimum(share, 1.0)
