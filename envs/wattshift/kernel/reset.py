"""Reset: the first state of an episode, a fleet already at work."""

from .arrivals import backlog
from .attribute import clear_episode_shares
from .batching import load_models
from .choose import choose_paths, reset_paths
from .curtailment import announce
from .decode import decode
from .jit import act
from .plant import reachable_supply_c
from .rng import START, uniform
from .route import route
from .settle import FIRST_CHARGE_SHARE, liability
from .slices import read
from .state import AUTOPILOT
from .step import clear


@act
def reset(params, traces, state, control, ledger, wiring, zero, seed, start):
    """Begin the episode `seed` at row `start` of the traces, a hashed one if negative; `zero` is the zero action."""
    episode, totals = state.episode[0], ledger.totals[0]
    if start < 0:
        start = int(uniform(seed, START, 0, 0) * (len(traces.clock) - episode.horizon))
    now = read(traces, start)
    episode.seed = seed
    episode.start = start
    episode.step = 0
    episode.n_jobs = 0
    episode.newcomers = AUTOPILOT
    episode.period_h = 0.0
    state.latency_count[:] = 0.0
    for nth in range(len(params.sites)):
        site, site_now = params.sites[nth], state.sites[nth]
        site_now.up = 1
        site_now.feed_up = 1 if site.import_limit_kw > 0.0 else 0
        site_now.soc_kwh = FIRST_CHARGE_SHARE * site.battery_kwh
        site_now.peak_kw = site_now.highest_kw = 0.0
        site_now.worn_share = site_now.usual_kw = 0.0
        site_now.generator_left_s = site.generator_start_s
        site_now.fuel_l = site.generator_fuel_l
        site_now.curtailing = 0
        site_now.curtail_in_h = 0.0
    for nth in range(len(params.modules)):
        state.modules[nth].cooling_up = 1
        state.modules[nth].tripped = 0
        plant, weather = params.plants[nth, 0], now.zones[params.sites[params.modules[nth].site].zone]
        state.modules[nth].loop_c = reachable_supply_c(plant, plant.supply_c, weather)
        state.modules[nth].held_chips = 0
        state.modules[nth].up = 1
        state.modules[nth].in_service = 1
        state.modules[nth].cooling_up = 1
        state.modules[nth].failed_chips = 0
        state.modules[nth].awake = params.modules[nth].chips
        state.modules[nth].waking = 0
        state.modules[nth].wake_left_s = 0.0
        state.modules[nth].replicas = params.modules[nth].chips
        ledger.modules[nth].clock = 1.0
        ledger.modules[nth].allowed_chips = 0
        ledger.modules[nth].ready = params.modules[nth].chips
        ledger.modules[nth].heat_limit_kw = params.plants[nth, 0].capacity_kw
    for link in state.links:
        link.up = 1
    for stream_now in state.streams:
        stream_now.hour = -1
        stream_now.burst = 1.0
    for account in ledger.streams:
        account.room = -1
    announce(params, traces, state)
    for hazard in state.hazards:
        hazard.failed = 0
    reset_paths(params, state)

    clear(ledger)
    if wiring.attribution:
        clear_episode_shares(ledger)
    totals.terms_usd[:] = 0.0
    totals.clipped[:] = 0.0
    totals.storage_beyond = 0.0
    totals.steps = 0
    totals.cost_usd[:] = 0.0
    totals.sums[:] = 0.0
    totals.link_utilisation_max = 0.0
    totals.carbon_usd_per_kg = 0.0
    decode(params, control, ledger, zero, wiring.slots)
    choose_paths(params, state, control, ledger)
    for nth in range(len(params.flows)):
        ledger.flows[nth].per_s = now.request_rate_per_s[nth]
    # The models that the first row's mean rates need are loaded: route these once, and forget all but the replicas.
    route(params, state, control, ledger)
    load_models(params, state, ledger)
    clear(ledger)
    backlog(params, traces, now, state, ledger)
    totals.liability_usd = liability(params, traces, state, totals).usd
