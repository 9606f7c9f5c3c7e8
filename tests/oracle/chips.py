"""7 Chip power: what stands ready, what requests add, what jobs add; each with its part of node and server fans."""

from oracle.fleet import Fleet, Module

REFERENCE_C = 25.0
FAN_RAMP_FROM_C = 18.0


def chips(fleet: Fleet) -> None:
    for module in fleet.modules:
        if not module.is_up:
            continue
        moved = module.moved
        parts = it_parts_kw(module, moved.serving_chips, module.state.replicas, moved.working_chips, moved.clock)
        moved.idle_kw, moved.serving_kw, moved.working_kw = parts
        moved.it_kw = sum(parts)
        fleet.count("asleep_chip_h", asleep_chips(module) * fleet.step_h)
        busy = moved.serving_chips + moved.working_chips
        fleet.count("throttled_chip_h", moved.throttled * busy * fleet.step_h)


def asleep_chips(module: Module) -> int:
    return module.fixed.chips - module.state.awake - module.state.waking


def powered_chips(module: Module) -> int:
    """Awake or waking; failed ones are switched off."""
    return max(module.state.awake + module.state.waking - module.state.failed_chips, 0)


def it_parts_kw(
    module: Module, serving: float, replicas: int, working: float, clock: float
) -> tuple[float, float, float]:
    """Electricity of a module in service without work, on top for requests, on top for jobs."""
    fixed, powered = module.fixed, powered_chips(module)
    leaking = 1.0 + fixed.leakage_per_k * (module.state.loop_c - REFERENCE_C)
    idle_w = fixed.sleep_w * asleep_chips(module) + (fixed.chip_idle_w * leaking + node_w(module, 0.0)) * powered

    dynamic = clock**fixed.dvfs_exponent
    floor_w = fixed.chip_floor_w - fixed.chip_idle_w  # above idle, holding a model
    span_w = fixed.chip_peak_w - fixed.chip_idle_w  # above idle, fully busy
    serving_w = (floor_w * replicas + (span_w - floor_w) * serving) * dynamic * leaking
    working_w = span_w * fixed.job_power_share * working * dynamic * leaking

    busy = serving + working
    if busy > 0.0 and powered > 0:
        growth_w = (node_w(module, min(busy / powered, 1.0)) - node_w(module, 0.0)) * powered
        serving_w += growth_w * serving / busy
        working_w += growth_w * working / busy
    return idle_w / 1e3, serving_w / 1e3, working_w / 1e3


def node_w(module: Module, load: float) -> float:
    """The rest of the node and its fans, per powered chip, at a load 0..1 of those."""
    fixed = module.fixed
    inlet_c = module.state.loop_c if fixed.air_cooled else REFERENCE_C
    ramp = 0.902 + 0.002 * max(inlet_c - FAN_RAMP_FROM_C, 0.0) ** 2
    flow = min((0.45 + 0.55 * load) * ramp, 1.3)
    return fixed.node_idle_w + (fixed.node_peak_w - fixed.node_idle_w) * load + fixed.fan_w * flow**3
