"""Outages: availability against its law, and 24 hours without a cloud region or without an edge site's links."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from validation.check import Check, Section, markdown_table
from wattshift.scenario import load_scenario
from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.world import World

PICTURE = Path(__file__).parents[2] / "docs" / "validation" / "outage.png"
COLOURS = ("#1f5fa8", "#e0a030", "#3d9a6c", "#c8641e", "#8a5aa8", "#5c6b78", "#111111")
"""Of the sites, and of what is dropped."""

STEP_S = 300.0
STEPS_PER_H = 12
N_EPISODES = 32
BEGIN_H, HOURS, DAYS = 24.0, 24.0, 3
REGION, EDGE = "frankfurt", "texas-factory"
TEXT = f"""The autopilot on `hybrid`, {N_EPISODES} episodes of three days, the same in every row; on the second day
something is out for {HOURS:g} h. *Rerouted*: compute and power of Frankfurt are out; its users stay, and their
requests go to other continents. *Within the residency*: the same, but all requests are bound to their residency, which
leaves Frankfurt's users the edge site in Britain. *Cut off*: Frankfurt loses its links as well. *Islanded edge*: the
Texan factory loses both its links and keeps its chips. Costs are without the settlement at the end."""

PHASES = ("before", "during", "after")
FAILING = {"mtbf_h": 40.0, "mttr_h": 10.0}


class Days(NamedTuple):
    """What one scenario lived through, one entry a step and episode."""

    served_per_s: np.ndarray  # [T, E, S] by serving site
    requests: np.ndarray  # [T, E, C, 3] in time, late, dropped
    cost_usd: np.ndarray  # [T, E] without the settlement at the end
    kpis: dict[str, np.ndarray]

    def phase(self, values: np.ndarray, name: str) -> np.ndarray:
        """The hours of a phase."""
        nth = PHASES.index(name)
        return values[round(nth * HOURS * STEPS_PER_H) : round((nth + 1) * HOURS * STEPS_PER_H)]

    def share(self, name: str, column: int) -> float:
        """Of the requests of a phase: 0 in time, 1 late, 2 dropped."""
        requests = self.phase(self.requests, name)
        return float(requests[..., column].sum() / requests.sum())

    def usd_per_h(self, name: str) -> float:
        """Mean cost of a phase."""
        return float(self.phase(self.cost_usd, name).mean() * STEPS_PER_H)


def section() -> Section:
    """The topic's share of the page."""
    traces = build_traces(load_scenario("hybrid").demand(), TraceSpec(), STEP_S)
    scenarios = {name: load_scenario(document) for name, document in documents().items()}
    lived = {name: live(scenario, traces) for name, scenario in scenarios.items()}
    draw(lived, scenarios["usual"].site_names)
    return Section(
        title="Outages",
        text=TEXT,
        checks=[*availability_checks(traces), *outage_checks(lived, scenarios["usual"].site_names)],
        tables=[table(lived)],
        pictures=[PICTURE.name],
    )


def documents() -> dict[str, dict[str, Any]]:
    """Scenarios, by name."""
    bound = {"requests": {name: {"residency_bound": True} for name in load_scenario("hybrid").requests}}
    region = [event("site", REGION)]
    links = [name for name in load_scenario("hybrid").link_names if REGION in name]
    island = [name for name in load_scenario("hybrid").link_names if EDGE in name]
    chosen: dict[str, dict[str, Any]] = {
        "usual": {},
        "rerouted": {"events": region},
        "usual, bound": bound,
        "within the residency": {**bound, "events": region},
        "cut off": {"events": [*region, *(event("link", name) for name in links)]},
        "islanded edge": {"events": [event("link", name) for name in island]},
    }
    return {name: {"extends": "hybrid", **changes} for name, changes in chosen.items()}


def event(target: str, name: str) -> dict[str, Any]:
    """One outage on the second day."""
    return {"target": target, "name": name, "begin_h": BEGIN_H, "hours": HOURS}


