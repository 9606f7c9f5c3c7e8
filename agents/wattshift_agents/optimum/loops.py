"""How cold and how hot every coolant loop can be at each step under any policy of the task, and what follows from it.

Two temperatures are carried forward from the loop with which the episode begins: no policy brings the loop below the
one, none heats it above the other. A loop moves towards supply + heat / conductance without turning back
(`kernel/heat.py`), so both limits of the next step follow from those of this one. Where the upper one stays below the
trip temperature no policy makes the module trip; where it does not, a policy may overheat the module on purpose, which
then draws nothing until it is cool.
"""

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import fan_flow, fan_inlet_c, leakage, node_w
from wattshift.kernel.decode import LEAST_FLOW, MOST_FLOW
from wattshift.kernel.jit import compiled, njit
from wattshift.kernel.plant import coolant_flow, reachable_supply_c
from wattshift.kernel.route import THROTTLE_SPAN_K

from .case import Case, Record
from .plants import first_loop_c, set_points_c, surely_removed_kw

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GRID_K = 0.25
ROUNDING_K = 1e-9
"""By which both limits are widened in every step: the kernel's rounding, thousands of times over."""


class Loops(NamedTuple):
    """Axes: H steps (and one more for the episode's end), M modules."""

    coldest_c: Floats  # [H + 1, M] that a step may find
    hottest_c: Floats  # [H + 1, M] likewise, also of modules that tripped
    sure: Bools  # [H, M] in service under every policy
    clock: Floats  # [H, M] least that throttling leaves to a module in service
    least_kw: Floats  # [H, M] IT power under every policy; 0 where the module may be out of service
    most_kw: Floats  # [H, M] IT power under any
    most_heat_kw: Floats  # [H, M] what of it reaches the loop


def reach_loops(case: Case) -> Loops:
    """Carry both limits of every loop through the episode."""
    params, episode = case.params, case.episode
    n_steps, n_modules = episode.in_service.shape
    ends, steps = np.zeros((2, n_steps + 1, n_modules)), np.zeros((4, n_steps, n_modules))
    sure = np.zeros((n_steps, n_modules), np.bool_)
    flows = np.array([LEAST_FLOW, MOST_FLOW] if "flow" in case.drives else [1.0, 1.0])
    for nth in range(n_modules):
        site = params.modules["site"][nth]
        temps_c, power_kw = _hottest_it_kw(case, nth)
        healthy = np.maximum(params.modules["chips"][nth] - episode.failed_chips[:, nth], 0)
        _carry_compiled(
            params.modules[nth : nth + 1],
            params.plants[nth],
            case.zones[:, params.sites["zone"][site]],
            np.array(set_points_c(case, nth, 0)),
            flows,
            first_loop_c(case, nth),
            temps_c,
            power_kw,
            np.stack([surely_removed_kw(case, nth, side) for side in range(2)]),
            episode.in_service[:, nth],
            episode.cooling_up[:, nth] & episode.site_up[:, site],
            (params.sites["limited"][site] == 1) | ~episode.feed_up[:, site],
            healthy,
            "sleep" in case.drives,
            case.slots.step_h,
            ends[:, :, nth],
            steps[:, :, nth],
            sure[:, nth],
        )
    return Loops(ends[0], ends[1], sure, steps[0], steps[1], steps[2], steps[3])


def _hottest_it_kw(case: Case, module: int) -> tuple[Floats, Floats]:
    """Temperatures, and the most IT power that a module draws at a loop between each of them and the one before.

    On each interval leakage and fans are those of its hot end, the clock that of its cold end.
    """
    row = case.params.modules[module]
    first_c = first_loop_c(case, module)
    cold_c, hot_c = min(set_points_c(case, module, 0)[0], first_c), max(row["trip_c"], first_c)
    temps_c = np.arange(cold_c, hot_c + 2.0 * GRID_K, GRID_K)
    most_w = np.zeros(len(temps_c))
    for nth, (low_c, high_c) in enumerate(pairwise(temps_c), 1):
        dynamic = throttled_clock(Record(row), low_c) ** row["dvfs_exponent"]
        chip_w = row["chip_idle_w"] + (row["chip_peak_w"] - row["chip_idle_w"]) * dynamic
        fans_w = row["fan_w"] * fan_flow(1.0, fan_inlet_c(Record(row), high_c)) ** 3
        most_w[nth] = chip_w * leakage(Record(row), high_c) + row["node_peak_w"] + fans_w
    most_w[0] = most_w[1]
    return temps_c, most_w * row["chips"] * 1e-3


@njit
def throttled_clock(module: Any, loop_c: Any) -> Any:
    """Fastest clock of chips at this loop (`kernel/route.py`)."""
    excess_k = loop_c - module.throttle_c
    return 1.0 - (1.0 - module.min_speed) * min(max(excess_k / THROTTLE_SPAN_K, 0.0), 1.0)


