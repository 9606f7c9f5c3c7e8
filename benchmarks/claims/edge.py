"""Edge against cloud only: the same requests of users at the edge, served there, in the region, or in the cloud."""

from typing import Any, NamedTuple

import numpy as np
from validation.check import Check, Section, markdown_table

from claims.setting import HELD_OUT_YEAR
from wattshift.scenario import load_scenario
from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.world import World

WORLD, STEP_S, DAYS = "global", 300.0, 2
SEEDS = np.arange(8, dtype=np.uint64)
CLOSED = {"edge serves": (), "regions and cloud": ("edge",), "cloud only": ("edge", "regional")}
"""Tiers whose modules are out of service from the first minute on, by case."""

EDGE, CLOUD = "edge serves", "cloud only"
STRICT = "critical"
"""The class with an objective of 20 ms."""

NEAR_MS = 10.0
"""What the published measurement asks of a server near by."""

REACH = "Charyyev et al., Latency comparison of cloud datacenters and edge servers (Globecom 2020)"

TEXT = f"""The autopilot on `{WORLD}`, {len(SEEDS)} windows of {DAYS} days over a synthetic year, the same in every
row, without random faults. The modules of the ten edge sites, and then of the six regional sites too, are out of
service all the time; their users and their network stay, and their requests go to the next site within the residency
that can take them. Shown are the requests of users at the edge, and those of class `{STRICT}` among them (vision, 20
ms). Latency counts service too, while the published shares are of users and of the network alone. Chips of the cloud
are there in every row, so energy is what the fleet draws more or less, idle chips of the closed sites included, and
not what a smaller fleet would have been built for."""


class Outcome(NamedTuple):
    """What the fleet makes of one case; shares of 1, sums over windows and days."""

    p50_ms: float  # of requests from the edge
    p95_ms: float
    near: float  # of requests from the edge, those within NEAR_MS
    strict_p50_ms: float
    strict_p95_ms: float
    in_time: float  # of those of the strict class that arrived
    dropped: float
    energy_kwh: float
    network_kwh: float
    transfer_usd: float
    usd: float


def documents() -> dict[str, dict[str, Any]]:
    """The world with some tiers closed, by case."""
    world = load_scenario(WORLD)
    document = world.model_dump(mode="json", exclude_none=True)
    hours = 24.0 * DAYS + 1.0
    return {
        case: document
        | {
            "events": [
                {"target": "module", "name": f"{site.name}/{module.name}", "begin_h": 0.0, "hours": hours}
                for site in world.sites
                if site.tier in tiers
                for module in site.modules
            ],
        }
        for case, tiers in CLOSED.items()
    }


