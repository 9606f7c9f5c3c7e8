"""Random worlds: anything of the catalog, and every feature of a scenario, scaled so that all that can happen does.

Scenarios are valid mappings, as a user would write them. Traces are drawn on the spot (`wild_traces.py`), hot and cold
and wild, instead of simulating a year; what no scenario can ask for (plants too small for their module or without a
compressor) is then written into the compiled `Params`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from oracle.wild_traces import wild_traces
from wattshift import catalog
from wattshift.catalog import Chip
from wattshift.kernel.terms import SLOTS, TERMS
from wattshift.scenario import load_scenario
from wattshift.scenario.fleet import Installed, installed
from wattshift.scenario.tables import TARGETS, Params
from wattshift.scenario.worst_case import idle_floor_kw, worst_case_kw
from wattshift.traces.zones import catalog as zone_catalog
from wattshift.world import World

STEP_LENGTHS_S = (60.0, 300.0, 900.0, 3600.0)
KINDS = ("cpu", "gpu", "tpu", "npu", "asic", "fpga")
POLICIES = ("autopilot", "uniform", "corners", "sticky")


class Draws:
    """Readable draws from one generator."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)

    def real(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def scale(self, low: float, high: float) -> float:
        """Even in the logarithm."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def whole(self, low: int, high: int) -> int:
        """Both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, options: Any) -> Any:
        options = list(options)
        return options[int(self.rng.integers(len(options)))]

    def some_of(self, options: Any) -> list[Any]:
        """At least one, in the order given."""
        options = list(options)
        chosen = set(self.rng.permutation(len(options))[: self.whole(1, len(options))].tolist())
        return [option for nth, option in enumerate(options) if nth in chosen]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)


def random_world(seed: int, n_envs: int = 1, steps: int = 30, decision_every: int | None = None) -> World:
    """A world of a random scenario, step length, task and table size.

    Args:
        seed: of everything.
        n_envs: environments in the batch.
        steps: physics steps of an episode.
        decision_every: physics steps of a decision; drawn if not given.
    """
    draw = Draws(seed)
    step_s = draw.one_of(STEP_LENGTHS_S)
    document = random_scenario(draw, steps * step_s / 3600.0)
    squeeze(draw, document)
    scenario = load_scenario(document)
    world = World(
        n_envs,
        scenario=scenario,
        traces=wild_traces(draw.rng, scenario, step_s, 3 * steps),
        task=random_task(draw),
        step_s=step_s,
        decision_every=decision_every or draw.one_of((1, 1, 2, 5)),
        episode_days=steps * step_s / 86400.0,
        job_slots=draw.one_of((8, 32, 96)),
        accrual=draw.chance(0.5),
        attribution=draw.chance(0.5),
    )
    strain(draw, world.params)
    return world


def random_scenario(draw: Draws, hours: float) -> dict[str, Any]:
    """A valid scenario as a mapping, for episodes of so many hours."""
    sites = [random_site(draw, nth) for nth in range(draw.whole(1, 4))]
    # Somebody must be able to take a gang.
    sites[0]["modules"][0] |= {"count": draw.whole(4, 64), "job_share": draw.real(0.5, 1.0)}
    requests = {f"class{nth}": random_requests(draw, sites) for nth in range(draw.whole(1, 3))}
    jobs = {f"jobs{nth}": random_jobs(draw, sites) for nth in range(draw.whole(1, 3))}
    for kind in requests.values():
        kind["rate_per_s"] = {name: rate / len(requests) for name, rate in kind["rate_per_s"].items()}
    gbps = sum(sum(kind["rate_per_s"].values()) * kind["megabytes"] * 8e-3 for kind in requests.values())
    links = random_links(draw, [site["name"] for site in sites], gbps)
    return {
        "name": "random",
        "summary": "Drawn at random",
        "sites": sites,
        "links": links,
        "requests": requests,
        "jobs": jobs,
        "events": random_events(draw, sites, links, hours),
        "money": {
            "carbon_usd_per_t": draw.real(0.0, 300.0),
            "water_usd_per_m3": draw.real(0.0, 10.0),
            "thermal_usd_per_kwh_k": draw.real(0.0, 0.1),
            "carbon_accounting": draw.one_of(("location", "market")),
            "carbon_signal": draw.one_of(("average", "marginal")),
            "carbon_budget": {"kg_per_day": draw.scale(1.0, 1e4), "usd_per_t": draw.real(0.0, 300.0)},
        },
        "rules": {
            "serve_utilisation": draw.real(0.5, 0.95),
            "urgent_slack_h": draw.real(0.0, 1.5),
            "routing_range_ms": draw.real(0.0, 300.0),
            "placement_range_h": draw.real(0.0, 6.0),
            "cold_start_s": draw.one_of((0.0, draw.scale(1.0, 200.0), draw.scale(1.0, 200.0))),
            "link_range_ms": draw.real(0.0, 100.0),
        },
    }


