"""2 Faults: memoryless failure and repair of sites and links."""

import math

from oracle import draws
from oracle.fleet import Fleet, Link, Site


def faults(fleet: Fleet) -> None:
    """Everything changes between in and out of service with the chance 1 - exp(-step / mean time)."""
    for group, stream in ((fleet.sites, draws.SITE_FAULT), (fleet.links, draws.LINK_FAULT)):
        for member in group:
            change(member, fleet, draws.uniform(fleet.episode.seed, stream, fleet.episode.step, member.nth))


def change(member: Site | Link, fleet: Fleet, u: float) -> None:
    mean_time_h = member.fixed.mtbf_h if member.is_up else member.fixed.mttr_h
    if u < 1.0 - math.exp(-fleet.step_h / mean_time_h):
        member.state.up = 0 if member.is_up else 1
