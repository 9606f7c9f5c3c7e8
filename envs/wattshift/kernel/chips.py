"""Stage 7, chip power: idle floor, active floor, DVFS, leakage, the rest of the node, server fans.

A chip that serves draws its active floor plus a part in proportion to its load (held against ML.ENERGY Leaderboard v3
in `benchmarks/validation/chips.py`); a chip in a job draws `job_power_share` of the way from idle to peak; the others
idle, or sleep with their share of the node. Dynamic power falls with the clock as speed ** dvfs_exponent. Server fans
follow the cube law. Their flow goes with load, and with the inlet above 18 C, the low end of ASHRAE's recommended
range: 2.8 %/K at 25 C, where the catalog's powers hold, and about 4 %/K at 29 C. For orientation: EnergyPlus's ITE
airflow rises by 5 %/K at 25 C, ASHRAE TC 9.9 (Thermal Guidelines, 2021) shows fans flat in the cold, then ramping.
Leakage is linear around the same 25 C.
"""

from .jit import njit
from .terms import ASLEEP_CHIP_H, THROTTLED_CHIP_H

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
def node_w(module, load, inlet_c):
    """The rest of the node and its fans, per chip awake, at `load` 0..1 of those."""
    fans_w = module.fan_w * fan_flow(load, fan_inlet_c(module, inlet_c)) ** 3
    return module.node_idle_w + (module.node_peak_w - module.node_idle_w) * load + fans_w


@njit
def dynamic_power(clock, exponent):
    """Dynamic power over that at full clock: clock ** exponent, spared where it is known or a cube."""
    if clock == 1.0:
        return 1.0
    return clock * clock * clock if exponent == 3.0 else clock**exponent


@njit
def powered_chips(module_now):
    """Chips awake or waking, less the failed ones, which are switched off with their share of the node."""
    return max(module_now.awake + module_now.waking - module_now.failed_chips, 0)


@njit
def module_power_kw(module, asleep, powered, serving, replicas, working, clock, inlet_c):
    """IT power of a module in service, in three parts that add up: (idle, serving, working).

    Idle is what `asleep` chips asleep and `powered` ones awake would draw without work. On top come `serving`
    chip-equivalents of load on `replicas` chips, and `working` chips in jobs; these two share the growth of nodes and
    fans by their chips.
    """
    busy = serving + working
    leaking = leakage(module, inlet_c)
    idle_node_w = node_w(module, 0.0, inlet_c)
    idle_w = module.sleep_w * asleep + (module.chip_idle_w * leaking + idle_node_w) * powered
    serving_w = working_w = 0.0
    if replicas > 0 or busy > 0.0:
        dynamic = dynamic_power(clock, module.dvfs_exponent)
        floor_w = (module.chip_floor_w - module.chip_idle_w) * dynamic * leaking
        peak_w = (module.chip_peak_w - module.chip_idle_w) * dynamic * leaking
        serving_w = floor_w * replicas + (peak_w - floor_w) * serving
        working_w = peak_w * module.job_power_share * working
    if busy > 0.0 and powered > 0:
        growth_w = (node_w(module, min(busy / powered, 1.0), inlet_c) - idle_node_w) * powered
        serving_w += growth_w * serving / busy
        working_w += growth_w * working / busy
    return idle_w * 1e-3, serving_w * 1e-3, working_w * 1e-3


@njit
def chips(params, state, ledger):
    """IT power of every module, and the chip-hours asleep and lost to throttling."""
    step_h = params.rules[0].step_s / 3600.0
    sums = ledger.totals[0].sums
    for nth in range(len(params.modules)):
        module, module_now, account = params.modules[nth], state.modules[nth], ledger.modules[nth]
        if module_now.up == 0:
            continue
        asleep = module.chips - module_now.awake - module_now.waking
        account.idle_kw, account.serving_kw, account.working_kw = module_power_kw(
            module,
            asleep,
            powered_chips(module_now),
            account.serving_chips,
            module_now.replicas,
            account.working_chips,
            account.clock,
            module_now.loop_c,
        )
        account.it_kw = account.idle_kw + account.serving_kw + account.working_kw
        sums[ASLEEP_CHIP_H] += asleep * step_h
        if account.throttled > 0.0:
            busy = account.serving_chips + account.working_chips
            sums[THROTTLED_CHIP_H] += account.throttled * busy * step_h
