"""A site of one module under a steady load: what the topics about cooling simulate."""

from typing import Any

import numpy as np

from wattshift import catalog
from wattshift.kpi import episode_kpis
from wattshift.scenario import Scenario, load_scenario
from wattshift.scenario.fleet import request_rate
from wattshift.scenario.workloads import RequestClass
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World

HOUR_S, DAYS, SET_POINTS = 3600.0, 364, 61

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


def set_points(scenario: Scenario, temp_c: float, wet_bulb_c: float) -> tuple[np.ndarray, np.ndarray]:
    """Set-points over the allowed range, C, and the total power at each, kW: one day of the same work and weather."""
    traces = build_traces(scenario.demand(), TraceSpec(), HOUR_S)
    zones = traces.zones.copy()
    zones["temp_c"], zones["wet_bulb_c"] = temp_c, wet_bulb_c
    world = World(SET_POINTS, scenario=scenario, traces=traces._replace(zones=zones), step_s=HOUR_S, episode_days=2)
    everywhere = np.ones(SET_POINTS, np.bool_)
    world.begin(everywhere, np.zeros(SET_POINTS, np.uint64), np.zeros(SET_POINTS, np.int64))
    action = np.zeros((SET_POINTS, len(world.layout.action_names)), np.float32)
    action[:, world.layout.actions["cooling"]] = np.linspace(-1.0, 1.0, SET_POINTS)[:, None]
    total_kw = np.zeros(SET_POINTS)
    for hour in range(48):
        world.step(action, ~everywhere)
        if hour >= 24:  # by then the loops have settled
            total_kw += (world.ledger.sites["it_kw"] + world.ledger.sites["cooling_kw"])[:, 0] / 24.0
    return world.control.modules["supply_c"][:, 0].copy(), total_kw


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
