"""Shiftable load: carbon saved by moving jobs in space, in time, and in both, without more late jobs."""

from typing import Any, NamedTuple

import numpy as np
from validation.check import Check, Section, markdown_table

from claims.setting import HELD_OUT_YEAR
from wattshift.scenario import load_scenario
from wattshift.world import World
from wattshift_agents.heuristics import (
    Autopilot,
    CheapestEnergy,
    LowestCarbon,
    LowestPrice,
    LowestWindow,
    WaitAwhile,
    WaitForGreen,
)
from wattshift_agents.heuristics.stack import Stack
from wattshift_agents.policy import Policy
from wattshift_agents.view import look

ARRIVAL_DAYS, REST_DAYS, WINDOWS = 5, 4, 8
"""Jobs arrive for some days, and all of them end in those that follow: every policy does the same work."""

STEP_S, JOB_SLOTS = 300.0, 512
SEEDS = np.arange(WINDOWS, dtype=np.uint64)
REGIONAL, AT_HOME, HYBRID = "six regions", "six regions, jobs at home", "hybrid"
SHIFTABLE = {REGIONAL: ("batch",), AT_HOME: ("batch",), HYBRID: ("training", "batch_inference", "preprocessing")}
"""Classes of jobs that may wait and, but at home, go anywhere, by world: what the claim is about."""

REGIONS = {
    "california": (37.4, -121.9, "America/Los_Angeles", "CAL"),
    "dallas": (32.8, -96.8, "America/Chicago", "TEX"),
    "toronto": (43.7, -79.4, "America/Toronto", "ON"),
    "frankfurt": (50.1, 8.7, "Europe/Berlin", "DE"),
    "paris": (48.9, 2.4, "Europe/Paris", "FR"),
    "stockholm": (59.3, 18.1, "Europe/Stockholm", "SE"),
}
LINKS = (
    ("california", "dallas", "backbone"),
    ("california", "toronto", "backbone"),
    ("dallas", "toronto", "backbone"),
    ("toronto", "paris", "submarine"),
    ("frankfurt", "paris", "backbone"),
    ("frankfurt", "stockholm", "backbone"),
)
CHIPS, JOB_SHARE, JOBS_PER_H = 192, 0.75, 0.8
"""Of every region."""

GOOGLE = "Google, Carbon-intelligent computing (Radovanovic et al. 2022)"

TEXT = f"""*Six regions*: {", ".join(REGIONS)}, each with {CHIPS} H100 under the same cooling and power train,
and with the same stream of `batch` jobs: those of `batch_inference` in `hybrid`, with a day of slack and no residency.
The world is chosen to be favourable: half of the regions have clean grids, and room. *Jobs at home* is the same without
leave to go elsewhere, *hybrid* the built-in world as it is. Only jobs are steered (task `Shifting`, hourly; carbon
costs 100 USD/t), by forecasts with their usual errors. {WINDOWS} windows spread over a synthetic year, the same for
every policy: jobs arrive for {ARRIVAL_DAYS} days, and {REST_DAYS} more days let all of them end. Carbon of jobs is
their share by use (attribution gives idle chips to nobody); the fleet's carbon, requests and idle chips included,
stands beside it. Late are jobs beyond their deadline, refused or given up, of those that arrived.

*Space* and *time* take the best of their policies that makes no more jobs late than the autopilot, and 0 if there is
none. The claim is reached by moving jobs in space. The rules for time do that too where jobs may leave: they count a
job only where its run costs least, and what a site turns away starts at another one. Waiting alone, which is what is
left at home, does not reach it."""


class Outcome(NamedTuple):
    """What one policy makes of the windows; sums over them."""

    jobs_kg: float  # carbon of the shiftable classes
    jobs_kwh: float
    fleet_kg: float
    late_share: float  # of all jobs
    unfinished: float  # jobs
    usd: float


