"""Tables of modules: chips and power trains, cooling plants, and what they do for each class of requests."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from wattshift.catalog import Plant

from .fleet import CAPACITY_MARGIN, Installed, installed, reduce_rate, request_rate
from .schema import Scenario
from .tables import MODULE, PLANT, SERVICE, table

MINUTES_PER_H = 60.0

EVAPORATION_L_PER_KWH = 1.47
"""Water evaporated per kWh: 3.6 MJ over the latent heat of 2.45 MJ/kg at 20 C."""


def module_table(scenario: Scenario) -> np.ndarray:
    """`MODULE` records [M]."""
    modules = installed(scenario)

    def column(value: Callable[[Installed], float]) -> list[float]:
        return [value(module) for module in modules]

    return table(
        MODULE,
        len(modules),
        site=column(lambda m: m.site_index),
        chips=column(lambda m: m.module.count),
        chip_idle_w=column(lambda m: m.chip.idle_w.value),
        chip_floor_w=column(lambda m: m.chip.floor_w.value),
        chip_peak_w=column(lambda m: m.chip.peak_w.value),
        node_idle_w=column(lambda m: m.chip.node_idle_w.value),
        node_peak_w=column(lambda m: m.chip.node_peak_w.value),
        fan_w=column(lambda m: m.fan_w),
        air_cooled=column(lambda m: int(m.rest is None)),
        leakage_per_k=column(lambda m: m.leakage_per_k),
        dvfs_exponent=column(lambda m: m.chip.dvfs_exponent.value),
        min_speed=column(lambda m: m.chip.min_speed.value),
        throttle_c=column(lambda m: m.envelope.allowable_max_c.value),
        job_power_share=column(lambda m: m.chip.job_power_share.value),
        job_share=column(lambda m: m.module.job_share),
        sleep_w=column(lambda m: m.chip.sleep_w.value),
        wake_s=column(lambda m: m.chip.wake_s.value),
        supply_min_c=column(lambda m: m.supply_range_c[0]),
        supply_max_c=column(lambda m: m.supply_range_c[1]),
        conductance_kw_per_k=column(loop_conductance_kw_per_k),
        mass_kwh_per_k=column(loop_mass_kwh_per_k),
        inlet_limit_c=column(lambda m: m.envelope.recommended_max_c.value),
        supply_least_c=column(lambda m: m.supply_least_c),
        trip_c=column(lambda m: m.trip_c),
        ups_rated_kw=column(lambda m: m.ups_rated_kw),
        ups_loss_0=column(lambda m: m.power.loss_constant.value),
        ups_loss_1=column(lambda m: m.power.loss_linear.value),
        ups_loss_2=column(lambda m: m.power.loss_square.value),
        pdu_loss_share=column(lambda m: m.power.pdu_loss_share.value),
    )


def loop_conductance_kw_per_k(module: Installed) -> float:
    """At the coolant flow of the full capacity; with flow in proportion to heat, the loop's rise is the same at any."""
    return CAPACITY_MARGIN * _design_conductance_kw_per_k(module)


def loop_mass_kwh_per_k(module: Installed) -> float:
    """Heat capacity of the loop from its time constant at design heat, tau = mass / conductance."""
    return _design_conductance_kw_per_k(module) * module.plant.time_constant_min.value / MINUTES_PER_H


def _design_conductance_kw_per_k(module: Installed) -> float:
    return module.design_kw * module.plant.share.value / module.plant.loop_rise_k.value


def plant_table(scenario: Scenario) -> np.ndarray:
    """`PLANT` records [M, 2]; a second plant that is not there has no share and no capacity."""
    modules = installed(scenario)
    share = np.array([[m.plant.share.value, 1.0 - m.plant.share.value] for m in modules])
    design_kw = np.array([[m.design_kw] for m in modules])

    def pairs(value: Callable[[Plant], float]) -> Any:
        return [[value(m.plant), value(m.rest if m.rest is not None else m.plant)] for m in modules]

    return table(
        PLANT,
        share.shape,
        heat_share=share,
        capacity_kw=CAPACITY_MARGIN * share * design_kw,
        supply_c=[[m.supply_c, (m.rest if m.rest is not None else m.plant).supply_c.value] for m in modules],
        free_approach_k=pairs(
            lambda plant: plant.free_approach_k.value if plant.free_approach_k is not None else math.inf
        ),
        rise_k=pairs(lambda plant: plant.rise_k.value),
        least_flow=pairs(lambda plant: plant.least_flow.value),
        wet=pairs(lambda plant: float(plant.wet)),
        adiabatic=pairs(lambda plant: plant.adiabatic.value),
        carnot_share=pairs(lambda plant: plant.carnot_share.value),
        condenser_approach_k=pairs(lambda plant: plant.condenser_approach_k.value),
        evaporator_approach_k=pairs(lambda plant: plant.evaporator_approach_k.value),
        derate_per_k=pairs(lambda plant: plant.derate_per_k.value),
        transport_kw_per_kw=pairs(lambda plant: plant.transport_kw_per_kw.value),
        rejection_kw_per_kw=pairs(lambda plant: plant.rejection_kw_per_kw.value),
        makeup_l_per_kwh=pairs(makeup_l_per_kwh),
        humidify_l_per_kwh=pairs(lambda plant: plant.humidify_l_per_kwh.value),
    )


def makeup_l_per_kwh(plant: Plant) -> float:
    """Water drawn per kWh of evaporation: with C cycles of concentration, 1 / (C - 1) of it is blown down."""
    if plant.cycles is None:
        return 0.0
    return EVAPORATION_L_PER_KWH * plant.cycles.value / (plant.cycles.value - 1.0)


def service_table(scenario: Scenario) -> np.ndarray:
    """`SERVICE` records [M, C]: a batch of requests shares a chip until each is answered."""
    classes = [scenario.requests[name] for name in scenario.request_class_names]
    rate_per_s = np.array([[request_rate(m.chip, request) for request in classes] for m in installed(scenario)])
    batch = np.where(rate_per_s > 0.0, np.array([request.batch for request in classes]), 0.0)
    reduce_per_s = np.array([[reduce_rate(m.chip, request) for request in classes] for m in installed(scenario)])
    return table(
        SERVICE,
        rate_per_s.shape,
        rate_per_s=rate_per_s,
        service_ms=np.divide(1e3 * batch, rate_per_s, out=np.zeros_like(batch), where=rate_per_s > 0.0),
        lone_share=np.broadcast_to([request.lone_share for request in classes], rate_per_s.shape),
        concurrency=batch,
        reduce_per_s=reduce_per_s,
        reduce_ms=np.divide(1e3, reduce_per_s, out=np.zeros_like(reduce_per_s), where=reduce_per_s > 0.0),
    )