def random_site(draw: Draws, nth: int) -> dict[str, Any]:
    site: dict[str, Any] = {
        "name": f"site{nth}",
        "tier": draw.one_of(("cloud", "regional", "edge")),
        "latitude": draw.real(-60.0, 60.0),
        "longitude": draw.real(-180.0, 180.0),
        "timezone": "UTC",
        "zone": draw.one_of(zone_catalog()),
        "residency": draw.one_of(("here", "there")),
        "modules": [random_module(draw, k) for k in range(draw.whole(1, 3))],
        "tariff": {
            "price_adder_usd_per_kwh": draw.real(0.0, 0.1),
            "demand_usd_per_kw_month": draw.real(0.0, 20.0),
            "export_price_share": draw.one_of((0.0, draw.real(0.1, 1.0))),
        },
    }
    access = draw.one_of((None, *catalog.access()))
    if access is not None:
        site["access"] = access
    if access is None or draw.chance(0.5):
        site["access_ms"] = draw.real(0.0, 30.0)
    if draw.chance(0.6):
        site["router"] = draw.one_of(catalog.routers())
    peak_kw = sum(module["count"] * catalog.chips()[module["chip"]].peak_w.value / 1e3 for module in site["modules"])
    return site | random_supply(draw, peak_kw) | random_faults(draw, ("faults", "feed_faults"), 0.5)


def random_supply(draw: Draws, peak_kw: float) -> dict[str, Any]:
    """What a site has besides a grid connection that is ample."""
    supply: dict[str, Any] = {}
    if draw.chance(0.7):
        supply["pv_kw"] = peak_kw * draw.scale(0.1, 20.0)
    if draw.chance(0.5):
        supply["wind_kw"] = peak_kw * draw.scale(0.1, 5.0)
    if draw.chance(0.7):
        kind = draw.one_of(catalog.batteries())
        energy_kwh = peak_kw * draw.real(0.2, 3.0)
        power_kw = energy_kwh * catalog.batteries()[kind].max_rate_per_h.value * draw.real(0.2, 1.0)
        reserve = draw.real(0.0, 0.6)
        supply["battery"] = {"kind": kind, "energy_kwh": energy_kwh, "power_kw": power_kw, "reserve_share": reserve}
    if draw.chance(0.6):
        kind, rated_kw = draw.one_of(catalog.generators()), peak_kw * draw.real(0.3, 3.0)
        fuel_l = rated_kw * draw.scale(0.01, 10.0)
        supply["generator"] = {"kind": kind, "power_kw": rated_kw, "fuel_l": fuel_l}
    if draw.chance(0.5):
        contract_kw, strike = peak_kw * draw.real(0.1, 4.0), draw.real(-0.05, 0.2)
        source = draw.one_of(("wind", "solar"))
        supply["ppa"] = {"source": source, "power_kw": contract_kw, "price_usd_per_kwh": strike}
    if draw.chance(0.6):
        first = draw.whole(0, 23)
        supply["curtailment"] = {
            "per_year": draw.one_of((200.0, 1000.0)),
            "hours": draw.real(0.5, 8.0),
            "share": draw.real(0.0, 1.0),
            "notice_h": draw.real(0.0, 24.0),
            "penalty_usd_per_kwh": draw.real(0.0, 2.0),
            "window": [first, draw.whole(first + 1, 24)],
        }
    return supply


def random_faults(draw: Draws, names: tuple[str, ...], share: float) -> dict[str, Any]:
    """Of some of the things named, every few hours."""
    named = [name for name in names if draw.chance(share)]
    return {name: {"mtbf_h": draw.real(2.0, 20.0), "mttr_h": draw.real(0.2, 3.0)} for name in named}


