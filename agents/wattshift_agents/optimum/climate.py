"""One temperature for the chips and for the plant: what a known load costs at the loop at which its heat is made.

Leakage and fans rise with the loop, a plant's power falls with it, and above a limit every kelvin is charged. A
module's heat is shared out to temperatures (nodes), between which all three are drawn as straight lines. Heat that the
loop stores meanwhile lies in layers between the nodes: docs/bound.md, "One loop", says why that is a bound.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import module_power_kw
from wattshift.kernel.decode import LEAST_FLOW, MOST_FLOW
from wattshift.kernel.jit import compiled, njit
from wattshift.kernel.plant import LARGEST_FLOW, coolant_flow, outdoors_c, plant_power_kw, reachable_supply_c

from .case import Case, Record
from .loops import Loops
from .plants import SMALLEST_LOAD, TOUCH, mildest, set_points_c, surely_removed_kw
from .replay import Replay

Floats = NDArray[np.float64]

NODES_TO_LIMIT = 7
"""From the coldest loop to the temperature from which on it is charged."""
ABOVE_LIMIT_K = (2.0, 5.0)
SUBDIVISIONS = 4
"""Of the interval between two nodes, at which lines are held against the plant's power."""
INSIDE = 32
"""Of the same, at which lines are held against the chips' power."""
LOADS = np.concatenate([np.linspace(0.0, 0.2, 6), np.linspace(0.2, 1.0, 17)[1:]])
"""Shares of the capacity at which a plant's power is sampled."""
FLOWS = 12
"""Intervals of the coolant's flow over which the least power is sought."""
STEEPEST_PER_K = 0.02
"""Most by which a plant's power for a kW of heat may rise towards the cold; a steeper rise is cut."""


class Climate(NamedTuple):
    """A module's power over the temperature of its loop; axes: N slots, J nodes, coldest first."""

    nodes_c: Floats  # [J]
    it_kwh: Floats  # [N] at the coldest node
    growth: Floats  # [N, J] of IT power from there on, straight in between
    flows: Floats  # [N, 2] least and most flow of the main plant's coolant over its design flow
    plant_kw: Floats  # [N, lines] intercepts of lines below the main plant's power,
    plant_slope: Floats  # [N, lines, J] and their slopes over its heat: straight in between, and falling


def module_climate(case: Case, loops: Loops, replay: Replay, module: int) -> Climate:
    """What the module draws at every node, as its chips are known to be busy and no clock is throttled."""
    row, plant = case.params.modules[module], case.params.plants[module, 0]
    nodes_c = _nodes_c(case, loops, module)
    least_kw, most_kw = (_it_kw(case, replay, module, nodes_c[[0, -1]]) * [1.0 - 1e-9, 1.0 + 1e-9]).T
    most_heat_kw = most_kw
    if plant["heat_share"] < 1.0:
        rest_kw = most_kw * case.params.plants["heat_share"][module, 1]
        most_heat_kw = most_kw - np.minimum(rest_kw, surely_removed_kw(case, module, 1))
    per_kw = case.slots.step_h / row["mass_kwh_per_k"]
    growth = _growth(case, replay, module, nodes_c, float(most_heat_kw.max()) * per_kw)
    low, high = (LEAST_FLOW, MOST_FLOW) if "flow" in case.drives else (1.0, 1.0)
    slowest = [coolant_flow(Record(plant), heat_kw, low) for heat_kw in least_kw * plant["heat_share"]]
    fastest = [coolant_flow(Record(plant), heat_kw, high) for heat_kw in most_heat_kw]
    flows = np.stack([case.slots.least(np.array(slowest)), case.slots.most(np.array(fastest))], axis=1)
    intercept, slope = _plant_lines(case, module, nodes_c, flows, float(plant["capacity_kw"]) * per_kw)
    return Climate(nodes_c, case.slots.total_h(least_kw), growth, flows, intercept, slope)


def _nodes_c(case: Case, loops: Loops, module: int) -> Floats:
    """From the coldest to the hottest loop there can be; one node where the charge for heat begins."""
    low_c, high_c = loops.coldest_c[:, module].min(), loops.hottest_c[:, module].max()
    limit_c = float(case.params.modules["inlet_limit_c"][module])
    if not low_c < limit_c < high_c:
        return np.linspace(low_c, high_c, NODES_TO_LIMIT)
    above = [limit_c + k for k in ABOVE_LIMIT_K if limit_c + k < high_c]
    return np.array([*np.linspace(low_c, limit_c, NODES_TO_LIMIT), *above, high_c])


def _it_kw(case: Case, replay: Replay, module: int, temps_c: Floats) -> Floats:
    """[H, temperatures] IT power at full clock."""
    power_kw = np.zeros((len(replay.powered), len(temps_c)))
    _power_compiled(
        case.params.modules[module : module + 1],
        *(part[:, module] for part in (replay.powered, replay.serving, replay.replicas, replay.working)),
        temps_c,
        power_kw,
    )
    return power_kw


