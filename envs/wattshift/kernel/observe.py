"""Stage 13, observation: physical values block by block, then scaled and limited.

The order of the entries of each block is the one that `tasks/layout.py` names; a block that the task does not see has
the offset -1. Nothing here looks beyond the current row but the forecasts.
"""

from .carbon import budget_kg, carbon_price, charged_forecast, charged_kg_per_kwh
from .curtailment import allowed_kw
from .dispatch import observe_pending
from .jit import njit
from .state import WAITING
from .terms import CARBON_KG

BLOCKS = (
    "clock",
    "sites",
    "modules",
    "forecast",
    "requests",
    "jobs",
    "links",
    "weather_forecast",
    "demand_forecast",
    "pending",
    "budget",
)
"""Observation blocks, in the order of the offsets."""
(CLOCK, SITES, MODULES, FORECAST, REQUESTS, JOBS, LINKS, WEATHER_FORECAST, DEMAND_FORECAST, PENDING, BUDGET) = range(
    len(BLOCKS)
)

UNASKED_BLOCKS = ("budget",)
"""Those of them that no task names: they are there, after all others, where the scenario has what they show."""

FORECAST_BLOCKS = ("forecast", "weather_forecast", "demand_forecast")
"""Those of them that hold forecasts."""

FORECAST_LEADS_H = (1, 2, 3, 4, 6, 9, 12, 18, 24)
WEATHER_LEADS_H = (3, 6, 12, 24)
DEMAND_LEADS_H = (1, 3, 6, 12, 24)
WEATHER_QUANTITIES = (2, 3, 4)
"""Temperature, solar and wind among the quantities of `Traces.forecast`."""
SLACK_EDGES_H = (1.0, 3.0, 6.0, 12.0)
N_JOB_CLASS = 3
LIMIT = 10.0
"""Scaled entries are limited to [-LIMIT, LIMIT]."""


@njit
def observe(params, traces, state, control, ledger, wiring, raw, observation):
    """Write one environment's observation; `raw` is room for the physical values."""
    episode = state.episode[0]
    row = episode.start + episode.step
    hour = int(row * params.rules[0].step_s / 3600.0 + 1e-9)
    zones = traces.zones[row]
    emitted_kg = ledger.totals[0].sums[CARBON_KG]
    carbon_usd_per_kg = carbon_price(params.rules[0], episode.step, emitted_kg)
    if wiring.blocks[CLOCK] >= 0:
        observe_clock(traces.clock[row], episode, raw[wiring.blocks[CLOCK] :])
    if wiring.blocks[SITES] >= 0:
        observe_sites(params, zones, state, ledger, carbon_usd_per_kg, raw[wiring.blocks[SITES] :])
    if wiring.blocks[MODULES] >= 0:
        observe_modules(params, state, control, ledger, raw[wiring.blocks[MODULES] :])
    if wiring.blocks[FORECAST] >= 0:
        observe_forecast(params, traces.forecast[hour], zones, carbon_usd_per_kg, raw[wiring.blocks[FORECAST] :])
    if wiring.blocks[REQUESTS] >= 0:
        for nth in range(len(params.flows)):
            raw[wiring.blocks[REQUESTS] + nth] = ledger.flows[nth].per_s
    if wiring.blocks[JOBS] >= 0:
        observe_jobs(params, state, raw[wiring.blocks[JOBS] :])
    if wiring.blocks[LINKS] >= 0:
        observe_links(params, state, ledger, raw[wiring.blocks[LINKS] :])
    if wiring.blocks[WEATHER_FORECAST] >= 0:
        observe_weather_forecast(params, traces.forecast[hour], raw[wiring.blocks[WEATHER_FORECAST] :])
    if wiring.blocks[DEMAND_FORECAST] >= 0:
        observe_demand_forecast(traces.request_forecast_per_s[hour], raw[wiring.blocks[DEMAND_FORECAST] :])
    if wiring.blocks[PENDING] >= 0:
        observe_pending(params, state, control, ledger, raw[wiring.blocks[PENDING] :])
    if wiring.blocks[BUDGET] >= 0:
        observe_budget(params.rules[0], episode, emitted_kg, raw[wiring.blocks[BUDGET] :])
    for entry in range(len(observation)):
        scaled = (raw[entry] - wiring.centre[entry]) * wiring.scale[entry]
        observation[entry] = min(max(scaled, -LIMIT), LIMIT)


@njit
def observe_clock(clock, episode, raw):
    """Time of day, week and year, and how much of the episode is left."""
    for entry in range(len(clock)):
        raw[entry] = clock[entry]
    raw[len(clock)] = 1.0 - episode.step / episode.horizon


