"""Stage 9b, cooling plants: electricity and water for the heat removed, against the weather.

Every plant is transport (fans, pumps), an optional free-cooling exchanger, an optional compressor for what free cooling
leaves, and outdoor rejection. Air, economiser, liquid, immersion and sealed plants differ only in the numbers.
"""

from .jit import njit

KELVIN = 273.15
LEAST_LIFT_K = 8.0
LARGEST_COP = 12.0
LEAST_FLOW = 0.3
LEAST_PART_LOAD = 0.15

LEAST_LOAD = 1e-9
"""A plant with less to remove than this share of its capacity is off: what is left of a loop that stays below its
supply temperature is rounding, and must not decide whether the pumps run."""


@njit
def part_load_power(load):
    """Compressor power relative to full load: EnergyPlus water-cooled chiller, EIR(PLR); cycling below 15 %."""
    continuous = max(load, LEAST_PART_LOAD)
    relative = 0.03303 + 0.6852 * continuous + 0.2818 * continuous * continuous
    return relative * (load / continuous)


@njit
def outdoors_c(plant, weather):
    """Temperature against which the plant rejects heat."""
    return weather.wet_bulb_c if plant.wet == 1.0 else weather.temp_c


@njit
def reachable_supply_c(plant, supply_c, weather):
    """The set-point, or what the weather allows a plant without a compressor."""
    if plant.carnot_share > 0.0:
        return supply_c
    return max(supply_c, outdoors_c(plant, weather) + plant.free_approach_k)


@njit
def compressor_cop(plant, supply_c, outdoor_c):
    """Full-load COP: a share of Carnot's between evaporator and condenser."""
    evaporator_c = supply_c - plant.evaporator_approach_k
    condenser_c = max(outdoor_c + plant.condenser_approach_k, evaporator_c + LEAST_LIFT_K)
    carnot = (evaporator_c + KELVIN) / (condenser_c - evaporator_c)
    return min(plant.carnot_share * carnot, LARGEST_COP)


@njit
def free_share(plant, supply_c, outdoor_c):
    """Share of the heat that the economiser removes: all when the outdoors cools to the supply, none at the return."""
    coolest_c = outdoor_c + plant.free_approach_k
    return min(max((supply_c + plant.rise_k - coolest_c) / plant.rise_k, 0.0), 1.0)


@njit
def plant_power_kw(plant, heat_kw, supply_c, outdoor_c):
    """Electricity of a plant removing `heat_kw`; grows with heat and outdoor temperature, falls with supply."""
    if heat_kw <= LEAST_LOAD * plant.capacity_kw:
        return 0.0
    flow = max(heat_kw / plant.capacity_kw, LEAST_FLOW)
    transport_kw = plant.transport_kw_per_kw * plant.capacity_kw * flow**3
    rejection_kw = plant.rejection_kw_per_kw * heat_kw
    compressor_kw = 0.0
    if plant.carnot_share > 0.0:
        mechanical_kw = heat_kw * (1.0 - free_share(plant, supply_c, outdoor_c))
        if mechanical_kw > 0.0:
            full_kw = plant.capacity_kw / compressor_cop(plant, supply_c, outdoor_c)
            compressor_kw = full_kw * part_load_power(mechanical_kw / plant.capacity_kw)
    return transport_kw + rejection_kw + compressor_kw


@njit
def cool(params, now, control, ledger):
    """Electricity and water of every module's plants."""
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        account = ledger.modules[nth]
        weather = now.zones[params.sites[params.modules[nth].site].zone]
        for side in range(2):
            plant = params.plants[nth, side]
            heat_kw = max(account.heat_removed_kw[side], 0.0)
            supply_c = control.modules[nth].supply_c if side == 0 else plant.supply_c
            account.plant_kw[side] = plant_power_kw(plant, heat_kw, supply_c, outdoors_c(plant, weather))
            if plant.wet == 1.0:
                account.water_l += plant.water_l_per_kwh * heat_kw * step_h
