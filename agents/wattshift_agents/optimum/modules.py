"""What every module draws behind its site's meter: chips, losses and cooling, as rows of the program."""

from typing import NamedTuple

import numpy as np

from .case import Case
from .chips import ChipRows, add_chips
from .cooling import add_cooling
from .loops import Loops, reach_loops
from .plants import most_power_kw
from .program import Floats, Ints, Loads, Program

UPS_TOUCH = np.array([0.15, 0.5])
"""Loads at which the lines below the losses of a UPS touch them."""


class ModuleRows(NamedTuple):
    """What other parts add to and draw on."""

    chips: ChipRows
    load_kwh: Loads
    most_kw: Floats  # [M] behind the site's meter, in any step and under any policy


def add_modules(program: Program, case: Case) -> ModuleRows:
    """Power of all modules from below."""
    loops = reach_loops(case)
    chips = add_chips(program, case, loops)
    loss_kwh = add_losses(program, case, loops, chips.it_kwh)
    cooling = add_cooling(program, case, loops, chips.it_kwh)
    load_kwh = [*by_module(chips.it_kwh), *by_module(loss_kwh), *cooling.electricity]
    return ModuleRows(chips, load_kwh, most_draw_kw(case, loops))


def by_module(variables: Ints) -> Loads:
    """Variables [N, M], module by module."""
    return list(enumerate(variables.T))


def most_draw_kw(case: Case, loops: Loops) -> Floats:
    """[M] that a module draws behind its site's meter at most."""
    most_kw = loops.most_kw.max(axis=0)
    most_kw = most_kw + most_loss_kw(case, most_kw)
    for module, side in np.argwhere(case.params.plants["heat_share"] > 0.0):
        most_kw[module] += most_power_kw(case, int(module), int(side))
    return np.asarray(most_kw)


def most_loss_kw(case: Case, most_it_kw: Floats) -> Floats:
    """[..., M] losses of PDU and UPS at most, of a module in service."""
    table = case.params.modules
    load = most_it_kw * (1.0 + table["pdu_loss_share"]) / table["ups_rated_kw"]
    share = table["ups_loss_0"] + table["ups_loss_1"] * load + table["ups_loss_2"] * load**2
    return np.asarray(most_it_kw * table["pdu_loss_share"] + table["ups_rated_kw"] * share)


def add_losses(program: Program, case: Case, loops: Loops, it_kwh: Ints) -> Ints:
    """PDU and UPS: tangents of the parabola; its constant part only where the module is surely in service."""
    table, slots = case.params.modules, case.slots
    hours_up, sure_h = slots.total_h(case.episode.in_service), slots.total_h(loops.sure)
    delivered = 1.0 + table["pdu_loss_share"]
    loss_kwh = program.variables(it_kwh.shape, hours_up * most_loss_kw(case, slots.most(loops.most_kw)) * 1.01)
    for touch in UPS_TOUCH:
        at_rest = (table["ups_loss_0"] - table["ups_loss_2"] * touch**2) * table["ups_rated_kw"]
        constant_kwh = at_rest * sure_h + np.minimum(at_rest, 0.0) * (hours_up - sure_h)
        slope = table["pdu_loss_share"] + (table["ups_loss_1"] + 2.0 * table["ups_loss_2"] * touch) * delivered
        rows = program.at_most(-constant_kwh)
        program.add(rows, it_kwh, slope)
        program.add(rows, loss_kwh, -1.0)
    return loss_kwh
