"""`State`, `Control`, `Ledger`: what evolves, what is set, what was moved.

Each is a NamedTuple of tables with a leading environment axis; `slices.py` cuts out one environment, and a stage reads
`state.sites[s].soc_kwh`. From Python, `state.sites["soc_kwh"]` is the column [E, S].
"""

from typing import Any, NamedTuple

import numpy as np

from .terms import N_SLOTS, N_SUMS, N_TERMS

F, I, U = np.float64, np.int64, np.uint64  # noqa: E741

WAITING, STAGING, RUNNING = range(3)
"""Status of a job in the table."""

LATENCY_BINS = 48
LATENCY_FIRST_MS = 1.0
LATENCY_RATIO = 1.2
"""Latency histogram: bin b holds latencies up to LATENCY_FIRST_MS * LATENCY_RATIO ** b; the last bin is open."""


def _record(**fields: Any) -> np.dtype:
    spec = [(name, *kind) if isinstance(kind, tuple) else (name, kind) for name, kind in fields.items()]
    return np.dtype(spec, align=True)


EPISODE = _record(
    seed=U,
    start=I,  # row of the traces at which the episode began
    step=I,  # physics steps taken
    horizon=I,  # physics steps of an episode
    n_jobs=I,  # slots of the job table in use, from the first on, in order of arrival
)
SITE_STATE = _record(
    up=I,  # 1 = in service
    soc_kwh=F,  # energy in the battery's cells
    peak_kw=F,  # highest import so far, for the demand charge
)
MODULE_STATE = _record(
    up=I,  # 1 = in service: draws power and may work
    loop_c=F,  # coolant at the chips' inlet
    held_chips=I,  # held by gangs
    cooling_up=I,  # 1 = the cooling plants run
    tripped=I,  # 1 = out of service until the loop is cool again
)
LINK_STATE = _record(up=I)
JOB = _record(
    stream=np.int32,
    status=np.int32,  # WAITING, STAGING or RUNNING
    gang=np.int32,  # chips
    module=np.int32,  # where the gang is held; -1 while waiting
    site=np.int32,  # where the data and the last checkpoint are
    work_h=F,  # reference chip-hours left
    fresh_h=F,  # reference chip-hours done since the last checkpoint
    stage_gb=F,  # data still to arrive
    restart_h=F,  # loading still to do
    deadline_h=F,  # hours after the episode's start
    pace=F,  # speed of the fastest chips that may run it
    slack_h=F,  # that it has now, while it waits
)

SITE_CONTROL = _record(
    routing_ms=F,  # how much nearer the site looks to requests
    placement_h=F,  # how much sooner it seems to finish jobs
    battery_kw=F,  # wanted at the bus: + charge, - discharge
)
MODULE_CONTROL = _record(
    job_chips=I,  # chips offered to jobs
    supply_c=F,  # set-point of the main plant
    speed=F,  # relative clock allowed by the power cap
    flow=F,  # coolant of the main plant over the flow that follows the load
)

TOTALS = _record(
    terms_usd=(F, (N_TERMS,)),  # of the decision
    clipped=(F, (N_SLOTS,)),  # what the action wanted beyond the possible, mean over slot and decision
    storage_beyond=F,  # the batteries' part of it, summed over the decision's steps
    cost_usd=(F, (N_TERMS,)),  # of the episode
    sums=(F, (N_SUMS,)),  # of the episode
    network_carbon_kg=F,
    liability_usd=F,  # owed after the last decision, kept with accrual rewards only
)
SITE_LEDGER = _record(
    it_kw=F,
    cooling_kw=F,
    loss_kw=F,
    solar_kw=F,  # available on site
    charge_kw=F,  # at the bus
    discharge_kw=F,  # at the bus
    import_kw=F,
    export_kw=F,
    curtailed_kw=F,
    carbon_kg=F,
    water_l=F,
    cost_usd=F,  # electricity, demand, carbon, water, wear, thermal
)
MODULE_LEDGER = _record(
    ready=I,  # chips that may serve or work in this step
    clock=F,  # relative speed after cap and throttling
    throttled=F,  # of which lost to throttling
    serving_chips=F,  # chip-equivalents busy with requests
    working_chips=F,  # chips busy with jobs, mean over the step
    largest_gang=I,  # that may start now; scratch of the scheduler
    it_kw=F,  # chips, nodes and server fans
    loss_kw=F,  # UPS and PDU
    heat_stored_kw=F,  # in the loop
    heat_removed_kw=(F, (2,)),  # by the two plants
    plant_kw=(F, (2,)),  # their electricity
    water_l=F,
    coolant_flow=F,  # of the main plant over its design flow
)
LINK_LEDGER = _record(gbps=F, power_kw=F)
FLOW_LEDGER = _record(per_s=F)
ROUTE_LEDGER = _record(per_s=F, latency_ms=F)  # mean latency; 0 where nothing was routed
REQUEST_LEDGER = _record(arrived=F, served=F, late=F, dropped=F)  # counts; late are among the served
JOB_LEDGER = _record(arrived=F, finished=F, late=F, rejected=F, abandoned=F)  # counts; late are among the finished