@njit
def observe_sites(params, zones, state, ledger, carbon_usd_per_kg, raw):
    """Grid, weather, power, storage and requests of the grid operator at each site."""
    at = 0
    for nth in range(len(params.sites)):
        site, site_now, moved = params.sites[nth], state.sites[nth], ledger.sites[nth]
        zone = zones[site.zone]
        raw[at] = site_now.up
        raw[at + 1] = zone.price_usd_per_kwh
        raw[at + 2] = zone.carbon_kg_per_kwh
        carbon_usd_per_kwh = charged_kg_per_kwh(params.rules[0], zone) * carbon_usd_per_kg
        raw[at + 3] = zone.price_usd_per_kwh + carbon_usd_per_kwh + site.price_adder_usd_per_kwh
        raw[at + 4] = zone.temp_c
        raw[at + 5] = zone.wet_bulb_c
        raw[at + 6] = zone.solar_share
        raw[at + 7] = site_now.soc_kwh / site.battery_kwh if site.battery_kwh > 0.0 else 0.0
        raw[at + 8] = site_now.peak_kw / site.scale_kw
        raw[at + 9] = moved.import_kw / site.scale_kw
        raw[at + 10] = moved.it_kw / site.scale_kw
        raw[at + 11] = zone.wind_share
        raw[at + 12] = site_now.feed_up
        raw[at + 13] = site_now.curtail_in_h
        raw[at + 14] = allowed_kw(site, site_now) / site.scale_kw
        at += 15


@njit
def observe_modules(params, state, control, ledger, raw):
    """Load, heat, offers and sleep of each module."""
    at = 0
    for nth in range(len(params.modules)):
        module, module_now = params.modules[nth], state.modules[nth]
        settings, moved = control.modules[nth], ledger.modules[nth]
        raw[at] = moved.serving_chips / module.chips
        raw[at + 1] = module_now.held_chips / module.chips
        raw[at + 2] = settings.job_chips / module.chips
        raw[at + 3] = module_now.loop_c - module.inlet_limit_c
        raw[at + 4] = settings.supply_c - params.plants[nth, 0].supply_c
        raw[at + 5] = moved.clock
        raw[at + 6] = moved.ready / module.chips
        raw[at + 7] = module_now.cooling_up
        raw[at + 8] = module_now.awake / module.chips
        raw[at + 9] = module_now.waking / module.chips
        at += 10


@njit
def observe_forecast(params, forecast, zones, carbon_usd_per_kg, raw):
    """Forecast cost of energy less its cost now, at each site and lead; carbon as charged, at its price now."""
    at = 0
    charged = charged_forecast(params.rules[0])
    for nth in range(len(params.sites)):
        zone = params.sites[nth].zone
        now_kg_per_kwh = charged_kg_per_kwh(params.rules[0], zones[zone])
        now_usd_per_kwh = zones[zone].price_usd_per_kwh + now_kg_per_kwh * carbon_usd_per_kg
        for lead in FORECAST_LEADS_H:
            carbon_kg_per_kwh, price_usd_per_kwh = forecast[charged, zone, lead - 1], forecast[1, zone, lead - 1]
            raw[at] = price_usd_per_kwh + carbon_kg_per_kwh * carbon_usd_per_kg - now_usd_per_kwh
            at += 1


@njit
def observe_jobs(params, state, raw):
    """Work on the table by class, and waiting chips by the slack they have left."""
    n_classes, n_edges = len(params.job_classes), len(SLACK_EDGES_H)
    by_slack = raw[n_classes * N_JOB_CLASS :]
    raw[: n_classes * N_JOB_CLASS + n_edges + 1] = 0.0
    episode = state.episode[0]
    for nth in range(episode.n_jobs):
        job = state.jobs[nth]
        at = params.streams[job.stream].job_class * N_JOB_CLASS
        raw[at + 2] += job.work_h
        if job.status == WAITING:
            raw[at] += job.gang
            bucket = 0
            for edge_h in SLACK_EDGES_H:  # no branch that would be mispredicted
                bucket += job.slack_h >= edge_h
            by_slack[bucket] += job.gang
        else:
            raw[at + 1] += job.held


@njit
def observe_links(params, state, ledger, raw):
    """Service, sleep and load of each link."""
    at = 0
    for nth in range(len(params.links)):
        raw[at] = state.links[nth].up
        raw[at + 1] = state.links[nth].asleep
        raw[at + 2] = ledger.links[nth].gbps / params.links[nth].capacity_gbps
        at += 3


@njit
def observe_weather_forecast(params, forecast, raw):
    """Forecast temperature, output of photovoltaics and of wind turbines, at each site and lead."""
    at = 0
    for nth in range(len(params.sites)):
        zone = params.sites[nth].zone
        for lead in WEATHER_LEADS_H:
            for quantity in WEATHER_QUANTITIES:
                raw[at] = forecast[quantity, zone, lead - 1]
                at += 1


@njit
def observe_demand_forecast(forecast, raw):
    """Forecast rate of each flow, at each lead."""
    at = 0
    for nth in range(len(forecast)):
        for lead in DEMAND_LEADS_H:
            raw[at] = forecast[nth, lead - 1]
            at += 1


@njit
def observe_budget(rules, episode, emitted_kg, raw):
    """What the episode has left of its carbon budget, and by how many hours it is ahead of what has accrued.

    Carbon costs more in the coming step where it is behind. A budget of nothing leaves nothing.
    """
    raw[0] = raw[1] = 0.0
    if rules.carbon_budget_kg_per_h > 0.0:
        raw[0] = 1.0 - emitted_kg / budget_kg(rules, episode.horizon)
        raw[1] = (budget_kg(rules, episode.step + 1) - emitted_kg) / rules.carbon_budget_kg_per_h
