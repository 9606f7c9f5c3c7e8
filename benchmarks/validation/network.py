"""Sleeping links: what share of the network's energy they save against load, and where 20-30 % lies on that curve."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wattshift.scenario import load_scenario
from wattshift.world import World
from wattshift_agents.heuristics import Autopilot
from wattshift_agents.heuristics.links import SleepingLinks
from wattshift_agents.policy import Policy
from wattshift_agents.view import look

from .check import Check, Section, markdown_table

PICTURE = Path(__file__).parents[2] / "docs" / "validation" / "links.png"

LOADS = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Demand over that at which the fullest link reaches its usable capacity at the daily peak."""

FULL_PER_S = 45.0
"""Mean requests per second of every origin and class at load 1."""

STEP_S, DAYS, SEEDS, FIRST_ROW = 300.0, 1.0, (1, 2, 3), 288 * 120
"""A day of spring, three draws of the arrivals."""

IDLE_BELOW = 0.05
"""Under (a) a link sleeps only if its own load is below this share of its capacity."""

AWAKE, SLEEP, CONSOLIDATE = "all awake", "a: idle links sleep", "b: traffic consolidated, the rest sleeps"

TEXT = """\
Eight sites and fourteen 10-Gbps links across North America; users everywhere ask for three classes, each served at one
hub, so traffic crosses the mesh in all directions. The heuristic `sleeping-links` drives the `links` slot: under (a)
only links that carry next to nothing sleep, under (b) traffic is moved together first. Every pair of sites keeps a path
over awake links, and what is moved must fit at half the capacity of the fullest. Loads rise until the fullest link is
full."""

LARGER_CHASSIS_KW = 0.45
"""What an aggregation router idles at above the edge router that every site has here."""

PLACES = {
    "seattle": (47.6, -122.3, "CAL"),
    "california": (37.4, -121.9, "CAL"),
    "denver": (39.7, -105.0, "TEX"),
    "dallas": (32.8, -96.8, "TEX"),
    "chicago": (41.9, -87.6, "ON"),
    "toronto": (43.7, -79.4, "ON"),
    "newyork": (40.7, -74.0, "ON"),
    "atlanta": (33.7, -84.4, "TEX"),
}
HUBS = {"california": ("h100-sxm", "gpu"), "dallas": ("tpu-v6e", "tpu"), "toronto": ("inferentia2", "asic")}
"""Each serves one class from everywhere, so that traffic crosses the mesh in all directions."""

LINKS = (
    ("seattle", "california"),
    ("seattle", "denver"),
    ("seattle", "chicago"),
    ("california", "denver"),
    ("california", "dallas"),
    ("denver", "dallas"),
    ("denver", "chicago"),
    ("dallas", "chicago"),
    ("dallas", "atlanta"),
    ("chicago", "toronto"),
    ("chicago", "newyork"),
    ("toronto", "newyork"),
    ("newyork", "atlanta"),
    ("chicago", "atlanta"),
)


class Outcome(NamedTuple):
    """What one policy makes of one load; means over episodes and steps."""

    links_kw: float
    network_kw: float  # links and routers
    utilisation: float  # mean over links
    fullest: float  # highest utilisation of a link
    asleep: float  # links
    latency_ms: float
    dropped_share: float
    in_time_share: float  # of the requests that arrived


def scenario() -> dict[str, Any]:
    """Eight sites, fourteen links; users everywhere ask for three classes, each served at one hub."""
    tiny = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    sites = []
    for name, (latitude, longitude, zone) in PLACES.items():
        chip = HUBS[name][0] if name in HUBS else "epyc-9654" if name == "newyork" else "l4"
        module = {"name": "main", "chip": chip, "count": 32, "plant": "free-air", "power": "delta-conversion"}
        sites.append(
            {
                "name": name,
                "tier": "cloud" if name in HUBS else "edge",
                "latitude": latitude,
                "longitude": longitude,
                "timezone": "America/Chicago",
                "zone": zone,
                "residency": "north-america",
                "access_ms": 4,
                "router": "edge",
                "modules": [{**module, "job_share": 1.0 if name == "newyork" else 0.0}],
                "tariff": tiny["sites"][0]["tariff"],
            }
        )
    served = {
        **tiny["requests"]["vision"],
        "objective_ms": 1000,
        "precision": "bf16",
        "tera_ops": 1.0,
        "memory_gb": 30,
        "megabytes": 2.0,
        "residency_bound": False,
        "rate_per_s": dict.fromkeys(PLACES, FULL_PER_S),
    }
    few_jobs = {**tiny["jobs"]["preprocessing"], "rate_per_h": {"newyork": 0.1}}
    return {
        **tiny,
        "name": "mesh",
        "sites": sites,
        "links": [{"ends": list(ends), "kind": "regional"} for ends in LINKS],
        "requests": {kind: {**served, "efficiency": {kind: 0.35}} for _, kind in HUBS.values()},
        "jobs": {"preprocessing": few_jobs},
    }