class State(NamedTuple):
    """What evolves, and only that: a copy of these arrays is a snapshot."""

    episode: np.ndarray  # [E] EPISODE
    sites: np.ndarray  # [E, S] SITE_STATE
    modules: np.ndarray  # [E, M] MODULE_STATE
    links: np.ndarray  # [E, L] LINK_STATE
    jobs: np.ndarray  # [E, J] JOB
    latency_count: np.ndarray  # [E, LATENCY_BINS] requests served so far by latency


class Control(NamedTuple):
    """Set-points of this decision, after the action was clipped to what is possible."""

    sites: np.ndarray  # [E, S] SITE_CONTROL
    modules: np.ndarray  # [E, M] MODULE_CONTROL


class Ledger(NamedTuple):
    """What this step moved; the totals cover the decision and the episode, as they say."""

    totals: np.ndarray  # [E] TOTALS
    sites: np.ndarray  # [E, S] SITE_LEDGER
    modules: np.ndarray  # [E, M] MODULE_LEDGER
    links: np.ndarray  # [E, L] LINK_LEDGER
    flows: np.ndarray  # [E, F] FLOW_LEDGER
    routes: np.ndarray  # [E, F, K] ROUTE_LEDGER
    requests: np.ndarray  # [E, C] REQUEST_LEDGER
    jobs: np.ndarray  # [E, B] JOB_LEDGER


def new_state(params: Any, n_envs: int, job_slots: int, horizon: int) -> State:
    """An empty state; environments become valid by `reset`."""
    state = State(
        episode=np.zeros(n_envs, EPISODE),
        sites=np.zeros((n_envs, len(params.sites)), SITE_STATE),
        modules=np.zeros((n_envs, len(params.modules)), MODULE_STATE),
        links=np.zeros((n_envs, len(params.links)), LINK_STATE),
        jobs=np.zeros((n_envs, job_slots), JOB),
        latency_count=np.zeros((n_envs, LATENCY_BINS)),
    )
    state.episode["horizon"] = horizon
    return state


def new_control(params: Any, n_envs: int) -> Control:
    """Set-points, to be written by `decode`."""
    return Control(
        sites=np.zeros((n_envs, len(params.sites)), SITE_CONTROL),
        modules=np.zeros((n_envs, len(params.modules)), MODULE_CONTROL),
    )


def new_ledger(params: Any, n_envs: int) -> Ledger:
    """A ledger of zeros."""
    return Ledger(
        totals=np.zeros(n_envs, TOTALS),
        sites=np.zeros((n_envs, len(params.sites)), SITE_LEDGER),
        modules=np.zeros((n_envs, len(params.modules)), MODULE_LEDGER),
        links=np.zeros((n_envs, len(params.links)), LINK_LEDGER),
        flows=np.zeros((n_envs, len(params.flows)), FLOW_LEDGER),
        routes=np.zeros((n_envs, *params.candidates.shape), ROUTE_LEDGER),
        requests=np.zeros((n_envs, len(params.request_classes)), REQUEST_LEDGER),
        jobs=np.zeros((n_envs, len(params.job_classes)), JOB_LEDGER),
    )
