"""IT power, losses and cooling of every module, as rows of the program."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import (
    FAN_IDLE_FLOW,
    FAN_LARGEST_FLOW,
    FAN_LEAST_RAMP,
    FAN_LOAD_FLOW,
    FAN_RAMP_C,
    FAN_RAMP_PER_K2,
    REFERENCE_C,
)
from wattshift.kernel.plant import reachable_supply_c

from .case import Case, Record
from .lines import below_power
from .outages import hottest_it_kw, surely_up
from .plants import capacities, power_lines, water_usd_per_kwh
from .program import Floats, Ints, Program

FAN_TOUCH = (0.85,)
"""Loads of the nodes at which the lines below the fans' cube law touch it."""
UPS_TOUCH = np.array([0.15, 0.5])
CLOCK_LINES = 3


class ModuleRows(NamedTuple):
    """Variables and rows that other parts add to; [N, M] each."""

    served: Ints  # rows `full-speed chip-hours of requests <= busy chip-hours`
    served_slowly: Ints  # rows `busy chip-hours <= full-speed chip-hours / lowest clock`
    served_power: Ints  # [N, M, lines] rows of the dynamic power of serving
    worked: Ints  # variables, full-speed chip-hours of jobs
    loading: Ints  # variables, chip-hours of jobs that load and start
    load_kwh: tuple[Ints, ...]  # variables, behind the site's meter


def coldest_c(case: Case) -> Floats:
    """[M] below which no loop ever is: a plant cools no further than its supply."""
    return np.minimum(case.params.modules["supply_min_c"], case.params.plants["supply_c"][:, 0])


