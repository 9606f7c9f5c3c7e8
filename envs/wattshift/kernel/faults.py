"""Stage 2, faults: what is out of service in this step, at random, for maintenance, or by a script.

Random failure and repair are memoryless (exponential times, the standard two-state availability model): the chance of a
change within a step of h hours is 1 - exp(-h / mean time). What never fails has no record and costs nothing. A thing is
out of service while any cause holds, and back in service in the first step without one.
"""

import math

from .jit import njit
from .rng import (
    CHIP_FAULT,
    CHIP_REPAIR,
    COOLING_FAULT,
    FEED_FAULT,
    LINK_FAULT,
    MODULE_FAULT,
    SITE_FAULT,
    binomial,
    uniform,
)

SITE, FEED, LINK, MODULE, COOLING, CHIPS = range(6)
"""Kinds of things, as `what` numbers them (`TARGETS` of scenario/tables.py)."""

FAULT_STREAMS = (SITE_FAULT, FEED_FAULT, LINK_FAULT, MODULE_FAULT, COOLING_FAULT, CHIP_FAULT)
"""Random draws of each kind."""


@njit
def faults(params, state):
    """Restore what was out of service, then take out what is."""
    for nth in range(len(params.hazards)):
        if state.hazards[nth].failed > 0:
            restore(state, params.hazards[nth])
    for event in params.events:
        restore(state, event)
    for nth in range(len(params.hazards)):
        fail_and_repair(params, state, nth)
        if state.hazards[nth].failed > 0:
            take_out(params, state, params.hazards[nth], state.hazards[nth].failed)
    for event in params.events:
        if is_on(event, state.episode[0]):
            take_out(params, state, event, event.chips)


@njit
def set_service(state, cause, value):
    """Note whether the thing itself is in service (1) or not (0); chips are counted elsewhere."""
    if cause.what == SITE:
        state.sites[cause.target].up = value
    elif cause.what == FEED:
        state.sites[cause.target].feed_up = value
    elif cause.what == LINK:
        state.links[cause.target].up = value
    elif cause.what == MODULE:
        state.modules[cause.target].in_service = value
    elif cause.what == COOLING:
        state.modules[cause.target].cooling_up = value


@njit
def restore(state, cause):
    """In service again, until a cause says otherwise."""
    set_service(state, cause, 1)
    if cause.what == CHIPS:
        state.modules[cause.target].failed_chips = 0


@njit
def take_out(params, state, cause, chips):
    """Out of service; chips that several causes take out are different ones, as long as there are any."""
    set_service(state, cause, 0)
    if cause.what == CHIPS:
        module_now = state.modules[cause.target]
        module_now.failed_chips = min(module_now.failed_chips + chips, params.modules[cause.target].chips)


@njit
def fail_and_repair(params, state, nth):
    """Move one thing between in and out of service, or some of a module's chips."""
    hazard, hazard_now = params.hazards[nth], state.hazards[nth]
    seed, step = state.episode[0].seed, state.episode[0].step
    step_h = params.rules[0].step_s / 3600.0
    u = uniform(seed, FAULT_STREAMS[hazard.what], step, hazard.key)
    if hazard.what == CHIPS:
        healthy = params.modules[hazard.target].chips - hazard_now.failed
        failing = how_many(healthy, hazard.mtbf_h, step_h, u)
        if hazard_now.failed > 0:
            u = uniform(seed, CHIP_REPAIR, step, hazard.key)
            hazard_now.failed -= how_many(hazard_now.failed, hazard.mttr_h, step_h, u)
        hazard_now.failed += failing
    elif happens(hazard.mtbf_h if hazard_now.failed == 0 else hazard.mttr_h, step_h, u):
        hazard_now.failed = 1 - hazard_now.failed


@njit
def happens(mean_time_h, step_h, u):
    """Whether an event with the given mean time happens within the step; `u` is uniform in (0, 1)."""
    # 1 - exp(-x) < x: most steps are settled without the exponential.
    return u < step_h / mean_time_h and u < -math.expm1(-step_h / mean_time_h)


@njit
def how_many(n, mean_time_h, step_h, u):
    """How many of `n` independent events with the given mean time happen within the step."""
    # The chance of none, exp(-n x), is above 1 - n x: most steps are settled without the exponential.
    if u <= 1.0 - n * step_h / mean_time_h:
        return 0
    return binomial(n, -math.expm1(-step_h / mean_time_h), u)


@njit
def is_on(event, episode):
    """Whether the event's window covers the step."""
    since = episode.step - event.begin_step
    if event.on_clock == 1:
        since += episode.start
    if since < 0:
        return False
    if event.every_steps > 0:
        since %= event.every_steps
    return since < event.n_steps
