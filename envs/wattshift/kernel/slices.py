"""Stage 1, reading: one environment's share of every array, and the traces' current row."""

from typing import NamedTuple

import numpy as np

from .jit import njit
from .state import Control, Ledger, State


class Now(NamedTuple):
    """The exogenous series of one step."""

    zones: np.ndarray  # [Z] weather, carbon and price
    request_rate_per_s: np.ndarray  # [F]
    job_rate_per_h: np.ndarray  # [G]
    flow_drawn: np.ndarray  # [F] 1 = counts are drawn around the rate, 0 = the rate is what arrives
    stream_drawn: np.ndarray  # [G] 1 = jobs are drawn at the rate, 0 = they stand in the traces' table
    jobs: np.ndarray  # [N] REPLAYED_JOB: the whole table, of which arrive
    first_job: int  # from this one
    end_job: int  # to before this one
    opens_period: bool  # the first step of a calendar month: the demand charge begins anew


@njit
def read(traces, row):
    """The series at one row."""
    opens_period = row > 0 and traces.month[row] != traces.month[row - 1]
    return Now(
        traces.zones[row],
        traces.request_rate_per_s[row],
        traces.job_rate_per_h[row],
        traces.flow_drawn,
        traces.stream_drawn,
        traces.jobs,
        traces.first_job[row],
        traces.first_job[row + 1],
        opens_period,
    )


@njit
def state_of(state, env):
    """One environment's state; `episode` stays an array, of length one."""
    return State(
        state.episode[env : env + 1],
        state.sites[env],
        state.modules[env],
        state.links[env],
        state.jobs[env],
        state.latency_count[env],
        state.hazards[env],
        state.paths[env],
        state.streams[env],
    )


@njit
def control_of(control, env):
    """One environment's set-points."""
    return Control(control.sites[env], control.modules[env], control.links[env])


@njit
def ledger_of(ledger, env):
    """One environment's ledger; `totals` stays an array, of length one."""
    return Ledger(
        ledger.totals[env : env + 1],
        ledger.sites[env],
        ledger.modules[env],
        ledger.links[env],
        ledger.flows[env],
        ledger.routes[env],
        ledger.requests[env],
        ledger.jobs[env],
        ledger.streams[env],
        ledger.job_chips[env],
        ledger.job_gbps[env],
    )
