"""Elastic gangs give way and grow: part of stage 6.

Before anyone is preempted, elastic gangs return what they were lent beyond their nominal size, then shrink as far as
chips fail or the offer asks. After all starts, those that run grow with what is left of the offer: all first to their
nominal size, then to their most. Changing size takes no time and loses no work.
"""

from .arrivals import slack_h
from .gangs import free_chips, least_chips, most_chips, offered_chips, offered_to
from .jit import njit
from .state import RUNNING


@njit
def resize(state, job, chips):
    """Let a gang hold so many chips."""
    state.modules[job.module].held_chips += chips - job.held
    job.held = chips


@njit
def give_way(params, state, control, ledger, now_h):
    """Return what was lent; then shrink to the offer (not the urgent) and to what is ready, latest arrivals first."""
    n_jobs = state.episode[0].n_jobs
    for nth in range(n_jobs):
        job = state.jobs[nth]
        if job.held > job.gang:
            resize(state, job, job.gang)
    for nth in range(n_jobs - 1, -1, -1):
        job = state.jobs[nth]
        if job.held == 0:
            continue
        allowed = ledger.modules[job.module].ready
        if slack_h(params, job, now_h) >= params.rules[0].urgent_slack_h:
            allowed = min(allowed, offered_chips(params, state, control, int(job.module)))
        beyond = state.modules[job.module].held_chips - allowed
        least = least_chips(params, job)
        if beyond > 0 and job.held > least:
            resize(state, job, max(job.held - beyond, least))


@njit
def grow(params, state, control, ledger, now_h):
    """Hand out what is left of the offer, in order of arrival: up to every gang's nominal size, then up to its most."""
    for nth_pass in range(2):
        is_first = nth_pass == 0
        for nth in range(state.episode[0].n_jobs):
            job = state.jobs[nth]
            if job.status != RUNNING:
                continue
            chips = int(job.gang) if is_first else most_chips(params, job)
            if job.held < chips:
                is_urgent = is_first and slack_h(params, job, now_h) < params.rules[0].urgent_slack_h
                grow_to(params, state, control, ledger, job, chips, is_urgent)


@njit
def grow_to(params, state, control, ledger, job, chips, urgent):
    """Let one gang grow as far as the offer and the free chips go."""
    within = offered_to(params, state, control, int(job.module), urgent) - state.modules[job.module].held_chips
    room = min(within, free_chips(state, ledger, int(job.module)))
    if room > 0:
        resize(state, job, min(chips, job.held + room))
