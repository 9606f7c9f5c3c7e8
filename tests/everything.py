"""One small world in which every feature is on at once and everything fails often, for tests of their seams."""

import copy
import functools
from typing import Any

from worlds import STEP_S

from wattshift.scenario import Scenario, load_scenario
from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.world import World

_TINY = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
_OFTEN = {"mtbf_h": 20.0, "mttr_h": 1.5}
_TARIFF = {"price_adder_usd_per_kwh": 0.04, "demand_usd_per_kw_month": 8.0, "export_price_share": 0.5}


def _module(name: str, chip: str, count: int, plant: str, job_share: float, **rest: Any) -> dict[str, Any]:
    often = {"faults": _OFTEN, "cooling_faults": _OFTEN, "chip_faults": {"mtbf_h": 40.0, "mttr_h": 2.0}}
    power = "edge" if plant.startswith("edge") else "double-conversion"
    return dict(name=name, chip=chip, count=count, plant=plant, power=power, job_share=job_share, **often, **rest)


def _site(name: str, place: tuple[float, float], zone: str, **rest: Any) -> dict[str, Any]:
    return {
        "name": name,
        "tier": "regional",
        "latitude": place[0],
        "longitude": place[1],
        "timezone": "UTC",
        "zone": zone,
        "residency": "north-america",
        "access": "fibre",
        "router": "edge",
        "tariff": _TARIFF,
        "faults": _OFTEN,
        "feed_faults": {"mtbf_h": 12.0, "mttr_h": 2.0},
        **rest,
    }


_SITES = [
    _site(
        "hub",
        (43.7, -79.4),
        "ON",
        router="core",
        modules=[
            _module("h100", "h100-sxm", 32, "liquid-dry-adiabatic", 0.6, envelope="W32"),
            _module("cpu", "epyc-9654", 16, "free-air-adiabatic", 1.0),
        ],
        pv_kw=20.0,
        wind_kw=15.0,
        battery={"kind": "lithium-ion", "energy_kwh": 60.0, "power_kw": 30.0, "reserve_share": 0.2},
        generator={"kind": "diesel", "power_kw": 25.0, "fuel_l": 15.0},
        ppa={"source": "wind", "power_kw": 40.0, "price_usd_per_kwh": 0.05},
        curtailment={
            "per_year": 365.0,
            "hours": 3.0,
            "share": 0.25,
            "notice_h": 6.0,
            "penalty_usd_per_kwh": 1.0,
            "window": [0, 24],
        },
        import_limit_kw=42.0,
    ),
    _site(
        "east",
        (40.7, -74.0),
        "TEX",
        modules=[
            _module(
                "a100", "a100-sxm-80", 16, "liquid-tower", 0.5, maintenance={"every_days": 1, "hours": 2.0, "hour": 9.0}
            ),
            _module("l4", "l4", 8, "air-tower", 0.3),
        ],
        generator={"kind": "gas-engine", "power_kw": 4.0, "fuel_l": 5.0},
        ppa={"source": "solar", "power_kw": 5.0, "price_usd_per_kwh": 0.04},
        import_limit_kw=12.5,
    ),
    _site(
        "south",
        (32.8, -96.8),
        "TEX",
        tier="edge",
        access="5g",
        modules=[
            _module("l4", "l4", 6, "edge-passive", 0.4),
            _module("orin", "jetson-agx-orin", 8, "edge-fan", 0.0),
            _module("t4", "t4", 4, "edge-dx", 0.0),
        ],
        pv_kw=3.0,
        battery={"kind": "ups-lithium", "energy_kwh": 3.0, "power_kw": 2.0, "reserve_share": 0.3},
    ),
    _site(
        "west",
        (41.9, -87.6),
        "ON",
        modules=[_module("b200", "b200", 4, "immersion", 0.5), _module("air", "l4", 8, "air-chiller", 0.2)],
        wind_kw=8.0,
    ),
]
_LINKS = [
    {"ends": list(ends), "kind": "regional", "capacity_gbps": gbps, "faults": {"mtbf_h": 10.0, "mttr_h": 1.0}}
    for ends, gbps in (
        (("hub", "east"), 8.0),
        (("east", "south"), 0.6),
        (("south", "west"), 1.0),
        (("west", "hub"), 4.0),
        (("hub", "south"), 1.0),
    )
]
_REDUCTION = {"tera_ops": 0.2, "efficiency": {"gpu": 0.2, "npu": 0.2}, "keep_share": 0.125, "memory_gb": 2.0}


@functools.cache
def scenario() -> Scenario:
    """The world's scenario: `tiny`'s workloads on four sites, elastic gangs, results, reduction and batches added."""
    requests, jobs = copy.deepcopy(_TINY["requests"]), copy.deepcopy(_TINY["jobs"])
    requests["vision"] |= {"rate_per_s": {"south": 800.0, "west": 300.0}, "objective_ms": 40.0}
    requests["conversation"] |= {"rate_per_s": {"hub": 120.0, "east": 40.0, "south": 6.0}, "lone_share": 0.4}
    requests["inspection"] = requests["conversation"] | {
        "summary": "Inspection of large pictures",
        "priority": 3,
        "objective_ms": 800.0,
        "tera_ops": 2.0,
        "memory_gb": 16.0,
        "megabytes": 2.0,
        "preprocess": _REDUCTION,
        "rate_per_s": {"east": 40.0, "south": 60.0, "west": 60.0},
    }
    elastic = {"least_share": 0.25, "most_share": 2.0, "exponent": 0.8}
    jobs["training"] |= {"elastic": elastic, "result_gb": 40.0, "rate_per_h": {"hub": 0.5, "east": 0.3}}
    jobs["training"]["duration_h"] = [[0, 0.2], [0.5, 1], [1, 6]]
    jobs["preprocessing"] |= {"result_gb": 10.0, "rate_per_h": {"hub": 1.0, "south": 1.0}, "abandon_h": 2.0}
    for job_class in jobs.values():
        job_class |= {"residency_bound": False, "slack_h": 1.0, "slack_share": 0.3}
    return load_scenario(
        {
            "name": "everything",
            "summary": "Every feature at once, failing often",
            "sites": _SITES,
            "links": _LINKS,
            "requests": requests,
            "jobs": jobs,
            "money": _TINY["money"] | {"carbon_accounting": "market"},
            "rules": {"cold_start_s": 120.0, "reference_cost_usd_per_h": 20.0},
            "events": [
                {"target": "site", "name": "hub", "begin_h": 4.0, "hours": 1.0},
                {"target": "feed", "name": "hub", "begin_h": 8.0, "hours": 6.0},
                {"target": "cooling", "name": "hub/h100", "begin_h": 18.0, "hours": 2.0},
                {"target": "chips", "name": "hub/h100", "begin_h": 22.0, "hours": 6.0, "share": 0.5},
                {"target": "link", "name": "hub-east", "begin_h": 1.0, "hours": 3.0},
                {"target": "module", "name": "west/b200", "begin_h": 30.0, "hours": 2.0},
            ],
        }
    )


@functools.cache
def traces(step_s: float = STEP_S) -> Traces:
    """The default synthetic year of the world."""
    return build_traces(scenario().demand(), TraceSpec(), step_s)


def everything_world(n_envs: int = 1, **changes: Any) -> World:
    """The world with everything on, attribution and accrual too; episodes of two days."""
    step_s = changes.get("step_s", STEP_S)
    arguments = {"traces": traces(step_s), "episode_days": 2.0, "attribution": True, "accrual": True} | changes
    return World(n_envs, scenario(), **arguments)
