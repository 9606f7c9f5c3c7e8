"""Stage 6, jobs: preempt, start, stage data, push results, progress, leave.

Jobs start first come, first served where they would finish soonest; those whose slack runs out go first and may use the
module's ordinary share of chips whatever the admission slot says, and any site whatever the dispatch slot says. A gang
holds all its chips from the moment its data begin to move. Preemption returns a job to its last checkpoint.

The chips offered to jobs are met to the nearest gang: one that fits at least by half starts, one that is beyond the
offer by more than half leaves, so that an offer smaller by a chip does not cost a large gang. Elastic gangs meet it to
the chip, and count as gangs of their least size where that is too much (`elastic.py`).
"""

import math

from .arrivals import slack_h
from .elastic import give_way, grow
from .gangs import free_chips, least_chips, nominal_chips, offered_chips, offered_to, start_chips
from .jit import njit
from .lateness import charge_lateness
from .paths import USABLE_LINK_SHARE, is_connected, path_in_use
from .state import DEFERRED, FIRST_SITE, PUSHING, RUNNING, STAGING, WAITING
from .terms import JOBS_PREEMPTED, LATENESS
from .transfer import push, stage


@njit
def schedule(params, state, control, ledger, attribution):
    """One step of the job table."""
    rules = params.rules[0]
    now_h = state.episode[0].step * rules.step_s / 3600.0
    if rules.elastic == 1:
        give_way(params, state, control, ledger, now_h)
    if is_any_beyond(params, state, control, ledger):
        preempt(params, state, control, ledger, now_h)
    n_waiting, n_urgent, n_staging, n_pushing = count(params, state)
    for nth_pass in range(2):  # a loop, and so one copy of the compiled code: the urgent first, then the others
        is_urgent_pass = nth_pass == 0
        n_candidates = n_urgent if is_urgent_pass else n_waiting - n_urgent
        if n_candidates > 0:
            n_staging += start(params, state, control, ledger, is_urgent_pass)
    if rules.elastic == 1:
        grow(params, state, control, ledger, now_h)
    stage(params, state, ledger, n_staging, attribution)
    if rules.results == 1:
        push(params, state, ledger, now_h, n_pushing, attribution)
    progress(params, state, ledger, now_h, attribution)


@njit
def release(state, job):
    """Free the chips that a job holds."""
    state.modules[job.module].held_chips -= job.held
    job.module = -1
    job.held = 0


@njit
def is_any_beyond(params, state, control, ledger):
    """Whether the jobs of any module hold more chips than they may: those that are ready, and offered."""
    is_beyond = False
    for nth in range(len(params.modules)):
        account = ledger.modules[nth]
        account.allowed_chips = min(account.ready, offered_chips(params, state, control, nth))
        is_beyond = is_beyond or state.modules[nth].held_chips > account.allowed_chips
    return is_beyond


@njit
def count(params, state):
    """Jobs that wait, those of them that are urgent, those whose input is on its way, and those whose result is.

    Without branches, which would be mispredicted: statuses come in no order.
    """
    n_waiting, n_urgent, n_staging, n_pushing = 0, 0, 0, 0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        is_waiting = job.status == WAITING
        n_waiting += is_waiting
        n_urgent += is_waiting & (job.slack_h < params.rules[0].urgent_slack_h)
        n_staging += job.status == STAGING
        n_pushing += job.status == PUSHING
    return n_waiting, n_urgent, n_staging, n_pushing


@njit
def preempt(params, state, control, ledger, now_h):
    """Release gangs, latest arrivals first: beyond the chips that are ready, or beyond the offer and not urgent."""
    for nth in range(state.episode[0].n_jobs - 1, -1, -1):
        job = state.jobs[nth]
        if job.held == 0 or state.modules[job.module].held_chips <= ledger.modules[job.module].allowed_chips:
            continue
        held = state.modules[job.module].held_chips
        is_beyond_ready = held > ledger.modules[job.module].ready
        is_beyond = held - job.held / 2 > offered_chips(params, state, control, int(job.module))
        if is_beyond_ready or (is_beyond and slack_h(params, job, now_h) >= params.rules[0].urgent_slack_h):
            release(state, job)
            job.work_h += job.fresh_h
            job.status = WAITING
            job.fresh_h = 0.0
            job.stage_gb = 0.0
            job.restart_h = 0.0
            job.slack_h = slack_h(params, job, now_h)
            ledger.totals[0].sums[JOBS_PREEMPTED] += 1.0