def live(scenario: Any, traces: Traces) -> Days:
    """Run the autopilot through the episodes."""
    world = World(N_EPISODES, scenario, traces, step_s=STEP_S, episode_days=DAYS)
    everywhere = np.ones(N_EPISODES, np.bool_)
    world.begin(everywhere, np.arange(N_EPISODES, dtype=np.uint64), np.full(N_EPISODES, -1))
    zero = np.zeros((N_EPISODES, len(world.layout.action_names)), np.float32)
    at_site = world.params.candidates["module"][..., None] == np.arange(len(world.params.modules))
    at_site = at_site @ (world.params.modules["site"][:, None] == np.arange(len(world.params.sites)))
    served, requests, cost_usd = [], [], []
    for _ in range(world.steps_per_episode):
        world.step(zero, ~everywhere)
        counts = world.ledger.requests
        served.append(np.einsum("efk,fks->es", world.ledger.routes["per_s"], at_site))
        requests.append(np.stack([counts["served"] - counts["late"], counts["late"], counts["dropped"]], axis=-1))
        terms = world.terms()
        cost_usd.append(sum(terms.values()) - terms["settlement_usd"])
    return Days(np.array(served), np.array(requests), np.array(cost_usd), world.kpis(np.arange(N_EPISODES)))


def table(lived: dict[str, Days]) -> str:
    """Service and cost, before, during and after."""
    heading = (
        "",
        *(f"in time, {phase} (%)" for phase in PHASES),
        *(f"dropped, {phase} (%)" for phase in PHASES),
        *(f"cost, {phase} (USD/h)" for phase in PHASES),
        "jobs preempted",
    )
    rows = [
        (
            name,
            *(f"{100 * days.share(phase, 0):.2f}" for phase in PHASES),
            *(f"{100 * days.share(phase, 2):.2f}" for phase in PHASES),
            *(f"{days.usd_per_h(phase):.0f}" for phase in PHASES),
            f"{days.kpis['jobs_preempted'].mean():.1f}",
        )
        for name, days in lived.items()
    ]
    return markdown_table(heading, rows)


def outage_checks(lived: dict[str, Days], sites: tuple[str, ...]) -> list[Check]:
    """What must hold of the four outages."""
    usual, rerouted, island = lived["usual"], lived["rerouted"], lived["islanded edge"]
    edges = [sites.index(name) for name in ("texas-factory", "british-hospitals", "singapore-metro")]
    edge_ratio = served_at(rerouted, edges) / served_at(usual, edges)
    lost = max(
        float(
            np.abs(days.kpis["requests_arrived"] - days.kpis["requests_served"] - days.kpis["requests_dropped"]).max()
        )
        / float(days.kpis["requests_arrived"].mean())
        for days in lived.values()
    )
    unaccounted = max(
        float(np.abs(days.kpis["jobs_arrived"] - sum(days.kpis[f"jobs_{end}"] for end in ENDS)).max())
        for days in lived.values()
    )
    source = "every request and job ends in one counter"
    return [
        Check("Requests lost uncounted, of those arrived", "none", lost, 0.0, 1e-9, "", source),
        Check("Jobs lost uncounted", "none", unaccounted, 0.0, 0.0, "", source),
        Check("Served at the dark region", "none", served_at(rerouted, [sites.index(REGION)]), 0.0, 0.0, "1/s", source),
        Check(
            "Served at the edge sites while the region is dark, of usual", "no less", edge_ratio, 1.0, 2.0, "", source
        ),
        Check(
            "Served at the islanded edge, of usual",
            "its own flows",
            served_at(island, [edges[0]]) / served_at(usual, [edges[0]]),
            0.5,
            1.5,
            "",
            source,
        ),
        Check(
            "Dropped share after the outage less usual",
            "restored",
            rerouted.share("after", 2) - usual.share("after", 2),
            -1e-3,
            1e-3,
            "",
            source,
        ),
    ]


