"""6 Jobs, data on the move: inputs to the gangs that wait for them, results home."""

import math

from oracle.fleet import PUSHING, RUNNING, STAGING, Fleet, Job, Site
from oracle.lateness import pay_lateness

DONE_GB = 1e-9
"""Gigabytes that count as none."""


def stage(fleet: Fleet) -> None:
    """Each staging job in turn gets what is left of its path over the number of those not yet served."""
    staging = fleet.held_by(STAGING)
    for nth, job in enumerate(staging):
        assert job.module is not None
        site = job.module.site
        if move(fleet, job, site, len(staging) - nth) < math.inf:
            job.status, job.site = RUNNING, site


def push(fleet: Fleet) -> None:
    """Results likewise, over what staging left; a job is finished when its result is all there."""
    pushing = fleet.held_by(PUSHING)
    for nth, job in enumerate(pushing):
        arrival_h = move(fleet, job, job.stream.origin, len(pushing) - nth)
        until_h = fleet.now_h + min(arrival_h, fleet.step_h)
        job.kind.moved.late += arrival_h < math.inf and until_h > job.deadline_h
        pay_lateness(fleet, job, until_h)


def move(fleet: Fleet, job: Job, site: Site, sharing: int) -> float:
    """Move a job's data to a site; returns the hours into the step at which all is there, or infinity."""
    path = fleet.path(job.site, site)
    if not (path.is_up and job.site.is_up and site.is_up):
        return math.inf
    share_gbps = path.left_gbps / sharing
    moved_gb = min(job.stage_gb, share_gbps / 8.0 * fleet.rules.step_s)
    moved_gbps = moved_gb * 8.0 / fleet.rules.step_s
    path.carry(moved_gbps)
    if fleet.attributed:
        for link in path.links:
            link.job_gbps[job.kind.nth] += moved_gbps
    job.stage_gb -= moved_gb
    if job.stage_gb > DONE_GB:
        return math.inf
    job.stage_gb = 0.0
    return moved_gb * 8.0 / share_gbps / 3600.0 if moved_gb > 0.0 else 0.0