def random_module(draw: Draws, nth: int) -> dict[str, Any]:
    module = {
        "name": f"module{nth}",
        "chip": draw.one_of(catalog.chips()),
        "count": round(draw.scale(1.0, 64.0) if draw.chance(0.85) else draw.scale(64.0, 1000.0)),
        "plant": draw.one_of(catalog.plants()),
        "power": draw.one_of(catalog.power_trains()),
        "job_share": draw.one_of((0.0, 1.0, draw.real(0.1, 1.0), draw.real(0.1, 1.0))),
    }
    module |= random_faults(draw, ("faults", "cooling_faults", "chip_faults"), 0.4)
    if draw.chance(0.2):
        hours, hour = draw.real(0.2, 4.0), draw.real(0.0, 23.9)
        module["maintenance"] = {"every_days": draw.whole(1, 2), "hours": hours, "first_day": 0, "hour": hour}
    if draw.chance(0.3):
        module["envelope"] = draw.one_of(catalog.envelopes())
    return module


def random_links(draw: Draws, names: list[str], gbps: float) -> list[dict[str, Any]]:
    """A random tree and some more; capacities from too narrow for all traffic to ample."""
    pairs = [(name, draw.one_of(names[:nth])) for nth, name in enumerate(names) if nth > 0]
    spare = [(a, b) for nth, a in enumerate(names) for b in names[:nth] if (a, b) not in pairs]
    pairs += [pair for pair in spare if draw.chance(0.6)]
    return [
        {
            "ends": list(pair),
            "kind": draw.one_of(catalog.links()),
            "capacity_gbps": max(gbps, 0.01) * draw.scale(0.1, 10.0),
            "route_factor": draw.real(1.0, 2.0),
            "faults": {"mtbf_h": draw.real(2.0, 30.0), "mttr_h": draw.real(0.2, 3.0)},
        }
        for pair in pairs
    ]


def random_events(
    draw: Draws, sites: list[dict[str, Any]], links: list[dict[str, Any]], hours: float
) -> list[dict[str, Any]]:
    """A few scripted outages of anything."""
    modules = [f"{site['name']}/{module['name']}" for site in sites for module in site["modules"]]
    places = [site["name"] for site in sites]
    names = {"site": places, "feed": places, "module": modules, "cooling": modules, "chips": modules}
    names["link"] = ["-".join(link["ends"]) for link in links]
    events = []
    for _ in range(draw.whole(0, 3)):
        target = draw.one_of(kind for kind in TARGETS if names[kind])
        begin_h, lasts_h = draw.real(0.0, hours), draw.real(0.05, 0.5) * hours
        event = {"target": target, "name": draw.one_of(names[target]), "begin_h": begin_h, "hours": lasts_h}
        events.append(event | ({"share": draw.real(0.01, 1.0)} if target == "chips" else {}))
    return events


def squeeze(draw: Draws, document: dict[str, Any]) -> None:
    """Give some sites a grid connection that does not carry all that stands there, not even at rest, or none."""
    modules = installed(load_scenario(document))
    for nth, site in enumerate(document["sites"]):
        here: list[Installed] = [module for module in modules if module.site_index == nth]
        least_kw, worst_kw = sum(map(idle_floor_kw, here)), sum(map(worst_case_kw, here))
        if draw.chance(0.4):
            site["import_limit_kw"] = 1.001 * least_kw + draw.real(0.0, 0.6) ** 2 * max(worst_kw - least_kw, 0.0)
        elif "pv_kw" in site and draw.chance(0.4):
            site["import_limit_kw"] = draw.one_of((0.0, least_kw * draw.real(0.01, 0.99)))


def places_of(sites: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any], Chip]]:
    """Every module with its site and its chip."""
    return [(site, module, catalog.chips()[module["chip"]]) for site in sites for module in site["modules"]]


def random_shape(draw: Draws) -> dict[str, float]:
    return {"peak_hour": draw.real(0.0, 23.9), "peak_to_trough": 2.0, "weekend_ratio": 1.0, "burst_sd": 0.1}


