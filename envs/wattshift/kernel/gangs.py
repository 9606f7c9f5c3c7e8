"""Sizes of gangs: how many chips are offered, free and enough, and how fast a gang is on more or fewer than nominal.

An elastic gang of nominal size g runs on n chips, ceil(least_share g) <= n <= floor(most_share g), as fast as
g (n / g) ** exponent chips: a concave scaling curve, after the marginal capacity curves of CarbonScaler (Hanafy et al.,
2023). All other gangs run on g chips or not at all.
"""

import math

from .decode import whole_chips
from .jit import njit


@njit
def least_chips(params, job):
    """Fewest chips on which the job runs."""
    if params.rules[0].elastic == 0:
        return int(job.gang)
    job_class = params.job_classes[params.streams[job.stream].job_class]
    return max(math.ceil(job_class.least_share * job.gang - 1e-9), 1)


@njit
def most_chips(params, job):
    """Most chips on which the job runs."""
    job_class = params.job_classes[params.streams[job.stream].job_class]
    return int(job_class.most_share * job.gang + 1e-9)


@njit
def nominal_chips(gang, held, exponent):
    """Chips of a gang at its nominal size that would be as fast as this one on the chips it holds."""
    return float(gang) if held == gang else gang * (held / gang) ** exponent


@njit
def of_healthy(params, state, nth_module, chips):
    """In proportion to the chips that have not failed, rounded down: jobs and requests share the loss."""
    installed, failed = params.modules[nth_module].chips, state.modules[nth_module].failed_chips
    return chips if failed == 0 else chips * (installed - failed) // installed


@njit
def offered_chips(params, state, control, nth_module):
    """Chips offered to jobs."""
    return of_healthy(params, state, nth_module, control.modules[nth_module].job_chips)


@njit
def offered_to(params, state, control, nth_module, urgent):
    """Chips offered to a job; an urgent one may count on the module's ordinary share."""
    offered = control.modules[nth_module].job_chips
    if urgent:
        offered = max(offered, whole_chips(params.modules[nth_module], params.modules[nth_module].job_share))
    return of_healthy(params, state, nth_module, offered)


@njit
def free_chips(state, ledger, nth_module):
    """Chips that are ready and neither hold a model nor are held by jobs."""
    module_now = state.modules[nth_module]
    return ledger.modules[nth_module].ready - module_now.replicas - module_now.held_chips


@njit
def start_chips(params, state, control, ledger, job, nth_module, urgent):
    """Chips with which the job would start on a module that has room for it.

    A rigid gang starts with all of its chips; an elastic one with what is free of the offer, not below its least.
    """
    if params.rules[0].elastic == 0:
        return int(job.gang)
    within = offered_to(params, state, control, nth_module, urgent) - state.modules[nth_module].held_chips
    free = free_chips(state, ledger, nth_module)
    return min(int(job.gang), min(free, max(within, least_chips(params, job))))
