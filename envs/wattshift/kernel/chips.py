"""Stage 8, chip power: idle floor, active floor, DVFS, leakage, the rest of the node, server fans.

A chip that serves draws its active floor plus a part in proportion to its load; a chip in a job draws `job_power_share`
of the way from idle to peak; the others idle. Dynamic power falls with the clock as speed ** dvfs_exponent. Server fans
follow the cube law, and speed up with load and with inlet temperature (ASHRAE TC 9.9, Thermal Guidelines, 2021: fans
ramp above about 25 C); leakage grows with the same temperature.
"""

import math

from .jit import njit
from .terms import THROTTLED_CHIP_H

FAN_RAMP_C = 25.0
FAN_IDLE_FLOW = 0.35
FAN_LOAD_FLOW = 0.40
FAN_FLOW_PER_K = 0.03


@njit
def fan_flow(load, inlet_c):
    """Relative air flow of server fans, 0..1."""
    return min(FAN_IDLE_FLOW + FAN_LOAD_FLOW * load + FAN_FLOW_PER_K * max(inlet_c - FAN_RAMP_C, 0.0), 1.0)


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
    chips_w *= 1.0 + module.leakage_per_k * max(inlet_c - FAN_RAMP_C, 0.0)
    load = min((serving + working) / module.chips, 1.0)
    node_w = module.node_idle_w + (module.node_peak_w - module.node_idle_w) * load
    fans_w = module.fan_w * fan_flow(load, inlet_c) ** 3
    return (chips_w + (node_w + fans_w) * module.chips) * 1e-3


@njit
def split(module, account, replicas, inlet_c):
    """Share the module's IT power among idle, requests and jobs.

    Idle is what it would draw without work. Requests and jobs cause their chips' power, and the growth of node and fan
    power in proportion to their chips.
    """
    account.idle_kw = module_power_kw(module, 0.0, 0, 0.0, account.clock, inlet_c)
    busy = account.serving_chips + account.working_chips
    if busy <= 0.0:
        return
    dynamic = account.clock**module.dvfs_exponent if account.clock < 1.0 else 1.0
    leaking_kw = dynamic * (1.0 + module.leakage_per_k * max(inlet_c - FAN_RAMP_C, 0.0)) * 1e-3
    floor_kw = (module.chip_floor_w - module.chip_idle_w) * leaking_kw
    peak_kw = (module.chip_peak_w - module.chip_idle_w) * leaking_kw
    serving_kw = floor_kw * replicas + (peak_kw - floor_kw) * account.serving_chips
    working_kw = peak_kw * module.job_power_share * account.working_chips
    growth_kw = account.it_kw - account.idle_kw - serving_kw - working_kw
    account.serving_kw = serving_kw + growth_kw * account.serving_chips / busy
    account.working_kw = working_kw + growth_kw * account.working_chips / busy


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
        split(module, account, replicas, state.modules[nth].loop_c)
        if account.throttled > 0.0:
            busy = account.serving_chips + account.working_chips
            ledger.totals[0].sums[THROTTLED_CHIP_H] += account.throttled * busy * step_h
