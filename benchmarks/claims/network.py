"""Network energy saved by smart routing and sleeping links, against load, at unchanged latency objectives."""

from typing import Any

from validation.check import Check, Section, markdown_table
from validation.network import AWAKE, CONSOLIDATE, Outcome, saving, scenario, simulate

LOADS = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
USUAL, BUSY = LOADS.index(0.3), LOADS.index(0.8)
"""The load at which the claim is held, and one at which the fullest link is two thirds full at its peak."""

OBJECTIVES_MS = (100.0, 80.0)
"""Everyone in reach, and some not: latency objectives of all requests."""

LARGE = "large deployments of energy-aware routing"
STUDIES = "line-card energy in studies of energy-aware routing"

TEXT = f"""The mesh of docs/validation.md (topic "Sleeping links"): eight sites, fourteen 10-Gbps links, users
everywhere asking three hubs, a spring day, three draws of the arrivals. The heuristic `sleeping-links` moves traffic
together and lets the rest sleep, against the autopilot, which keeps all awake. All requests have an objective of
{OBJECTIVES_MS[0]:g} ms, or, in the last column, of {OBJECTIVES_MS[1]:g} ms, which leaves little room for a detour.
Network energy is that of links and of routers, which never sleep. The claim holds where links idle; it shrinks as
they fill. On the built-in `global` world, whose links form little more than a tree, less can sleep at any load."""

Outcomes = dict[str, list[Outcome]]


def strict(objective_ms: float) -> dict[str, Any]:
    """The mesh under an objective."""
    document = scenario()
    requests = {name: one | {"objective_ms": objective_ms} for name, one in document["requests"].items()}
    return document | {"requests": requests}


def in_time_lost(outcomes: Outcomes, nth: int) -> float:
    """Requests in time, fewer than with all awake, points."""
    return 100.0 * (outcomes[AWAKE][nth].in_time_share - outcomes[CONSOLIDATE][nth].in_time_share)


def checks(outcomes: Outcomes, world: Outcomes) -> list[Check]:
    """On the mesh by load, and on the built-in world."""
    network, links = (100 * saving(outcomes, CONSOLIDATE, part) for part in ("network_kw", "links_kw"))
    built_in = float(100 * saving(world, CONSOLIDATE, "network_kw")[0])
    mean = [f"{100 * outcome.utilisation:.0f} %" for outcome in outcomes[AWAKE]]
    lost = round(max(in_time_lost(outcomes, nth) for nth in range(len(LOADS))), 6)
    saved = "network energy saved"
    return [
        Check(f"{saved}, links {mean[USUAL]} full in the mean", "20-30 %", network[USUAL], 20, 30, "%", LARGE),
        Check(f"{saved}, links {mean[BUSY]} full", "20-30 %", network[BUSY], 20, 30, "%", LARGE),
        Check(f"{saved}, `global` as it is", "20-30 %", built_in, 20, 30, "%", LARGE),
        Check(f"links' energy saved, links {mean[USUAL]} full", "27-79 %", links[USUAL], 27, 79, "%", STUDIES),
        Check("requests in time lost, any load, objective 100 ms", "none", lost, -0.1, 0.1, "points", "the claim"),
    ]


def table(outcomes: Outcomes, tight: Outcomes) -> str:
    """The curve."""
    heading = (
        "load",
        "mean / highest utilisation",
        "links' energy saved",
        "network energy saved",
        "links asleep, of 14",
        "mean latency, awake and consolidated",
        *(f"in time of {objective_ms:g} ms, awake and consolidated" for objective_ms in OBJECTIVES_MS),
    )
    saved = {part: 100 * saving(outcomes, CONSOLIDATE, part) for part in ("links_kw", "network_kw")}
    rows: list[tuple[object, ...]] = []
    for nth, load in enumerate(LOADS):
        base, best = outcomes[AWAKE][nth], outcomes[CONSOLIDATE][nth]
        in_time = [
            f"{100 * found[AWAKE][nth].in_time_share:.1f} %, {100 * found[CONSOLIDATE][nth].in_time_share:.1f} %"
            for found in (outcomes, tight)
        ]
        rows.append(
            (
                f"{load:g}",
                f"{100 * base.utilisation:.0f} % / {100 * base.fullest:.0f} %",
                *(f"{saved[part][nth]:.1f} %" for part in saved),
                f"{best.asleep:.1f}",
                f"{base.latency_ms:.1f}, {best.latency_ms:.1f} ms",
                *in_time,
            )
        )
    return markdown_table(heading, rows)


def section() -> Section:
    """The curve under both objectives, and the built-in world."""
    outcomes, tight = (simulate(LOADS, strict(objective_ms)) for objective_ms in OBJECTIVES_MS)
    return Section("Network energy", TEXT, checks(outcomes, simulate((1.0,), "global")), [table(outcomes, tight)])
