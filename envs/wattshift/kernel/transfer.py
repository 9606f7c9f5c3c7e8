"""Data of jobs on the move: inputs to where a gang waits for them, and results to where the job came from."""

import math

from .jit import njit
from .lateness import charge_lateness
from .paths import is_connected, load_path, path_in_use, room_gbps
from .state import PUSHING, RUNNING, STAGING


@njit
def move(params, state, ledger, job, site, n_sharing, attribution):
    """Move a job's data to the site over what is left of the links; hours into the step at which all is there, or inf.

    Nothing moves from or to a site that is out of service. An equal share among all that still wait for their turn
    keeps every link within its capacity, in any order.
    """
    step_s = params.rules[0].step_s
    if state.sites[job.site].up == 0 or state.sites[site].up == 0 or not is_connected(state, job.site, site):
        return math.inf
    path = params.path_links[job.site, site, path_in_use(state, job.site, site)]
    share_gbps = room_gbps(path, params.links, ledger.links) / n_sharing
    moved_gb = min(job.stage_gb, share_gbps / 8.0 * step_s)
    moved_gbps = moved_gb * 8.0 / step_s
    job.stage_gb -= moved_gb
    load_path(path, ledger.links, moved_gbps)
    if attribution:
        for link in path:
            if link < 0:
                break
            ledger.job_gbps[link, params.streams[job.stream].job_class] += moved_gbps
    if job.stage_gb > 1e-9:
        return math.inf
    job.stage_gb = 0.0
    return moved_gb * 8.0 / share_gbps / 3600.0 if moved_gb > 0.0 else 0.0


@njit
def stage(params, state, ledger, n_staging, attribution):
    """Move data of the staging jobs, `n_staging` in number, over what requests leave of the links."""
    for nth in range(state.episode[0].n_jobs):
        if n_staging == 0:
            break
        job = state.jobs[nth]
        if job.status != STAGING:
            continue
        site = params.modules[job.module].site
        if move(params, state, ledger, job, site, n_staging, attribution) < math.inf:
            job.status = RUNNING
            job.site = site
        n_staging -= 1


@njit
def push(params, state, ledger, now_h, n_pushing, attribution):
    """Move `n_pushing` results home over what requests and staging leave of the links.

    A job is late by when its result arrives.
    """
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(state.episode[0].n_jobs):
        if n_pushing == 0:
            break
        job = state.jobs[nth]
        if job.status != PUSHING:
            continue
        stream = params.streams[job.stream]
        arrival_h = move(params, state, ledger, job, stream.origin, n_pushing, attribution)
        until_h = now_h + min(arrival_h, step_h)
        if arrival_h < math.inf:
            ledger.jobs[stream.job_class].late += 1.0 if until_h > job.deadline_h else 0.0
        charge_lateness(params, ledger, job, now_h, until_h)
        n_pushing -= 1