@njit
def _hotter_c(
    module: Any, plant: Any, loop_c: Any, supply_c: Any, heat_kw: Any, surely_kw: Any, flow: Any, step_h: Any
) -> Any:
    """No loop that was at most at `loop_c`, and got at most `heat_kw`, is hotter after the step.

    The loop ends at its equilibrium at most, or it fell all the time: then the plant has removed at every moment what
    it removes at the end, at the least flow or as much as it surely can.
    """
    equilibrium_c = supply_c + heat_kw / (module.conductance_kw_per_k * coolant_flow(plant, heat_kw, flow))
    per_kw = step_h / module.mass_kwh_per_k
    if heat_kw > surely_kw:
        return max(loop_c, equilibrium_c) + (heat_kw - surely_kw) * per_kw
    least = module.conductance_kw_per_k * plant.least_flow
    by_flow_c = (loop_c + (heat_kw + least * supply_c) * per_kw) / (1.0 + least * per_kw)
    by_capacity_c = loop_c + (heat_kw - surely_kw) * per_kw
    return max(equilibrium_c, min(max(by_flow_c, by_capacity_c), loop_c))


@njit
def _colder_c(module: Any, plant: Any, loop_c: Any, supply_c: Any, heat_kw: Any, flow: Any, step_h: Any) -> Any:
    """No loop that was at least at `loop_c`, and got at least `heat_kw`, is colder after the step.

    Below the supply nothing is removed. Above it, as far as the equilibrium of that heat, the loop rises at least as
    fast as at the least flow; beyond, it may fall to that at once.
    """
    equilibrium_c = supply_c + heat_kw / (module.conductance_kw_per_k * coolant_flow(plant, heat_kw, flow))
    left_h = step_h
    if loop_c < supply_c:
        if loop_c + heat_kw * step_h / module.mass_kwh_per_k <= supply_c:
            return loop_c + heat_kw * step_h / module.mass_kwh_per_k
        left_h -= (supply_c - loop_c) * module.mass_kwh_per_k / heat_kw
    rate_per_h = module.conductance_kw_per_k * plant.least_flow / module.mass_kwh_per_k
    missing_k = max(equilibrium_c - max(loop_c, supply_c), 0.0)
    return equilibrium_c - missing_k * math.exp(-rate_per_h * left_h)


@njit
def _carry(
    modules: Any,
    plants: Any,
    weather: Any,
    wanted_c: Any,
    flows: Any,
    first_c: Any,
    temps_c: Any,
    most_kw: Any,
    surely_kw: Any,
    in_service: Any,
    runs: Any,
    is_scarce: Any,
    healthy: Any,
    may_sleep: Any,
    step_h: Any,
    ends: Any,
    steps: Any,
    sure: Any,
) -> None:
    """One module. Where power is short it may be dark, and its plant may do no more than keep the loop from rising."""
    module, main, rest = modules[0], plants[0], plants[1]
    low_c, high_c, tripped_c = first_c, first_c, -math.inf
    for k in range(len(runs)):
        ends[0, k], ends[1, k] = low_c, max(high_c, tripped_c)
        sure[k] = in_service[k] and not is_scarce[k] and tripped_c == -math.inf
        steps[0, k] = throttled_clock(module, high_c)
        supply_c = reachable_supply_c(main, wanted_c[1], weather[k])

        hotter_c = low_c
        for nth in range(max(np.searchsorted(temps_c, low_c), 1), len(temps_c)):
            end_c = min(temps_c[nth], high_c)
            it_kw = most_kw[nth] if in_service[k] else 0.0
            heat_kw = it_kw - (min(it_kw * rest.heat_share, surely_kw[1, k]) if runs[k] else 0.0)
            after_c = end_c + heat_kw * step_h / module.mass_kwh_per_k
            if runs[k]:
                after_c = _hotter_c(module, main, end_c, supply_c, heat_kw, surely_kw[0, k], flows[0], step_h)
                after_c = max(after_c, end_c) if is_scarce[k] else after_c
            hotter_c = max(hotter_c, after_c)
            steps[2, k], steps[3, k] = max(steps[2, k], it_kw), max(steps[3, k], heat_kw)
            if end_c == high_c:
                break
        high_c = hotter_c + ROUNDING_K
        if tripped_c > supply_c and runs[k] and not is_scarce[k]:
            tripped_c = _hotter_c(module, main, tripped_c, supply_c, 0.0, surely_kw[0, k], flows[0], step_h)
        if high_c > module.trip_c:
            tripped_c, high_c = max(tripped_c, high_c), module.trip_c
        if tripped_c > -math.inf:
            high_c = max(high_c, min(tripped_c, module.throttle_c))
        if tripped_c < module.throttle_c:
            tripped_c = -math.inf

        if sure[k]:
            idle_w = module.chip_idle_w * leakage(module, low_c) + node_w(module, 0.0, low_c)
            chip_w = min(module.sleep_w, idle_w) if may_sleep else idle_w
            steps[1, k] = max(healthy[k] * chip_w * 1e-3, 0.0)
        supply_c = reachable_supply_c(main, wanted_c[0], weather[k])
        if runs[k]:
            low_c = _colder_c(module, main, low_c, supply_c, steps[1, k] * main.heat_share, flows[1], step_h)
        low_c -= ROUNDING_K
    ends[0, -1], ends[1, -1] = low_c, max(high_c, tripped_c)


_carry_compiled = compiled(_carry)