def six_regions(at_home: bool = False) -> dict[str, Any]:
    """Equal regions in clean and in dirty grids, with the same jobs, which go anywhere or stay at home."""
    hybrid = load_scenario("hybrid").model_dump(mode="json", exclude_none=True)
    module = {"name": "h100", "chip": "h100-sxm", "count": CHIPS, "plant": "liquid-dry", "power": "delta-conversion"}
    sites = [
        {
            "name": name,
            "tier": "cloud",
            "latitude": latitude,
            "longitude": longitude,
            "timezone": timezone,
            "zone": zone,
            "residency": name if at_home else "anywhere",
            "access_ms": 12,
            "modules": [module | {"job_share": JOB_SHARE}],
            "tariff": {"price_adder_usd_per_kwh": 0.05, "demand_usd_per_kw_month": 10, "export_price_share": 0.0},
        }
        for name, (latitude, longitude, timezone, zone) in REGIONS.items()
    ]
    chat = hybrid["requests"]["conversation"] | {"rate_per_s": dict.fromkeys(REGIONS, 100)}
    batch = hybrid["jobs"]["batch_inference"] | {
        "slack_h": 24,
        "slack_share": 0.0,
        "residency_bound": at_home,
        "rate_per_h": dict.fromkeys(REGIONS, JOBS_PER_H),
    }
    return {
        "name": "six-regions",
        "summary": "Six equal regions, three in clean grids",
        "sites": sites,
        "links": [{"ends": [one, other], "kind": kind} for one, other, kind in LINKS],
        "requests": {"conversation": chat},
        "jobs": {"batch": batch},
        "money": hybrid["money"],
        "rules": hybrid["rules"],
    }


def policies() -> dict[str, Policy]:
    """By what they move, the autopilot first; the rest of the fleet stays with it."""
    both = {"admission": LowestWindow(signal="carbon")}
    return {
        "autopilot": Autopilot(),
        "time: `wait-for-green`": WaitForGreen(),
        "time: `lowest-window` of carbon": LowestWindow(signal="carbon"),
        "time: `wait-awhile` of carbon": WaitAwhile(signal="carbon"),
        "space: `lowest-price`": LowestPrice(),
        "space: `cheapest-energy`, 12 h ahead": CheapestEnergy(ahead_h=12),
        "space: `lowest-carbon`": LowestCarbon(),
        "both: `cheapest-energy` and `lowest-window`": Stack({"placement": CheapestEnergy(ahead_h=12), **both}),
        "both: `lowest-carbon` and `lowest-window`": Stack({"placement": LowestCarbon(), **both}),
        "`stack`": Stack(),
    }


def world_of(scenario: Any) -> tuple[World, np.ndarray]:
    """The windows' world and first rows; in their last days no job arrives."""
    world = World(
        WINDOWS,
        scenario,
        {"seed": HELD_OUT_YEAR},
        task="shifting",
        variant={"faults": False},
        step_s=STEP_S,
        episode_days=ARRIVAL_DAYS + REST_DAYS,
        job_slots=JOB_SLOTS,
        attribution=True,
    )
    starts = np.linspace(world.rows[0], world.rows[-1], WINDOWS).astype(np.int64)
    rate_per_h = world.traces.job_rate_per_h.copy()
    for start in starts:
        rest = start + round(ARRIVAL_DAYS * 86400 / STEP_S)
        rate_per_h[rest : start + world.steps_per_episode + 1] = 0.0
    world.traces = world.traces._replace(job_rate_per_h=rate_per_h)
    return world, starts