def add_modules(program: Program, case: Case) -> ModuleRows:
    """IT power from below: the coldest loop, chips asleep unless they work, the best clock for each kind of work."""
    table, slots = case.params.modules, case.slots
    utilisation = case.rules.serve_utilisation
    may_be_up, sure = case.episode.in_service, surely_up(case)
    healthy = np.maximum(table["chips"] - case.episode.failed_chips, 0)
    most_chip_h, sure_chip_h = slots.total_h(healthy * may_be_up), slots.total_h(healthy * sure)
    shape = most_chip_h.shape
    temp_c = coldest_c(case)
    leak = np.maximum(1.0 + table["leakage_per_k"] * (temp_c - REFERENCE_C), 0.0)
    inlet_c = np.where(table["air_cooled"] == 1, temp_c, REFERENCE_C)
    ramp = np.minimum(FAN_LEAST_RAMP + FAN_RAMP_PER_K2 * np.maximum(inlet_c - FAN_RAMP_C, 0.0) ** 2, FAN_LARGEST_FLOW)
    fan_w = table["fan_w"] * ramp**3
    idle_w = table["chip_idle_w"] * leak + table["node_idle_w"] + fan_w * FAN_IDLE_FLOW**3
    asleep_w = np.minimum(table["sleep_w"], idle_w)

    on = program.variables(shape, most_chip_h)
    serving = program.variables(shape, most_chip_h * utilisation)
    working = program.variables(shape, most_chip_h)
    worked = program.variables(shape, most_chip_h)
    loading = program.variables(shape, most_chip_h)
    serving_dynamic = program.variables(shape, most_chip_h)
    working_dynamic = program.variables(shape, most_chip_h)
    most_kw = np.array([hottest_it_kw(case, module) for module in range(len(table))])
    hours_up = slots.total_h(may_be_up)
    it_kwh = program.variables(shape, hours_up * most_kw * 1.001)

    rows = program.at_most(np.zeros(shape))  # a chip that serves holds a model; one that works is held
    program.add(rows, serving, 1.0 / utilisation)
    program.add(rows, working, 1.0)
    program.add(rows, loading, 1.0)
    program.add(rows, on, -1.0)

    served = program.at_most(np.zeros(shape))
    program.add(served, serving, -1.0)
    served_slowly = program.at_most(np.zeros(shape))
    program.add(served_slowly, serving, 1.0)
    quick = program.at_most(np.zeros(shape))
    program.add(quick, worked, 1.0)
    program.add(quick, working, -1.0)
    slow = program.at_most(np.zeros(shape))
    program.add(slow, working, 1.0)
    program.add(slow, worked, -1.0 / table["min_speed"])

    served_power = np.zeros((*shape, CLOCK_LINES), np.int64)
    for module in range(len(table)):
        least = float(table["min_speed"][module])
        lines = below_power(float(table["dvfs_exponent"][module]), least, CLOCK_LINES)
        for nth in range(CLOCK_LINES):
            line = min(nth, len(lines.slope) - 1)
            mine = program.at_most(np.zeros(shape[0]))
            program.add(mine, serving[:, module], lines.intercept[line])
            program.add(mine, serving_dynamic[:, module], -1.0)
            served_power[:, module, nth] = mine
            mine = program.at_most(np.zeros(shape[0]))
            program.add(mine, working[:, module], lines.intercept[line])
            program.add(mine, worked[:, module], lines.slope[line])
            program.add(mine, loading[:, module], least ** table["dvfs_exponent"][module])
            program.add(mine, working_dynamic[:, module], -1.0)

    idle_to_peak_w = (table["chip_peak_w"] - table["chip_idle_w"]) * table["job_power_share"] * leak
    replica_w = ((table["chip_floor_w"] - table["chip_idle_w"]) / utilisation) * leak
    request_w = replica_w + (table["chip_peak_w"] - table["chip_floor_w"]) * leak
    for touch in FAN_TOUCH:
        flow = FAN_IDLE_FLOW + FAN_LOAD_FLOW * touch
        slope = 3.0 * flow**2 * FAN_LOAD_FLOW
        above_idle = flow**3 - FAN_IDLE_FLOW**3 - slope * touch
        busy_w = table["node_peak_w"] - table["node_idle_w"] + fan_w * slope
        rows = program.at_most(-sure_chip_h * asleep_w * 1e-3)
        program.add(rows, on, (idle_w - asleep_w + fan_w * above_idle) * 1e-3)
        program.add(rows, serving, busy_w * 1e-3)
        program.add(rows, working, busy_w * 1e-3)
        program.add(rows, loading, busy_w * 1e-3)
        program.add(rows, serving_dynamic, request_w * 1e-3)
        program.add(rows, working_dynamic, idle_to_peak_w * 1e-3)
        program.add(rows, it_kwh, -1.0)
    loss_kwh = _add_losses(program, case, it_kwh, most_kw, hours_up, slots.total_h(sure))
    cooling_kwh = _add_cooling(program, case, it_kwh, most_kw)
    return ModuleRows(served, served_slowly, served_power, worked, loading, (it_kwh, loss_kwh, *cooling_kwh))


def _add_losses(program: Program, case: Case, it_kwh: Ints, most_kw: Floats, hours_up: Floats, sure_h: Floats) -> Ints:
    """PDU and UPS: tangents of the parabola; its constant part only where the module is surely in service."""
    table = case.params.modules
    delivered = 1.0 + table["pdu_loss_share"]
    most_load = most_kw * delivered / table["ups_rated_kw"]
    most_share = table["ups_loss_0"] + table["ups_loss_1"] * most_load + table["ups_loss_2"] * most_load**2
    most_loss_kw = most_kw * table["pdu_loss_share"] + table["ups_rated_kw"] * most_share
    loss_kwh = program.variables(it_kwh.shape, hours_up * most_loss_kw * 1.01)
    for touch in UPS_TOUCH:
        at_rest = (table["ups_loss_0"] - table["ups_loss_2"] * touch**2) * table["ups_rated_kw"]
        constant_kwh = at_rest * sure_h + np.minimum(at_rest, 0.0) * (hours_up - sure_h)
        slope = table["pdu_loss_share"] + (table["ups_loss_1"] + 2.0 * table["ups_loss_2"] * touch) * delivered
        rows = program.at_most(-constant_kwh)
        program.add(rows, it_kwh, slope)
        program.add(rows, loss_kwh, -1.0)
    return loss_kwh


