"""Jobs: shares of each are done on modules in blocks of slots, the rest is paid for, as rows of the program."""

import math

import numpy as np

from .case import Case
from .modules import ModuleRows
from .network import Network
from .program import Floats, Ints, Program
from .sites import mean_usd_per_kwh

LATE_WINDOW_H = 12.0
"""Hours after its deadline for which a job's work is placed in time; work done later costs no energy in the bound."""


class Blocks:
    """Slots in groups, so that hundreds of jobs need not be placed to the hour."""

    def __init__(self, case: Case, block_slots: int):
        slots = case.slots
        self.of_slot = np.arange(len(slots.first)) // block_slots
        firsts = np.arange(0, len(slots.first), block_slots)
        self.begin_h = slots.begin_h[firsts]
        self.end_h = np.append(self.begin_h[1:], case.end_h)
        self.count = len(firsts)


def add_jobs(program: Program, case: Case, network: Network, modules: ModuleRows, block_slots: int) -> None:
    """Place every job that may be accepted; nothing ever waits for a gang, loses work or holds chips in vain."""
    blocks = Blocks(case, block_slots)
    n_modules = len(case.params.modules)
    done = program.equal(np.zeros((blocks.count, n_modules)))
    loaded = program.equal(np.zeros((blocks.count, n_modules)))
    program.add(done[blocks.of_slot], modules.worked, -1.0)
    program.add(loaded[blocks.of_slot], modules.loading, -1.0)
    way_usd = network.usd_per_gb.min(axis=0)
    undone_kwh_usd = _settled_usd_per_work_h(case)
    for nth in range(len(case.episode.jobs)):
        _add_job(program, case, blocks, nth, (done, loaded), way_usd, undone_kwh_usd)


def _add_job(
    program: Program,
    case: Case,
    blocks: Blocks,
    nth: int,
    rows: tuple[Ints, Ints],
    way_usd: Floats,
    undone_usd: Floats,
) -> None:
    """One job: shares of its work by module and block, and a share left undone, sum to one."""
    params, job = case.params, case.episode.jobs[nth]
    stream = params.streams[job["stream"]]
    kind = params.job_classes[stream["job_class"]]
    speed = params.stream_speed[job["stream"]]
    able = np.flatnonzero(speed > 0.0)
    gang, work_h = int(job["gang"]), float(job["work_h"])
    arrival_h = case.episode.arrival_step[nth] * case.slots.step_h
    due_h = max(float(job["deadline_h"]), arrival_h)
    late_usd_per_h = gang * float(kind["late_usd_per_chip_h"])
    first = int(np.searchsorted(blocks.end_h, arrival_h + 1e-9))
    last = int(min(np.searchsorted(blocks.end_h, due_h + LATE_WINDOW_H), blocks.count - 1))
    span = np.arange(first, last + 1)

    most = gang * max(1.0, _whole(kind["most_share"] * gang) / gang) ** kind["exponent"]
    least = _least_chips(kind, gang)
    efficiency = max((least / gang) ** (kind["exponent"] - 1.0), 1.0)
    late_usd = np.maximum(blocks.begin_h[span] - due_h, 0.0) * late_usd_per_h
    moved_usd = kind["data_gb"] * gang * way_usd[stream["origin"], params.modules["site"][able]]
    share = program.variables((len(span), len(able)), 1.0, late_usd[:, None] + moved_usd, term="jobs")
    program.add(rows[0][span][:, able], share, work_h / (speed[able] * efficiency))
    program.add(rows[1][span][:, able], share, least * float(kind["restart_h"]))
    room_h = blocks.end_h[span] - np.maximum(blocks.begin_h[span], arrival_h)
    in_time = program.at_most(room_h)
    program.add(in_time[:, None], share, work_h / (most * speed[able]))

    beyond_h = math.inf if last == blocks.count - 1 else float(blocks.end_h[last]) - due_h
    undone = _undone_usd(case, nth, kind, due_h, late_usd_per_h, beyond_h, float(undone_usd[job["stream"]]))
    left = program.variables((), 1.0, undone, term="jobs")
    whole = program.equal(1.0)
    program.add(whole, share, 1.0)
    program.add(whole, left, 1.0)


def _undone_usd(
    case: Case, nth: int, kind: np.void, due_h: float, late_usd_per_h: float, beyond_h: float, settled_usd: float
) -> float:
    """Least cost of leaving a whole job undone in its window: refused, given up, settled, or done much later.

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
        ways.append(settled_usd * work_h + late_usd_per_h * late_h)
    if beyond_h < math.inf:
        ways.append(late_usd_per_h * max(beyond_h, 0.0))
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
