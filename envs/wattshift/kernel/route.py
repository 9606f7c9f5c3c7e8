"""Stage 4, routing: each flow goes to its best candidate with room, then to the next; links carry it.

Flows are served in order of priority. Of a flow's candidates those that can meet the latency objective come first,
nearest first; a routing preference makes a site look nearer or farther by up to `routing_range_ms`, and never lifts a
site that misses the objective above one that meets it. A candidate may have its data reduced at the origin first: it
takes chips there too, loads the links less, and the preprocessing preference makes it look nearer or farther.
"""

import math

from .batching import chips_to_serve, warm_chips
from .jit import njit
from .paths import is_connected, load_path, path_in_use, room_gbps

BEYOND_OBJECTIVE_MS = 1e6
"""Added to the apparent latency of a candidate that cannot meet the objective."""

LEAST_SHARE = 1e-9
"""Of a flow; less is not sent anywhere: the room that rounding leaves on a full module or link is none."""

NEARLY_MS = 1e-6
"""Latencies closer than this may be equal but for rounding."""

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
    most_ms = largest_preference_ms(control)
    for nth in range(len(params.flows)):
        place(params, state, control, ledger, nth, most_ms)


@njit
def largest_preference_ms(control):
    """Most that a preference makes any candidate look nearer."""
    routing_ms, preprocess_ms = -math.inf, 0.0
    for set_points in control.sites:
        routing_ms = max(routing_ms, set_points.routing_ms)
        preprocess_ms = max(preprocess_ms, set_points.preprocess_ms)
    return routing_ms + preprocess_ms


@njit
def next_candidate(params, state, control, nth_flow, last_ms, last, most_ms):
    """The candidate after `last` in order of apparent latency (ties: in the order given), or -1; and its latency.

    Few flows need a second candidate, so picking the next beats sorting all. Candidates are sorted by nominal latency,
    which no path undercuts, and no preference exceeds `most_ms`: so the search ends early.
    """
    flow = params.flows[nth_flow]
    objective_ms = params.request_classes[flow.request_class].objective_ms
    best_ms, best = math.inf, -1
    for nth in range(params.candidates.shape[1]):
        candidate = params.candidates[nth_flow, nth]
        if candidate.module < 0 or candidate.nominal_ms - most_ms > best_ms + NEARLY_MS:
            break
        round_trip_ms = state.paths[flow.origin, candidate.site].round_trip_ms
        apparent_ms = candidate.local_ms + round_trip_ms - control.sites[candidate.site].routing_ms
        if candidate.reducer >= 0:
            apparent_ms -= control.sites[flow.origin].preprocess_ms
        if candidate.busy_ms + round_trip_ms > objective_ms:
            apparent_ms += BEYOND_OBJECTIVE_MS
        comes_after = apparent_ms > last_ms or (apparent_ms == last_ms and nth > last)
        if comes_after and apparent_ms < best_ms:
            best_ms, best = apparent_ms, nth
    return best, best_ms


@njit
def room_chips(params, state, ledger, nth_module):
    """Chips that are ready and jobs do not hold, up to the serving utilisation, less those asked for."""
    free = chips_to_serve(ledger, state, nth_module)
    return max(free * params.rules[0].serve_utilisation - ledger.modules[nth_module].asked_chips, 0.0)


@njit
def warm_room_chips(params, state, ledger, nth_module):
    """What of them can serve in this step, less what loading takes and those that serve already."""
    rules = params.rules[0]
    free = chips_to_serve(ledger, state, nth_module)
    warm = warm_chips(state.modules[nth_module].replicas, free, rules.cold_share)
    return max(warm * rules.serve_utilisation - ledger.modules[nth_module].serving_chips, 0.0)


@njit
def occupy(account, asked_chips, serving_chips):
    """Put load on a module."""
    account.asked_chips += asked_chips
    account.serving_chips += serving_chips


@njit
def place(params, state, control, ledger, nth_flow, most_ms):
    """Fill the flow's candidates in order of apparent latency."""
    flow = params.flows[nth_flow]
    remaining_per_s = ledger.flows[nth_flow].per_s
    last, last_ms = nth_flow, -math.inf  # every candidate comes after -inf, whichever the last one is said to be
    while remaining_per_s > 0.0:
        last, last_ms = next_candidate(params, state, control, nth_flow, last_ms, last, most_ms)
        if last < 0:
            break
        candidate = params.candidates[nth_flow, last]
        nth_module, nth_reducer = candidate.module, candidate.reducer
        room = room_chips(params, state, ledger, nth_module)
        if room == 0.0 or not is_connected(state, flow.origin, candidate.site):
            continue
        chip_per_s = params.services[nth_module, flow.request_class].rate_per_s * ledger.modules[nth_module].clock
        asked_per_s = min(remaining_per_s, room * chip_per_s)
        warm_per_s = warm_room_chips(params, state, ledger, nth_module) * chip_per_s
        reduce_per_s = 1.0
        if nth_reducer >= 0:
            reduce_per_s = params.services[nth_reducer, flow.request_class].reduce_per_s
            reduce_per_s *= ledger.modules[nth_reducer].clock
            asked_per_s = min(asked_per_s, room_chips(params, state, ledger, nth_reducer) * reduce_per_s)
            warm_per_s = min(warm_per_s, warm_room_chips(params, state, ledger, nth_reducer) * reduce_per_s)
        path = params.path_links[flow.origin, candidate.site, path_in_use(state, flow.origin, candidate.site)]
        gbit = candidate.mb * 8e-3
        asked_per_s = min(asked_per_s, room_gbps(path, params.links, ledger.links) / gbit)
        least_per_s = LEAST_SHARE * ledger.flows[nth_flow].per_s
        if asked_per_s <= least_per_s:
            continue
        taken_per_s = min(asked_per_s, warm_per_s)
        if taken_per_s <= least_per_s:
            taken_per_s = 0.0
        remaining_per_s -= taken_per_s
        ledger.routes[nth_flow, last].per_s = taken_per_s
        occupy(ledger.modules[nth_module], asked_per_s / chip_per_s, taken_per_s / chip_per_s)
        if nth_reducer >= 0:
            occupy(ledger.modules[nth_reducer], asked_per_s / reduce_per_s, taken_per_s / reduce_per_s)
        load_path(path, ledger.links, taken_per_s * gbit)
    ledger.requests[flow.request_class].dropped += remaining_per_s * params.rules[0].step_s
