"""What plants ask for their power: cost of fuel and of carbon over efficiency, moved by the market's moods."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import noise
from wattshift.traces.clock import Hours
from wattshift.traces.grid.entries import DIRECT_KG_PER_MWH_HEAT, GridEntry, Plant
from wattshift.traces.spec import Regime

Floats = NDArray[np.float64]

FUEL_H = 24.0 * 30  # prices of fuel drift over a month
SLOW_H, FAST_H = 96.0, 4.0  # of bids
KG_PER_T = 1000.0


class Moods(NamedTuple):
    """What moves the bids of a zone, hour by hour."""

    fuel_usd_per_mwh_heat: dict[str, Floats]
    gas_ratio: Floats  # price of gas over its usual one
    markup: Floats  # bids over cost, around the calibration's
    carbon_usd_per_t: float


def moods(name: str, entry: GridEntry, hours: Hours, seed: int, regime: Regime) -> Moods:
    """Fuel prices are log-normal around the regime's; bids are cost times a log-normal noise of days and hours."""
    fuels: dict[str, Floats] = {}
    ratios: dict[str, Floats] = {}
    for fuel, price in entry.fuels.items():
        drift = noise.unit_noise(seed, f"{name}/{fuel} price", hours, FUEL_H)
        mean, sd = price.of(regime)
        fuels[fuel] = mean * np.exp(sd * drift - 0.5 * sd**2)
        ratios[fuel] = fuels[fuel] / price.usual
    fitted = entry.calibration
    slow = noise.unit_noise(seed, f"{name}/bids/slow", hours, SLOW_H)
    fast = noise.unit_noise(seed, f"{name}/bids/fast", hours, FAST_H)
    markup = fitted.bids * np.exp(fitted.bid_sd_slow * slow + fitted.bid_sd_fast * fast)
    return Moods(fuels, ratios.get("gas", np.ones(hours.n_with_margin)), markup, entry.carbon_price.of(regime))


def cost_usd_per_mwh(plant: Plant, mood: Moods) -> tuple[Floats, Floats]:
    """Of the best and of the worst unit: (fuel + carbon) / efficiency + upkeep, or the offers that the facts give."""
    if plant.bid_usd_per_mwh is not None:
        low, high = plant.bid_usd_per_mwh
        index = mood.gas_ratio**plant.follows_gas
        return low * index, high * index
    assert plant.efficiency is not None  # the entry's validator saw to it
    carbon = mood.carbon_usd_per_t * DIRECT_KG_PER_MWH_HEAT[plant.kind] / KG_PER_T
    heat = mood.fuel_usd_per_mwh_heat[plant.kind] + carbon
    worst, best = plant.efficiency
    return heat / best + plant.extra_usd_per_mwh, heat / worst + plant.extra_usd_per_mwh
