"""Stage 8, chip power: idle floor, active floor, DVFS, leakage, the rest of the node, server fans.

A chip that serves draws its active floor plus a part in proportion to its load; a chip in a job draws `job_power_share`
of the way from idle to peak; the others idle. Dynamic power falls with the clock as speed ** dvfs_exponent. Server fans
follow the cube law. Their flow goes with load, and with the inlet above 18 C, the low end of ASHRAE's recommended
range: 2.8 %/K at 25 C, where the catalog's powers hold, and about 4 %/K at 29 C. For orientation: EnergyPlus's ITE
airflow rises by 5 %/K at 25 C, ASHRAE TC 9.9 (Thermal Guidelines, 2021) shows fans flat in the cold, then ramping.
Leakage is linear around the same 25 C.
"""

import math

from .jit import njit
from .terms import THROTTLED_CHIP_H

REFERENCE_C = 25.0
"""Inlet temperature at which the catalog's powers hold."""
FAN_IDLE_FLOW = 0.45
FAN_LOAD_FLOW = 0.55
FAN_RAMP_C = 18.0
FAN_LEAST_RAMP = 0.902
FAN_RAMP_PER_K2 = 0.002
FAN_LARGEST_FLOW = 1.3


@njit
def fan_inlet_c(module, loop_c):
    """Air that the server fans draw in: the loop's, or that of the room where a second plant cools it."""
    return loop_c if module.air_cooled == 1 else REFERENCE_C


@njit
def fan_flow(load, inlet_c):
    """Air flow of server fans relative to full load at 25 C, at most 1.3; ever steeper above 18 C."""
    warm_k = max(inlet_c - FAN_RAMP_C, 0.0)
    ramp = FAN_LEAST_RAMP + FAN_RAMP_PER_K2 * warm_k * warm_k
    return min((FAN_IDLE_FLOW + FAN_LOAD_FLOW * load) * ramp, FAN_LARGEST_FLOW)


@njit
def leakage(module, inlet_c):
    """Power of the silicon over its power at 25 C inlet."""
    return 1.0 + module.leakage_per_k * (inlet_c - REFERENCE_C)


@njit
def module_power_kw(module, serving, replicas, working, clock, inlet_c):
    """IT power of a module in service.

    `serving` chip-equivalents of load on `replicas` chips, `working` chips in jobs, the rest idle.
    """
    dynamic = clock**module.dvfs_exponent if clock < 1.0 else 1.0
    floor_w = (module.chip_floor_w - module.chip_idle_w) * dynamic
    peak_w = (module.chip_peak_w - module.chip_idle_w) * dynamic
    chips_w = (
        module.chip_idle_w * module.chips
        + floor_w * replicas
        + (peak_w - floor_w) * serving
        + peak_w * module.job_power_share * working
    )
    chips_w *= leakage(module, inlet_c)
    load = min((serving + working) / module.chips, 1.0)
    node_w = module.node_idle_w + (module.node_peak_w - module.node_idle_w) * load
    fans_w = module.fan_w * fan_flow(load, fan_inlet_c(module, inlet_c)) ** 3
    return (chips_w + (node_w + fans_w) * module.chips) * 1e-3


@njit
def chips(params, state, ledger):
    """IT power of every module, and the chip-hours lost to throttling."""
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        module, account = params.modules[nth], ledger.modules[nth]
        if state.modules[nth].up == 0:
            continue
        replicas = math.ceil(account.serving_chips / params.rules[0].serve_utilisation - 1e-9)
        replicas = min(replicas, module.chips)
        account.it_kw = module_power_kw(
            module, account.serving_chips, replicas, account.working_chips, account.clock, state.modules[nth].loop_c
        )
        if account.throttled > 0.0:
            busy = account.serving_chips + account.working_chips
            ledger.totals[0].sums[THROTTLED_CHIP_H] += account.throttled * busy * step_h
