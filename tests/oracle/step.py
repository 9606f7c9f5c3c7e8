"""A decision: set-points once, then so many steps, in the order of docs/step.md; and the beginning of an episode."""

from dataclasses import dataclass
from typing import Any

from oracle import draws
from oracle.account import account
from oracle.arrivals import backlog, job_arrivals, request_arrivals
from oracle.chips import chips
from oracle.decode import decode
from oracle.exogenous import Now, read_row
from oracle.faults import faults
from oracle.fleet import Fleet
from oracle.heat import heat
from oracle.jobs import schedule
from oracle.plants import cool
from oracle.power import power
from oracle.routing import capacity, clocks, route
from oracle.serving import serve
from oracle.settle import FIRST_CHARGE_SHARE, liability_usd
from wattshift.kernel.terms import SLOTS, TERMS


@dataclass(frozen=True)
class Rules:
    """What a task makes of the world."""

    places: dict[str, slice]  # of each driven slot in the action
    weights: dict[str, float]  # of each cost term in the reward
    steps_per_decision: int
    accrual: bool


def decide(fleet: Fleet, traces: Any, rules: Rules, action: list[float]) -> tuple[float, bool]:
    """One decision; returns the reward in USD and whether the episode is over."""
    totals, episode = fleet.totals, fleet.episode
    totals.terms_usd = [0.0] * len(TERMS)
    totals.storage_beyond = 0.0
    decode(fleet, action, rules.places)
    steps = min(rules.steps_per_decision, episode.horizon - episode.step)
    for _ in range(steps):
        advance(fleet, read_row(traces, episode.start + episode.step))
    is_over = episode.step == episode.horizon

    totals.clipped[SLOTS.index("storage")] += totals.storage_beyond / steps
    owed_usd = liability_usd(fleet, traces)
    if is_over:
        fleet.charge("settlement_usd", owed_usd)
    totals.cost_usd = [before + term for before, term in zip(totals.cost_usd, totals.terms_usd, strict=True)]
    paid_usd = sum(rules.weights.get(name, 0.0) * usd for name, usd in zip(TERMS, totals.terms_usd, strict=True))
    if rules.accrual:
        owed_before_usd, totals.liability_usd = totals.liability_usd, 0.0 if is_over else owed_usd
        paid_usd += rules.weights.get("settlement_usd", 0.0) * (totals.liability_usd - owed_before_usd)
    return -paid_usd, is_over


def advance(fleet: Fleet, now: Now) -> None:
    """One step."""
    fleet.clear()
    faults(fleet)
    request_arrivals(fleet, now)
    job_arrivals(fleet, now)
    capacity(fleet)
    clocks(fleet)
    route(fleet)
    serve(fleet)
    schedule(fleet)
    chips(fleet)
    heat(fleet, now)
    cool(fleet, now)
    power(fleet, now)
    account(fleet, now)
    fleet.episode.step += 1
    fleet.episode.n_jobs = len(fleet.jobs)


def begin(fleet: Fleet, traces: Any, rules: Rules, seed: int, start: int) -> None:
    """The first state of an episode: all in service, half-charged, yesterday's unfinished jobs waiting."""
    episode, totals = fleet.episode, fleet.totals
    if start < 0:
        start = int(draws.uniform(seed, draws.START, 0, 0) * (len(traces.clock) - episode.horizon))
    episode.seed, episode.start, episode.step = seed, start, 0
    now = read_row(traces, start)
    fleet.clear()
    fleet.jobs = []
    fleet.latency_count = [0.0] * len(fleet.latency_count)
    totals.terms_usd, totals.cost_usd = [0.0] * len(totals.terms_usd), [0.0] * len(totals.cost_usd)
    totals.sums, totals.storage_beyond = [0.0] * len(totals.sums), 0.0
    for site in fleet.sites:
        site.state.up, site.state.peak_kw = 1, 0.0
        site.state.soc_kwh = FIRST_CHARGE_SHARE * site.fixed.battery_kwh
    for module in fleet.modules:
        module.state.up, module.state.held_chips, module.state.loop_c = 1, 0, module.plants[0].supply_c
        module.moved.clock, module.moved.ready = 1.0, module.fixed.chips
    for link in fleet.links:
        link.state.up = 1
    for flow in fleet.flows:
        flow.moved.per_s = now.request_rate_per_s[flow.nth]
    decode(fleet, [0.0] * sum(place.stop - place.start for place in rules.places.values()), rules.places)
    backlog(fleet, now)
    episode.n_jobs = len(fleet.jobs)
    totals.liability_usd = liability_usd(fleet, traces)
