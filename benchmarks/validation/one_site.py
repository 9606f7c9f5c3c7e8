"""A site of one module under a steady load: what the topics about cooling simulate."""

from typing import Any, NamedTuple

import numpy as np

from wattshift import catalog
from wattshift.kpi import episode_kpis
from wattshift.scenario import Scenario, load_scenario
from wattshift.scenario.fleet import request_rate
from wattshift.scenario.workloads import RequestClass
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World

HOUR_S, DAYS, SET_POINTS = 3600.0, 364, 61

USD_PER_KWH = 0.15
"""A kWh with carbon and everything else, as where a scenario does not say."""

LOAD = 0.6
"""Share of the chips that are busy, in the mean."""

_REQUEST = {
    "summary": "A steady service that every chip can run",
    "priority": 1,
    "objective_ms": 1000,
    "precision": "bf16",
    "tera_ops": 1.0,
    "efficiency": {"cpu": 0.3, "gpu": 0.3, "tpu": 0.3, "npu": 0.3},
    "batch": 1,
    "memory_gb": 1,
    "megabytes": 0.001,
    "late_usd": 0.0,
    "drop_usd": 0.0,
    "residency_bound": True,
    "minute_cv": 0.01,
    "shape": {"peak_hour": 14, "peak_to_trough": 1.4, "weekend_ratio": 0.9, "burst_sd": 0.05},
}


def scenario_of(zone: str, plant: str, chip: str, count: int, power: str, load: float, **module: Any) -> Scenario:
    """One site with one module whose chips are busy to the share `load` in the mean; no jobs worth the name."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    site = {name: value for name, value in document["sites"][0].items() if name not in ("battery", "pv_kw", "modules")}
    unit = {"name": "it", "chip": chip, "count": count, "plant": plant, "power": power, "job_share": 0.1} | module
    site |= {"name": "site", "zone": zone, "modules": [unit]}
    bare = {name: value for name, value in document.items() if name not in ("links", "rules")}
    rate = _rate_per_s(chip, count, load)
    jobs = {"training": document["jobs"]["training"] | _job_for(chip)}
    scenario = bare | {
        "name": "one-site",
        "sites": [site],
        "requests": {"service": _REQUEST | {"rate_per_s": {"site": rate}}},
        "jobs": jobs,
    }
    return load_scenario(scenario)


def year(scenario: Scenario) -> dict[str, float]:
    """KPIs of 52 weeks on the autopilot, from the first hour of a synthetic year, hour by hour."""
    world = World(1, scenario=scenario, step_s=HOUR_S, episode_days=DAYS)
    world.begin(np.ones(1, np.bool_), np.zeros(1, np.uint64), np.zeros(1, np.int64))
    action = np.zeros((1, len(world.layout.action_names)), np.float32)
    skip = np.zeros(1, np.bool_)
    for _ in range(world.steps_per_episode):
        world.step(action, skip)
    kpis = episode_kpis(world.params, world.state, world.ledger, np.arange(1))
    return {name: float(values[0]) for name, values in kpis.items()}


class Sweep(NamedTuple):
    """What set-points and flows come to, for the same work in the same weather; [supply, flow]."""

    supply_c: np.ndarray  # [supply]
    flow: np.ndarray  # [flow] over the flow that follows the load
    power_kw: np.ndarray  # servers, their fans and the plant
    usd_per_h: np.ndarray  # that power at USD_PER_KWH, water and the thermal term


def sweep(scenario: Scenario, temp_c: float, wet_bulb_c: float, flows: int = 1) -> Sweep:
    """A day at every set-point over the allowed range, and so many flows over theirs; one flow: the autopilot's.

    Args:
        scenario: of one site with one module.
        temp_c: dry bulb of all hours.
        wet_bulb_c: wet bulb of all hours.
        flows: levels of the flow slot, the autopilot's in the middle.
    """
    traces = build_traces(scenario.demand(), TraceSpec(), HOUR_S)
    zones = traces.zones.copy()
    zones["temp_c"], zones["wet_bulb_c"] = temp_c, wet_bulb_c
    shape = (SET_POINTS, flows)
    n_envs = SET_POINTS * flows
    world = World(n_envs, scenario=scenario, traces=traces._replace(zones=zones), step_s=HOUR_S, episode_days=2)
    everywhere = np.ones(n_envs, np.bool_)
    world.begin(everywhere, np.zeros(n_envs, np.uint64), np.zeros(n_envs, np.int64))
    action = np.zeros((*shape, len(world.layout.action_names)), np.float32)
    action[:, :, world.layout.actions["cooling"]] = np.linspace(-1.0, 1.0, SET_POINTS)[:, None, None]
    if flows > 1:
        action[:, :, world.layout.actions["flow"]] = np.linspace(-1.0, 1.0, flows)[:, None]
    power_kw, usd_per_h = np.zeros(n_envs), np.zeros(n_envs)
    for hour in range(48):
        world.step(action.reshape(n_envs, -1), ~everywhere)
        if hour >= 24:  # by then the loops have settled
            terms = world.terms()
            drawn_kw = (world.ledger.sites["it_kw"] + world.ledger.sites["cooling_kw"])[:, 0]
            power_kw += drawn_kw / 24.0
            usd_per_h += (drawn_kw * USD_PER_KWH + terms["water_usd"] + terms["thermal_usd"]) / 24.0
    settings = world.control.modules[:, 0].reshape(shape)
    return Sweep(
        settings["supply_c"][:, 0].copy(), settings["flow"][0].copy(), power_kw.reshape(shape), usd_per_h.reshape(shape)
    )


def _rate_per_s(chip: str, count: int, load: float) -> float:
    request = RequestClass.model_validate(_REQUEST | {"rate_per_s": {"site": 1.0}})
    return load * count * request_rate(catalog.chips()[chip], request)


def _job_for(chip: str) -> dict[str, Any]:
    kind = catalog.chips()[chip].kind
    return {
        "relative_efficiency": {kind: 1.0},
        "reference_chip": chip,
        "memory_gb": 1,
        "gangs": [[1, 1.0]],
        "rate_per_h": {"site": 1e-9},
    }