def quantiles_ms(latency_ms: np.ndarray, weight: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """Weighted quantiles, each request at the mean latency of its route in its step."""
    order = np.argsort(latency_ms)
    reached = np.cumsum(weight[order])
    places = np.searchsorted(reached, np.array(shares) * reached[-1])
    return [float(latency_ms[order][place]) for place in places]


def live(scenario: Any, traces: Traces) -> Outcome:
    """The windows of one case."""
    world = World(
        len(SEEDS), scenario, traces, variant={"faults": False}, step_s=STEP_S, decision_every=1, episode_days=DAYS
    )
    everywhere = np.ones(world.n_envs, np.bool_)
    world.begin(everywhere, SEEDS, np.linspace(world.rows[0], world.rows[-1], world.n_envs).astype(np.int64))
    zero = np.zeros((world.n_envs, len(world.layout.action_names)), np.float32)
    nth = world.scenario.request_class_names.index(STRICT)
    at_edge = np.array([site.tier == "edge" for site in world.scenario.sites])[world.params.flows["origin"]]
    is_strict = world.params.flows["request_class"][at_edge] == nth
    latency_ms, per_s, counts = [], [], []
    for _ in range(world.steps_per_episode):
        world.step(zero, ~everywhere)
        latency_ms.append(world.ledger.routes["latency_ms"][:, at_edge])
        per_s.append(world.ledger.routes["per_s"][:, at_edge])
        counts.append([world.ledger.requests[name][:, nth].sum() for name in ("arrived", "served", "late", "dropped")])
    latency, weight = np.array(latency_ms), np.array(per_s)
    arrived, served, late, dropped = np.sum(counts, axis=0)
    kpis = {name: float(values.sum()) for name, values in world.kpis(np.arange(world.n_envs)).items()}
    p50_ms, p95_ms = quantiles_ms(latency.ravel(), weight.ravel(), (0.5, 0.95))
    strict = quantiles_ms(latency[:, :, is_strict].ravel(), weight[:, :, is_strict].ravel(), (0.5, 0.95))
    return Outcome(
        p50_ms,
        p95_ms,
        float(weight[latency < NEAR_MS].sum() / weight.sum()),
        *strict,
        in_time=(served - late) / arrived,
        dropped=dropped / arrived,
        energy_kwh=kpis["energy_kwh"],
        network_kwh=kpis["network_kwh"],
        transfer_usd=kpis["transfer_usd"],
        usd=kpis["cost_usd"],
    )


def less(outcomes: dict[str, Outcome], quantity: str) -> float:
    """What the edge has less of a quantity than the cloud alone, %."""
    return 100.0 * (1.0 - getattr(outcomes[EDGE], quantity) / getattr(outcomes[CLOUD], quantity))


def checks(outcomes: dict[str, Outcome]) -> list[Check]:
    """What the field says of the edge."""
    claim = "the field's claim"
    edge, cloud = outcomes[EDGE], outcomes[CLOUD]
    return [
        Check("edge: requests from the edge within 10 ms", "58 % of users", 100 * edge.near, 58, 100, "%", REACH),
        Check("cloud only: the same", "29 % of users", 100 * cloud.near, 14, 44, "%", REACH),
        Check("latency of requests from the edge, p50: less", "lower", less(outcomes, "p50_ms"), 0.1, 100, "%", claim),
        Check("the same, p95: less", "lower", less(outcomes, "p95_ms"), 0.1, 100, "%", claim),
        Check(
            f"`{STRICT}` in time, edge less cloud only",
            "more in time",
            100.0 * (edge.in_time - cloud.in_time),
            0.1,
            100,
            "points",
            claim,
        ),
        Check("network energy: less", "lower", less(outcomes, "network_kwh"), 0.1, 100, "%", claim),
        Check("transfer cost: less", "lower", less(outcomes, "transfer_usd"), 0.1, 100, "%", claim),
        Check("energy of the fleet: less", "lower", less(outcomes, "energy_kwh"), 0.1, 100, "%", claim),
    ]


def table(outcomes: dict[str, Outcome]) -> str:
    """Every case, per day of the fleet."""
    heading = (
        "",
        "p50 / p95 from the edge, ms",
        "within 10 ms",
        f"p50 / p95 of `{STRICT}`, ms",
        f"`{STRICT}` in time",
        f"`{STRICT}` dropped",
        "energy, MWh/day",
        "network, kWh/day",
        "transfer, USD/day",
        "cost, USD/day",
    )
    days = DAYS * len(SEEDS)
    rows = [
        (
            case,
            f"{one.p50_ms:.1f} / {one.p95_ms:.1f}",
            f"{100 * one.near:.1f} %",
            f"{one.strict_p50_ms:.1f} / {one.strict_p95_ms:.1f}",
            f"{100 * one.in_time:.2f} %",
            f"{100 * one.dropped:.2f} %",
            f"{one.energy_kwh / days / 1e3:.2f}",
            f"{one.network_kwh / days:.0f}",
            f"{one.transfer_usd / days:.0f}",
            f"{one.usd / days:.0f}",
        )
        for case, one in outcomes.items()
    ]
    return markdown_table(heading, rows)


def section() -> Section:
    """All cases."""
    traces = build_traces(load_scenario(WORLD).demand(), TraceSpec(seed=HELD_OUT_YEAR), STEP_S)
    outcomes = {case: live(load_scenario(document), traces) for case, document in documents().items()}
    return Section("Edge against cloud only", TEXT, checks(outcomes), [table(outcomes)])
