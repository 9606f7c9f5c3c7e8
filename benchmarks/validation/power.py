"""Power: battery and UPS against published efficiencies, and a curtailment request met on a hybrid fleet."""

from typing import Any, NamedTuple

import numpy as np

from wattshift.kernel import power as stages
from wattshift.kernel.jit import compiled
from wattshift.kernel.terms import TERMS
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.view import look

from .check import Check, Section, markdown_table

module_loss_kw = compiled(stages.module_loss_kw)

SEEDS = 16
DAYS = 4.0
ASKED_SITES = ("california", "frankfurt", "toronto")
CURTAILMENT = {"per_year": 366.0, "hours": 3.0, "share": 0.25, "notice_h": 4.0, "penalty_usd_per_kwh": 1.0}
WINDOWS_UTC = {"california": [22, 24], "frankfurt": [15, 18], "toronto": [19, 22]}
"""Hours in which requests begin: the afternoon and evening of each place, when grids peak and chips are busy."""

KEPT = ("critical", "interactive")
"""Request classes whose objectives a request must not touch."""

UPS_EFFICIENCY = {
    "double-conversion": {0.25: 90.5, 0.5: 93.6, 0.75: 94.0, 1.0: 93.9},
    "delta-conversion": {0.25: 94.1, 0.5: 96.3, 0.75: 96.9, 1.0: 97.0},
}
"""Percent by load; of delta conversion worked out by hand from the published loss curve."""


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
    checks = [round_trip(), *ups_checks()]
    ways = {name: days_of(name) for name in ("autopilot", "thrifty", "demand-response")}
    checks += request_checks(ways["autopilot"], ways["demand-response"])
    text = (
        "Battery: charged from its reserve to full and back through the simulated bus. UPS: loss of the kernel "
        "at four loads. Then a request of the grid operator, 25 % of the usual import for three hours, once a day with "
        f"four hours' notice, at the three cloud sites of `hybrid`: {SEEDS} episodes of {DAYS:g} days from the same "
        "seeds under the autopilot and the heuristic `thrifty`, which ignore it, and under `demand-response`, which "
        "is thrifty but answers by caps, deferral and battery. The usual import is each site's own running mean over "
        "a day; a request is met in a step when the import is at most 75 % of it."
    )
    return Section("Power", text, checks, tables=[class_table(ways), term_table(ways)])


def round_trip() -> Check:
    """Energy given at the bus over energy taken, between the reserve and full charge."""
    site = "california"
    world = world_of({"extends": "hybrid", "name": "round-trip"}, 1)
    nth = world.scenario.site_names.index(site)
    entry = world.layout.action_names.index(f"storage/{site}")
    action = np.zeros((1, len(world.layout.action_names)), np.float32)
    moved_kwh = {}
    for direction, name in ((-1.0, "first"), (1.0, "charge_kw"), (-1.0, "discharge_kw")):
        action[0, entry] = direction
        moved_kwh[name] = 0.0
        for _ in range(12 * 24):
            world.step(action, np.zeros(1, np.bool_))
            if name != "first":
                moved_kwh[name] += world.ledger.sites[name][0, nth] / 12.0
    ours = 100.0 * moved_kwh["discharge_kw"] / moved_kwh["charge_kw"]
    source = "85 % round trip with auxiliaries, utility-scale lithium-ion"
    return Check("battery round trip at the bus", "85 %", ours, 84.0, 86.0, "%", source)


def ups_checks() -> list[Check]:
    """Efficiency of both UPS kinds, without the PDU behind them."""
    params = world_of({"extends": "hybrid", "name": "ups"}, 1).params
    checks = []
    for kind, published in UPS_EFFICIENCY.items():
        module = params.modules[module_with(kind)].copy()
        module["pdu_loss_share"] = 0.0
        for load, percent in published.items():
            served_kw = load * module["ups_rated_kw"]
            ours = 100.0 * served_kw / (served_kw + module_loss_kw(module, served_kw))
            what, source = f"UPS efficiency, {kind}, {100 * load:.0f} % load", SOURCES[kind]
            checks.append(Check(what, f"{percent:.1f} %", ours, percent - 1.0, percent + 1.0, "%", source))
    return checks


SOURCES = {
    "double-conversion": "double conversion 90.5 / 93.6 / 94.0 / 93.9 % at 25/50/75/100 %",
    "delta-conversion": "EnergyPlus 24.1 data-centre examples, loss .0133 + .0064 x + .0108 x^2 of rated",
}


def module_with(kind: str) -> int:
    """The first module of the hybrid world on this power train."""
    modules = [module for site in load_scenario("hybrid").sites for module in site.modules]
    return next(nth for nth, module in enumerate(modules) if module.power == kind)


def world_of(document: dict[str, Any], n_envs: int) -> World:
    """A world of a variant of hybrid, begun; the trace row is the seed's own."""
    scenario = load_scenario(document)
    traces = build_traces(scenario.demand(), TraceSpec(), 300.0)
    world = World(n_envs, scenario, traces, episode_days=DAYS)
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
