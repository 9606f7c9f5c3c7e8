"""`State`, `Control`, `Ledger`: what evolves, what is set, what was moved.

Each is a NamedTuple of tables with a leading environment axis; `slices.py` cuts out one environment, and a stage reads
`state.sites[s].soc_kwh`. From Python, `state.sites["soc_kwh"]` is the column [E, S].
"""

from typing import Any, NamedTuple

import numpy as np

from .terms import N_SLOTS, N_SUMS, N_TERMS

F, I, U = np.float64, np.int64, np.uint64  # noqa: E741

WAITING, STAGING, RUNNING, PUSHING = range(4)
"""Status of a job in the table; a pushing one has done its work and sends the result to its origin."""

AUTOPILOT, DEFERRED, FIRST_SITE = range(3)
"""What a decision says of a job: nothing, not before the next decision, or, from FIRST_SITE on, only at a site."""

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
    newcomers=I,  # directive of the jobs that arrive before the next decision
    n_jobs=I,  # slots of the job table in use, from the first on, in order of arrival
    period_h=F,  # hours of the billing period so far, of those within the episode
)
SITE_STATE = _record(
    up=I,  # 1 = in service
    feed_up=I,  # 1 = the grid feed is in service
    soc_kwh=F,  # energy in the battery's cells
    peak_kw=F,  # highest import of the billing period so far, for the demand charge
    highest_kw=F,  # highest import of the episode so far
    worn_share=F,  # of the battery's capacity, lost in this episode
    generator_left_s=F,  # until the generator can serve; its start time while the feed is up
    fuel_l=F,  # in the generator's tank
    usual_kw=F,  # running mean of the import, against which a curtailment request is measured
    curtailing=I,  # 1 = a curtailment request holds in the coming step
    curtail_in_h=F,  # hours until the next request begins; 0 = none within the notice
)
MODULE_STATE = _record(
    up=I,  # 1 = in service: draws power and may work
    in_service=I,  # 1 = neither failed nor serviced itself, whatever its site does
    cooling_up=I,  # 1 = its cooling plants run
    tripped=I,  # 1 = out of service until the loop is cool again
    failed_chips=I,
    loop_c=F,  # coolant at the chips' inlet
    held_chips=I,  # held by gangs
    awake=I,  # chips neither asleep nor waking
    waking=I,  # the cohort that wakes
    wake_left_s=F,  # until it is ready
    replicas=I,  # chips that hold a model: in the last step, and from routing on in this one
)
HAZARD_STATE = _record(failed=I)  # 0 or 1, or how many chips; kept apart from scripted times out of service
LINK_STATE = _record(
    up=I,
    asleep=I,  # 1 = in service, and carries nothing until it is woken
    chosen_up=I,  # what the paths were last chosen for; -1 = not yet
    chosen_nearer_ms=F,
    chosen_may_sleep=I,
)
STREAM_STATE = _record(
    hour=I,  # of the episode for which the burst was drawn; -1 = none yet
    burst=F,  # arrivals over their mean
)
PATH = _record(
    nth=I,  # candidate that the pair of sites uses; -1 = cut off
    round_trip_ms=F,  # of it; of the shortest where the pair is cut off
)
JOB = _record(  # 64 bytes, a line of the processor's cache: a batch walks through these tables more than all others
    gang=np.int32,  # chips, nominally
    held=np.int32,  # chips held now; 0 while waiting or pushing
    stream=np.int16,
    status=np.int8,  # WAITING, STAGING, RUNNING or PUSHING
    directive=np.int8,  # AUTOPILOT, DEFERRED, or FIRST_SITE + a site
    module=np.int16,  # where the chips are held; -1 while waiting or pushing
    site=np.int16,  # where the data and the last checkpoint are, or the result
    work_h=F,  # reference chip-hours left
    fresh_h=F,  # reference chip-hours done since the last checkpoint
    stage_gb=F,  # data still to arrive; of the result while pushing
    restart_h=F,  # loading still to do
    deadline_h=F,  # hours after the episode's start
    slack_h=F,  # that it has now, while it waits
)