ENDS = ("finished", "rejected", "abandoned", "unfinished")
"""Where a job may be at the end, late ones among the finished."""


def served_at(days: Days, sites: list[int]) -> float:
    """Mean requests per second served at some sites during the outage."""
    return float(days.phase(days.served_per_s, "during")[..., sites].sum(axis=-1).mean())


def availability_checks(traces: Traces) -> list[Check]:
    """Long-run share in service of everything that fails at random, against MTBF / (MTBF + MTTR)."""
    document = load_scenario("hybrid").model_dump(mode="json", exclude_none=True)
    for site in document["sites"]:
        site |= {"faults": FAILING, "feed_faults": FAILING}
        for module in site["modules"]:
            module |= {"faults": FAILING, "cooling_faults": FAILING, "chip_faults": FAILING}
    for link in document["links"]:
        link["faults"] = FAILING
    world = World(N_EPISODES, document, traces, step_s=STEP_S, episode_days=28.0)
    everywhere = np.ones(N_EPISODES, np.bool_)
    world.begin(everywhere, np.arange(N_EPISODES, dtype=np.uint64), np.full(N_EPISODES, -1))
    zero = np.zeros((N_EPISODES, len(world.layout.action_names)), np.float32)
    seen: dict[str, list[float]] = {}
    for nth in range(world.steps_per_episode):
        world.step(zero, ~everywhere)
        if nth >= 4 * 24 * STEPS_PER_H and nth % STEPS_PER_H == 0:  # eight time constants after all began in service
            state = world.state
            for name, values in (
                ("sites", state.sites["up"]),
                ("grid feeds", state.sites["feed_up"]),
                ("links", state.links["up"]),
                ("modules alone", state.modules["in_service"]),
                ("cooling plants", state.modules["cooling_up"]),
                ("chips", 1.0 - state.modules["failed_chips"] / world.params.modules["chips"]),
            ):
                seen.setdefault(name, []).append(float(values.mean()))
    expected = FAILING["mtbf_h"] / (FAILING["mtbf_h"] + FAILING["mttr_h"])
    return [
        Check(
            f"Availability of {name}, MTBF {FAILING['mtbf_h']:g} h and MTTR {FAILING['mttr_h']:g} h",
            f"{expected:.3f}",
            float(np.mean(values)),
            expected - 0.015,
            expected + 0.015,
            "",
            "MTBF / (MTBF + MTTR), the two-state availability model (e.g. Trivedi, Probability and Statistics, ch. 8)",
        )
        for name, values in seen.items()
    ]


def draw(lived: dict[str, Days], sites: tuple[str, ...]) -> None:
    """Requests served by site over time, one picture a scenario."""
    import matplotlib.pyplot as plt

    shown = ("rerouted", "within the residency", "cut off", "islanded edge")
    figure, axes = plt.subplots(2, 2, figsize=(11, 6.5), sharex=True, sharey=True, layout="constrained")
    for axis, name in zip(axes.flat, shown, strict=True):
        days = lived[name]
        hours = np.arange(len(days.served_per_s)) / STEPS_PER_H
        dropped = days.requests[..., 2].sum(axis=2).mean(axis=1) / STEP_S
        layers = [*days.served_per_s.mean(axis=1).T / 1e3, dropped / 1e3]
        stacks = axis.stackplot(hours, *layers, colors=COLOURS, linewidth=0.0)
        for edge_h in (BEGIN_H, BEGIN_H + HOURS):
            axis.axvline(edge_h, color="#22303c", linewidth=1.0, linestyle=":")
        axis.margins(x=0.0)
        axis.set_title(name, loc="left")
    figure.legend(stacks[::-1], ["dropped", *sites[::-1]], loc="outside right upper", frameon=False)
    figure.supxlabel("hours of the episode; the outage lies between the dotted lines")
    figure.supylabel("thousand requests per second, by serving site")
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=110, facecolor="white")
    plt.close(figure)
