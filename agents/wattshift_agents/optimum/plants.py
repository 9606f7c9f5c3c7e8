"""Cooling: the least electricity and water of a plant for the heat it removes, over all set-points and flows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.jit import compiled, njit
from wattshift.kernel.plant import RATING_C, outdoors_c, plant_power_kw, reachable_supply_c

from .case import Case
from .lines import Lines, below_rising

Floats = NDArray[np.float64]

LOADS = np.concatenate([np.linspace(0.0, 0.2, 21), np.linspace(0.2, 1.0, 41)[1:]])
"""Shares of the capacity at which a plant's power is sampled."""
TOUCH = (0.2, 0.5, 0.85)
SMALLEST_LOAD = 1e-8
"""Just above the share below which a plant is off."""


def warmest_supply_c(case: Case, module: int, side: int) -> float:
    """The set-point at which a plant draws least: its power never rises with the supply temperature."""
    return case.params.modules["supply_max_c"][module] if side == 0 else case.params.plants["supply_c"][module, side]


def mildest(case: Case, module: int) -> NDArray[np.void]:
    """[N] weather no worse than any step of the slot: a plant's power never falls with either temperature."""
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    weather = np.zeros(len(case.slots.first), case.zones.dtype)
    for name in ("temp_c", "wet_bulb_c"):
        weather[name] = case.slots.least(case.zones[name][:, zone])
    return weather


def power_lines(case: Case, module: int, side: int) -> Lines:
    """[N, lines] lines below the power (kW) over the heat removed (kW) of one plant in each slot."""
    plant = case.params.plants[module, side : side + 1]
    capacity_kw = plant["capacity_kw"][0]
    loads = np.maximum(LOADS, SMALLEST_LOAD)
    weather = mildest(case, module)
    power_kw = np.zeros((len(weather), len(loads)))
    _least_power_compiled(plant, weather, warmest_supply_c(case, module, side), loads * capacity_kw, power_kw)
    # No arithmetic of the kernel's, one ulp off, is to be above the lines.
    return below_rising(LOADS * capacity_kw, power_kw * (1.0 - 1e-9), tuple(touch * capacity_kw for touch in TOUCH))


def water_usd_per_kwh(case: Case, module: int, side: int) -> float:
    """Least price of the water for a kWh of heat; that of an adiabatic assist is taken as free."""
    plant = case.params.plants[module, side]
    evaporated = plant["makeup_l_per_kwh"] if plant["wet"] == 1.0 else 0.0
    return float((plant["humidify_l_per_kwh"] + evaporated) * case.rules.water_usd_per_l)


def capacities(case: Case, module: int, side: int) -> tuple[Floats, Floats]:
    """Of every step: the least a plant can surely remove, kW, and the warmest supply it may be driven to, C; [H] each.

    The capacity is taken without economiser and assist, which only add to it.
    """
    plant = case.params.plants[module, side]
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    weather = case.zones[:, zone]
    outdoor_c = (weather["wet_bulb_c"] if plant["wet"] == 1.0 else weather["temp_c"]).astype(np.float64)
    wanted_c = warmest_supply_c(case, module, side)
    if plant["carnot_share"] == 0.0:
        return np.full(len(weather), plant["capacity_kw"]), np.maximum(wanted_c, outdoor_c + plant["free_approach_k"])
    derated = 1.0 - plant["derate_per_k"] * np.maximum(outdoor_c - RATING_C, 0.0)
    sure_kw = plant["capacity_kw"] * np.maximum(derated, 0.0)
    return sure_kw, np.full(len(weather), wanted_c)


@njit
def _least_power(plants: Any, weather: Any, wanted_c: Any, heat_kw: Any, power_kw: Any) -> None:
    """At the warmest supply and the least coolant flow, on which conductance depends but no power but the pumps'."""
    plant = plants[0]
    for nth in range(len(weather)):
        supply_c = reachable_supply_c(plant, wanted_c, weather[nth])
        outdoor_c = outdoors_c(plant, supply_c, weather[nth])
        for k in range(len(heat_kw)):
            power_kw[nth, k] = plant_power_kw(plant, heat_kw[k], plant.least_flow, supply_c, outdoor_c)


_least_power_compiled = compiled(_least_power)