def play(world: World, policy: Policy) -> Outcome:
    """Run the seeds' episodes side by side under one policy."""
    everywhere = np.full(world.n_envs, True)
    observation = world.begin(everywhere, np.array(SEEDS, np.uint64), np.full(world.n_envs, FIRST_ROW))
    policy.reset(world)
    links_kw, utilisation, asleep = [], [], []
    weighted_ms, served_per_s = 0.0, 0.0
    for _ in range(world.steps_per_episode):
        observation, *_ = world.step(policy.act(observation, look(world)), ~everywhere)
        links_kw.append(world.ledger.links["power_kw"].sum(axis=1).mean())
        utilisation.append(world.ledger.links["gbps"] / world.params.links["capacity_gbps"])
        asleep.append(world.state.links["asleep"].sum(axis=1).mean())
        routes = world.ledger.routes
        weighted_ms += float((routes["latency_ms"] * routes["per_s"]).sum())
        served_per_s += float(routes["per_s"].sum())
    kpis = world.kpis(np.arange(world.n_envs))
    return Outcome(
        links_kw=float(np.mean(links_kw)),
        network_kw=float(kpis["network_kwh"].mean()) / (24.0 * DAYS),
        utilisation=float(np.mean(utilisation)),
        fullest=float(np.max(utilisation)),
        asleep=float(np.mean(asleep)),
        latency_ms=weighted_ms / served_per_s,
        dropped_share=float((kpis["requests_dropped"] / kpis["requests_arrived"]).mean()),
        in_time_share=float(kpis["slo_share"].mean()),
    )


def simulate(loads: tuple[float, ...] = LOADS, description: Any = None) -> dict[str, list[Outcome]]:
    """Every load under every policy, the same arrivals for all.

    Args:
        loads: demand over that of the scenario.
        description: the scenario; None = the mesh.
    """
    world = World(len(SEEDS), description or scenario(), step_s=STEP_S, episode_days=DAYS)
    world.params.hazards["mtbf_h"] = np.inf
    rates_per_s = world.traces.request_rate_per_s
    outcomes: dict[str, list[Outcome]] = {AWAKE: [], SLEEP: [], CONSOLIDATE: []}
    policies = {AWAKE: Autopilot(), SLEEP: SleepingLinks(idle_below=IDLE_BELOW), CONSOLIDATE: SleepingLinks()}
    for load in loads:
        world.traces = world.traces._replace(request_rate_per_s=(load * rates_per_s).astype(rates_per_s.dtype))
        for name, policy in policies.items():
            outcomes[name].append(play(world, policy))
    return outcomes


def saving(outcomes: dict[str, list[Outcome]], policy: str, part: str) -> np.ndarray:
    """Share of the power of `part` that a policy saves, at each load."""
    base_kw = np.array([getattr(outcome, part) for outcome in outcomes[AWAKE]])
    return 1.0 - np.array([getattr(outcome, part) for outcome in outcomes[policy]]) / base_kw


def section() -> Section:
    """Simulate every load under every policy."""
    outcomes = simulate()
    draw(outcomes)
    network = saving(outcomes, CONSOLIDATE, "network_kw")
    base_kw = outcomes[AWAKE][0].network_kw
    larger_share = network[0] * base_kw / (base_kw + LARGER_CHASSIS_KW * len(HUBS))
    where = [
        f"Of {what} energy, (b) saves {where_between(outcomes, part)}."
        for part, what in (("links_kw", "the links'"), ("network_kw", "all network (links and routers)"))
    ]
    caveat = (
        "Chassis never sleep, and their power is an estimate that decides the second number: with aggregation "
        f"instead of edge routers at the hubs, the most that is saved falls from {100 * network[0]:.0f} to "
        f"{100 * larger_share:.0f} %."
    )
    return Section(
        "Sleeping links", " ".join([TEXT, *where, caveat]), checks(outcomes), [table(outcomes)], [PICTURE.name]
    )