@njit
def largest_gang(params, state, control, ledger, nth_module, urgent):
    """Chips of the largest gang that may start on the module now: all of them free, half of them within the offer."""
    if state.modules[nth_module].up == 0:
        return 0
    within = offered_to(params, state, control, nth_module, urgent) - state.modules[nth_module].held_chips
    return min(2 * within, free_chips(state, ledger, nth_module))


@njit
def start(params, state, control, ledger, urgent):
    """Give chips to waiting jobs, in order of arrival: the urgent ones, or the others; returns how many stage data."""
    n_staging = 0
    for nth_module in range(len(params.modules)):
        room = largest_gang(params, state, control, ledger, nth_module, urgent)
        ledger.modules[nth_module].largest_gang = room
    for account in ledger.streams:
        account.room = -1
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        if job.status != WAITING or (job.slack_h < params.rules[0].urgent_slack_h) != urgent:
            continue
        if job.directive == DEFERRED and not urgent:
            continue
        if stream_room(params, ledger, job.stream) < least_chips(params, job):
            continue
        nth_module = soonest_module(params, state, control, ledger, job, urgent)
        if nth_module < 0:
            ledger.streams[job.stream].room = -1
            continue
        job_class = params.job_classes[params.streams[job.stream].job_class]
        is_there = params.modules[nth_module].site == job.site
        job.held = start_chips(params, state, control, ledger, job, nth_module, urgent)
        state.modules[nth_module].held_chips += job.held
        job.module = nth_module
        job.restart_h = job_class.restart_h
        job.status = RUNNING if is_there else STAGING
        n_staging += not is_there
        job.stage_gb = 0.0 if is_there else job_class.data_gb * job.gang
        room = largest_gang(params, state, control, ledger, nth_module, urgent)
        ledger.modules[nth_module].largest_gang = room
    return n_staging


@njit
def stream_room(params, ledger, nth_stream):
    """Chips of the largest gang of a stream that may start on any module, or an older and larger answer.

    Looked up when first asked for, and after it misled: rooms only shrink while jobs start.
    """
    account = ledger.streams[nth_stream]
    if account.room < 0:
        account.room = 0
        for nth in range(len(params.modules)):
            if params.stream_speed[nth_stream, nth] > 0.0:
                account.room = max(account.room, ledger.modules[nth].largest_gang)
    return account.room


@njit
def moving_h(params, state, gb, origin, site):
    """Hours that data take from site to site over an empty network; 0 from a site to itself."""
    return gb * 8.0 / (USABLE_LINK_SHARE * params.path_gbps[origin, site, path_in_use(state, origin, site)]) / 3600.0


@njit
def soonest_module(params, state, control, ledger, job, urgent):
    """The module with room where the job seems to finish soonest, the site's placement preference counted; or -1."""
    best_h, best = math.inf, -1
    if state.sites[job.site].up == 0:
        return best  # data do not leave a site that is out of service, and nothing runs there
    stream = params.streams[job.stream]
    job_class = params.job_classes[stream.job_class]
    data_gb = job_class.data_gb * job.gang
    least = least_chips(params, job)
    only = -1 if urgent else job.directive - FIRST_SITE  # the site that it was sent to, if any
    for nth_module in range(len(params.modules)):
        speed = params.stream_speed[job.stream, nth_module]
        if speed == 0.0 or ledger.modules[nth_module].largest_gang < least:
            continue
        site = params.modules[nth_module].site
        if only >= 0 and site != only:
            continue
        if not is_connected(state, job.site, site):
            continue
        chips = start_chips(params, state, control, ledger, job, nth_module, urgent)
        run_h = job.work_h / (nominal_chips(job.gang, chips, job_class.exponent) * speed)
        apparent_h = moving_h(params, state, data_gb, job.site, site) + run_h
        if job_class.result_gb > 0.0:
            apparent_h += moving_h(params, state, job_class.result_gb, site, stream.origin)
        apparent_h -= control.sites[site].placement_h
        if apparent_h < best_h:
            best_h, best = apparent_h, nth_module
    return best


