"""Stage 5, serving: how long requests take, how many are late.

A module is a pool of c servers (requests in service at once). The chance to wait and the mean wait follow Sakasegawa's
approximation of M/M/c (Annals of the Institute of Statistical Mathematics 29, 1977), P(wait) = rho ** (sqrt(2(c + 1)) -
1), and the wait, given that there is one, is exponential with the pool's spare rate, as in M/M/c. Links are M/M/1
queues of bursts. Latency = access + propagation + link queues + wait + service, and where the data are reduced at the
origin first, the time and the mean wait of that.
"""

import math

from .batching import service_share
from .jit import njit
from .paths import path_in_use
from .state import LATENCY_BINS, LATENCY_FIRST_MS, LATENCY_RATIO
from .terms import REQUEST_CONGESTION_MS, REQUEST_HOPS

BURST_GBIT = 0.008
"""Data of one burst (1 MB) in a link's queue."""

NEGLIGIBLE_EXPONENT = 50.0
"""exp(-50) < 1e-21: fewer than one late request in the age of the fleet."""


@njit
def link_wait_ms(load_gbps, capacity_gbps):
    """Mean queueing delay of an M/M/1 link serving bursts of 1 MB."""
    rho = min(load_gbps / capacity_gbps, 0.98)
    return 1e3 * BURST_GBIT / capacity_gbps * rho / (1.0 - rho)


@njit
def waiting_probability(rho, servers):
    """Sakasegawa's approximation of the Erlang C formula."""
    return rho ** (math.sqrt(2.0 * (servers + 1.0)) - 1.0)


@njit
def latency_bin(latency_ms):
    """Bin of the latency histogram."""
    if latency_ms <= LATENCY_FIRST_MS:
        return 0
    nth = int(math.log(latency_ms / LATENCY_FIRST_MS) / math.log(LATENCY_RATIO)) + 1
    return min(nth, LATENCY_BINS - 1)


@njit
def serve(params, state, ledger):
    """Latency and lateness of everything that was routed."""
    for nth_flow in range(len(params.flows)):
        for nth in range(params.candidates.shape[1]):
            if ledger.routes[nth_flow, nth].per_s > 0.0:
                serve_route(params, state, ledger, nth_flow, nth)


@njit
def reduction_delay_ms(params, state, ledger, nth_module, request_class):
    """What reducing the data at the origin takes beyond its time at full speed: a slower clock, and the mean wait."""
    service, account = params.services[nth_module, request_class], ledger.modules[nth_module]
    chips = account.ready - state.modules[nth_module].held_chips
    rho = account.serving_chips / chips
    spare_per_ms = chips * service.reduce_per_s * account.clock * (1.0 - rho) * 1e-3
    return service.reduce_ms * (1.0 / account.clock - 1.0) + waiting_probability(rho, chips) / spare_per_ms


@njit
def serve_route(params, state, ledger, nth_flow, nth):
    """Serve one flow at one module."""
    flow, candidate = params.flows[nth_flow], params.candidates[nth_flow, nth]
    nth_module = candidate.module
    account = ledger.modules[nth_module]
    service = params.services[nth_module, flow.request_class]
    objective_ms = params.request_classes[flow.request_class].objective_ms

    load = account.serving_chips / max(state.modules[nth_module].replicas, 1)
    service_growth = service_share(load, service.lone_share) / account.clock - service.lone_share
    congestion_ms, hops = 0.0, 0.0
    for link in params.path_links[flow.origin, candidate.site, path_in_use(state, flow.origin, candidate.site)]:
        if link < 0:
            break
        congestion_ms += 2.0 * link_wait_ms(ledger.links[link].gbps, params.links[link].capacity_gbps)
        hops += 1.0
    base_ms = candidate.local_ms + state.paths[flow.origin, candidate.site].round_trip_ms
    base_ms += service.service_ms * service_growth + congestion_ms
    if candidate.reducer >= 0:
        base_ms += reduction_delay_ms(params, state, ledger, candidate.reducer, flow.request_class)

    chips = account.ready - state.modules[nth_module].held_chips
    rho = account.serving_chips / chips
    waiting = waiting_probability(rho, chips * service.concurrency)
    spare_per_ms = chips * service.rate_per_s * account.clock * (1.0 - rho) * 1e-3
    late_share = 1.0
    if base_ms <= objective_ms:
        exponent = spare_per_ms * (objective_ms - base_ms)
        late_share = waiting * math.exp(-exponent) if exponent < NEGLIGIBLE_EXPONENT else 0.0

    route = ledger.routes[nth_flow, nth]
    route.latency_ms = base_ms + waiting / spare_per_ms
    count = route.per_s * params.rules[0].step_s
    counts, sums = ledger.requests[flow.request_class], ledger.totals[0].sums
    counts.served += count
    counts.late += count * late_share
    sums[REQUEST_HOPS] += count * hops
    sums[REQUEST_CONGESTION_MS] += count * congestion_ms
    state.latency_count[latency_bin(route.latency_ms)] += count
