"""When a job that runs without a break begins: the lowest slot, the lowest window, the best saving for its waiting.

All plans are made for a batch of jobs at once. `cost[n, h]` is the forecast cost of a unit of work of job n in slot h
(g, kg or USD, as you like; it may be negative), slot 0 the present. A job runs for `length[n]` slots and may wait for
`slack[n]`: it begins in a slot 0..slack. Of equal choices the earliest is taken: nothing waits for nothing.
"""

import numpy as np
from numpy.typing import ArrayLike

from wattshift_agents.shifting.checks import Floats, Ints, as_costs, as_jobs


def lowest_slot(cost: ArrayLike, slack: ArrayLike) -> Ints:
    """The slot of lowest cost that a job may begin in, whatever comes after: needs no knowledge of its length.

    "Lowest-Slot" of Hanafy et al., "Going Green for Less Green" (GAIA), ASPLOS 2024.

    Args:
        cost: `[n, H]` forecast.
        slack: `[n]` slots that each job may wait, below H.

    Returns:
        `[n]` first slot of each job.

    Raises:
        ValueError: the shapes do not fit, or the slack reaches beyond the forecast.
    """
    costs = as_costs(cost)
    _, slacks = as_jobs(1, slack, *costs.shape)
    return np.where(np.arange(costs.shape[1]) <= slacks, costs, np.inf).argmin(axis=1)


def window_costs(cost: ArrayLike, length: ArrayLike, slack: ArrayLike) -> Floats:
    """What a job costs by the slot in which it begins, from prefix sums.

    The present's cost is taken off before summing and put back after, so that equal slots give exactly equal windows.

    Args:
        cost: `[n, H]` forecast.
        length: `[n]` slots that each job runs.
        slack: `[n]` slots that each job may wait; length + slack <= H.

    Returns:
        `[n, H]` sum over the slots begin .. begin + length - 1; infinite where the job would be late.

    Raises:
        ValueError: the shapes do not fit, or a job reaches beyond the forecast.
    """
    costs = as_costs(cost)
    n_jobs, n_slots = costs.shape
    lengths, slacks = as_jobs(length, slack, n_jobs, n_slots)
    now = costs[:, :1]
    before = np.concatenate([np.zeros((n_jobs, 1)), np.cumsum(costs - now, axis=1)], axis=1)
    begin = np.arange(n_slots)
    end = np.minimum(begin + lengths, n_slots)
    window = np.take_along_axis(before, end, axis=1) - before[:, :-1] + lengths * now
    return np.where(begin <= slacks, window, np.inf)


def lowest_window(cost: ArrayLike, length: ArrayLike, slack: ArrayLike) -> Ints:
    """The first slot of the contiguous window of lowest cost.

    The non-interruptible strategy of Wiesner et al., "Let's Wait Awhile", Middleware 2021; "Lowest-Window" of GAIA.
    Arguments, result `[n]` and errors as `window_costs`.
    """
    return window_costs(cost, length, slack).argmin(axis=1)


def carbon_time(cost: ArrayLike, length: ArrayLike, slack: ArrayLike) -> Ints:
    """The first slot of the window that saves most per slot until the job is done.

    "Carbon-Time" of Hanafy et al. (GAIA), ASPLOS 2024: maximises (cost of starting now - cost of the window) / (wait +
    length), so that a little more saving does not buy a long wait. Arguments, result `[n]` and errors as
    `window_costs`.
    """
    windows = window_costs(cost, length, slack)
    until_done = np.arange(windows.shape[1]) + np.broadcast_to(length, (len(windows),))[:, None]
    return ((windows[:, :1] - windows) / until_done).argmax(axis=1)