def random_requests(draw: Draws, sites: list[dict[str, Any]]) -> dict[str, Any]:
    """A class that at least one module, the target, can serve; the rate is for a class that is alone."""
    target_site, _, chip = draw.one_of(places_of(sites))
    precision = draw.one_of([name for name in ("bf16", "int8") if chip.tera_ops(name) > 0.0])
    efficiency = {kind: draw.real(0.05, 0.6) for kind in KINDS if kind == chip.kind or draw.chance(0.5)}
    memory_gb = draw.real(0.0, 0.9) * chip.memory_gb.value
    target_per_s = draw.scale(2.0, 2000.0)
    tera_ops = chip.tera_ops(precision) * efficiency[chip.kind] / target_per_s
    bound = draw.chance(0.4)
    capacity_per_s = sum(
        module["count"] * other.tera_ops(precision) * efficiency.get(other.kind, 0.0) / tera_ops
        for site, module, other in places_of(sites)
        if other.memory_gb.value >= memory_gb and (not bound or site["residency"] == target_site["residency"])
    )
    origins = [site["name"] for site in sites if not bound or site["residency"] == target_site["residency"]]
    origins = draw.some_of(origins)
    batch = draw.one_of((1, 2, 8, 64))
    late_usd = draw.scale(1e-6, 1e-4)
    kind: dict[str, Any] = {
        "summary": "Requests",
        "priority": draw.whole(1, 3),
        "objective_ms": 1e3 * batch / target_per_s * draw.real(0.3, 3.0) + draw.one_of((20.0, draw.real(5.0, 150.0))),
        "precision": precision,
        "tera_ops": tera_ops,
        "efficiency": efficiency,
        "batch": batch,
        "memory_gb": memory_gb,
        "megabytes": draw.scale(1e-3, 1.0),
        "late_usd": late_usd,
        "drop_usd": late_usd * draw.real(1.0, 10.0),
        "residency_bound": bound,
        "minute_cv": draw.real(0.0, 0.2),
        "shape": random_shape(draw),
        "rate_per_s": {name: capacity_per_s * draw.scale(0.05, 1.5) / len(origins) for name in origins},
    }
    if draw.chance(0.7):
        kind["lone_share"] = draw.real(0.1, 1.0)
    if draw.chance(0.6):
        kind["preprocess"] = {
            "tera_ops": tera_ops * draw.scale(0.01, 1.0),
            "efficiency": {name: draw.real(0.05, 0.6) for name in KINDS if draw.chance(0.7)} or {"gpu": 0.3},
            "keep_share": draw.real(0.05, 0.9),
            "memory_gb": draw.real(0.0, 20.0),
        }
    return kind


def random_jobs(draw: Draws, sites: list[dict[str, Any]]) -> dict[str, Any]:
    """A class whose gangs fit at least one module, the target."""

    def offered(module: dict[str, Any]) -> int:
        return int(module["count"] * module["job_share"] + 1e-9)

    targets = [place for place in places_of(sites) if offered(place[1]) >= 1]
    target_site, target, chip = draw.one_of(targets)
    precision = draw.one_of([name for name in ("bf16", "int8") if chip.tera_ops(name) > 0.0])
    references = [name for name, other in catalog.chips().items() if other.tera_ops(precision) > 0.0]
    elastic = {
        "least_share": draw.real(0.1, 1.0),
        "most_share": draw.real(1.0, 4.0),
        "exponent": draw.real(0.3, 1.0),
    }
    sizes = sorted({round(draw.scale(1.0, offered(target))) for _ in range(3)})
    weights = np.array([draw.real(0.1, 1.0) for _ in sizes])
    shares = (weights / weights.sum()).tolist()
    bound = draw.chance(0.4)
    origins = [site["name"] for site in sites if not bound or site["residency"] == target_site["residency"]]
    origins = draw.some_of(origins)
    middle_h = draw.scale(0.1, 3.0)
    mean_chip_h = float(np.dot(sizes, shares)) * 1.5 * middle_h
    wanted_per_h = min(offered(target) / mean_chip_h * draw.real(0.3, 2.0), 30.0)
    kind: dict[str, Any] = {
        "summary": "Jobs",
        "precision": precision,
        "memory_gb": draw.real(0.0, 0.9) * chip.memory_gb.value,
        "reference_chip": chip_name if draw.chance(0.7) and (chip_name := target["chip"]) else draw.one_of(references),
        "relative_efficiency": {kind: draw.real(0.5, 1.5) for kind in KINDS if kind == chip.kind or draw.chance(0.5)},
        "duration_h": [[0.0, 0.1 * middle_h], [0.5, middle_h], [1.0, 4.0 * middle_h]],
        "gangs": [[size, share] for size, share in zip(sizes, shares, strict=True)],
        "gang_hours": [0.8 + 0.3 * nth for nth in range(len(sizes))],
        "data_gb": draw.one_of((0.0, draw.scale(0.01, 30.0))),
        "slack_h": draw.real(0.0, 2.0),
        "slack_share": draw.real(0.0, 1.0),
        "checkpoint_h": draw.real(0.05, 1.0),
        "restart_h": draw.one_of((0.0, draw.real(0.0, 0.3))),
        "late_usd_per_chip_h": draw.real(0.0, 0.5),
        "abandon_h": draw.real(0.2, 4.0),
        "reject_usd_per_chip_h": draw.real(0.0, 2.0),
        "residency_bound": bound,
        "hourly_burst_sd": draw.real(0.0, 0.8),
        "shape": random_shape(draw),
        "rate_per_h": {name: wanted_per_h / len(origins) for name in origins},
    }
    if draw.chance(0.5):
        kind["elastic"] = elastic
    if draw.chance(0.5):
        kind["result_gb"] = draw.scale(0.01, 1000.0)
    return kind


