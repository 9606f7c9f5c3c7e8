"""6 Jobs: give way, preempt, start, grow, stage, push, progress, leave."""

import math

from oracle.fleet import PUSHING, RUNNING, WAITING, Fleet, Job
from oracle.gangs import give_way, grow, is_urgent, nominal_chips, offered, start
from oracle.lateness import charge_lateness, pay_lateness
from oracle.transfer import push, stage

DONE_H = 1e-9
"""Chip-hours that count as none."""


def schedule(fleet: Fleet) -> None:
    if fleet.rules.elastic:
        give_way(fleet)
    preempt(fleet)
    start(fleet, urgent=True)
    start(fleet, urgent=False)
    if fleet.rules.elastic:
        grow(fleet)
    stage(fleet)
    push(fleet)
    progress(fleet)
    leave(fleet)


def preempt(fleet: Fleet) -> None:
    """Latest arrivals first leave a module: for want of chips, or, unless urgent, if more than half of them is beyond
    the offer."""
    for job in reversed(fleet.jobs):
        if job.module is None:
            continue
        held = job.module.state.held_chips
        no_chips = held > job.module.moved.ready
        beyond_offer = held - job.held / 2 > offered(job.module)
        if no_chips or (beyond_offer and not is_urgent(fleet, job)):
            back_to_checkpoint(fleet, job)
            fleet.count("jobs_preempted", 1.0)


def back_to_checkpoint(fleet: Fleet, job: Job) -> None:
    """Give up the chips, and the work since the last checkpoint."""
    give_up_chips(job)
    job.status = WAITING
    job.work_h += job.fresh_h
    job.fresh_h = job.stage_gb = job.restart_h = 0.0
    job.slack_h = job.slack_at(fleet.now_h)


def give_up_chips(job: Job) -> None:
    if job.module is not None:
        job.module.state.held_chips -= job.held
        job.module, job.held = None, 0


def progress(fleet: Fleet) -> None:
    """Running jobs load and work; every job that is not on its way home pays for being late, waiting or not."""
    for job in fleet.jobs:
        if job.status == PUSHING:
            continue
        until_h = fleet.now_h + fleet.step_h
        if job.status == RUNNING:
            busy_h = work(fleet, job)
            if job.work_h == 0.0 and has_result_to_push(job):
                give_up_chips(job)
                job.status, job.stage_gb = PUSHING, job.kind.fixed.result_gb
            elif job.work_h == 0.0:
                until_h = fleet.now_h + busy_h
                job.kind.moved.late += until_h > job.deadline_h
        pay_lateness(fleet, job, until_h)


def has_result_to_push(job: Job) -> bool:
    return job.kind.fixed.result_gb > 0.0 and job.site is not job.stream.origin


def work(fleet: Fleet, job: Job) -> float:
    """One step of a running gang; returns the hours in which it was busy."""
    module = job.module
    assert module is not None
    loading_h = min(job.restart_h, fleet.step_h)
    job.restart_h -= loading_h
    work_per_h = nominal_chips(job, job.held) * job.speed_on(module) * module.moved.clock
    done_h = min(job.work_h, work_per_h * (fleet.step_h - loading_h))
    busy_h = loading_h + done_h / work_per_h
    job.work_h -= done_h
    if job.work_h <= DONE_H:
        job.work_h = 0.0
    # Checkpoints are written after every `checkpoint_h` of work at the speed of now.
    job.fresh_h = math.fmod(job.fresh_h + done_h, job.kind.fixed.checkpoint_h * work_per_h)
    busy_chips = job.held * busy_h / fleet.step_h
    module.moved.working_chips += busy_chips
    if fleet.attributed:
        module.job_chips[job.kind.nth] += busy_chips
    return busy_h


def leave(fleet: Fleet) -> None:
    """Finished jobs leave, and those so late that their owners give up; who still waits notes its slack."""
    end_h = fleet.now_h + fleet.step_h
    staying = []
    for job in fleet.jobs:
        kind = job.kind
        if job.work_h == 0.0 and job.stage_gb == 0.0:
            kind.moved.finished += 1.0
            give_up_chips(job)
        elif end_h - job.deadline_h > kind.fixed.abandon_h:
            kind.moved.abandoned += 1.0
            charge_lateness(fleet, job, kind.fixed.reject_usd_per_chip_h * job.work_h)
            give_up_chips(job)
        else:
            staying.append(job)
            if job.status == WAITING:
                job.slack_h = job.slack_at(end_h)
    fleet.jobs = staying