def where_between(outcomes: dict[str, list[Outcome]], part: str, low: float = 0.2, high: float = 0.3) -> str:
    """In words: the loads at which consolidation saves between `low` and `high`, interpolated between those played."""
    saved = saving(outcomes, CONSOLIDATE, part)
    mean, fullest = (np.array([getattr(o, name) for o in outcomes[AWAKE]]) for name in ("utilisation", "fullest"))
    fine = np.linspace(mean[0], mean[-1], 2000)
    inside = fine[(np.interp(fine, mean, saved) >= low) & (np.interp(fine, mean, saved) <= high)]
    if not len(inside):
        return f"{100 * saved.min():.0f}-{100 * saved.max():.0f} %, never {100 * low:.0f}-{100 * high:.0f} %"
    first, last = 100 * inside[0], 100 * inside[-1]
    peaks = 100 * np.interp(inside[[0, -1]], mean, fullest)
    return (
        f"{100 * low:.0f}-{100 * high:.0f} % at a mean utilisation of {first:.0f} to {last:.0f} % "
        f"(the fullest link at {peaks[0]:.0f} to {peaks[1]:.0f} % at its peak)"
    )


def checks(outcomes: dict[str, list[Outcome]]) -> list[Check]:
    """Against the studies' ranges."""
    links = 100 * saving(outcomes, CONSOLIDATE, "links_kw")
    dropped = {
        policy: np.array([100 * outcome.dropped_share for outcome in outcomes[policy]])
        for policy in (AWAKE, CONSOLIDATE)
    }
    more_dropped = float((dropped[CONSOLIDATE] - dropped[AWAKE]).max())
    studies = "line-card energy in studies of energy-aware routing"
    check = "Bianzino et al., Energy-aware routing: a reality check (Globecom workshops 2010)"
    return [
        Check("links' energy saved, lightest load", "27-79 %", links[0], 27, 79, "%", studies),
        Check("links' energy saved, heaviest load", "modest", links[-1], 0, 10, "%", check),
        Check("requests dropped beyond those with all awake", "none", more_dropped, -0.1, 0.1, "%", "own demand"),
    ]


def table(outcomes: dict[str, list[Outcome]]) -> str:
    """The curve in numbers."""
    heading = (
        "load",
        "mean / highest utilisation, all awake",
        f"{SLEEP}: links, network saved",
        f"{CONSOLIDATE}: links, network saved",
        "links asleep, of 14",
        "latency, all awake and consolidated",
        "dropped, all awake and consolidated",
    )
    percent = {
        (policy, part): 100 * saving(outcomes, policy, part)
        for policy in (SLEEP, CONSOLIDATE)
        for part in ("links_kw", "network_kw")
    }
    rows: list[tuple[object, ...]] = []
    for nth, load in enumerate(LOADS):
        base, best = outcomes[AWAKE][nth], outcomes[CONSOLIDATE][nth]
        saved = [
            f"{percent[policy, 'links_kw'][nth]:.1f} %, {percent[policy, 'network_kw'][nth]:.1f} %"
            for policy in (SLEEP, CONSOLIDATE)
        ]
        rows.append(
            (
                f"{load:g}",
                f"{100 * base.utilisation:.1f} % / {100 * base.fullest:.0f} %",
                *saved,
                f"{best.asleep:.1f}",
                f"{base.latency_ms:.1f}, {best.latency_ms:.1f} ms",
                f"{100 * base.dropped_share:.2f} %, {100 * best.dropped_share:.2f} %",
            )
        )
    return markdown_table(heading, rows)


def draw(outcomes: dict[str, list[Outcome]]) -> None:
    """Saving against load, with the band that large deployments report."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    load = 100 * np.array([outcome.utilisation for outcome in outcomes[AWAKE]])
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2), layout="constrained")
    axes.axhspan(20, 30, color="0.9", zorder=0)
    axes.text(load[-1], 25, "20-30 %", ha="right", va="center", color="0.4")
    for policy, colour in ((SLEEP, "tab:orange"), (CONSOLIDATE, "tab:blue")):
        for part, style, what in (("links_kw", "-", "of the links"), ("network_kw", "--", "of links and routers")):
            axes.plot(load, 100 * saving(outcomes, policy, part), style, color=colour, marker="o", ms=3.5)
            axes.lines[-1].set_label(f"{policy}, {what}")
    axes.set_xlabel("mean utilisation of the links, all awake (%)")
    axes.set_ylabel("energy saved (%)")
    axes.set_xlim(0)
    axes.set_ylim(0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=130)
    pyplot.close(figure)