def play(world: World, starts: np.ndarray, policy: Policy, classes: tuple[str, ...]) -> Outcome:
    """All windows under one policy."""
    everywhere = np.ones(world.n_envs, np.bool_)
    observation = world.begin(everywhere, SEEDS[: world.n_envs], starts)
    policy.reset(world)
    truncated = ~everywhere
    while not truncated.all():
        observation, _, truncated = world.step(policy.act(observation, look(world)), ~everywhere)
    kpis = {name: float(values.sum()) for name, values in world.kpis(np.arange(world.n_envs)).items()}
    late = kpis["jobs_late"] + kpis["jobs_rejected"] + kpis["jobs_abandoned"]
    return Outcome(
        jobs_kg=sum(kpis[f"carbon_kg/{name}"] for name in classes),
        jobs_kwh=sum(kpis[f"energy_kwh/{name}"] for name in classes),
        fleet_kg=kpis["carbon_kg"],
        late_share=late / kpis["jobs_arrived"],
        unfinished=kpis["jobs_unfinished"],
        usd=kpis["cost_usd"],
    )


def saved(outcomes: dict[str, Outcome], kind: str, quantity: str = "jobs_kg") -> float:
    """Most that the policies of a kind save against the autopilot, %, without more late jobs; 0 if none is so."""
    base = outcomes["autopilot"]
    found = [
        100.0 * (1.0 - getattr(outcome, quantity) / getattr(base, quantity))
        for name, outcome in outcomes.items()
        if name.startswith(kind) and outcome.late_share <= base.late_share
    ]
    return max(found, default=0.0)


def checks(outcomes: dict[str, dict[str, Outcome]]) -> list[Check]:
    """The claim in both worlds; moving in time alone; and that it is the same work."""
    regions, at_home, hybrid = outcomes[REGIONAL], outcomes[AT_HOME], outcomes[HYBRID]
    unfinished = max(outcome.unfinished for found in outcomes.values() for outcome in found.values())
    claim = "carbon of shiftable jobs saved, no more late"
    return [
        Check(f"{claim}: six regions, `stack`", "over 30 %", saved(regions, "`stack`"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: six regions, space", "over 30 %", saved(regions, "space"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: six regions, time alone", "over 30 %", saved(regions, "time"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: jobs at home, time alone", "over 30 %", saved(at_home, "time"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: hybrid, `stack`", "over 30 %", saved(hybrid, "`stack`"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: hybrid, space", "over 30 %", saved(hybrid, "space"), 30, 100, "%", GOOGLE),
        Check(f"{claim}: hybrid, time alone", "over 30 %", saved(hybrid, "time"), 30, 100, "%", GOOGLE),
        Check("jobs left at the end", "none", unfinished, 0, 0, "", "own demand"),
    ]


def table(outcomes: dict[str, dict[str, Outcome]]) -> str:
    """Every policy in every world."""
    heading = (
        "world",
        "policy",
        "carbon of shiftable jobs, t",
        "saved",
        "their energy, MWh",
        "fleet's carbon saved",
        "late jobs",
        "cost saved",
    )
    rows: list[tuple[object, ...]] = []
    for world, found in outcomes.items():
        base = found["autopilot"]
        for name, one in found.items():
            rows.append(
                (
                    world,
                    name,
                    f"{one.jobs_kg / 1e3:.2f}",
                    f"{100 * (1 - one.jobs_kg / base.jobs_kg):.1f} %",
                    f"{one.jobs_kwh / 1e3:.1f}",
                    f"{100 * (1 - one.fleet_kg / base.fleet_kg):.1f} %",
                    f"{100 * one.late_share:.2f} %",
                    f"{100 * (1 - one.usd / base.usd):.1f} %",
                )
            )
    return markdown_table(heading, rows)


def section() -> Section:
    """Every policy in every world; where jobs stay at home, those that move them in time."""
    outcomes = {}
    for name, scenario in ((REGIONAL, six_regions()), (AT_HOME, six_regions(at_home=True)), (HYBRID, HYBRID)):
        world, starts = world_of(scenario)
        outcomes[name] = {
            label: play(world, starts, policy, SHIFTABLE[name])
            for label, policy in policies().items()
            if name != AT_HOME or label.startswith(("autopilot", "time"))
        }
    return Section("Carbon of shiftable load", TEXT, checks(outcomes), [table(outcomes)])
