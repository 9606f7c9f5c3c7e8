"""In which slots a job that can be suspended runs: the cheapest ones, or those below a threshold.

Batches, units and names as in `starts.py`. A job of `length` slots may run in the slots 0 .. length + slack - 1, and it
always gets `length` of them: suspending costs nothing here, deadlines are kept.
"""

import numpy as np
from numpy.typing import ArrayLike

from wattshift_agents.shifting.checks import Flags, as_costs, as_jobs


def cheapest_slots(cost: ArrayLike, length: ArrayLike, slack: ArrayLike) -> Flags:
    """The `length` cheapest slots before the deadline, the earlier of equal ones.

    The interruptible strategy of Wiesner et al., "Let's Wait Awhile", Middleware 2021 ("WaitAwhile" elsewhere). No
    plan that keeps the deadline is cheaper under the forecast.

    Args:
        cost: `[n, H]` forecast.
        length: `[n]` slots that each job runs.
        slack: `[n]` slots that each job may wait in all; length + slack <= H.

    Returns:
        `[n, H]` whether the job runs in the slot.

    Raises:
        ValueError: the shapes do not fit, or a job reaches beyond the forecast.
    """
    costs = as_costs(cost)
    lengths, slacks = as_jobs(length, slack, *costs.shape)
    slots = np.arange(costs.shape[1])
    order = np.where(slots < lengths + slacks, costs, np.inf).argsort(axis=1, kind="stable")
    runs = np.zeros(costs.shape, dtype=np.bool_)
    np.put_along_axis(runs, order, slots < lengths, axis=1)
    return runs


def threshold_slots(cost: ArrayLike, length: ArrayLike, slack: ArrayLike, ceiling: ArrayLike) -> Flags:
    """The slots that cost no more than a ceiling, and all slots once the deadline leaves no choice.

    The suspend-and-resume rule of Ecovisor (Souza et al., ASPLOS 2023), which takes a percentile of the forecast as the
    ceiling; GAIA compares with it.

    Args:
        cost: `[n, H]` forecast.
        length: `[n]` slots that each job runs.
        slack: `[n]` slots that each job may wait in all; length + slack <= H.
        ceiling: `[n]` or one number, in the unit of `cost`.

    Returns:
        `[n, H]` whether the job runs in the slot.

    Raises:
        ValueError: the shapes do not fit, or a job reaches beyond the forecast.
    """
    costs = as_costs(cost)
    n_jobs, n_slots = costs.shape
    lengths, slacks = as_jobs(length, slack, n_jobs, n_slots)
    is_low = costs <= np.broadcast_to(np.asarray(ceiling, dtype=np.float64), (n_jobs,))[:, None]
    left = lengths - (np.cumsum(is_low, axis=1) - is_low)  # to do before the slot, had only low ones been used
    until_deadline = lengths + slacks - np.arange(n_slots)
    is_forced = (left >= until_deadline) & (until_deadline > 0)
    return (is_low & (left > 0) & (until_deadline > 0)) | is_forced
