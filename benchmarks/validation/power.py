"""Power: battery and UPS against published efficiencies, and a curtailment request met on a hybrid fleet."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from wattshift.kernel.terms import TERMS
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.view import look

from .check import Check, Section, markdown_table

SEEDS = 16
DAYS = 4.0
ASKED_SITES = ("california", "frankfurt", "toronto")
CURTAILMENT = {"per_year": 366.0, "hours": 3.0, "share": 0.25, "notice_h": 4.0, "penalty_usd_per_kwh": 1.0}
WINDOWS_UTC = {"california": [22, 24], "frankfurt": [15, 18], "toronto": [19, 22]}
"""Hours in which requests begin: the afternoon and evening of each place, when grids peak and chips are busy."""

KEPT = ("critical", "interactive")
"""Request classes whose objectives a request must not touch."""

PUBLISHED_LOADS = (0.25, 0.5, 0.75, 1.0)
PUBLISHED_PERCENT = (90.5, 93.6, 94.0, 93.9)
"""Efficiency of double conversion at those loads."""

DELTA_LOSS = (0.0133, 0.0064, 0.0108)
"""Published loss curve of delta conversion, constant, linear and square, of rated power."""

SOURCES = {
    "double-conversion": "double conversion 90.5 / 93.6 / 94.0 / 93.9 % at 25/50/75/100 %",
    "delta-conversion": "EnergyPlus 24.1 data-centre examples, loss .0133 + .0064 x + .0108 x^2 of rated",
}


class Days(NamedTuple):
    """What some days of one policy came to."""

    import_kw: np.ndarray  # [steps, E, S]
    usual_kw: np.ndarray  # [steps, E, S]
    asked: np.ndarray  # [steps, E, S]
    good: np.ndarray  # [classes] requests within their objective, in steps with a request at any site
    arrived: np.ndarray  # [classes] requests in the same steps
    cost_usd: np.ndarray  # [terms] mean of an episode
    kpis: dict[str, float]


def section() -> Section:
    """The topic."""
    checks = [*battery_checks(), *ups_checks()]
    ways = {name: days_of(name) for name in ("autopilot", "thrifty", "demand-response")}
    checks += request_checks(ways["autopilot"], ways["demand-response"])
    text = (
        "**Inputs, and what is tested of them.** The battery's efficiency one way (the root of 85 %) and the UPS "
        "curves are inputs: the catalog's numbers were fitted to the published points. Tested is what a simulated "
        "site makes of them on its bus: full cycles and a week of arbitrary use, in which an efficiency applied "
        "twice or in the wrong place would show. Batteries in operation return some points less: what they lose "
        "standing is not modelled. Of the UPS, whether the form of the curve holds, each published point from a "
        "curve through the other three, and whether a site loses over a week what the published curve says at the "
        "load of every step.\n\n"
        "**Requests.** A request of the grid operator, 25 % of the usual import for three hours, once a day with "
        f"four hours' notice, at the three cloud sites of `hybrid`: {SEEDS} episodes of {DAYS:g} days from the same "
        "seeds under the autopilot and the heuristic `thrifty`, which ignore it, and under `demand-response`, which "
        "is thrifty but answers by caps, deferral and battery. The usual import is each site's own running mean over "
        "a day; a request is met in a step when the import is at most 75 % of it."
    )
    return Section("Power", text, checks, tables=[class_table(ways), term_table(ways)])


def battery_checks() -> list[Check]:
    """A round trip measured on the bus of a simulated site: full cycles, and any use that ends where it began."""
    source = "85 % round trip with auxiliaries, utility-scale lithium-ion; one way is an input"
    fleet = "US utility-scale batteries in operation, mean of 2019: EIA, Power Plant Operations Report"
    full, anyhow = full_cycle_percent(), arbitrary_use_percent()
    return [
        Check("battery round trip at the bus, from reserve to full and back", "85 %", full, 84.0, 86.0, "%", source),
        Check("the same over a week of arbitrary use", "85 %", anyhow, 84.0, 86.0, "%", source),
        Check("the same against batteries in operation", "82 %", anyhow, 79.0, 85.0, "%", fleet),
    ]


def full_cycle_percent() -> float:
    """Energy given at the bus over energy taken, between the reserve and full charge."""
    given, taken = 0.0, 0.0
    for direction, charge_kwh, discharge_kwh, _ in operated([-1.0] * 288 + [1.0] * 288 + [-1.0] * 288):
        taken += charge_kwh if direction > 0.0 else 0.0
        given += discharge_kwh if taken > 0.0 else 0.0
    return 100.0 * given / taken


def arbitrary_use_percent() -> float:
    """The same over a week of wishes drawn at random for an hour each, which ends at the charge of its beginning."""
    wishes = np.repeat(np.random.default_rng(0).uniform(-1.0, 1.0, 7 * 24), 12)
    given, taken, charges = np.zeros(len(wishes)), np.zeros(len(wishes)), np.zeros(len(wishes))
    for nth, (_, charge_kwh, discharge_kwh, soc_kwh) in enumerate(operated(list(wishes))):
        taken[nth], given[nth], charges[nth] = charge_kwh, discharge_kwh, soc_kwh
    end = int(np.abs(charges[288:] - charges[0]).argmin()) + 288  # a closed cycle, so nothing is left in the cells
    return 100.0 * float(given[1 : end + 1].sum() / taken[1 : end + 1].sum())


def operated(wishes: list[float]) -> Iterator[tuple[float, float, float, float]]:
    """Each wish for one step at California's battery: it, kWh taken and given at the bus, charge afterwards."""
    site = "california"
    world = world_of({"extends": "hybrid", "name": "round-trip"}, 1, days=len(wishes) / 288)
    nth = world.scenario.site_names.index(site)
    entry = world.layout.action_names.index(f"storage/{site}")
    action = np.zeros((1, len(world.layout.action_names)), np.float32)
    for wish in wishes:
        action[0, entry] = wish
        world.step(action, np.zeros(1, np.bool_))
        moved = world.ledger.sites[0, nth]
        yield wish, moved["charge_kw"] / 12.0, moved["discharge_kw"] / 12.0, world.state.sites["soc_kwh"][0, nth]


