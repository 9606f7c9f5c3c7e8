"""`Params`: a scenario compiled to tables, the only form in which the kernel knows it.

A table is a structured array: one record per site, module, link..., so that what belongs together lies together, and a
stage reads `params.sites[s].import_limit_kw`. From Python, `params.sites["import_limit_kw"]` is the column.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.catalog.quantiles import N_QUANTILES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

N_GANG_SIZES = 8
"""Most sizes of a gang; fewer are padded with the last."""

F, I = np.float64, np.int64  # noqa: E741

TARGETS = ("site", "feed", "link", "module", "cooling", "chips")
"""What may go out of service: compute and power of a site, its grid feed, a link, a module, its plant, its chips."""


def record(**fields: Any) -> np.dtype:
    """A record type: name -> type, or (type, shape)."""
    spec = [(name, *kind) if isinstance(kind, tuple) else (name, kind) for name, kind in fields.items()]
    return np.dtype(spec, align=True)


RULES = record(
    step_s=F,
    carbon_usd_per_kg=F,
    water_usd_per_l=F,
    thermal_usd_per_kwh_k=F,  # per kWh of IT energy and K outside the recommended range
    serve_utilisation=F,  # most of a chip's capacity that the router fills
    urgent_slack_h=F,  # a job with less slack left may start whatever the admission slot says
    routing_range_ms=F,  # what a full routing preference is worth
    placement_range_h=F,  # what a full placement preference is worth, as hours until the job is done
    cold_share=F,  # of a step that a new replica spends loading its model
    reference_cost_usd_per_h=F,  # the autopilot's mean cost, the scale of the reward
    marginal_carbon=I,  # 1 = carbon is charged at the grid's marginal intensity; accounts hold the average's
    carbon_budget_kg_per_h=F,  # that an episode may emit; inf = as much as it wants
    carbon_over_usd_per_kg=F,  # on top of the price in steps that begin beyond the budget so far
    market_carbon=I,  # 1 = import matched by contracted output counts no carbon
    link_range_ms=F,  # what a full preference for a link is worth
    site_networks=I,  # 1 = some site counts a router or an access network
    elastic=I,  # 1 = gangs of some class may shrink and grow
    results=I,  # 1 = jobs of some class send a result to their origin
)
"""Prices of things, and rules of the operator."""

SITE = record(
    zone=I,  # index of the grid zone
    import_limit_kw=F,  # most that the grid connection delivers; 0 = there is none
    export_price_share=F,  # share of the spot price paid for export; 0 = no export, surplus is curtailed
    price_adder_usd_per_kwh=F,  # network charges and levies on top of the spot price
    demand_usd_per_kw_month=F,
    pv_kw=F,  # installed, AC
    battery_kwh=F,  # 0 = no battery
    battery_kw=F,  # most power at the bus, either way
    battery_charge_efficiency=F,  # bus to cells
    battery_discharge_efficiency=F,  # cells to bus
    battery_reserve_share=F,  # state of charge never left by dispatch, kept for ride-through
    battery_wear_usd_per_kwh=F,  # cycle wear per kWh discharged at the bus
    limited=I,  # 1 = the grid connection is not ample, a tenth above the worst case
    thin=I,  # 1 = it does not even carry idle chips: what is to spare charges the battery
    scale_kw=F,  # what the site's power is observed against: the connection, or an ample one where it is thin
    wind_kw=F,  # installed, AC
    battery_worn_per_kwh=F,  # share of the capacity lost per kWh drawn from the cells
    battery_worn_per_h=F,  # share of the capacity lost per hour at half charge
    battery_usd_per_worn=F,  # cost of losing a share of the capacity, per unit of that share
    generator_kw=F,  # 0 = no generator
    generator_start_s=F,  # from the loss of the feed until it serves
    generator_least_kw=F,  # below this output it burns as much as at it
    generator_idle_l_per_h=F,  # fuel while running, whatever the output
    generator_l_per_kwh=F,  # fuel per kWh of output on top
    generator_fuel_l=F,  # in the tank at the start of an episode
    fuel_kg_per_l=F,  # carbon
    fuel_usd_per_l=F,
    ppa_kw=F,  # contracted share of a plant in the zone, installed; 0 = no contract
    ppa_is_wind=I,  # 1 = wind, 0 = solar
    ppa_usd_per_kwh=F,  # strike price
    curtail_chance=F,  # of a curtailment request per day; 0 = none
    curtail_from_h=F,  # UTC hour of the day from which a request may begin
    curtail_to_h=F,  # and before which it begins
    curtail_h=F,  # how long a request lasts
    curtail_share=F,  # of the usual import to be given up
    curtail_notice_h=F,
    curtail_usd_per_kwh=F,  # of import beyond what a request allows
    router_idle_kw=F,  # 0 = no router is counted
    router_kw_per_gbps=F,  # per Gbps on the links that end here, summed
)

MODULE = record(
    site=I,
    chips=I,  # number of chips
    chip_idle_w=F,
    chip_floor_w=F,  # active floor: a model loaded and serving at vanishing load
    chip_peak_w=F,  # fully busy at full speed
    node_idle_w=F,  # rest of the node (CPU, NIC, PSU loss), per chip, no load, without fans
    node_peak_w=F,  # the same, full load
    fan_w=F,  # server fans per chip at full load and 25 C inlet
    air_cooled=I,  # 1 = server fans draw in the loop's air, 0 = a second plant keeps the room at 25 C
    leakage_per_k=F,  # relative growth of chip power per K of inlet, 1 at 25 C
    dvfs_exponent=F,  # dynamic power ~ speed ** exponent
    min_speed=F,  # lowest relative clock
    throttle_c=F,  # inlet temperature above which the chip slows
    job_power_share=F,  # power of a chip in a job between idle (0) and peak (1)
    job_share=F,  # share of chips that the autopilot offers to jobs
    sleep_w=F,  # a chip and its share of the node, asleep
    wake_s=F,  # from asleep to ready
    supply_min_c=F,  # coldest set-point of the main plant
    supply_max_c=F,  # warmest set-point of the main plant
    conductance_kw_per_k=F,  # from the chips' coolant to the plant's supply, at full coolant flow
    mass_kwh_per_k=F,  # heat stored per K of loop temperature
    inlet_limit_c=F,  # loop temperature above which the thermal violation is charged
    supply_least_c=F,  # temperature of the supply below which it is charged
    trip_c=F,  # loop temperature above which the module shuts down
    ups_rated_kw=F,
    ups_loss_0=F,  # UPS loss / rated = loss_0 + loss_1 x + loss_2 x^2, x = load / rated
    ups_loss_1=F,
    ups_loss_2=F,
    pdu_loss_share=F,  # of the power delivered
)

PLANT = record(
    heat_share=F,  # share of the module's heat; the two plants' sum to 1
    capacity_kw=F,  # most heat removed
    supply_c=F,  # supply temperature under the autopilot; only the main plant follows the action
    free_approach_k=F,  # outdoor to supply temperature in free cooling; inf = no economiser
    rise_k=F,  # design temperature rise of the coolant through the load
    least_flow=F,  # of coolant and outdoor fans over the design flow; 1 = constant speed
    wet=F,  # 1 = heat rejected against the wet bulb (tower), 0 = dry bulb
    adiabatic=F,  # effectiveness of the evaporative assist of outdoor air, 0 = none
    carnot_share=F,  # compressor COP / Carnot COP; 0 = no compressor (free cooling only)
    condenser_approach_k=F,
    evaporator_approach_k=F,
    derate_per_k=F,  # share of the compressor's capacity lost per K outdoors above 35 C
    transport_kw_per_kw=F,  # fans and pumps moving the coolant, at full capacity, per kW of heat
    rejection_kw_per_kw=F,  # outdoor fans at full flow, per kW of capacity
    makeup_l_per_kwh=F,  # water drawn per kWh rejected by evaporation, blow-down included
    humidify_l_per_kwh=F,  # water for the room's humidity per kWh of heat
)

LINK = record(
    capacity_gbps=F,  # both ways are loaded as one
    latency_ms=F,  # one way
    idle_kw=F,
    sleep_kw=F,  # instead of idle_kw, asleep
    kw_per_gbps=F,
    usd_per_gb=F,  # transit price
    ends=(I, (2,)),  # sites
    zones=(I, (2,)),  # grid zones at the two ends, half the power each
)

PAIR = record(
    first=I,  # sites; first < second
    second=I,
    paths=I,  # number of candidate paths
)
"""Two sites between which something may travel."""

REQUEST_CLASS = record(
    objective_ms=F,  # latency objective, users' end to end
    mb=F,  # data over the network per request, both ways, MB
    late_usd=F,  # SLA credit per request served late
    drop_usd=F,  # SLA credit per request dropped
)

FLOW = record(
    origin=I,  # site whose users send the flow
    request_class=I,
    access_ms=F,  # round trip from users to the origin site
    dispersion=F,  # index of dispersion (variance / mean) of the count in one step
    access_kwh_per_request=F,  # energy of the access network
)

CANDIDATE = record(
    module=I,  # may serve the flow; -1 = padding
    site=I,  # of the module
    reducer=I,  # module at the origin that reduces the data first; -1 = they travel as they are
    nominal_ms=F,  # over the shortest path, lone and at full speed: the order of candidates; inf where padded
    local_ms=F,  # access, lone service and reduction at full speed, without the network; inf where padded
    busy_ms=F,  # the same with service at the load to which the router fills a replica
    mb=F,  # data over the network per request, both ways, MB
)

SERVICE = record(
    rate_per_s=F,  # requests/s of one chip at full speed; 0 = cannot run the class
    service_ms=F,  # time of one request at full speed and full batch
    lone_share=F,  # of that time, what a request alone on the chip takes
    concurrency=F,  # requests in service at once per chip = rate * time
    reduce_per_s=F,  # requests/s whose data one chip reduces at full speed; 0 = cannot
    reduce_ms=F,  # time of one reduction at full speed
)

JOB_CLASS = record(
    log_hours=(F, (N_QUANTILES,)),  # logarithm of the run time in h on reference chips, at even normal scores
    gang_size=(I, (N_GANG_SIZES,)),  # chips
    gang_cdf=(F, (N_GANG_SIZES,)),  # cumulative probability, last = 1
    gang_hours=(F, (N_GANG_SIZES,)),  # run time of the size over that of the table
    data_gb=F,  # input data per chip of the gang
    slack_h=F,  # mean slack granted beyond the run time
    slack_share=F,  # slack granted in proportion to the run time
    checkpoint_h=F,  # between checkpoints; work since the last one is lost on preemption
    restart_h=F,  # time to load and start, at every start
    late_usd_per_chip_h=F,  # credit per chip of the gang and hour late
    abandon_h=F,  # hours late after which the owner gives up
    reject_usd_per_chip_h=F,  # credit per reference chip-hour refused or given up
    least_share=F,  # fewest chips an elastic gang runs on, over its nominal size; 1 = rigid
    most_share=F,  # most chips an elastic gang runs on, over its nominal size; 1 = rigid
    exponent=F,  # speed ~ (chips / nominal size) ** exponent
    result_gb=F,  # result of a job, sent to its origin when the work is done; 0 = none
)

STREAM = record(
    origin=I,
    job_class=I,
    burst=F,  # sd of the logarithm of the hourly arrival rate
    pace=F,  # speed of the fastest chips that may run it
)

HAZARD = record(
    what=I,  # kind of thing: place in `TARGETS`
    target=I,  # index of the site, link or module
    key=I,  # address of its random draws
    mtbf_h=F,  # mean hours between failures, of a single chip where chips fail
    mttr_h=F,  # mean hours to repair
)
"""Something that fails at random; what never fails has no record."""

EVENT = record(
    what=I,  # kind of thing: place in `TARGETS`
    target=I,  # index of the site, link or module
    chips=I,  # that are taken out, where chips are
    on_clock=I,  # 1 = steps are counted from the traces' first row, 0 = from the episode's start
    begin_step=I,
    n_steps=I,
    every_steps=I,  # from one beginning to the next; 0 = once
)
"""A window of time in which something is out of service: scripted, maintenance, or a feed that does not exist."""


class Params(NamedTuple):
    """Constants of one scenario at one step length.

    Axes: S sites, M modules, L links, P candidate paths of two sites, H hops (padded with -1), Q pairs of sites, C
    request classes, F request flows (origin x class, highest priority first), K candidates of a flow, B job classes, G
    job streams (origin x class). Reference chips are those of speed 1.
    """

    rules: np.ndarray  # [1] RULES
    sites: np.ndarray  # [S] SITE
    modules: np.ndarray  # [M] MODULE
    plants: np.ndarray  # [M, 2] PLANT: the main plant, and the air plant that takes the heat the main one leaves
    links: np.ndarray  # [L] LINK
    path_links: np.ndarray  # [S, S, P, H] links of the candidate paths, padded with -1; empty from a site to itself
    path_ms: np.ndarray  # [S, S, P] their latency one way, nearest first; inf where there is no such candidate
    path_gbps: np.ndarray  # [S, S, P] capacity of their tightest link; inf from a site to itself, and where padded
    pairs: np.ndarray  # [Q] PAIR
    request_classes: np.ndarray  # [C] REQUEST_CLASS
    flows: np.ndarray  # [F] FLOW
    candidates: np.ndarray  # [F, K] CANDIDATE, nearest first
    services: np.ndarray  # [M, C] SERVICE
    job_classes: np.ndarray  # [B] JOB_CLASS
    streams: np.ndarray  # [G] STREAM
    stream_speed: np.ndarray  # [G, M] reference chip-hours per chip-hour; 0 = residency, chips or memory forbid it
    hazards: np.ndarray  # [N] HAZARD: everything that fails at random
    events: np.ndarray  # [V] EVENT: scripted outages, then maintenance, then feeds that sites without any lack


def table(kind: np.dtype, shape: int | tuple[int, ...], **columns: Any) -> np.ndarray:
    """A table of records from its columns, all of which must be given."""
    missing = set(kind.names or ()) ^ set(columns)
    if missing:
        raise TypeError(f"columns do not fit the record: {sorted(missing)}")
    rows = np.zeros(shape, kind)
    for name, values in columns.items():
        rows[name] = values
    return rows
