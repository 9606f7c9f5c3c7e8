"""9 Cooling plants: electricity and water for the heat removed."""

from oracle.exogenous import Now
from oracle.fleet import Fleet, Record

KELVIN = 273.15
LEAST_FLOW = 0.3
LEAST_LIFT_K = 8.0
LARGEST_COP = 12.0
CYCLING_BELOW = 0.15
LEAST_LOAD = 1e-9


def outdoors_c(plant: Record, weather: Record) -> float:
    """Wet plants reject against the wet bulb."""
    return weather.wet_bulb_c if plant.wet else weather.temp_c


def coldest_supply_c(plant: Record, set_point_c: float, weather: Record) -> float:
    """The set-point, unless there is no compressor and the weather is too warm for it."""
    if plant.carnot_share > 0.0:
        return set_point_c
    return max(set_point_c, outdoors_c(plant, weather) + plant.free_approach_k)


def cool(fleet: Fleet, now: Now) -> None:
    for module in fleet.modules:
        weather = now.zones[module.site.fixed.zone]
        supplies_c = (module.wanted.supply_c, module.plants[1].supply_c)
        for side, (plant, supply_c) in enumerate(zip(module.plants, supplies_c, strict=True)):
            heat_kw = max(module.moved.heat_removed_kw[side], 0.0)
            outside_c = outdoors_c(plant, weather)
            if heat_kw > LEAST_LOAD * plant.capacity_kw:
                module.moved.plant_kw[side] = (
                    transport_kw(plant, heat_kw)
                    + plant.rejection_kw_per_kw * heat_kw
                    + compressor_kw(plant, heat_kw, supply_c, outside_c)
                )
            if plant.wet:
                module.moved.water_l += plant.water_l_per_kwh * heat_kw * fleet.step_h


def transport_kw(plant: Record, heat_kw: float) -> float:
    """Fans and pumps by the cube law; the flow follows the heat, and never falls below 30 %."""
    flow = max(heat_kw / plant.capacity_kw, LEAST_FLOW)
    return plant.transport_kw_per_kw * plant.capacity_kw * flow**3


def free_share(plant: Record, supply_c: float, outside_c: float) -> float:
    """Share of the heat that the economiser takes: the part of the coolant's rise that lies above its reach."""
    return_c = supply_c + plant.rise_k
    reach_c = outside_c + plant.free_approach_k
    return min(max((return_c - reach_c) / plant.rise_k, 0.0), 1.0)


def compressor_kw(plant: Record, heat_kw: float, supply_c: float, outside_c: float) -> float:
    """Rated power at the temperatures of now, times EnergyPlus's part-load curve; it cycles below 15 %."""
    if plant.carnot_share == 0.0:
        return 0.0
    load = heat_kw * (1.0 - free_share(plant, supply_c, outside_c)) / plant.capacity_kw
    x = max(load, CYCLING_BELOW)
    running_share = load / x
    part_load = 0.03303 + 0.6852 * x + 0.2818 * x**2
    return plant.capacity_kw / cop(plant, supply_c, outside_c) * part_load * running_share


def cop(plant: Record, supply_c: float, outside_c: float) -> float:
    """A share of Carnot's coefficient between evaporator and condenser, at most 12; the lift at least 8 K."""
    evaporator_c = supply_c - plant.evaporator_approach_k
    lift_k = max(outside_c + plant.condenser_approach_k - evaporator_c, LEAST_LIFT_K)
    return min(plant.carnot_share * (evaporator_c + KELVIN) / lift_k, LARGEST_COP)
