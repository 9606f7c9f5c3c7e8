"""A decision: set-points once, then so many steps, in the order of docs/step.md; and the beginning of an episode."""

from dataclasses import dataclass
from typing import Any

from oracle import draws
from oracle.account import account
from oracle.announce import announce
from oracle.arrivals import backlog, job_arrivals, request_arrivals
from oracle.attribute import attribute, attribute_settlement
from oracle.capacity import capacity
from oracle.chips import chips
from oracle.choosing import choose_paths, forget_choices
from oracle.decode import Wishes, decode
from oracle.dispatch import dispatch
from oracle.exogenous import Now, read_row
from oracle.faults import faults
from oracle.fleet import EPISODE_SHARES, Fleet, Module, Record, Site
from oracle.heat import heat
from oracle.jobs import schedule
from oracle.plants import cool, working
from oracle.power import power
from oracle.routing import clocks, load_models, route
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
    wishes = Wishes(action, rules.places)
    dispatch(fleet, wishes)
    decode(fleet, wishes)
    steps = min(rules.steps_per_decision, episode.horizon - episode.step)
    for _ in range(steps):
        advance(fleet, traces)
    totals.steps = steps
    is_over = episode.step == episode.horizon

    totals.clipped[SLOTS.index("storage")] += totals.storage_beyond / steps
    owed_usd = liability_usd(fleet, traces)
    if is_over:
        fleet.charge("settlement_usd", owed_usd)
        if fleet.attributed:
            attribute_settlement(fleet, traces, owed_usd)
    totals.cost_usd = [before + term for before, term in zip(totals.cost_usd, totals.terms_usd, strict=True)]
    paid_usd = sum(rules.weights.get(name, 0.0) * usd for name, usd in zip(TERMS, totals.terms_usd, strict=True))
    if rules.accrual:
        owed_before_usd, totals.liability_usd = totals.liability_usd, 0.0 if is_over else owed_usd
        paid_usd += rules.weights.get("settlement_usd", 0.0) * (totals.liability_usd - owed_before_usd)
    return -paid_usd, is_over


def advance(fleet: Fleet, traces: Any) -> None:
    """One step."""
    now = read_row(traces, fleet.episode.start + fleet.episode.step)
    fleet.clear()
    faults(fleet)
    choose_paths(fleet)
    request_arrivals(fleet, now)
    job_arrivals(fleet, now)
    capacity(fleet, now)
    clocks(fleet)
    route(fleet)
    load_models(fleet)
    serve(fleet)
    schedule(fleet)
    chips(fleet)
    heat(fleet, now)
    cool(fleet, now)
    power(fleet, now)
    account(fleet, now)
    if fleet.attributed:
        attribute(fleet)
    fleet.episode.step += 1
    fleet.episode.n_jobs = len(fleet.jobs)
    announce(fleet, traces)


def begin(fleet: Fleet, traces: Any, rules: Rules, seed: int, start: int) -> None:
    """The first state of an episode: all in service, models loaded, jobs of yesterday waiting."""
    episode, totals = fleet.episode, fleet.totals
    if start < 0:
        start = int(draws.uniform(seed, draws.START, 0, 0) * (len(traces.clock) - episode.horizon))
    episode.seed, episode.start, episode.step, episode.period_h = seed, start, 0, 0.0
    episode.newcomers = 0
    now = read_row(traces, start)
    fleet.jobs = []
    fleet.latency_count = [0.0] * len(fleet.latency_count)
    for site in fleet.sites:
        begin_site(site)
    for module in fleet.modules:
        begin_module(module, now.zones[module.site.fixed.zone])
    for link in fleet.links:
        link.state.up = 1
    for hazard in fleet.hazards:
        hazard.state.failed = 0
    for stream in fleet.streams:
        stream.state.hour, stream.state.burst = -1, 1.0
    forget_choices(fleet)
    announce(fleet, traces)

    fleet.clear()
    totals.terms_usd, totals.cost_usd = [0.0] * len(totals.terms_usd), [0.0] * len(totals.cost_usd)
    totals.steps = 0
    totals.sums, totals.storage_beyond, totals.link_utilisation_max = [0.0] * len(totals.sums), 0.0, 0.0
    totals.carbon_usd_per_kg = 0.0
    if fleet.attributed:
        for column in EPISODE_SHARES:
            setattr(totals, column.replace("episode", "episode_idle"), 0.0)
            for kind in (*fleet.request_classes, *fleet.job_classes):
                setattr(kind.moved, column, 0.0)
    zeros = [0.0] * sum(place.stop - place.start for place in rules.places.values())
    decode(fleet, Wishes(zeros, rules.places))
    choose_paths(fleet)
    load_first_models(fleet, now)
    backlog(fleet, traces, now)
    episode.n_jobs = len(fleet.jobs)
    totals.liability_usd = liability_usd(fleet, traces)


def begin_site(site: Site) -> None:
    state, fixed = site.state, site.fixed
    state.up, state.feed_up = 1, int(fixed.import_limit_kw > 0.0)
    state.soc_kwh = FIRST_CHARGE_SHARE * fixed.battery_kwh
    state.peak_kw = state.highest_kw = state.worn_share = state.usual_kw = 0.0
    state.generator_left_s, state.fuel_l = fixed.generator_start_s, fixed.generator_fuel_l
    state.curtailing, state.curtail_in_h = 0, 0.0


def begin_module(module: Module, weather: Record) -> None:
    state, main, chips = module.state, module.plants[0], module.fixed.chips
    state.up = state.in_service = state.cooling_up = 1
    state.tripped = state.failed_chips = state.held_chips = 0
    state.awake, state.waking, state.wake_left_s = chips, 0, 0.0
    state.loop_c = working(main, main.supply_c, weather).supply_c
    module.moved.clock, module.moved.ready, module.moved.heat_limit_kw = 1.0, chips, main.capacity_kw


def load_first_models(fleet: Fleet, now: Now) -> None:
    """Replicas as the first row's mean rates need them: these are routed once, with all chips loaded, and forgotten."""
    for flow in fleet.flows:
        flow.moved.per_s = now.request_rate_per_s[flow.nth]
    for module in fleet.modules:
        module.state.replicas = module.fixed.chips
    route(fleet)
    load_models(fleet)
    fleet.clear()
