"""IT power of every module from below: chips that serve, work, idle and sleep, as rows of the program."""

from typing import NamedTuple

import numpy as np

from wattshift.kernel.chips import (
    FAN_IDLE_FLOW,
    FAN_LARGEST_FLOW,
    FAN_LEAST_RAMP,
    FAN_LOAD_FLOW,
    FAN_RAMP_C,
    FAN_RAMP_PER_K2,
    REFERENCE_C,
)

from .case import Case
from .lines import Lines, below_power
from .loops import Loops
from .program import Floats, Ints, Program

CLOCK_LINES = 5
"""Below the dynamic power over the clock; one more raises the bound of `hybrid` by less than .1 %."""
FAN_TOUCH, FAN_TOUCH_AWAKE = (0.85,), (0.1, 0.4, 0.85)
"""Loads of the nodes at which the lines below the fans' cube law touch it; chips that may sleep work or sleep."""


class ChipRows(NamedTuple):
    """Variables, and rows that other parts add to; axes: N slots, M modules."""

    on: Ints  # [N, M] variables, chip-hours powered and not asleep
    serving: Ints  # [N, M] variables, chip-hours busy with requests
    working: Ints  # [N, M] variables, chip-hours busy with jobs, but for loading
    serving_dynamic: Ints  # [N, M] variables, chip-hours of serving times its dynamic power over that at full clock
    working_dynamic: Ints  # [N, M] variables, the same of working and loading
    served: Ints  # [N, M] rows `full-speed chip-hours of requests <= busy chip-hours`
    served_slowly: Ints  # [N, M] rows `busy chip-hours <= full-speed chip-hours / lowest clock`
    served_power: Ints  # [N, M, lines] rows of the dynamic power of serving
    slowest: Floats  # [N, M] lowest clock
    clock_lines: Lines  # [N, M, lines] below the dynamic power over the clock
    worked: Ints  # [N, M] variables, full-speed chip-hours of jobs
    loading: Ints  # [N, M] variables, chip-hours of jobs that load and start
    it_kwh: Ints  # [N, M] variables


class Watts(NamedTuple):
    """Of a chip with its share of the node at the coldest loop, [N, M] each."""

    idle: Floats
    asleep: Floats
    fans: Floats  # server fans at full load
    request: Floats  # dynamic, of a chip that serves, and of what its replica takes beyond it
    work: Floats  # dynamic, of a chip in a job


def add_chips(program: Program, case: Case, loops: Loops) -> ChipRows:
    """Chips asleep unless they serve or work, if the task drives sleep; the best clock for each of the two."""
    table, slots = case.params.modules, case.slots
    utilisation = case.rules.serve_utilisation
    healthy = np.maximum(table["chips"] - case.episode.failed_chips, 0)
    most_chip_h, sure_chip_h = slots.total_h(healthy * case.episode.in_service), slots.total_h(healthy * loops.sure)
    shape = most_chip_h.shape

    on = program.variables(shape, most_chip_h, low=0.0 if "sleep" in case.drives else sure_chip_h)
    serving = program.variables(shape, most_chip_h * utilisation)
    working, worked, loading = (program.variables(shape, most_chip_h) for _ in range(3))
    serving_dynamic, working_dynamic = (program.variables(shape, most_chip_h) for _ in range(2))
    it_kwh = program.variables(shape, slots.total_h(loops.most_kw) * 1.001)

    rows = program.at_most(np.zeros(shape))  # a chip that serves holds a model; one that works is held
    program.add(rows, serving, 1.0 / utilisation)
    program.add(rows, working, 1.0)
    program.add(rows, loading, 1.0)
    program.add(rows, on, -1.0)
    if "admission" not in case.drives:
        rows = program.at_most(slots.total_h(held_at_most(case) * case.episode.in_service))
        program.add(rows, working, 1.0)
        program.add(rows, loading, 1.0)

    slowest = slowest_clock(case, loops)
    served = program.at_most(np.zeros(shape))
    program.add(served, serving, -1.0)
    served_slowly = program.at_most(np.zeros(shape))
    program.add(served_slowly, serving, 1.0)
    quick = program.at_most(np.zeros(shape))
    program.add(quick, worked, 1.0)
    program.add(quick, working, -1.0)
    slow = program.at_most(np.zeros(shape))
    program.add(slow, working, 1.0)
    program.add(slow, worked, -1.0 / slowest)

    lines = _clock_lines(case, slowest)
    served_power = program.at_most(np.zeros((*shape, CLOCK_LINES)))
    program.add(served_power, serving[..., None], lines.intercept)
    program.add(served_power, serving_dynamic[..., None], -1.0)
    rows = program.at_most(np.zeros((*shape, CLOCK_LINES)))
    program.add(rows, working[..., None], lines.intercept)
    program.add(rows, worked[..., None], lines.slope)
    program.add(rows, loading[..., None], (slowest ** table["dvfs_exponent"])[..., None])
    program.add(rows, working_dynamic[..., None], -1.0)

    watts = _coldest_watts(case, loops)
    for touch in FAN_TOUCH if "sleep" in case.drives else FAN_TOUCH_AWAKE:
        flow = FAN_IDLE_FLOW + FAN_LOAD_FLOW * touch
        slope = 3.0 * flow**2 * FAN_LOAD_FLOW
        above_idle = flow**3 - FAN_IDLE_FLOW**3 - slope * touch
        busy_w = table["node_peak_w"] - table["node_idle_w"] + watts.fans * slope
        rows = program.at_most(-sure_chip_h * watts.asleep * 1e-3)
        program.add(rows, on, (watts.idle - watts.asleep + watts.fans * above_idle) * 1e-3)
        for part in (serving, working, loading):
            program.add(rows, part, busy_w * 1e-3)
        program.add(rows, serving_dynamic, watts.request * 1e-3)
        program.add(rows, working_dynamic, watts.work * 1e-3)
        program.add(rows, it_kwh, -1.0)
    return ChipRows(
        on=on,
        serving=serving,
        working=working,
        serving_dynamic=serving_dynamic,
        working_dynamic=working_dynamic,
        served=served,
        served_slowly=served_slowly,
        served_power=served_power,
        slowest=slowest,
        clock_lines=lines,
        worked=worked,
        loading=loading,
        it_kwh=it_kwh,
    )


