"""Where a program begins: at the last optimum, moved on by the periods that have passed.

Hours that both plans see keep their status, and so do jobs that still wait, with every way to start them. Hours that
are new are taken to be like the last one known; a job that is new begins unplanned.
"""

import numpy as np
from numpy.typing import NDArray

from .mpc_program import Starts, cut, shapes_of
from .mpc_solver import AT_LOW, BETWEEN, Basis, Statuses

Ints = NDArray[np.int64]


def moved_on(basis: Basis, before: Starts, starts: Starts, n_sites: int, passed: int) -> Basis:
    """A guess of the basis of the program of `starts`.

    Args:
        basis: Of the optimum of the earlier program.
        before: Its starts.
        starts: Of the program that is to be solved.
        n_sites: S.
        passed: Periods from the one to the other.
    """
    shapes = shapes_of(n_sites, before)
    by_period, by_site, started, unplanned = cut(basis.columns, shapes.columns)
    balances, missing, chips, once = cut(basis.rows, shapes.rows)
    n_periods = starts.free_chips.shape[1]
    same = _same_jobs(before, starts)
    columns = [
        _later(by_period, passed, n_periods),
        by_site,
        _same_starts(started, before, starts, same, passed),
        _of_known(unplanned, same, BETWEEN),
    ]
    rows = [
        _later(balances, passed, n_periods),
        missing,
        _later(chips, passed, n_periods),
        _of_known(once, same, AT_LOW),
    ]
    return Basis(*(np.concatenate([part.ravel() for part in parts]) for parts in (columns, rows)))


def _later(statuses: Statuses, passed: int, n_periods: int) -> Statuses:
    """The last axis `passed` periods later; beyond its end as at its end."""
    last = statuses.shape[-1] - 1
    return statuses[..., np.minimum(np.arange(n_periods) + passed, last)]


def _same_jobs(before: Starts, starts: Starts) -> Ints:
    """`[N]` number that each job had before, -1 of one that is new; stream and deadline tell jobs apart."""
    was, now = before.jobs, starts.jobs
    if len(was) == 0:
        return np.full(len(now), -1)
    is_same = (now["stream"][:, None] == was["stream"]) & (now["deadline_h"][:, None] == was["deadline_h"])
    return np.where(is_same.any(axis=1), is_same.argmax(axis=1), -1)


def _of_known(statuses: Statuses, same: Ints, otherwise: int) -> Statuses:
    """`[N]` the statuses of jobs; of those that are new `otherwise`."""
    return np.append(statuses, np.int8(otherwise))[same]


def _same_starts(statuses: Statuses, before: Starts, starts: Starts, same: Ints, passed: int) -> Statuses:
    """`[K]` status of the same job's start on the same module at the same time; of those that are new, not started."""
    n_modules, n_periods = before.free_chips.shape
    table = np.full((len(before.jobs) + 1, n_modules, n_periods + 1), AT_LOW, np.int8)
    table[before.job, before.module, before.period] = statuses
    return table[same[starts.job], starts.module, np.minimum(starts.period + passed, n_periods)]
