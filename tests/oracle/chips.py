"""7 Chip power: chips, the rest of their nodes, server fans."""

import math

from oracle.fleet import Fleet, Module

REFERENCE_C = 25.0


def chips(fleet: Fleet) -> None:
    for module in fleet.modules:
        if module.is_up:
            module.moved.it_kw = it_kw(fleet, module)
            busy = module.moved.serving_chips + module.moved.working_chips
            fleet.count("throttled_chip_h", module.moved.throttled * busy * fleet.step_h)


def it_kw(fleet: Fleet, module: Module) -> float:
    """Electricity of a module in service."""
    fixed, moved = module.fixed, module.moved
    warmer_k = max(module.state.loop_c - REFERENCE_C, 0.0)
    load = min((moved.serving_chips + moved.working_chips) / fixed.chips, 1.0)

    silicon_w = chip_w(module, replicas(fleet, module)) * (1.0 + fixed.leakage_per_k * warmer_k)
    node_w = fixed.node_idle_w + (fixed.node_peak_w - fixed.node_idle_w) * load
    air_flow = min(0.35 + 0.40 * load + 0.03 * warmer_k, 1.0)
    fans_w = fixed.fan_w * air_flow**3
    return (silicon_w + fixed.chips * (node_w + fans_w)) / 1e3


def replicas(fleet: Fleet, module: Module) -> int:
    """Chips that hold a model: the load spread to the serving utilisation."""
    needed = module.moved.serving_chips / fleet.rules.serve_utilisation
    return min(math.ceil(needed - 1e-9), module.fixed.chips)


def chip_w(module: Module, n_replicas: int) -> float:
    """All chips at the reference temperature: idle power, and dynamic power that goes with a power of the clock."""
    fixed, moved = module.fixed, module.moved
    dynamic = moved.clock**fixed.dvfs_exponent
    floor_w = fixed.chip_floor_w - fixed.chip_idle_w  # above idle, holding a model
    span_w = fixed.chip_peak_w - fixed.chip_idle_w  # above idle, fully busy
    serving_w = floor_w * n_replicas + (span_w - floor_w) * moved.serving_chips
    working_w = span_w * fixed.job_power_share * moved.working_chips
    return fixed.chip_idle_w * fixed.chips + dynamic * (serving_w + working_w)