def _add_cooling(program: Program, case: Case, it_kwh: Ints, most_kw: Floats) -> tuple[Ints, ...]:
    """Heat is removed by the two plants or stays in the loop, between its coldest and its hottest temperature."""
    table, slots, episode = case.params.modules, case.slots, case.episode
    sites = table["site"]
    runs = episode.cooling_up & episode.site_up[:, sites]
    runs_h = slots.total_h(runs)
    temp_c = coldest_c(case)
    begin_c = np.array([_first_loop_c(case, module) for module in range(len(table))])
    hottest_c = np.maximum(begin_c, table["trip_c"] + most_kw * slots.step_h / table["mass_kwh_per_k"])
    kept_kwh = program.variables(it_kwh.shape, table["mass_kwh_per_k"] * (hottest_c - temp_c))
    begin_kwh = table["mass_kwh_per_k"] * (begin_c - temp_c)
    heat = program.equal(np.concatenate([begin_kwh[None], np.zeros((len(slots.first) - 1, len(table)))]))
    program.add(heat, kept_kwh, 1.0)
    program.add(heat[1:], kept_kwh[:-1], -1.0)
    program.add(heat, it_kwh, -1.0)
    electricity = []
    for side in range(2):
        used = np.flatnonzero(case.params.plants["heat_share"][:, side] > 0.0)
        if len(used) == 0:
            continue
        plants = case.params.plants[used, side]
        most_kwh = runs_h[:, used] * plants["capacity_kw"]
        water_usd = np.array([water_usd_per_kwh(case, int(module), side) for module in used])
        removed = program.variables(most_kwh.shape, most_kwh, water_usd, term="water")
        program.add(heat[:, used], removed, 1.0)
        spent = np.zeros(it_kwh.shape, np.int64)
        for nth, module in enumerate(used):
            lines = power_lines(case, int(module), side)
            most = (lines.intercept + lines.slope * plants["capacity_kw"][nth]).max(axis=-1) * runs_h[:, module]
            spent[:, module] = mine = program.variables((len(slots.first),), np.maximum(most, 0.0))
            rows = program.at_most(-lines.intercept * runs_h[:, module, None])
            program.add(rows, removed[:, nth, None], lines.slope)
            program.add(rows, mine[:, None], -1.0)
            if side == 1:
                _share_out(program, case, int(module), it_kwh[:, module], removed[:, nth], runs[:, module], most_kw)
        unused = np.setdiff1d(np.arange(len(table)), used)
        spent[:, unused] = program.variables((len(slots.first), len(unused)), 0.0)
        electricity.append(spent)
    return tuple(electricity)


def _share_out(
    program: Program, case: Case, module: int, it_kwh: Ints, removed: Ints, runs: NDArray[np.bool_], most_kw: Floats
) -> None:
    """The second plant removes its share of the heat at most, and no less in slots where it surely can."""
    share = case.params.plants["heat_share"][module, 1]
    rows = program.at_most(np.zeros(len(it_kwh)))
    program.add(rows, removed, 1.0)
    program.add(rows, it_kwh, -share)
    can = runs & (capacities(case, module, 1)[0] >= most_kw[module] * share)
    always = np.flatnonzero(case.slots.least(can) == 1.0)
    rows = program.at_most(np.zeros(len(always)))
    program.add(rows, it_kwh[always], share)
    program.add(rows, removed[always], -1.0)


def _first_loop_c(case: Case, module: int) -> float:
    """The loop as an episode begins: at the autopilot's set-point, or what the weather allows."""
    plant = case.params.plants[module, 0]
    zone = case.params.sites["zone"][case.params.modules["site"][module]]
    return float(reachable_supply_c(Record(plant), float(plant["supply_c"]), Record(case.zones[0, zone])))
