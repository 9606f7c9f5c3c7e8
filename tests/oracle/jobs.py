"""6 Jobs: preempt, start, stage, progress, leave."""

import math

from oracle.decode import whole_chips
from oracle.fleet import RUNNING, STAGING, WAITING, Fleet, Job, Module

DONE = 1e-9
"""Gigabytes or chip-hours that count as none."""


def schedule(fleet: Fleet) -> None:
    preempt(fleet)
    start(fleet, urgent=True)
    start(fleet, urgent=False)
    for module in fleet.modules:
        module.moved.largest_gang = room_for_gang(fleet, module, urgent=False)
    stage(fleet)
    progress(fleet)
    leave(fleet)


def preempt(fleet: Fleet) -> None:
    """Latest arrivals first leave a module: for want of chips, or, unless urgent, if half of them or more is beyond the
    offer."""
    for job in reversed(fleet.jobs):
        module = job.module
        if module is None:
            continue
        held = module.state.held_chips
        no_chips = held > module.moved.ready
        beyond_offer = held - module.wanted.job_chips >= job.gang / 2
        urgent = job.slack_at(fleet.now_h) < fleet.rules.urgent_slack_h
        if no_chips or (beyond_offer and not urgent):
            back_to_checkpoint(fleet, job)
            fleet.count("jobs_preempted", 1.0)


def back_to_checkpoint(fleet: Fleet, job: Job) -> None:
    """Give up the chips, and the work since the last checkpoint."""
    assert job.module is not None
    job.module.state.held_chips -= job.gang
    job.module, job.status = None, WAITING
    job.work_h += job.fresh_h
    job.fresh_h = job.stage_gb = job.restart_h = 0.0
    job.slack_h = job.slack_at(fleet.now_h)


def room_for_gang(fleet: Fleet, module: Module, urgent: bool) -> int:
    """The largest gang that may start: all of it on free chips, at least half of it within the offer."""
    if not module.is_up:
        return 0
    offer = module.wanted.job_chips
    if urgent:
        offer = max(offer, whole_chips(module.fixed.job_share, module.fixed.chips))
    serving = math.ceil(module.moved.serving_chips / fleet.rules.serve_utilisation - 1e-9)
    return min(2 * (offer - module.state.held_chips), module.chips_for_requests - serving)


def start(fleet: Fleet, urgent: bool) -> None:
    """In order of arrival, urgent jobs or the others go where they seem to finish soonest; who does not fit waits."""
    for job in fleet.held_by(WAITING):
        is_urgent = job.slack_h < fleet.rules.urgent_slack_h
        if is_urgent != urgent:
            continue
        fitting = [
            module
            for module in fleet.modules
            if job.speed_on(module) > 0.0
            and room_for_gang(fleet, module, urgent) >= job.gang
            and fleet.path(job.site, module.site).is_up
        ]
        if fitting:
            place(job, min(fitting, key=lambda module: (seems_done_in_h(fleet, job, module), module.nth)))


def seems_done_in_h(fleet: Fleet, job: Job, module: Module) -> float:
    """Staging over empty links + work at full clock - the site's preference."""
    usable_gbps = fleet.path(job.site, module.site).usable_gbps
    staging_h = job.data_gb * 8.0 / usable_gbps / 3600.0
    return staging_h + job.work_h / (job.gang * job.speed_on(module)) - module.site.wanted.placement_h


def place(job: Job, module: Module) -> None:
    module.state.held_chips += job.gang
    job.module = module
    job.restart_h = job.kind.fixed.restart_h
    if module.site is job.site:
        job.status, job.stage_gb = RUNNING, 0.0
    else:
        job.status, job.stage_gb = STAGING, job.data_gb


def stage(fleet: Fleet) -> None:
    """Each staging job in turn gets what is left of its path over the number of those not yet served."""
    staging = fleet.held_by(STAGING)
    step_s = fleet.rules.step_s
    for nth, job in enumerate(staging):
        assert job.module is not None
        path = fleet.path(job.site, job.module.site)
        if not path.is_up:
            continue
        share_gbps = path.left_gbps / (len(staging) - nth)
        moved_gb = min(job.stage_gb, share_gbps / 8.0 * step_s)
        path.carry(moved_gb * 8.0 / step_s)
        job.stage_gb -= moved_gb
        if job.stage_gb <= DONE:
            job.stage_gb, job.status, job.site = 0.0, RUNNING, job.module.site


def progress(fleet: Fleet) -> None:
    """Load, work, checkpoint; every hour after the deadline costs, of waiting jobs too."""
    for job in fleet.jobs:
        busy_h = work(fleet, job) if job.status == RUNNING else 0.0
        is_done = job.work_h == 0.0
        until_h = fleet.now_h + (busy_h if is_done else fleet.step_h)
        if is_done and until_h > job.deadline_h:
            job.kind.moved.late += 1.0
        late_h = max(until_h - max(fleet.now_h, job.deadline_h), 0.0)
        fleet.count("lateness_h", late_h)
        fleet.charge("lateness_usd", late_h * job.gang * job.kind.fixed.late_usd_per_chip_h)


def work(fleet: Fleet, job: Job) -> float:
    """One step of a running gang; returns the hours in which it was busy."""
    module = job.module
    assert module is not None
    loading_h = min(job.restart_h, fleet.step_h)
    job.restart_h -= loading_h
    work_per_h = job.gang * job.speed_on(module) * module.moved.clock
    done_h = min(job.work_h, work_per_h * (fleet.step_h - loading_h))
    busy_h = loading_h + done_h / work_per_h
    job.work_h -= done_h
    if job.work_h <= DONE:
        job.work_h = 0.0
    # Checkpoints are written after every `checkpoint_h` of work at the clock of now.
    job.fresh_h = math.fmod(job.fresh_h + done_h, job.kind.fixed.checkpoint_h * work_per_h)
    module.moved.working_chips += job.gang * busy_h / fleet.step_h
    return busy_h


def leave(fleet: Fleet) -> None:
    """Finished jobs leave, and those so late that their owners give up; who still waits notes its slack."""
    end_h = fleet.now_h + fleet.step_h
    staying = []
    for job in fleet.jobs:
        kind = job.kind
        is_finished = job.work_h == 0.0
        is_abandoned = not is_finished and end_h - job.deadline_h > kind.fixed.abandon_h
        if is_finished:
            kind.moved.finished += 1.0
        elif is_abandoned:
            kind.moved.abandoned += 1.0
            fleet.charge("lateness_usd", kind.fixed.reject_usd_per_chip_h * job.work_h)
        else:
            staying.append(job)
            if job.status == WAITING:
                job.slack_h = job.slack_at(end_h)
        if (is_finished or is_abandoned) and job.module is not None:
            job.module.state.held_chips -= job.gang
    fleet.jobs = staying
