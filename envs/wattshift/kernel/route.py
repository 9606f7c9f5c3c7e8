"""Stage 5, routing: each flow goes to its best candidate with room, then to the next; links carry it.

Flows are served in order of priority. Of a flow's candidates those that can meet the latency objective come first,
nearest first; a routing preference makes a site look nearer or farther by up to `routing_range_ms`, and never lifts a
site that misses the objective above one that meets it. A candidate may have its data reduced at the origin first: it
takes chips there too, loads the links less, and the preprocessing preference makes it look nearer or farther.
"""

import math

from .jit import njit
from .paths import is_connected, load_path, path_in_use, room_gbps

BEYOND_OBJECTIVE_MS = 1e6
"""Added to the apparent latency of a candidate that cannot meet the objective."""

THROTTLE_SPAN_K = 10.0
"""A chip slows from full to lowest clock over this span above its throttle temperature."""


@njit
def clocks(params, state, control, ledger):
    """The speed at which each module runs this step: the lower of power cap and thermal throttling."""
    for nth in range(len(params.modules)):
        module, account = params.modules[nth], ledger.modules[nth]
        excess_k = state.modules[nth].loop_c - module.throttle_c
        allowed = 1.0 - (1.0 - module.min_speed) * min(max(excess_k / THROTTLE_SPAN_K, 0.0), 1.0)
        account.clock = min(control.modules[nth].speed, allowed)
        account.throttled = control.modules[nth].speed - account.clock


@njit
def route(params, state, control, ledger):
    """Send every flow to modules with room; what finds none is dropped."""
    for nth in range(len(params.flows)):
        place(params, state, control, ledger, nth)


@njit
def next_candidate(params, state, control, nth_flow, last_ms, last):
    """The candidate after `last` in order of apparent latency (ties: in the order given), or -1; and its latency.

    Few flows need a second candidate, so picking the next beats sorting all.
    """
    flow = params.flows[nth_flow]
    objective_ms = params.request_classes[flow.request_class].objective_ms
    best_ms, best = math.inf, -1
    for nth in range(params.candidates.shape[1]):
        candidate = params.candidates[nth_flow, nth]
        if candidate.module < 0:
            break
        latency_ms = candidate.local_ms + state.paths[flow.origin, candidate.site].round_trip_ms
        apparent_ms = latency_ms - control.sites[candidate.site].routing_ms
        if candidate.reducer >= 0:
            apparent_ms -= control.sites[flow.origin].preprocess_ms
        if latency_ms > objective_ms:
            apparent_ms += BEYOND_OBJECTIVE_MS
        comes_after = apparent_ms > last_ms or (apparent_ms == last_ms and nth > last)
        if comes_after and apparent_ms < best_ms:
            best_ms, best = apparent_ms, nth
    return best, best_ms


@njit
def room_chips(params, state, account, nth_module):
    """Chips that are ready and jobs do not hold, up to the serving utilisation, less those that serve."""
    free_chips = account.ready - state.modules[nth_module].held_chips
    return free_chips * params.rules[0].serve_utilisation - account.serving_chips


@njit
def place(params, state, control, ledger, nth_flow):
    """Fill the flow's candidates in order of apparent latency."""
    flow = params.flows[nth_flow]
    remaining_per_s = ledger.flows[nth_flow].per_s
    last, last_ms = -1, -math.inf
    while remaining_per_s > 0.0:
        last, last_ms = next_candidate(params, state, control, nth_flow, last_ms, last)
        if last < 0:
            break
        candidate = params.candidates[nth_flow, last]
        account = ledger.modules[candidate.module]
        room = room_chips(params, state, account, candidate.module)
        if room <= 0.0 or not is_connected(state, flow.origin, candidate.site):
            continue
        chip_per_s = params.services[candidate.module, flow.request_class].rate_per_s * account.clock
        taken_per_s = min(remaining_per_s, room * chip_per_s)
        if candidate.reducer >= 0:
            reducer = ledger.modules[candidate.reducer]
            reduce_per_s = params.services[candidate.reducer, flow.request_class].reduce_per_s * reducer.clock
            reducer_room = max(room_chips(params, state, reducer, candidate.reducer), 0.0)
            taken_per_s = min(taken_per_s, reducer_room * reduce_per_s)
        path = params.path_links[flow.origin, candidate.site, path_in_use(state, flow.origin, candidate.site)]
        gbit = candidate.mb * 8e-3
        taken_per_s = min(taken_per_s, room_gbps(path, params.links, ledger.links) / gbit)
        remaining_per_s -= taken_per_s
        ledger.routes[nth_flow, last].per_s = taken_per_s
        account.serving_chips += taken_per_s / chip_per_s
        if candidate.reducer >= 0:
            ledger.modules[candidate.reducer].serving_chips += taken_per_s / reduce_per_s
        load_path(path, ledger.links, taken_per_s * gbit)
    ledger.requests[flow.request_class].dropped += remaining_per_s * params.rules[0].step_s