SITE_CONTROL = _record(
    routing_ms=F,  # how much nearer the site looks to requests
    placement_h=F,  # how much sooner it seems to finish jobs
    preprocess_ms=F,  # how much nearer modules look to requests from here whose data are reduced first
    battery_kw=F,  # wanted at the bus: + charge, - discharge
)
MODULE_CONTROL = _record(
    job_chips=I,  # chips offered to jobs
    supply_c=F,  # set-point of the main plant
    speed=F,  # relative clock allowed by the power cap
    sleep_chips=I,  # wanted asleep
    flow=F,  # coolant of the main plant over the flow that follows the load
)

LINK_CONTROL = _record(
    nearer_ms=F,  # how much shorter the link looks
    may_sleep=I,  # 1 = asked to sleep if nothing needs it
)

TOTALS = _record(
    terms_usd=(F, (N_TERMS,)),  # of the decision
    clipped=(F, (N_SLOTS,)),  # what the action wanted beyond the possible, mean over slot and decision
    steps=I,  # of the decision
    storage_beyond=F,  # the batteries' part of it, summed over the decision's steps
    cost_usd=(F, (N_TERMS,)),  # of the episode
    sums=(F, (N_SUMS,)),  # of the episode
    carbon_usd_per_kg=F,  # price of carbon in the step
    network_carbon_kg=F,
    link_utilisation_max=F,  # of the episode: highest load of a link over its capacity
    liability_usd=F,  # owed after the last decision, kept with accrual rewards only
    idle_energy_kwh=F,  # of the step, of no class; this and the next five with attribution only
    idle_carbon_kg=F,
    idle_cost_usd=F,
    episode_idle_energy_kwh=F,
    episode_idle_carbon_kg=F,
    episode_idle_cost_usd=F,
)
SITE_LEDGER = _record(
    it_kw=F,
    cooling_kw=F,
    loss_kw=F,
    solar_kw=F,  # available on site
    wind_kw=F,  # available on site
    generator_kw=F,
    fuel_l=F,  # burnt by the generator
    charge_kw=F,  # at the bus
    discharge_kw=F,  # at the bus
    import_kw=F,
    export_kw=F,
    curtailed_kw=F,  # solar and wind that found no use
    excess_kw=F,  # import beyond what a curtailment request allows
    ppa_kw=F,  # output of the plant under contract, elsewhere in the zone
    matched_kw=F,  # import covered by it
    worn_share=F,  # of the battery's capacity
    carbon_kg=F,
    water_l=F,
    cost_usd=F,  # electricity, demand, carbon, water, wear, thermal, fuel, curtailment
    router_kw=F,  # not behind the site's meter, as little as the links
    access_kw=F,  # likewise
    network_carbon_kg=F,  # of the two
    network_usd=F,  # electricity and carbon of the two
)
MODULE_LEDGER = _record(
    ready=I,  # chips that may serve or work in this step
    heat_limit_kw=F,  # most the main plant may remove: its capacity, or less for want of power
    clock=F,  # relative speed after cap and throttling
    throttled=F,  # of which lost to throttling
    serving_chips=F,  # chip-equivalents busy with requests
    asked_chips=F,  # the same had every replica been loaded: what the replicas are sized for
    working_chips=F,  # chips busy with jobs, mean over the step
    largest_gang=I,  # that may start now; scratch of the scheduler
    allowed_chips=I,  # most that jobs may hold; scratch of the scheduler
    it_kw=F,  # chips, nodes and server fans: the sum of the next three
    idle_kw=F,  # what all would draw without work, asleep or awake
    serving_kw=F,  # on top for replicas and requests
    working_kw=F,  # on top for jobs
    loss_kw=F,  # UPS and PDU
    heat_stored_kw=F,  # in the loop
    heat_removed_kw=(F, (2,)),  # by the two plants
    plant_kw=(F, (2,)),  # their electricity
    water_l=F,
    coolant_flow=F,  # of the main plant over its design flow
    beyond_k=F,  # outside the recommended range: loop above its maximum, coldest coolant below its minimum
)
LINK_LEDGER = _record(
    gbps=F,
    power_kw=F,
    apparent_ms=F,  # how long it looked at the last choice of paths; scratch of the choice
    needed=I,  # 1 = on a chosen path; scratch of the choice
    carbon_kg=F,
    energy_usd=F,  # electricity and carbon
)
FLOW_LEDGER = _record(per_s=F)
ROUTE_LEDGER = _record(per_s=F, latency_ms=F)  # mean latency; 0 where nothing was routed
_ATTRIBUTED: dict[str, Any] = {
    "energy_kwh": F,  # this and the next two: the class's share of the step
    "carbon_kg": F,
    "cost_usd": F,
    "episode_energy_kwh": F,
    "episode_carbon_kg": F,
    "episode_cost_usd": F,
}
"""What a class causes; written with attribution only."""
REQUEST_LEDGER = _record(arrived=F, served=F, late=F, dropped=F, **_ATTRIBUTED)  # counts; late are among the served
STREAM_LEDGER = _record(room=I)  # chips of the largest gang that may start; -1 = not looked; scratch of the scheduler
JOB_LEDGER = _record(
    arrived=F,  # counts; late are among the finished
    finished=F,
    late=F,
    rejected=F,
    abandoned=F,
    lateness_usd=F,  # credits for being late, refused or abandoned
    **_ATTRIBUTED,
)


