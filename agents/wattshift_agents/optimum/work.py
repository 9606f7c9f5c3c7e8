"""Jobs: shares of each are done on modules in blocks of slots, the rest is paid for, as rows of the program."""

import math
from typing import NamedTuple

import numpy as np

from .case import Case
from .chips import ChipRows
from .network import Network
from .program import Floats, Ints, Program
from .sites import mean_usd_per_kwh

LATE_WINDOW_H = 12.0
"""Hours after its deadline, at least, for which a job's work is placed by itself; later work is placed as a whole."""
LONGEST_BLOCK_H = 8
"""Windows end with blocks of this length, whatever the length in use: shorter blocks then only add constraints."""
BLOCK_LENGTHS_H = (1, 2, 4, 8)


class Blocks:
    """Slots in groups of whole clock hours, so that hundreds of jobs need not be placed to the hour."""

    def __init__(self, case: Case, block_h: int):
        """Group the slots.

        Raises:
            ValueError: `block_h` is none of `BLOCK_LENGTHS_H`.
        """
        if block_h not in BLOCK_LENGTHS_H:
            raise ValueError(f"block_h: got {block_h}, must be one of {', '.join(map(str, BLOCK_LENGTHS_H))}")
        slots = case.slots
        hour = ((case.episode.start + slots.first) * case.slots.step_h + 1e-9).astype(np.int64)
        self.of_slot = (hour - hour[0]) // block_h
        firsts = np.searchsorted(self.of_slot, np.arange(self.of_slot[-1] + 1))
        self.begin_h = slots.begin_h[firsts]
        self.end_h = np.append(self.begin_h[1:], case.end_h)
        self.count = len(firsts)
        self.per_longest = LONGEST_BLOCK_H // block_h

    def first_from(self, hour: float) -> int:
        """The first block, of those at which a longest one begins, that begins no earlier; `count` if there is none."""
        nth = int(np.searchsorted(self.begin_h, hour - 1e-9))
        return min(-(-nth // self.per_longest) * self.per_longest, self.count)


class Rows(NamedTuple):
    """Rows in which chip-hours of jobs add up, by block and module [B, M] each."""

    done: Ints  # at work, at full speed
    loaded: Ints  # loading
    done_late: Ints  # at work of jobs whose window ends with the block's beginning
    loaded_late: Ints


def add_jobs(program: Program, case: Case, network: Network, chips: ChipRows, block_h: int) -> None:
    """Place every job that may be accepted; nothing ever waits for a gang, loses work or holds chips in vain."""
    blocks = Blocks(case, block_h)
    rows = Rows(*(program.equal(np.zeros((blocks.count, len(case.params.modules)))) for _ in Rows._fields))
    program.add(rows.done[blocks.of_slot], chips.worked, -1.0)
    program.add(rows.loaded[blocks.of_slot], chips.loading, -1.0)
    most_chip_h = sum(_add_job(program, case, blocks, nth, rows, network) for nth in range(len(case.episode.jobs)))
    for now, late in ((rows.done, rows.done_late), (rows.loaded, rows.loaded_late)):
        _put_off(program, now, late, np.broadcast_to(most_chip_h, now.shape[1:]))


def _put_off(program: Program, now: Ints, late: Ints, most_chip_h: Floats) -> None:
    """Chip-hours that come in by `late` are spent in their block or any later one."""
    spent = program.variables(now.shape, most_chip_h)
    carried = program.variables((len(now) - 1, now.shape[1]), most_chip_h)
    program.add(now, spent, 1.0)
    program.add(late, spent, -1.0)
    program.add(late[:-1], carried, -1.0)
    program.add(late[1:], carried, 1.0)


def _add_job(program: Program, case: Case, blocks: Blocks, nth: int, rows: Rows, network: Network) -> Floats:
    """One job: shares of its work by module and block, one done late, and one left undone, sum to one.

    Returns:
        [M] chip-hours that it takes at most, at work or loading.
    """
    params, job = case.params, case.episode.jobs[nth]
    stream = params.streams[job["stream"]]
    kind = params.job_classes[stream["job_class"]]
    speed = params.stream_speed[job["stream"]]
    moving_usd_per_gb = network.moving_usd_per_gb[stream["origin"], params.modules["site"]]
    able = np.flatnonzero((speed > 0.0) & np.isfinite(moving_usd_per_gb))
    gang, work_h = int(job["gang"]), float(job["work_h"])
    arrival_h = case.episode.arrival_step[nth] * case.slots.step_h
    due_h = max(float(job["deadline_h"]), arrival_h)
    late_usd_per_h = gang * float(kind["late_usd_per_chip_h"])
    end = blocks.first_from(due_h + LATE_WINDOW_H)
    span = np.arange(int(np.searchsorted(blocks.end_h, arrival_h + 1e-9)), end)

    most = gang * max(1.0, _whole(kind["most_share"] * gang) / gang) ** kind["exponent"]
    least = _least_chips(kind, gang)
    efficiency = max((least / gang) ** (kind["exponent"] - 1.0), 1.0)
    chip_h, loading_chip_h = work_h / (speed[able] * efficiency), least * float(kind["restart_h"])
    moved_usd = kind["data_gb"] * gang * moving_usd_per_gb[able]
    whole = program.equal(1.0)
    late_usd = np.maximum(blocks.begin_h[span] - due_h, 0.0) * late_usd_per_h
    share = program.variables((len(span), len(able)), 1.0, late_usd[:, None] + moved_usd, term="jobs")
    program.add(whole, share, 1.0)
    program.add(rows.done[span][:, able], share, chip_h)
    program.add(rows.loaded[span][:, able], share, loading_chip_h)
    room_h = blocks.end_h[span] - np.maximum(blocks.begin_h[span], arrival_h)
    in_time = program.at_most(room_h)
    program.add(in_time[:, None], share, work_h / (most * speed[able]))
    if end < blocks.count:
        usd = (blocks.begin_h[end] - due_h) * late_usd_per_h + moved_usd
        share = program.variables((len(able),), 1.0, usd, term="jobs")
        program.add(whole, share, 1.0)
        program.add(rows.done_late[end, able], share, chip_h)
        program.add(rows.loaded_late[end, able], share, loading_chip_h)
    left = program.variables((), 1.0, _undone_usd(case, nth, kind, due_h, late_usd_per_h), term="jobs")
    program.add(whole, left, 1.0)
    most_chip_h = np.zeros(len(speed))
    most_chip_h[able] = np.maximum(chip_h, loading_chip_h)
    return most_chip_h


def _undone_usd(case: Case, nth: int, kind: np.void, due_h: float, late_usd_per_h: float) -> float:
    """Least cost of leaving a whole job undone: refused, given up, or settled at the horizon.

    Of a job partly done all but the last are in proportion to what is left, and its lateness is at least what it has
    at the end of each of these ways, so shares of the cost are a bound too.
    """
    job, end_h = case.episode.jobs[nth], case.end_h
    work_h, abandon_h = float(job["work_h"]), float(kind["abandon_h"])
    refused_usd = float(kind["reject_usd_per_chip_h"]) * work_h
    ways = []
    if nth >= case.episode.n_backlog and len(case.episode.jobs) > case.job_slots:
        ways.append(refused_usd)
    given_up_h = float(job["deadline_h"]) + abandon_h
    if given_up_h < end_h + 1e-9:
        ways.append(refused_usd + late_usd_per_h * max(given_up_h - due_h, 0.0))
    if given_up_h > end_h - 2.0 * case.slots.step_h:
        late_h = max(end_h - due_h, 0.0)
        if due_h <= end_h:
            pace = float(case.params.streams["pace"][job["stream"]])
            late_h += min(work_h / (int(job["gang"]) * pace), abandon_h)
        settled_usd = float(_settled_usd_per_work_h(case)[job["stream"]]) * work_h
        ways.append(settled_usd + late_usd_per_h * late_h)
    return min(ways)


def _settled_usd_per_work_h(case: Case) -> Floats:
    """[G] energy of settlement per reference chip-hour, on the dearest module that may run the stream."""
    table, speed = case.params.modules, case.params.stream_speed
    kw = (table["chip_peak_w"] + table["node_peak_w"] + table["fan_w"]) * 1e-3
    usd = kw * mean_usd_per_kwh(case)[table["site"]]
    per_work = np.divide(usd, speed, out=np.full(speed.shape, -np.inf), where=speed > 0.0)
    return per_work.max(axis=1)


def _whole(chips: float) -> int:
    return int(chips + 1e-9)


def _least_chips(kind: np.void, gang: int) -> int:
    return max(math.ceil(kind["least_share"] * gang - 1e-9), 1)
