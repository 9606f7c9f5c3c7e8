"""Heat of every module and the plants that remove it, as rows of the program."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .case import Case
from .loops import Loops
from .plants import (
    first_loop_c,
    most_power_kw,
    power_lines,
    rejection_lines,
    slowest_flow,
    surely_removed_kw,
    transport_lines,
    water_usd_per_kwh,
)
from .program import Ints, Loads, Program

Bools = NDArray[np.bool_]

NOTABLE_SHARE = 1e-6
"""Of a plant's capacity; it runs from a thousandth of this on (`kernel/plant.py`)."""


class Cooling(NamedTuple):
    """Axes: N slots, M modules."""

    kept_kwh: Ints  # [N, M] variables, heat in the loop at the end of a slot, over that at the episode's beginning
    main_kwh: Ints  # [N, M] variables, electricity of the main plant
    electricity: Loads  # of all plants


def add_cooling(program: Program, case: Case, loops: Loops, it_kwh: Ints) -> Cooling:
    """Heat is removed by the two plants or stays in the loop, which is never colder or hotter than it can be."""
    table, slots = case.params.modules, case.slots
    begin_c = np.array([first_loop_c(case, module) for module in range(len(table))])
    ends = np.append(slots.first[1:], len(case.zones))
    low_kwh = table["mass_kwh_per_k"] * (loops.coldest_c[ends] - begin_c)
    high_kwh = table["mass_kwh_per_k"] * (loops.hottest_c[ends] - begin_c)
    kept_kwh = program.variables(it_kwh.shape, high_kwh, low=low_kwh)
    heat = program.equal(np.zeros(it_kwh.shape))
    program.add(heat, kept_kwh, 1.0)
    program.add(heat[1:], kept_kwh[:-1], -1.0)
    program.add(heat, it_kwh, -1.0)
    main_kwh, electricity = np.zeros(it_kwh.shape, np.int64), []
    for module in range(len(table)):
        runs = case.episode.cooling_up[:, module] & case.episode.site_up[:, table["site"][module]]
        to_loop = [(it_kwh[:, module], 1.0)]
        if case.params.plants["heat_share"][module, 1] > 0.0:
            removed = _removed(program, case, module, 1, runs)
            _share_out(program, case, loops, module, it_kwh[:, module], removed, runs)
            program.add(heat[:, module], removed, 1.0)
            electricity.append((module, _spend(program, case, module, 1, removed, runs)))
            to_loop.append((removed, -1.0))
        removed = _removed(program, case, module, 0, runs)
        program.add(heat[:, module], removed, 1.0)
        main_kwh[:, module] = spent = _spend(program, case, module, 0, removed, runs)
        _add_steady(program, case, loops, module, to_loop, removed, spent, runs)
        electricity.append((module, spent))
    return Cooling(kept_kwh, main_kwh, electricity)


def _removed(program: Program, case: Case, module: int, side: int, runs: Bools) -> Ints:
    """Heat that a plant removes in each slot, kWh [N]; it costs its water."""
    most_kwh = case.slots.total_h(runs) * case.params.plants["capacity_kw"][module, side]
    return program.variables(most_kwh.shape, most_kwh, water_usd_per_kwh(case, module, side), term="water")


def _spend(program: Program, case: Case, module: int, side: int, removed: Ints, runs: Bools) -> Ints:
    """A plant's electricity, kWh [N], from below."""
    lines, runs_h = power_lines(case, module, side), case.slots.total_h(runs)
    # No line below a plant's power, of these or of others, is above the most that it can draw.
    spent = program.variables(runs_h.shape, most_power_kw(case, module, side) * runs_h * (1.0 + 1e-6))
    rows = program.at_most(-lines.intercept * runs_h[:, None])
    program.add(rows, removed[:, None], lines.slope)
    program.add(rows, spent[:, None], -1.0)
    return spent


def _share_out(
    program: Program, case: Case, loops: Loops, module: int, it_kwh: Ints, removed: Ints, runs: Bools
) -> None:
    """The second plant removes its share of the heat at most, and no less in slots where it surely can."""
    share = case.params.plants["heat_share"][module, 1]
    rows = program.at_most(np.zeros(len(it_kwh)))
    program.add(rows, removed, 1.0)
    program.add(rows, it_kwh, -share)
    can = runs & (surely_removed_kw(case, module, 1) >= loops.most_kw[:, module] * share)
    always = np.flatnonzero(case.slots.least(can) == 1.0)
    rows = program.at_most(np.zeros(len(always)))
    program.add(rows, it_kwh[always], share)
    program.add(rows, removed[always], -1.0)


def _add_steady(
    program: Program,
    case: Case,
    loops: Loops,
    module: int,
    to_loop: list[tuple[Ints, float]],
    removed: Ints,
    spent: Ints,
    runs: Bools,
) -> None:
    """In slots in which the main plant surely runs at every step: its coolant moves with the heat that reaches it."""
    steady = np.flatnonzero(case.slots.least(_is_steady(case, loops, module, runs)) == 1.0)
    if len(steady) == 0:
        return
    hours = case.slots.hours[steady, None]
    capacity_kw = case.params.plants["capacity_kw"][module, 0]
    moving = program.variables(
        steady.shape, hours[:, 0] * capacity_kw * case.params.plants["transport_kw_per_kw"][module, 0]
    )
    lines = transport_lines(case, module)
    rows = program.at_most(-lines.intercept * hours)
    for heat_kwh, sign in to_loop:
        program.add(rows, heat_kwh[steady, None], sign * lines.slope)
    program.add(rows, moving[:, None], -1.0)
    lines = rejection_lines(case, module)
    rows = program.at_most(-lines.intercept[steady] * hours)
    program.add(rows, removed[steady, None], lines.slope[steady])
    program.add(rows, moving[:, None], 1.0)
    program.add(rows, spent[steady, None], -1.0)


def _is_steady(case: Case, loops: Loops, module: int, runs: Bools) -> Bools:
    """[H] steps in which the main plant removes heat under every policy.

    Its set-point, which a compressor reaches in any weather, is never changed, so the loop is never below it. What
    little heat there surely is raises the loop, and of q through a step of a time constants (1 - (1 - exp(-a)) / a) q,
    which is more than q a / (2 + 2 a), is removed within it.
    """
    row, plant = case.params.modules[module], case.params.plants[module, 0]
    if "cooling" in case.drives or plant["carnot_share"] == 0.0:
        return np.zeros(len(runs), np.bool_)
    constants = case.slots.step_h * row["conductance_kw_per_k"] * plant["least_flow"] / row["mass_kwh_per_k"]
    least_kw = loops.least_kw[:, module] * plant["heat_share"] * constants / (2.0 + 2.0 * constants)
    least_kw = np.minimum(least_kw, surely_removed_kw(case, module, 0))
    is_in_range = loops.most_heat_kw[:, module] * slowest_flow(case) <= plant["capacity_kw"]
    return runs & loops.sure[:, module] & is_in_range & (least_kw > NOTABLE_SHARE * plant["capacity_kw"])