@njit
def progress(params, state, ledger, now_h, attribution):
    """Work off the running jobs and charge lateness; the finished and the abandoned leave, the rest close ranks."""
    end_h = now_h + params.rules[0].step_s / 3600.0
    kept = 0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        if job.status != PUSHING:
            until_h = end_h
            if job.status == RUNNING:
                until_h = run(params, state, ledger, job, now_h, end_h, attribution)
            charge_lateness(params, ledger, job, now_h, until_h)
        if leaves(params, ledger, job, end_h):
            if job.held > 0:
                release(state, job)
            continue
        if job.status == WAITING:
            job.slack_h = slack_h(params, job, end_h)
        if kept != nth:
            state.jobs[kept] = job
        kept += 1
    state.episode[0].n_jobs = kept


@njit
def run(params, state, ledger, job, now_h, end_h, attribution):
    """Let a running job work through the step; returns when it finished, or the end of the step.

    A job that has a result to send home is not finished yet: it frees its chips.
    """
    busy_h = work(params, ledger, job, params.rules[0].step_s / 3600.0, attribution)
    if job.work_h > 1e-9:
        return end_h
    job.work_h = 0.0
    stream = params.streams[job.stream]
    result_gb = params.job_classes[stream.job_class].result_gb
    if result_gb > 0.0 and job.site != stream.origin:
        release(state, job)
        job.status = PUSHING
        job.stage_gb = result_gb
        return end_h
    finished_h = now_h + busy_h
    ledger.jobs[stream.job_class].late += 1.0 if finished_h > job.deadline_h else 0.0
    return finished_h


@njit
def work(params, ledger, job, step_h, attribution):
    """Let one gang load, then work; returns the hours it was busy."""
    nth_class = params.streams[job.stream].job_class
    job_class, account = params.job_classes[nth_class], ledger.modules[job.module]
    loading_h = min(job.restart_h, step_h)
    job.restart_h -= loading_h
    chips = nominal_chips(job.gang, job.held, job_class.exponent)
    per_h = chips * params.stream_speed[job.stream, job.module] * account.clock
    done_h = min(job.work_h, per_h * (step_h - loading_h))
    busy_h = loading_h + done_h / per_h
    job.work_h -= done_h
    job.fresh_h += done_h
    checkpoint_work_h = job_class.checkpoint_h * per_h
    if job.fresh_h >= 2.0 * checkpoint_work_h:  # the remainder is slow, and seldom needed
        job.fresh_h %= checkpoint_work_h
    elif job.fresh_h >= checkpoint_work_h:
        job.fresh_h -= checkpoint_work_h
    busy_chips = job.held * busy_h / step_h
    account.working_chips += busy_chips
    if attribution:
        ledger.job_chips[job.module, nth_class] += busy_chips
    return busy_h


@njit
def leaves(params, ledger, job, end_h):
    """Whether a job is finished, or given up by its owner; counts it, and charges what was given up."""
    if job.work_h == 0.0 and job.stage_gb == 0.0:
        ledger.jobs[params.streams[job.stream].job_class].finished += 1.0
        return True
    if end_h <= job.deadline_h:
        return False
    nth_class = params.streams[job.stream].job_class
    if end_h - job.deadline_h <= params.job_classes[nth_class].abandon_h:
        return False
    counts = ledger.jobs[nth_class]
    given_up_usd = params.job_classes[nth_class].reject_usd_per_chip_h * job.work_h
    counts.abandoned += 1.0
    counts.lateness_usd += given_up_usd
    ledger.totals[0].terms_usd[LATENESS] += given_up_usd
    return True