def slowest_clock(case: Case, loops: Loops) -> Floats:
    """[N, M] the lowest clock in any step of a slot: that of the power cap, or what throttling leaves."""
    if "caps" in case.drives:
        return np.broadcast_to(case.params.modules["min_speed"], (len(case.slots.first), loops.clock.shape[1]))
    return case.slots.least(loops.clock)


def held_at_most(case: Case) -> Floats:
    """[M] chips that jobs may hold while the task does not drive their admission.

    The autopilot's offer and half a gang beyond it: a gang starts if half of it fits the offer (`kernel/schedule.py`),
    and grows within the offer only (`kernel/elastic.py`).
    """
    table = case.params.modules
    offered = np.floor(table["job_share"] * table["chips"] + 1e-9)
    largest = max((int(gang) for gang in case.episode.jobs["gang"]), default=0)
    return np.minimum(np.where(offered > 0.0, offered + largest / 2.0, 0.0), table["chips"])


def _clock_lines(case: Case, slowest: Floats) -> Lines:
    table = case.params.modules
    by_module = [
        below_power(float(exponent), slowest[:, nth], CLOCK_LINES)
        for nth, exponent in enumerate(table["dvfs_exponent"])
    ]
    return Lines(
        np.stack([lines.intercept for lines in by_module], axis=1),
        np.stack([lines.slope for lines in by_module], axis=1),
    )


def _coldest_watts(case: Case, loops: Loops) -> Watts:
    """At the coldest loop that any step of the slot may find: leakage and fans rise with it."""
    table, utilisation = case.params.modules, case.rules.serve_utilisation
    temp_c = case.slots.least(loops.coldest_c[:-1])
    leak = np.maximum(1.0 + table["leakage_per_k"] * (temp_c - REFERENCE_C), 0.0)
    inlet_c = np.where(table["air_cooled"] == 1, temp_c, REFERENCE_C)
    ramp = FAN_LEAST_RAMP + FAN_RAMP_PER_K2 * np.maximum(inlet_c - FAN_RAMP_C, 0.0) ** 2
    fans = table["fan_w"] * np.minimum(ramp, FAN_LARGEST_FLOW) ** 3
    idle = table["chip_idle_w"] * leak + table["node_idle_w"] + fans * FAN_IDLE_FLOW**3
    replica = (table["chip_floor_w"] - table["chip_idle_w"]) / utilisation
    return Watts(
        idle=idle,
        asleep=np.minimum(table["sleep_w"], idle),
        fans=fans,
        request=(replica + table["chip_peak_w"] - table["chip_floor_w"]) * leak,
        work=(table["chip_peak_w"] - table["chip_idle_w"]) * table["job_power_share"] * leak,
    )
