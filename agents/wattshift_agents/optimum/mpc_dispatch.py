"""From a plan to choices for the jobs that are shown one by one: the inverse of `wattshift.kernel.dispatch`."""

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import AUTOPILOT, DEFERRED, FIRST_SITE
from wattshift.kernel.terms import N_PENDING

from .mpc_jobs import Waiting
from .mpc_program import Starts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def shown(jobs: NDArray[np.void], is_open: Flags, urgent_slack_h: float) -> Waiting:
    """The jobs of a table that are shown: the first that wait and are not urgent, in order of arrival.

    While more of them wait than are shown, none of those shown may be put off, or the others would never be seen.

    Args:
        jobs: [J] JOB_VIEW of one environment, in the table's order.
        is_open: [N_PENDING, S] sites at which each of those shown could start now.
        urgent_slack_h: Slack below which a job starts by itself.
    """
    waiting = jobs[(jobs["chips"] > 0.0) & (jobs["module"] < 0) & (jobs["slack_h"] >= urgent_slack_h)]
    n_shown = min(len(waiting), N_PENDING)
    return Waiting(waiting[:n_shown], is_open[:n_shown], np.full(n_shown, len(waiting) > N_PENDING))


def choices(starts: Starts, started: Floats, n_sites: int) -> Ints:
    """`[N_PENDING]` what the plan says of each job shown.

    The site where most of it starts in the first period, if that is at least as much as starts later or not at all; the
    job is put off otherwise. Where nobody is shown the autopilot decides.

    Args:
        starts: The program's.
        started: [K] the plan's share of its job that starts so.
        n_sites: S.
    """
    is_now = starts.period == 0
    now = np.zeros((len(starts.jobs), n_sites))
    np.add.at(now, (starts.job[is_now], starts.site[is_now]), started[is_now])
    chosen = np.full(N_PENDING, AUTOPILOT)
    begins = now.sum(axis=1) >= 0.5
    chosen[: len(now)] = np.where(begins, FIRST_SITE + now.argmax(axis=1), DEFERRED)
    return chosen