def random_task(draw: Draws) -> dict[str, Any]:
    """Any slots in any order, any terms at any weight."""
    slots = draw.some_of(SLOTS) if draw.chance(0.3) else list(SLOTS)
    return {
        "summary": "Drawn at random",
        "drives": draw.rng.permutation(slots).tolist(),
        "sees": ["clock"],
        "pays": {term: draw.real(0.0, 2.0) for term in TERMS if draw.chance(0.9)},
    }


def strain(draw: Draws, params: Params) -> None:
    """Bring the compiled world to where the catalog does not go."""
    for pair in params.plants:
        if draw.chance(0.3):
            pair["capacity_kw"] *= draw.scale(0.05, 1.0)
        if draw.chance(0.2):
            pair[0]["carnot_share"] = 0.0
            pair[0]["free_approach_k"] = draw.real(2.0, 10.0)


def disturb(world: World, seed: int) -> None:
    """From where the episodes are to anywhere: loops cold or hot, stores empty or full, outages, requests."""
    rng, state, params = np.random.default_rng(seed), world.state, world.params
    coldest_c, hottest_c = params.modules["supply_min_c"] - 8.0, params.modules["trip_c"] + 3.0
    state.modules["loop_c"] = rng.uniform(coldest_c, hottest_c, state.modules.shape)
    state.sites["soc_kwh"] = params.sites["battery_kwh"] * rng.choice([0.0, 0.3, 0.7, 1.0], state.sites.shape)
    state.sites["fuel_l"] = params.sites["generator_fuel_l"] * rng.uniform(0.0, 1.0, state.sites.shape) ** 2
    is_feed = params.hazards["what"] == TARGETS.index("feed")
    failing = (state.hazards["failed"] == 0) & (rng.random(state.hazards.shape) < np.where(is_feed, 0.3, 0.1))
    state.hazards["failed"] += failing
    may_be_asked = params.sites["curtail_chance"] > 0.0
    state.sites["curtailing"] = np.where(may_be_asked, rng.random(state.sites.shape) < 0.4, 0)


def policy_actions(world: World, seed: int, decisions: int) -> np.ndarray:
    """Actions [decisions, E, A]: environment e behaves as `POLICIES[e % 4]`; one in twenty asks beyond [-1, 1]."""
    rng = np.random.default_rng(seed)
    shape = (decisions, world.n_envs, len(world.layout.action_names))
    held = np.repeat(rng.choice([-1.0, 0.0, 1.0], (-(-decisions // 8), *shape[1:])), 8, axis=0)[:decisions]
    kinds = [np.zeros(shape), rng.uniform(-1.0, 1.0, shape), rng.choice([-1.0, 1.0], shape), held]
    actions = np.zeros(shape)
    for env in range(world.n_envs):
        actions[:, env] = kinds[(env + seed) % len(POLICIES)][:, env]
    return np.where(rng.random(shape) < 0.05, 1.5 * actions, actions).astype(np.float32)