def ups_checks() -> list[Check]:
    """The form of the loss curve, by points it has not seen, and the loss that a simulated site has by it."""
    loads, percent = np.array(PUBLISHED_LOADS), np.array(PUBLISHED_PERCENT)
    losses = loads * (100.0 / percent - 1.0)
    checks = []
    for nth, load in enumerate(loads):
        others = np.arange(len(loads)) != nth
        predicted = float(np.polyval(np.polyfit(loads[others], losses[others], 2), load))
        ours, published = 100.0 * load / (load + predicted), percent[nth]
        what = f"UPS efficiency, double conversion, {100 * load:.0f} % load, from the other three"
        source = SOURCES["double-conversion"]
        checks.append(Check(what, f"{published:.1f} %", ours, published - 1.0, published + 1.0, "%", source))
    for kind in ("double-conversion", "delta-conversion"):
        ours, published, load = simulated_loss_percent(kind)
        what = f"UPS and PDU loss over a simulated week, {kind}, mean load {100 * load:.0f} %"
        shown = f"{published:.2f} % of IT by the curve"
        checks.append(Check(what, shown, ours, 0.99 * published, 1.01 * published, "%", SOURCES[kind]))
    return checks


def simulated_loss_percent(kind: str) -> tuple[float, float, float]:
    """A module's loss over IT energy in a week of the autopilot, the same by the published curve, and the mean load."""
    world = world_of({"extends": "hybrid", "name": "ups", "rules": {"random_faults": False}}, 1, days=7.0)
    module = module_with(kind)
    row = world.params.modules[module]
    if kind == "delta-conversion":
        curve = DELTA_LOSS
    else:
        loads = np.array(PUBLISHED_LOADS)
        losses = loads * (100.0 / np.array(PUBLISHED_PERCENT) - 1.0)
        square, linear, constant = np.polyfit(loads, losses, 2)
        curve = (constant, linear, square)
    action = np.zeros((1, len(world.layout.action_names)), np.float32)
    it_kw, loss_kw = np.zeros((2, world.steps_per_episode))
    for step in range(world.steps_per_episode):
        world.step(action, np.zeros(1, np.bool_))
        moved = world.ledger.modules[0, module]
        it_kw[step], loss_kw[step] = moved["it_kw"], moved["loss_kw"]
    pdu_kw = it_kw * row["pdu_loss_share"]
    load = (it_kw + pdu_kw) / row["ups_rated_kw"]
    expected_kw = pdu_kw + row["ups_rated_kw"] * (curve[0] + curve[1] * load + curve[2] * load**2)
    whole_kw = it_kw.sum()
    return 100.0 * loss_kw.sum() / whole_kw, 100.0 * float(expected_kw.sum() / whole_kw), float(load.mean())


def module_with(kind: str) -> int:
    """The first module of the hybrid world on this power train."""
    modules = [module for site in load_scenario("hybrid").sites for module in site.modules]
    return next(nth for nth, module in enumerate(modules) if module.power == kind)


def world_of(document: dict[str, Any], n_envs: int, days: float = DAYS) -> World:
    """A world of a variant of hybrid, begun; the trace row is the seed's own."""
    scenario = load_scenario(document)
    traces = build_traces(scenario.demand(), TraceSpec(), 300.0)
    world = World(n_envs, scenario, traces, episode_days=days)
    world.begin(np.ones(n_envs, np.bool_), np.arange(n_envs, dtype=np.uint64), np.full(n_envs, -1))
    return world


