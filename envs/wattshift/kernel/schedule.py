"""Stage 7, jobs: preempt, start, stage data, progress, leave.

Jobs start first come, first served where they would finish soonest; those whose slack runs out go first and may use the
module's ordinary share of chips whatever the admission slot says. A gang holds all its chips from the moment its data
begins to move. Preemption returns a job to its last checkpoint.

The chips offered to jobs are met to the nearest gang: one that fits at least by half starts, one that is beyond the
offer by half or more leaves, so that an offer smaller by a chip does not cost a large gang.
"""

import math

from .arrivals import slack_h
from .decode import whole_chips
from .jit import njit
from .paths import is_connected, load_path, path_in_use, room_gbps, width_gbps
from .state import RUNNING, STAGING, WAITING
from .terms import JOBS_PREEMPTED, LATENESS, LATENESS_H


@njit
def schedule(params, state, control, ledger):
    """One step of the job table."""
    now_h = state.episode[0].step * params.rules[0].step_s / 3600.0
    preempt(params, state, control, ledger, now_h)
    start(params, state, control, ledger, True)
    start(params, state, control, ledger, False)
    stage(params, state, ledger)
    progress(params, state, ledger, now_h)
    leave(params, state, ledger, now_h)


@njit
def preempt(params, state, control, ledger, now_h):
    """Release gangs, latest arrivals first: beyond the chips that are ready, or beyond the offer and not urgent."""
    for nth in range(state.episode[0].n_jobs - 1, -1, -1):
        job = state.jobs[nth]
        if job.status == WAITING:
            continue
        module_now = state.modules[job.module]
        is_beyond_ready = module_now.held_chips > ledger.modules[job.module].ready
        offered = of_healthy(params, state, job.module, control.modules[job.module].job_chips)
        is_beyond = module_now.held_chips - job.gang / 2 >= offered
        if is_beyond_ready or (is_beyond and slack_h(job, now_h) >= params.rules[0].urgent_slack_h):
            module_now.held_chips -= job.gang
            job.work_h += job.fresh_h
            job.status = WAITING
            job.module = -1
            job.fresh_h = 0.0
            job.stage_gb = 0.0
            job.restart_h = 0.0
            job.slack_h = slack_h(job, now_h)
            ledger.totals[0].sums[JOBS_PREEMPTED] += 1.0


@njit
def of_healthy(params, state, nth_module, offered):
    """The offer in proportion to the chips that have not failed, rounded down: jobs and requests share the loss."""
    chips, failed = params.modules[nth_module].chips, state.modules[nth_module].failed_chips
    return offered if failed == 0 else offered * (chips - failed) // chips


@njit
def largest_gang(params, state, control, ledger, nth_module, urgent):
    """Chips of the largest gang that may start on the module now: all of them free, half of them within the offer."""
    module, held = params.modules[nth_module], state.modules[nth_module].held_chips
    if state.modules[nth_module].up == 0:
        return 0
    offered = control.modules[nth_module].job_chips
    if urgent:
        offered = max(offered, whole_chips(module, module.job_share))
    offered = of_healthy(params, state, nth_module, offered)
    replicas = state.modules[nth_module].replicas
    return min(2 * (offered - held), ledger.modules[nth_module].ready - replicas - held)


@njit
def start(params, state, control, ledger, urgent):
    """Give chips to waiting jobs, in order of arrival: the urgent ones, or the others."""
    for nth_module in range(len(params.modules)):
        room = largest_gang(params, state, control, ledger, nth_module, urgent)
        ledger.modules[nth_module].largest_gang = room
    largest = most_room(ledger)
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        if job.status != WAITING or job.gang > largest:
            continue
        if (job.slack_h < params.rules[0].urgent_slack_h) != urgent:
            continue
        nth_module = soonest_module(params, state, control, ledger, job)
        if nth_module < 0:
            continue
        job_class = params.job_classes[params.streams[job.stream].job_class]
        is_there = params.modules[nth_module].site == job.site
        state.modules[nth_module].held_chips += job.gang
        job.module = nth_module
        job.restart_h = job_class.restart_h
        job.status = RUNNING if is_there else STAGING
        job.stage_gb = 0.0 if is_there else job_class.data_gb * job.gang
        room = largest_gang(params, state, control, ledger, nth_module, urgent)
        ledger.modules[nth_module].largest_gang = room
        largest = most_room(ledger)


@njit
def most_room(ledger):
    """The largest gang that may start on any module."""
    largest = 0
    for account in ledger.modules:
        largest = max(largest, account.largest_gang)
    return largest


