"""Stage 5, routing: each flow goes to its best candidate with room, then to the next; links carry it.

Flows are served in order of priority. Of a flow's candidates those that can meet the latency objective come first,
nearest first; a routing preference makes a site look nearer or farther by up to `routing_range_ms`, and never lifts a
site that misses the objective above one that meets it.
"""

import math

from .jit import njit
from .paths import load_path, path_is_up, room_gbps

BEYOND_OBJECTIVE_MS = 1e6
"""Added to the apparent latency of a candidate that cannot meet the objective."""

LEAST_SHARE = 1e-9
"""Of a flow; less is not sent anywhere: the room that rounding leaves on a full module or link is none."""

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
def next_candidate(params, control, nth_flow, last_ms, last):
    """The candidate after `last` in order of apparent latency (ties: in the order given), or -1; and its latency.

    Few flows need a second candidate, so picking the next beats sorting all.
    """
    objective_ms = params.request_classes[params.flows[nth_flow].request_class].objective_ms
    best_ms, best = math.inf, -1
    for nth in range(params.candidates.shape[1]):
        candidate = params.candidates[nth_flow, nth]
        if candidate.module < 0:
            break
        apparent_ms = candidate.latency_ms - control.sites[params.modules[candidate.module].site].routing_ms
        if candidate.latency_ms > objective_ms:
            apparent_ms += BEYOND_OBJECTIVE_MS
        comes_after = apparent_ms > last_ms or (apparent_ms == last_ms and nth > last)
        if comes_after and apparent_ms < best_ms:
            best_ms, best = apparent_ms, nth
    return best, best_ms


@njit
def place(params, state, control, ledger, nth_flow):
    """Fill the flow's candidates in order of apparent latency."""
    flow = params.flows[nth_flow]
    gbit = params.request_classes[flow.request_class].mb * 8e-3
    remaining_per_s = ledger.flows[nth_flow].per_s
    last, last_ms = -1, -math.inf
    while remaining_per_s > 0.0:
        last, last_ms = next_candidate(params, control, nth_flow, last_ms, last)
        if last < 0:
            break
        nth_module = params.candidates[nth_flow, last].module
        account = ledger.modules[nth_module]
        path = params.path_links[flow.origin, params.modules[nth_module].site]
        # What is ready and jobs do not hold, up to the serving utilisation.
        free_chips = account.ready - state.modules[nth_module].held_chips
        room_chips = free_chips * params.rules[0].serve_utilisation - account.serving_chips
        if room_chips <= 0.0 or not path_is_up(path, state.links):
            continue
        chip_per_s = params.services[nth_module, flow.request_class].rate_per_s * account.clock
        taken_per_s = min(remaining_per_s, room_chips * chip_per_s)
        taken_per_s = min(taken_per_s, room_gbps(path, params.links, ledger.links) / gbit)
        if taken_per_s <= LEAST_SHARE * ledger.flows[nth_flow].per_s:
            continue
        remaining_per_s -= taken_per_s
        ledger.routes[nth_flow, last].per_s = taken_per_s
        account.serving_chips += taken_per_s / chip_per_s
        load_path(path, ledger.links, taken_per_s * gbit)
    ledger.requests[flow.request_class].dropped += remaining_per_s * params.rules[0].step_s
