"""5 Serving: latency of every route, late requests, the latency histogram."""

import math

from oracle.fleet import Candidate, Fleet, Flow, Link, Module, RequestClass
from wattshift.kernel.state import LATENCY_BINS, LATENCY_FIRST_MS, LATENCY_RATIO

BURST_GBIT = 0.008
FULLEST_LINK = 0.98


def serve(fleet: Fleet) -> None:
    for flow in fleet.flows:
        for candidate in flow.candidates:
            if candidate.moved.per_s > 0.0:
                serve_route(fleet, flow, candidate)


def serve_route(fleet: Fleet, flow: Flow, candidate: Candidate) -> None:
    """Unloaded time + link queues + what load and clock add to the service + the mean wait for a server."""
    module, links = candidate.module, candidate.path.links
    congestion_ms = 2.0 * sum(queue_ms(link) for link in links)
    unavoidable_ms = candidate.local_ms + congestion_ms + slower_ms(module, flow.kind)
    if candidate.reducer is not None:
        unavoidable_ms += reduction_ms(candidate.reducer, flow.kind)

    service = module.services[flow.kind.nth]
    p_wait, spare_per_ms = pool(module, service.rate_per_s, service.concurrency)
    candidate.moved.latency_ms = unavoidable_ms + p_wait / spare_per_ms

    # The wait, given that there is one, is exponential with the spare rate.
    allowed_ms = flow.kind.fixed.objective_ms - unavoidable_ms
    late_share = p_wait * math.exp(-spare_per_ms * allowed_ms) if allowed_ms >= 0.0 else 1.0
    count = candidate.moved.per_s * fleet.rules.step_s
    flow.kind.moved.served += count
    flow.kind.moved.late += count * late_share
    fleet.latency_count[latency_bin(candidate.moved.latency_ms)] += count
    fleet.count("request_hops", count * len(links))
    fleet.count("request_congestion_ms", count * congestion_ms)


def slower_ms(module: Module, kind: RequestClass) -> float:
    """What the batch at the replicas' load and the clock add to the time of a lone request."""
    service = module.services[kind.nth]
    load = module.moved.serving_chips / max(module.state.replicas, 1)
    lone_ms = service.service_ms * service.lone_share
    # Little's law: a batch of `load x share of the full one`, in a time linear in the batch.
    shared_ms = lone_ms / (1.0 - load * (1.0 - service.lone_share))
    return shared_ms / module.moved.clock - lone_ms


def reduction_ms(reducer: Module, kind: RequestClass) -> float:
    """What reducing takes beyond its time at full speed: a slower clock, and the wait for a chip."""
    service = reducer.services[kind.nth]
    p_wait, spare_per_ms = pool(reducer, service.reduce_per_s, 1.0)
    return service.reduce_ms / reducer.moved.clock - service.reduce_ms + p_wait / spare_per_ms


def pool(module: Module, chip_per_s: float, servers_per_chip: float) -> tuple[float, float]:
    """Chance to wait for one of a module's servers, and the rate that they have to spare, per ms."""
    chips = module.chips_for_requests
    rho = module.moved.serving_chips / chips
    p_wait = sakasegawa(rho, chips * servers_per_chip)
    return p_wait, chips * chip_per_s * module.moved.clock * (1.0 - rho) / 1e3


def queue_ms(link: Link) -> float:
    """Mean wait in an M/M/1 queue of bursts of 1 MB, one way."""
    rho = min(link.moved.gbps / link.fixed.capacity_gbps, FULLEST_LINK)
    burst_ms = 1e3 * BURST_GBIT / link.fixed.capacity_gbps
    return burst_ms * rho / (1.0 - rho)


def sakasegawa(rho: float, servers: float) -> float:
    """Chance to wait in M/M/c, approximately (Annals of the Institute of Statistical Mathematics 29, 1977)."""
    return rho ** (math.sqrt(2.0 * (servers + 1.0)) - 1.0)


def latency_bin(latency_ms: float) -> int:
    """Bin 0 up to the first edge, then one bin for every factor of the ratio; the last is open."""
    factors = math.log(latency_ms / LATENCY_FIRST_MS) / math.log(LATENCY_RATIO)
    return min(math.floor(factors) + 1, LATENCY_BINS - 1) if factors > 0.0 else 0
