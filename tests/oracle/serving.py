"""5 Serving: latency of every route, late requests, the latency histogram."""

import math

from oracle.fleet import Candidate, Fleet, Flow, Link
from wattshift.kernel.state import LATENCY_BINS, LATENCY_FIRST_MS, LATENCY_RATIO

BURST_GBIT = 0.008
FULLEST_LINK = 0.98


def serve(fleet: Fleet) -> None:
    for flow in fleet.flows:
        for candidate in flow.candidates:
            if candidate.moved.per_s > 0.0:
                serve_route(fleet, flow, candidate)


def serve_route(fleet: Fleet, flow: Flow, candidate: Candidate) -> None:
    """Unloaded time + link queues + the mean wait for a server of an M/M/c pool."""
    module = candidate.module
    service = module.services[flow.kind.nth]
    slower_ms = service.service_ms / module.moved.clock - service.service_ms
    queues_ms = sum(2.0 * queue_ms(link) for link in candidate.path.links)
    unavoidable_ms = candidate.nominal_ms + slower_ms + queues_ms

    chips = module.chips_for_requests
    rho = module.moved.serving_chips / chips
    p_wait = sakasegawa(rho, chips * service.concurrency)
    spare_per_ms = chips * service.rate_per_s * module.moved.clock * (1.0 - rho) / 1e3
    candidate.moved.latency_ms = unavoidable_ms + p_wait / spare_per_ms

    # The wait, given that there is one, is exponential with the spare rate.
    allowed_ms = flow.kind.fixed.objective_ms - unavoidable_ms
    late_share = p_wait * math.exp(-spare_per_ms * allowed_ms) if allowed_ms >= 0.0 else 1.0
    count = candidate.moved.per_s * fleet.rules.step_s
    flow.kind.moved.served += count
    flow.kind.moved.late += count * late_share
    fleet.latency_count[latency_bin(candidate.moved.latency_ms)] += count


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
