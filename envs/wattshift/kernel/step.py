"""One step of one environment, as a story in five acts. The order is the model: see docs/step.md.

The acts are befall, answer, `schedule`, consume and reckon; `entry.py` takes a few environments through one act before
the next, which keeps its machine code in the processor's cache.
"""

from .account import account
from .arrivals import job_arrivals, request_arrivals
from .attribute import attribute, attribute_settlement, clear_shares
from .batching import load_models
from .capacity import capacity
from .chips import chips
from .choose import choose_paths
from .cool import cool
from .curtailment import announce
from .decode import decode
from .dispatch import direct
from .faults import faults
from .heat import heat
from .jit import act, njit
from .power import power
from .route import clocks, route
from .serve import serve
from .settle import liability
from .slices import read
from .terms import DISPATCH, SETTLEMENT, STORAGE


@njit
def clear(ledger):
    """Empty the accounts of the step; the totals live longer."""
    ledger.totals[0].network_carbon_kg = 0.0
    for site in ledger.sites:
        site.it_kw = site.cooling_kw = site.loss_kw = site.solar_kw = site.charge_kw = site.discharge_kw = 0.0
        site.wind_kw = site.generator_kw = site.fuel_l = site.excess_kw = site.ppa_kw = site.matched_kw = 0.0
        site.worn_share = 0.0
        site.import_kw = site.export_kw = site.curtailed_kw = site.carbon_kg = site.water_l = site.cost_usd = 0.0
        site.router_kw = site.access_kw = site.network_carbon_kg = site.network_usd = 0.0
    for module in ledger.modules:
        module.serving_chips = module.working_chips = module.it_kw = module.loss_kw = module.water_l = 0.0
        module.asked_chips = module.idle_kw = module.serving_kw = module.working_kw = 0.0
        module.heat_stored_kw = module.throttled = module.coolant_flow = module.beyond_k = 0.0
        module.largest_gang = 0
        module.heat_removed_kw[:] = 0.0
        module.plant_kw[:] = 0.0
    for link in ledger.links:
        link.gbps = link.power_kw = link.carbon_kg = link.energy_usd = 0.0
    for nth_flow in range(ledger.routes.shape[0]):
        for nth in range(ledger.routes.shape[1]):
            ledger.routes[nth_flow, nth].per_s = 0.0
            ledger.routes[nth_flow, nth].latency_ms = 0.0
    for requests in ledger.requests:
        requests.arrived = requests.served = requests.late = requests.dropped = 0.0
    for jobs in ledger.jobs:
        jobs.arrived = jobs.finished = jobs.late = jobs.rejected = jobs.abandoned = jobs.lateness_usd = 0.0


@act
def befall(params, traces, state, control, ledger, attribution):
    """First act of a step: what happens to the fleet, and what it has to meet it."""
    episode = state.episode[0]
    now = read(traces, episode.start + episode.step)
    clear(ledger)
    if attribution:
        clear_shares(ledger)
    faults(params, state)
    choose_paths(params, state, control, ledger)
    request_arrivals(params, now, state, ledger)
    job_arrivals(params, now, state, ledger)
    capacity(params, now, state, control, ledger)
    clocks(params, state, control, ledger)


@act
def answer(params, state, control, ledger):
    """Second act: requests are routed and served."""
    route(params, state, control, ledger)
    load_models(params, state, ledger)
    serve(params, state, ledger)


@act
def consume(params, traces, state, control, ledger):
    """Fourth act, after the jobs (`schedule`): power, heat, and where they come from and go."""
    now = read(traces, state.episode[0].start + state.episode[0].step)
    chips(params, state, ledger)
    heat(params, now, state, control, ledger)
    cool(params, now, control, ledger)
    power(params, now, state, control, ledger)


@act
def reckon(params, traces, state, ledger, attribution):
    """Last act: everything is priced, and time passes. Returns whether the episode is over."""
    episode = state.episode[0]
    account(params, read(traces, episode.start + episode.step), state, ledger)
    if attribution:
        attribute(params, state, ledger)
    episode.step += 1
    ledger.totals[0].steps += 1
    announce(params, traces, state)
    return episode.step >= episode.horizon


@act
def begin_decision(params, state, control, ledger, wiring, action):
    """Set what the action asks for, for the steps to come."""
    totals = ledger.totals[0]
    totals.terms_usd[:] = 0.0
    totals.clipped[:] = 0.0
    totals.steps = 0
    if wiring.slots[DISPATCH] >= 0:
        direct(params, state, control, ledger, action, wiring.slots[DISPATCH])
    decode(params, control, ledger, action, wiring.slots)
    totals.storage_beyond = 0.0


@act
def end_decision(params, traces, state, ledger, wiring, truncated):
    """Settle if the episode is over; returns the reward in USD.

    With accrual, the reward also counts the growth of what the fleet owes. Over an episode that sums to the same money,
    but for what was owed at its start, which no action changes; it is only charged when it arises, not when it is paid.
    """
    totals = ledger.totals[0]
    if truncated:
        settled = liability(params, traces, state, totals)
        totals.terms_usd[SETTLEMENT] += settled.usd
        if wiring.attribution:
            attribute_settlement(params, traces, state, ledger, settled)
    totals.clipped[STORAGE] += totals.storage_beyond / totals.steps
    paid_usd = 0.0
    for term in range(len(wiring.weights)):
        totals.cost_usd[term] += totals.terms_usd[term]
        paid_usd += wiring.weights[term] * totals.terms_usd[term]
    if wiring.accrual:
        owed_before_usd = totals.liability_usd
        totals.liability_usd = 0.0 if truncated else liability(params, traces, state, totals).usd
        paid_usd += wiring.weights[SETTLEMENT] * (totals.liability_usd - owed_before_usd)
    return -paid_usd