def _growth(case: Case, replay: Replay, module: int, nodes_c: Floats, rise_k: float) -> Floats:
    """[N, J] growth of IT power over that at the coldest node, in any step of the slot.

    A step that ends at a node's temperature drew its power at a loop as much colder as it can have risen since. Between
    nodes power rises: a straight line is below it that is lowered by as much as it exceeds the sample before.
    """
    fine_c = np.interp(np.arange((len(nodes_c) - 1) * INSIDE + 1) / INSIDE, np.arange(len(nodes_c)), nodes_c)
    power_kw = _it_kw(case, replay, module, np.maximum(fine_c - rise_k, nodes_c[0]))
    nodes_kw = power_kw[:, ::INSIDE]
    share = np.arange(1, INSIDE + 1) / INSIDE
    chord_kw = nodes_kw[:, :-1, None] * (1.0 - share) + nodes_kw[:, 1:, None] * share
    excess_kw = (chord_kw - power_kw[:, :-1].reshape(chord_kw.shape)).max(axis=2)
    excess_kw = np.maximum(excess_kw, 0.0)
    lowered_kw = np.maximum(np.pad(excess_kw, ((0, 0), (0, 1))), np.pad(excess_kw, ((0, 0), (1, 0))))
    coldest_kw = nodes_kw[:, :1]
    growth = np.divide(
        nodes_kw - lowered_kw - coldest_kw, coldest_kw, out=np.full(nodes_kw.shape, np.inf), where=coldest_kw > 0.0
    )
    growth = case.slots.least(growth)
    return np.where(np.isfinite(growth), growth, 0.0)


def _plant_lines(case: Case, module: int, nodes_c: Floats, flows: Floats, fall_k: float) -> tuple[Floats, Floats]:
    """Intercepts [N, lines] and slopes [N, lines, J] of lines below the main plant's power over its heat.

    The heat was removed from a loop that was at most `fall_k` warmer than it is in the end.
    """
    row, plant = case.params.modules[module], case.params.plants[module, :1]
    fine_c = np.interp(
        np.arange((len(nodes_c) - 1) * SUBDIVISIONS + 1) / SUBDIVISIONS, np.arange(len(nodes_c)), nodes_c
    )
    loads_kw = LOADS * plant["capacity_kw"][0]
    power_kw = np.zeros((len(flows), len(fine_c), len(loads_kw)))
    _least_power_compiled(
        plant,
        mildest(case, module),
        fine_c + fall_k,
        np.array(set_points_c(case, module, 0)),
        float(row["conductance_kw_per_k"]),
        flows,
        np.maximum(LOADS, SMALLEST_LOAD) * plant["capacity_kw"][0],
        power_kw,
    )
    power_kw *= 1.0 - 1e-9
    nodes_kw = power_kw[:, ::SUBDIVISIONS]
    at = np.clip(np.searchsorted(LOADS, TOUCH), 1, len(LOADS) - 1)
    slope = (nodes_kw[..., at] - nodes_kw[..., at - 1]) / (loads_kw[at] - loads_kw[at - 1])
    through_origin = (nodes_kw[..., :-1] / loads_kw[1:]).min(axis=-1, keepdims=True)
    slope = np.maximum(np.concatenate([through_origin, slope], axis=-1), 0.0)  # [N, J, lines]
    slope = np.minimum.accumulate(slope, axis=1)
    for nth in range(len(nodes_c) - 2, -1, -1):
        steepest = STEEPEST_PER_K * (nodes_c[nth + 1] - nodes_c[nth])
        slope[:, nth] = np.minimum(slope[:, nth], slope[:, nth + 1] + steepest)
    share = np.arange(SUBDIVISIONS) / SUBDIVISIONS
    between = slope[:, :-1, None] * (1.0 - share[:, None]) + slope[:, 1:, None] * share[:, None]
    between = between.reshape(len(slope), -1, slope.shape[-1])  # [N, subdivisions, lines], at their cold ends
    # Between two samples the power is at least that at the warmer end and the smaller heat.
    room = power_kw[:, 1:, :-1, None] - between[:, :, None] * loads_kw[1:, None]
    return np.minimum(room.min(axis=(1, 2)), 0.0), np.moveaxis(slope, 1, -1)


@njit
def _power(modules: Any, powered: Any, serving: Any, replicas: Any, working: Any, temps_c: Any, power_kw: Any) -> None:
    for step in range(len(powered)):
        for nth in range(len(temps_c)):
            parts = module_power_kw(
                modules[0], 0, powered[step], serving[step], replicas[step], working[step], 1.0, temps_c[nth]
            )
            power_kw[step, nth] = parts[0] + parts[1] + parts[2]


@njit
def _least_power(
    plants: Any, weather: Any, loop_c: Any, wanted_c: Any, conductance: Any, flows: Any, heat_kw: Any, power_kw: Any
) -> None:
    """Over all flows: so much heat leaves a loop only for a supply that is colder by heat / conductance.

    On each interval of the flow the coolant is moved at its lower and exchanges heat at its upper end. What no supply
    in reach can remove costs no less than at the coldest one and full flow.
    """
    plant = plants[0]
    for nth in range(len(weather)):
        coldest_c = reachable_supply_c(plant, wanted_c[0], weather[nth])
        warmest_c = reachable_supply_c(plant, wanted_c[1], weather[nth])
        width = (flows[nth, 1] - flows[nth, 0]) / FLOWS
        for j in range(len(loop_c)):
            for k in range(len(heat_kw)):
                outdoor_c = outdoors_c(plant, coldest_c, weather[nth])
                least_kw = plant_power_kw(plant, heat_kw[k], LARGEST_FLOW, coldest_c, outdoor_c)
                for f in range(FLOWS):
                    flow = flows[nth, 0] + f * width
                    supply_c = min(loop_c[j] - heat_kw[k] / (conductance * (flow + width)), warmest_c)
                    if supply_c >= coldest_c:
                        outdoor_c = outdoors_c(plant, supply_c, weather[nth])
                        least_kw = min(least_kw, plant_power_kw(plant, heat_kw[k], flow, supply_c, outdoor_c))
                power_kw[nth, j, k] = least_kw


_power_compiled, _least_power_compiled = compiled(_power), compiled(_least_power)