def asked_world() -> World:
    """Hybrid with a daily request at each cloud site."""
    document = load_scenario("hybrid").model_dump(mode="json", exclude_none=True) | {"name": "asked"}
    for site in document["sites"]:
        if site["name"] in ASKED_SITES:
            site["curtailment"] = CURTAILMENT | {"window": WINDOWS_UTC[site["name"]]}
    return world_of(document, SEEDS)


def days_of(policy_name: str) -> Days:
    """Episodes of one policy, and what happened in the steps in which a request held."""
    world = asked_world()
    (policy,) = make_heuristics([policy_name])
    policy.reset(world)
    observation = world._observation.copy()
    import_kw, usual_kw, asked = [], [], []
    good, arrived = np.zeros((2, len(world.params.request_classes)))
    for _ in range(world.steps_per_episode):
        asked.append(world.state.sites["curtailing"] == 1)
        usual_kw.append(world.state.sites["usual_kw"].copy())
        observation, *_ = world.step(policy.act(observation, look(world)), np.zeros(world.n_envs, np.bool_))
        import_kw.append(world.ledger.sites["import_kw"].copy())
        counts = world.ledger.requests[asked[-1].any(axis=1)]
        good += (counts["served"] - counts["late"]).sum(axis=0)
        arrived += counts["arrived"].sum(axis=0)
    kpis = {name: float(values.mean()) for name, values in world.kpis(np.arange(world.n_envs)).items()}
    cost_usd = world.ledger.totals["cost_usd"].mean(axis=0)
    return Days(np.array(import_kw), np.array(usual_kw), np.array(asked), good, arrived, cost_usd, kpis)


def reduction(days: Days) -> float:
    """Mean reduction of the import below the usual while a request holds, percent."""
    return 100.0 * (1.0 - days.import_kw[days.asked].sum() / days.usual_kw[days.asked].sum())


def met(days: Days) -> float:
    """Percent of the steps with a request in which the import was within what is allowed."""
    allowed_kw = 0.75 * days.usual_kw[days.asked]
    return 100.0 * float((days.import_kw[days.asked] <= allowed_kw).mean())


def kept_percent(days: Days) -> np.ndarray:
    """Percent of requests within their objective while a request of the operator holds, by class."""
    return 100.0 * days.good / days.arrived


def request_checks(autopilot: Days, answered: Days) -> list[Check]:
    """The request is met, and the strict classes do not notice."""
    source = "field test: 256 GPUs in Phoenix, 2025, -25 % for three hours with service guarantees kept"
    checks = [Check("import below usual during requests", "25 %", reduction(answered), 25.0, 60.0, "%", source)]
    names = load_scenario("hybrid").request_class_names
    before, after = kept_percent(autopilot), kept_percent(answered)
    for nth, name in enumerate(names):
        if name in KEPT:
            published = f"{before[nth]:.2f} % (autopilot)"
            what = f"{name} requests within their objective during requests"
            checks.append(Check(what, published, after[nth], before[nth] - 0.5, 100.0, "%", source))
    return checks


def class_table(ways: dict[str, Days]) -> str:
    """Import and service while a request holds."""
    shares = np.array([kept_percent(days) for days in ways.values()])
    rows: list[tuple[object, ...]] = [
        ("import below usual, mean %", *(f"{reduction(days):.1f}" for days in ways.values())),
        ("steps in which the request is met %", *(f"{met(days):.1f}" for days in ways.values())),
    ]
    for nth, name in enumerate(load_scenario("hybrid").request_class_names):
        rows.append((f"{name} within objective %", *(f"{share:.3f}" for share in shares[:, nth])))
    for kpi in ("jobs_late", "jobs_preempted", "battery_cycles"):
        rows.append((f"{kpi}, an episode", *(f"{days.kpis[kpi]:.2f}" for days in ways.values())))
    return markdown_table(("while requests hold", *ways), rows)


def term_table(ways: dict[str, Days]) -> str:
    """Cost of an episode by term, and what the answer costs beside a thrifty operator that ignores requests."""
    lines = {name: [days.cost_usd[nth] for days in ways.values()] for nth, name in enumerate(TERMS)}
    lines["sum"] = [float(days.cost_usd.sum()) for days in ways.values()]
    rows: list[tuple[object, ...]] = [
        (name, *(f"{usd:.1f}" for usd in line), f"{line[2] - line[0]:+.1f}", f"{line[2] - line[1]:+.1f}")
        for name, line in lines.items()
    ]
    return markdown_table((f"USD in {DAYS:g} days", *ways, "to autopilot", "to thrifty"), rows)
