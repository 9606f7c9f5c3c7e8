"""Cooling: the least electricity and water of a plant for the heat it removes, over all set-points and flows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.decode import LEAST_FLOW
from wattshift.kernel.jit import compiled, njit
from wattshift.kernel.plant import LARGEST_FLOW, RATING_C, coolant_flow, outdoors_c, plant_power_kw, reachable_supply_c

from .case import Case, Record
from .lines import Lines, below_rising

Floats = NDArray[np.float64]

LOADS = np.concatenate([np.linspace(0.0, 0.2, 21), np.linspace(0.2, 1.0, 41)[1:]])
"""Shares of the capacity at which a plant's power is sampled."""
TOUCH = (0.2, 0.5, 0.85)
SMALLEST_LOAD = 1e-8
"""Just above the share below which a plant is off."""


def set_points_c(case: Case, module: int, side: int) -> tuple[float, float]:
    """Coldest and warmest supply temperature that may be asked of a plant; only the main one follows the action."""
    if side == 0 and "cooling" in case.drives:
        row = case.params.modules[module]
        return float(row["supply_min_c"]), float(row["supply_max_c"])
    supply_c = float(case.params.plants["supply_c"][module, side])
    return supply_c, supply_c


def first_loop_c(case: Case, module: int) -> float:
    """The loop as an episode begins: at the autopilot's set-point, or what the weather allows."""
    plant = case.params.plants[module, 0]
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    return float(reachable_supply_c(Record(plant), float(plant["supply_c"]), Record(case.zones[0, zone])))


def mildest(case: Case, module: int) -> NDArray[np.void]:
    """[N] weather no worse than any step of the slot: a plant's power never falls with either temperature."""
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    weather = np.zeros(len(case.slots.first), case.zones.dtype)
    for name in ("temp_c", "wet_bulb_c"):
        weather[name] = case.slots.least(case.zones[name][:, zone])
    return weather


def power_lines(case: Case, module: int, side: int) -> Lines:
    """[N, lines] lines below the power (kW) over the heat removed (kW) of one plant in each slot.

    At the warmest set-point, for power never rises with the supply. What moves the coolant draws its least, or, of the
    second plant, what follows from the heat.
    """
    return _lines_below(case, module, side, case.params.plants[module, side : side + 1], True)


def rejection_lines(case: Case, module: int) -> Lines:
    """[N, lines] the same of the main plant without what moves the coolant, for slots in which it surely runs."""
    plant = case.params.plants[module, :1].copy()
    plant["transport_kw_per_kw"] = 0.0
    return _lines_below(case, module, 0, plant, False)


def transport_lines(case: Case, module: int) -> Lines:
    """[lines] below the power (kW) of what moves the coolant of the main plant, over the heat that reaches the loop.

    The flow follows that heat, by at least the least that an action may ask for: tangents of its cube.
    """
    plant, relative = case.params.plants[module, 0], slowest_flow(case)
    turned = [touch * relative for touch in TOUCH]
    flow = np.array([plant["least_flow"], *(share for share in turned if share > plant["least_flow"])])
    slope = 3.0 * flow**2 * relative / plant["capacity_kw"]
    slope[0] = 0.0
    intercept = flow**3 - slope * flow / relative * plant["capacity_kw"]
    full_kw = plant["transport_kw_per_kw"] * plant["capacity_kw"] * (1.0 - 1e-9)
    return Lines(full_kw * intercept, full_kw * slope)


def most_power_kw(case: Case, module: int, side: int) -> float:
    """Electricity of a plant at most: all that it can remove, at full flow, coldest supply and in hottest weather."""
    plant = Record(case.params.plants[module, side])
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    hottest = np.zeros(1, case.zones.dtype)
    for name in ("temp_c", "wet_bulb_c"):
        hottest[name] = case.zones[name][:, zone].max()
    weather = Record(hottest[0])
    supply_c = reachable_supply_c(plant, set_points_c(case, module, side)[0], weather)
    outdoor_c = outdoors_c(plant, supply_c, weather)
    return float(plant_power_kw(plant, plant.capacity_kw, LARGEST_FLOW, supply_c, outdoor_c))


def slowest_flow(case: Case) -> float:
    """The least coolant flow that an action may ask for, over that which follows the load."""
    return LEAST_FLOW if "flow" in case.drives else 1.0


def water_usd_per_kwh(case: Case, module: int, side: int) -> float:
    """Least price of the water for a kWh of heat; that of an adiabatic assist is taken as free."""
    plant = case.params.plants[module, side]
    evaporated = plant["makeup_l_per_kwh"] if plant["wet"] == 1.0 else 0.0
    return float((plant["humidify_l_per_kwh"] + evaporated) * case.rules.water_usd_per_l)


def surely_removed_kw(case: Case, module: int, side: int) -> Floats:
    """[H] the least heat that a plant can remove at full flow in the step's weather.

    Without economiser and assist, which only add to it.
    """
    plant = case.params.plants[module, side]
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    weather = case.zones[:, zone]
    if plant["carnot_share"] == 0.0:
        return np.full(len(weather), plant["capacity_kw"])
    outdoor_c = (weather["wet_bulb_c"] if plant["wet"] == 1.0 else weather["temp_c"]).astype(np.float64)
    derated = 1.0 - plant["derate_per_k"] * np.maximum(outdoor_c - RATING_C, 0.0)
    return np.asarray(plant["capacity_kw"] * np.maximum(derated, 0.0))


def _lines_below(case: Case, module: int, side: int, plant: Any, from_zero: bool) -> Lines:
    capacity_kw = plant["capacity_kw"][0]
    loads = np.maximum(LOADS, SMALLEST_LOAD)
    weather = mildest(case, module)
    power_kw = np.zeros((len(weather), len(loads)))
    warmest_c = set_points_c(case, module, side)[1]
    _least_power_compiled(plant, side, weather, warmest_c, loads * capacity_kw, power_kw)
    # No arithmetic of the kernel's, one ulp off, is to be above the lines.
    touch = tuple(touch * capacity_kw for touch in TOUCH)
    return below_rising(LOADS * capacity_kw, power_kw * (1.0 - 1e-9), touch, from_zero)


@njit
def _least_power(plants: Any, side: Any, weather: Any, wanted_c: Any, heat_kw: Any, power_kw: Any) -> None:
    """At the supply given; of the main plant at the least coolant flow, for an action may ask for little."""
    plant = plants[0]
    for nth in range(len(weather)):
        supply_c = reachable_supply_c(plant, wanted_c, weather[nth])
        outdoor_c = outdoors_c(plant, supply_c, weather[nth])
        for k in range(len(heat_kw)):
            flow = plant.least_flow if side == 0 else coolant_flow(plant, heat_kw[k], 1.0)
            power_kw[nth, k] = plant_power_kw(plant, heat_kw[k], flow, supply_c, outdoor_c)


_least_power_compiled = compiled(_least_power)
