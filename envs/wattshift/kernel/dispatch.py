"""Jobs decided one by one: what the agent is shown of those that wait, and what it says of them.

Shown are the first `N_PENDING` jobs, in order of arrival, that wait and are not urgent. Each may be left to the
autopilot, put off until the next decision, or sent to one site, where it starts as soon as there is room for it. One
more entry speaks for all others: those beyond the first, those that arrive or are preempted before the next decision.
An urgent job heeds nothing of this: it starts wherever it would be done soonest.

A site is open to a job if its gang could start there now. To choose one that is not is to put the job off: what is
masked never comes about.
"""

from .decode import count_excess, read_slot
from .gangs import least_chips
from .jit import njit
from .paths import is_connected
from .schedule import largest_gang
from .state import AUTOPILOT, DEFERRED, FIRST_SITE, WAITING
from .terms import DISPATCH, N_PENDING

N_PENDING_JOB = 5
"""Entries of the observation for a pending job, besides one for each class and two for each site."""


@njit
def is_decidable(params, job):
    """Whether a job waits, and not urgently."""
    return job.status == WAITING and job.slack_h >= params.rules[0].urgent_slack_h


@njit
def is_open(params, state, control, ledger, job, nth_site):
    """Whether the gang of a job that is not urgent could start at a site now, as the last step left things."""
    if state.sites[nth_site].up == 0 or state.sites[job.site].up == 0 or not is_connected(state, job.site, nth_site):
        return False
    least = least_chips(params, job)
    for nth in range(len(params.modules)):
        may_run = params.modules[nth].site == nth_site and params.stream_speed[job.stream, nth] > 0.0
        if may_run and largest_gang(params, state, control, ledger, nth, False) >= least:
            return True
    return False


@njit
def read_choice(action, offset, nth, last):
    """An entry of the slot as a choice from 0 to `last`: 0 at zero and below, `last` at one, evenly in between."""
    return int(max(read_slot(action, offset, nth), 0.0) * last + 0.5)


@njit
def direct(params, state, control, ledger, action, offset):
    """Write what the action says of every job on the table, and of those to come until the next decision.

    Before `decode`: sites are open or not as the agent saw them.
    """
    clipped = ledger.totals[0].clipped
    count_excess(clipped, action, offset, N_PENDING + 1, DISPATCH)
    for nth in range(N_PENDING + 1):
        clipped[DISPATCH] += max(-read_slot(action, offset, nth), 0.0) / (N_PENDING + 1)
    others = read_choice(action, offset, N_PENDING, 1)
    state.episode[0].newcomers = DEFERRED if others == 1 else AUTOPILOT
    n_shown = 0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        job.directive = state.episode[0].newcomers
        if n_shown < N_PENDING and is_decidable(params, job):
            choice = read_choice(action, offset, n_shown, len(params.sites) + 1)
            if choice >= FIRST_SITE and not is_open(params, state, control, ledger, job, choice - FIRST_SITE):
                choice = DEFERRED
                clipped[DISPATCH] += 1.0 / (N_PENDING + 1)
            job.directive = choice
            n_shown += 1
    for nth in range(n_shown, N_PENDING):  # nobody is there to be sent
        if read_choice(action, offset, nth, len(params.sites) + 1) >= FIRST_SITE:
            clipped[DISPATCH] += 1.0 / (N_PENDING + 1)


@njit
def observe_pending(params, state, control, ledger, raw):
    """The jobs shown: size, work, slack, data, class, where the data are, and which sites are open to them."""
    n_sites, n_classes = len(params.sites), len(params.job_classes)
    size = N_PENDING_JOB + n_classes + 2 * n_sites
    raw[: N_PENDING * size] = 0.0
    n_shown = 0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        if n_shown == N_PENDING or not is_decidable(params, job):
            continue
        at = n_shown * size
        n_shown += 1
        nth_class = params.streams[job.stream].job_class
        raw[at] = 1.0
        raw[at + 1] = job.gang
        raw[at + 2] = job.work_h
        raw[at + 3] = job.slack_h
        raw[at + 4] = params.job_classes[nth_class].data_gb * job.gang
        at += N_PENDING_JOB
        raw[at + nth_class] = 1.0
        at += n_classes
        raw[at + job.site] = 1.0
        at += n_sites
        for site in range(n_sites):
            raw[at + site] = is_open(params, state, control, ledger, job, site)
