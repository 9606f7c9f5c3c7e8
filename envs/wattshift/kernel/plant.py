"""What a cooling plant can do and what it costs, in closed form from its heat, its supply temperature and the weather.

Every plant is the same machine: transport (fans, pumps), an optional economiser, an optional compressor for what the
economiser leaves, outdoor fans, and perhaps water. Air, liquid, immersion and sealed plants differ only in the numbers.
Power never falls with the outdoor temperature or with heat, and never rises with the supply temperature: each factor
below has that property by itself.
"""

from .jit import njit

KELVIN = 273.15
LEAST_LIFT_K = 20.0
"""Condenser over evaporator that head-pressure control keeps, however cold the outdoors."""
LARGEST_COP = 8.0
LEAST_PART_LOAD = 0.15
RATING_C = 35.0
"""Outdoor temperature up to which a compressor has its full capacity (rating point of air-cooled equipment, AHRI)."""
LARGEST_FLOW = 1.0
NEGLIGIBLE_SHARE = 1e-9
"""Of the capacity: heat below is the rounding of a balance, for which no fan starts."""


@njit
def evaporative_drop_k(plant, supply_c, weather):
    """How far the adiabatic assist cools the outdoor air.

    As far as free cooling of all the heat needs it, nothing while the dry bulb does; at most the effectiveness times
    the wet-bulb depression.
    """
    if plant.adiabatic == 0.0:
        return 0.0
    dry_c = float(weather.temp_c)
    needed_k = max(dry_c + plant.free_approach_k - supply_c, 0.0)
    return min(needed_k, plant.adiabatic * max(dry_c - float(weather.wet_bulb_c), 0.0))


@njit
def outdoors_c(plant, supply_c, weather):
    """Temperature against which the plant rejects heat: wet bulb (tower), dry bulb, or dry bulb after the assist."""
    if plant.wet == 1.0:
        return float(weather.wet_bulb_c)
    return float(weather.temp_c) - evaporative_drop_k(plant, supply_c, weather)


@njit
def reachable_supply_c(plant, wanted_c, weather):
    """The set-point, or what the weather allows a plant without a compressor."""
    if plant.carnot_share > 0.0:
        return wanted_c
    return max(wanted_c, outdoors_c(plant, wanted_c, weather) + plant.free_approach_k)


@njit
def coolant_flow(plant, heat_kw, relative):
    """Flow over the design flow: in proportion to the heat times `relative`, between the least flow and 1."""
    follows = max(heat_kw / plant.capacity_kw, plant.least_flow)
    return min(max(follows * relative, plant.least_flow), LARGEST_FLOW)


@njit
def free_drive(plant, supply_c, outdoor_c):
    """Temperature difference that the economiser has (coolant's return over outdoors) over the one it needs for all.

    An exchanger of fixed effectiveness moves heat in proportion to the difference of the inlet temperatures (Incropera
    & DeWitt, Fundamentals of Heat and Mass Transfer, sec. 11.4), and its approach makes it carry all the heat while the
    outdoors is `free_approach_k` below the supply.
    """
    return (supply_c + plant.rise_k - outdoor_c) / (plant.rise_k + plant.free_approach_k)


@njit
def free_share(plant, supply_c, outdoor_c):
    """Share of the heat that the economiser removes: all when the outdoors cools to the supply, none at the return."""
    return min(max(free_drive(plant, supply_c, outdoor_c), 0.0), 1.0)


@njit
def available_kw(plant, supply_c, outdoor_c):
    """Most heat removed in this weather: above 35 C the compressor loses `derate_per_k` of its capacity."""
    excess_k = outdoor_c - RATING_C
    if excess_k <= 0.0 or plant.carnot_share == 0.0:
        return plant.capacity_kw
    mechanical = max(1.0 - plant.derate_per_k * excess_k, 0.0)
    return plant.capacity_kw * min(free_share(plant, supply_c, outdoor_c) + mechanical, 1.0)


@njit
def part_load_power(load):
    """Compressor power relative to full load: EnergyPlus water-cooled chiller, EIR(PLR); cycling below 15 %."""
    continuous = max(load, LEAST_PART_LOAD)
    relative = 0.03303 + 0.6852 * continuous + 0.2818 * continuous * continuous
    return relative * (load / continuous)


@njit
def compressor_cop(plant, supply_c, outdoor_c):
    """Full-load COP: a share of Carnot's between evaporator and condenser."""
    evaporator_c = supply_c - plant.evaporator_approach_k
    condenser_c = max(outdoor_c + plant.condenser_approach_k, evaporator_c + LEAST_LIFT_K)
    carnot = (evaporator_c + KELVIN) / (condenser_c - evaporator_c)
    return min(plant.carnot_share * carnot, LARGEST_COP)


@njit
def compressor_kw(plant, heat_kw, supply_c, outdoor_c):
    """Electricity of the compressor for the heat that the economiser leaves; rated, not derated, part load."""
    if plant.carnot_share == 0.0:
        return 0.0
    mechanical_kw = heat_kw * (1.0 - free_share(plant, supply_c, outdoor_c))
    if mechanical_kw <= 0.0:
        return 0.0
    full_kw = plant.capacity_kw / compressor_cop(plant, supply_c, outdoor_c)
    return full_kw * part_load_power(mechanical_kw / plant.capacity_kw)


@njit
def transport_kw(plant, flow):
    """Electricity of the fans and pumps that move the coolant: cube of the flow (affinity law)."""
    return plant.transport_kw_per_kw * plant.capacity_kw * flow * flow * flow


@njit
def rejection_kw(plant, heat_kw, supply_c, outdoor_c):
    """Electricity of the outdoor fans: cube of the flow, which falls as the coolant is warmer than it need be."""
    drive = max(free_drive(plant, supply_c, outdoor_c), 1.0)
    flow = min(max(heat_kw / plant.capacity_kw / drive, plant.least_flow), LARGEST_FLOW)
    return plant.rejection_kw_per_kw * plant.capacity_kw * flow * flow * flow


@njit
def plant_power_kw(plant, heat_kw, flow, supply_c, outdoor_c):
    """Electricity of a plant that removes `heat_kw` with the coolant at `flow`."""
    if heat_kw <= NEGLIGIBLE_SHARE * plant.capacity_kw:
        return 0.0
    return (
        transport_kw(plant, flow)
        + rejection_kw(plant, heat_kw, supply_c, outdoor_c)
        + compressor_kw(plant, heat_kw, supply_c, outdoor_c)
    )


@njit
def water_l_per_h(plant, heat_kw, supply_c, weather):
    """Water drawn: humidification of the room, evaporation in a tower, evaporation in the adiabatic assist.

    A tower evaporates for all the heat that it rejects, the compressor's included; the assist evaporates for the air
    that it cools, which takes up the heat over `rise_k`. `makeup_l_per_kwh` is latent heat in litres, with blow-down.
    """
    if heat_kw <= NEGLIGIBLE_SHARE * plant.capacity_kw:
        return 0.0
    litres = plant.humidify_l_per_kwh * heat_kw
    if plant.wet == 1.0:
        outdoor_c = outdoors_c(plant, supply_c, weather)
        litres += plant.makeup_l_per_kwh * (heat_kw + compressor_kw(plant, heat_kw, supply_c, outdoor_c))
    if plant.adiabatic > 0.0:
        litres += plant.makeup_l_per_kwh * heat_kw * evaporative_drop_k(plant, supply_c, weather) / plant.rise_k
    return litres
