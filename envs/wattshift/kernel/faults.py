"""Stage 2, faults: sites and links fail and are repaired at random, at the rates of the scenario.

Memoryless failure and repair (exponential times, the standard two-state availability model): the chance of a change
within a step of h hours is 1 - exp(-h / mean time).
"""

import math

from .jit import njit
from .rng import LINK_FAULT, SITE_FAULT, uniform


@njit
def happens(mean_time_h, step_h, u):
    """Whether an event with the given mean time happens within the step; `u` is uniform in (0, 1)."""
    # 1 - exp(-x) < x: most steps are settled without the exponential.
    return u < step_h / mean_time_h and u < -math.expm1(-step_h / mean_time_h)


@njit
def faults(params, state):
    """Move every site and link between in service and out of service."""
    seed, step = state.episode[0].seed, state.episode[0].step
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.sites)):
        site, now = params.sites[nth], state.sites[nth]
        mean_time_h = site.mtbf_h if now.up == 1 else site.mttr_h
        if happens(mean_time_h, step_h, uniform(seed, SITE_FAULT, step, nth)):
            now.up = 1 - now.up
    for nth in range(len(params.links)):
        link, link_now = params.links[nth], state.links[nth]
        mean_time_h = link.mtbf_h if link_now.up == 1 else link.mttr_h
        if happens(mean_time_h, step_h, uniform(seed, LINK_FAULT, step, nth)):
            link_now.up = 1 - link_now.up
