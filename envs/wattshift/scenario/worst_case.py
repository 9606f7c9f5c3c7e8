"""The most power a module can draw, for sizing the grid connection: a bound, not the simulated physics.

It takes the hottest day, the coldest set-point, full fans and no economiser all at once.
"""

from wattshift.catalog import Plant, PowerTrain

from .fleet import CAPACITY_MARGIN, Installed

HOTTEST_C = 45.0
"""Outdoor temperature of the worst case, for wet rejection too."""

KELVIN = 273.15

FULL_LOAD_EIR = 0.03303 + 0.6852 + 0.2818
"""Power of a compressor at full part-load ratio over its rated power (EnergyPlus 24.1, chiller examples)."""


def worst_case_kw(module: Installed) -> float:
    """Grid power of one module with all chips at peak, at 45 C outdoors, cooling and losses included, kW."""
    it_kw = module.hottest_kw
    cooling_kw = sum(plant_kw(plant, CAPACITY_MARGIN * share * module.design_kw) for plant, share in module.plants())
    return it_kw + power_train_loss_kw(module.power, it_kw, module.ups_rated_kw) + cooling_kw


def idle_floor_kw(module: Installed) -> float:
    """Grid power of one module with all chips idle, at 45 C outdoors, full fans and losses included, kW.

    The plants are taken in proportion to their heat. A connection below this would leave a site dark in the worst case.
    """
    chip = module.chip
    it_kw = module.module.count * (chip.idle_w.value + chip.node_idle_w.value + module.fan_w) / 1e3
    load = it_kw / module.design_kw
    cooling_kw = sum(plant_kw(plant, load * share * module.design_kw) for plant, share in module.plants())
    return it_kw + power_train_loss_kw(module.power, it_kw, module.ups_rated_kw) + cooling_kw


def plant_kw(plant: Plant, capacity_kw: float) -> float:
    """Power of a cooling plant that moves all the heat it can at its coldest set-point on the hottest day, kW."""
    others_kw = (plant.transport_kw_per_kw.value + plant.rejection_kw_per_kw.value) * capacity_kw
    if plant.carnot_share.value == 0.0:
        return others_kw
    evaporator_k = plant.supply_min_c.value - plant.evaporator_approach_k.value + KELVIN
    condenser_k = HOTTEST_C + plant.condenser_approach_k.value + KELVIN
    cop = plant.carnot_share.value * evaporator_k / (condenser_k - evaporator_k)
    return others_kw + FULL_LOAD_EIR * capacity_kw / cop


def power_train_loss_kw(power: PowerTrain, it_kw: float, rated_kw: float) -> float:
    """Loss of PDU and UPS on the way to `it_kw`, kW."""
    pdu_kw = it_kw * power.pdu_loss_share.value
    load = (it_kw + pdu_kw) / rated_kw
    ups_kw = rated_kw * (power.loss_constant.value + power.loss_linear.value * load + power.loss_square.value * load**2)
    return pdu_kw + ups_kw