class State(NamedTuple):
    """What evolves, and only that: a copy of these arrays is a snapshot."""

    episode: np.ndarray  # [E] EPISODE
    sites: np.ndarray  # [E, S] SITE_STATE
    modules: np.ndarray  # [E, M] MODULE_STATE
    links: np.ndarray  # [E, L] LINK_STATE
    jobs: np.ndarray  # [E, J] JOB
    latency_count: np.ndarray  # [E, LATENCY_BINS] requests served so far by latency
    hazards: np.ndarray  # [E, N] HAZARD_STATE
    paths: np.ndarray  # [E, S, S] PATH, symmetric
    streams: np.ndarray  # [E, G] STREAM_STATE


class Control(NamedTuple):
    """Set-points of this decision, after the action was clipped to what is possible."""

    sites: np.ndarray  # [E, S] SITE_CONTROL
    modules: np.ndarray  # [E, M] MODULE_CONTROL
    links: np.ndarray  # [E, L] LINK_CONTROL


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
    streams: np.ndarray  # [E, G] STREAM_LEDGER
    job_chips: np.ndarray  # [E, M, B] chips busy with each class, mean over the step; with attribution only
    job_gbps: np.ndarray  # [E, L, B] data of each class, inputs and results; with attribution only


def new_state(params: Any, n_envs: int, job_slots: int, horizon: int) -> State:
    """An empty state; environments become valid by `reset`."""
    state = State(
        episode=np.zeros(n_envs, EPISODE),
        sites=np.zeros((n_envs, len(params.sites)), SITE_STATE),
        modules=np.zeros((n_envs, len(params.modules)), MODULE_STATE),
        links=np.zeros((n_envs, len(params.links)), LINK_STATE),
        jobs=np.zeros((n_envs, job_slots), JOB),
        latency_count=np.zeros((n_envs, LATENCY_BINS)),
        hazards=np.zeros((n_envs, len(params.hazards)), HAZARD_STATE),
        paths=np.zeros((n_envs, len(params.sites), len(params.sites)), PATH),
        streams=np.zeros((n_envs, len(params.streams)), STREAM_STATE),
    )
    state.episode["horizon"] = horizon
    return state


def new_control(params: Any, n_envs: int) -> Control:
    """Set-points, to be written by `decode`."""
    return Control(
        sites=np.zeros((n_envs, len(params.sites)), SITE_CONTROL),
        modules=np.zeros((n_envs, len(params.modules)), MODULE_CONTROL),
        links=np.zeros((n_envs, len(params.links)), LINK_CONTROL),
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
        streams=np.zeros((n_envs, len(params.streams)), STREAM_LEDGER),
        job_chips=np.zeros((n_envs, len(params.modules), len(params.job_classes))),
        job_gbps=np.zeros((n_envs, len(params.links), len(params.job_classes))),
    )