@njit
def soonest_module(params, state, control, ledger, job):
    """The module with room where the job seems to finish soonest, the site's placement preference counted; or -1."""
    best_h, best = math.inf, -1
    data_gb = params.job_classes[params.streams[job.stream].job_class].data_gb * job.gang
    for nth_module in range(len(params.modules)):
        speed = params.stream_speed[job.stream, nth_module]
        if speed == 0.0 or ledger.modules[nth_module].largest_gang < job.gang:
            continue
        site = params.modules[nth_module].site
        if not is_connected(state, job.site, site):
            continue
        path = params.path_links[job.site, site, path_in_use(state, job.site, site)]
        staging_h = data_gb * 8.0 / width_gbps(path, params.links) / 3600.0
        apparent_h = staging_h + job.work_h / (job.gang * speed) - control.sites[site].placement_h
        if apparent_h < best_h:
            best_h, best = apparent_h, nth_module
    return best


@njit
def stage(params, state, ledger):
    """Move data of staging jobs over what requests leave of the links."""
    step_s = params.rules[0].step_s
    n_staging = 0
    for nth in range(state.episode[0].n_jobs):
        n_staging += state.jobs[nth].status == STAGING
    for nth in range(state.episode[0].n_jobs):
        if n_staging == 0:
            break
        job = state.jobs[nth]
        if job.status != STAGING:
            continue
        site = params.modules[job.module].site
        if is_connected(state, job.site, site):
            path = params.path_links[job.site, site, path_in_use(state, job.site, site)]
            # An equal share among all that still stage keeps every link within its capacity, in any order.
            share_gbps = room_gbps(path, params.links, ledger.links) / n_staging
            moved_gb = min(job.stage_gb, share_gbps / 8.0 * step_s)
            job.stage_gb -= moved_gb
            load_path(path, ledger.links, moved_gb * 8.0 / step_s)
            if job.stage_gb <= 1e-9:
                job.stage_gb = 0.0
                job.status = RUNNING
                job.site = site
        n_staging -= 1


@njit
def progress(params, state, ledger, now_h):
    """Work off the running jobs; charge every hour after the deadline, finished or not."""
    step_h = params.rules[0].step_s / 3600.0
    totals = ledger.totals[0]
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        nth_class = params.streams[job.stream].job_class
        job_class = params.job_classes[nth_class]
        until_h = now_h + step_h
        if job.status == RUNNING:
            account = ledger.modules[job.module]
            loading_h = min(job.restart_h, step_h)
            job.restart_h -= loading_h
            per_h = job.gang * params.stream_speed[job.stream, job.module] * account.clock
            done_h = min(job.work_h, per_h * (step_h - loading_h))
            busy_h = loading_h + done_h / per_h
            job.work_h -= done_h
            job.fresh_h += done_h
            checkpoint_work_h = job_class.checkpoint_h * per_h
            if job.fresh_h >= checkpoint_work_h:  # the remainder is slow, and seldom needed
                job.fresh_h %= checkpoint_work_h
            account.working_chips += job.gang * busy_h / step_h
            if job.work_h <= 1e-9:
                job.work_h = 0.0
                until_h = now_h + busy_h
                ledger.jobs[nth_class].late += 1.0 if until_h > job.deadline_h else 0.0
        late_h = until_h - max(now_h, job.deadline_h)
        if late_h > 0.0:
            totals.sums[LATENESS_H] += late_h
            totals.terms_usd[LATENESS] += late_h * job.gang * job_class.late_usd_per_chip_h


@njit
def leave(params, state, ledger, now_h):
    """Take finished and abandoned jobs off the table; the rest close ranks, and those that wait note their slack."""
    end_h = now_h + params.rules[0].step_s / 3600.0
    kept = 0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        nth_class = params.streams[job.stream].job_class
        job_class, counts = params.job_classes[nth_class], ledger.jobs[nth_class]
        overdue_h = end_h - job.deadline_h
        is_finished = job.work_h == 0.0
        is_abandoned = not is_finished and overdue_h > job_class.abandon_h
        if is_finished:
            counts.finished += 1.0
        if is_abandoned:
            counts.abandoned += 1.0
            ledger.totals[0].terms_usd[LATENESS] += job_class.reject_usd_per_chip_h * job.work_h
        if is_finished or is_abandoned:
            if job.status != WAITING:
                state.modules[job.module].held_chips -= job.gang
        else:
            if job.status == WAITING:
                job.slack_h = slack_h(job, end_h)
            if kept != nth:
                state.jobs[kept] = job
            kept += 1
    state.episode[0].n_jobs = kept
