"""4 Clocks and routing: how fast modules are, where requests go, and how many chips hold a model."""

import math

from oracle.fleet import Candidate, Fleet, Flow, Module

THROTTLE_SPAN_K = 10.0
MISSES_MS = 1e6
"""What a candidate that cannot meet the objective looks farther by."""
LEAST_SHARE = 1e-9
"""Of a flow; less is not sent anywhere."""


def clocks(fleet: Fleet) -> None:
    """The lower of the power cap and thermal throttling, linear from full to lowest clock over 10 K."""
    for module in fleet.modules:
        too_hot_k = module.state.loop_c - module.fixed.throttle_c
        slowed = min(max(too_hot_k / THROTTLE_SPAN_K, 0.0), 1.0)
        throttled_to = 1.0 - slowed * (1.0 - module.fixed.min_speed)
        module.moved.clock = min(module.wanted.speed, throttled_to)
        module.moved.throttled = module.wanted.speed - module.moved.clock


def route(fleet: Fleet) -> None:
    """Flows in the order of the table (by priority) fill their candidates; what finds no room is dropped."""
    for flow in fleet.flows:
        left_per_s = flow.moved.per_s
        for candidate in sorted(flow.candidates, key=lambda candidate: (looks_ms(flow, candidate), candidate.nth)):
            left_per_s -= take(fleet, flow, candidate, left_per_s)
        flow.kind.moved.dropped += left_per_s * fleet.rules.step_s


def looks_ms(flow: Flow, candidate: Candidate) -> float:
    """Latency without queues, less what the action prefers; those that miss the objective after all others."""
    apparent_ms = candidate.local_ms - candidate.module.site.wanted.routing_ms
    if candidate.reducer is not None:
        apparent_ms -= flow.origin.wanted.preprocess_ms
    return apparent_ms + MISSES_MS if candidate.busy_ms > flow.kind.fixed.objective_ms else apparent_ms


def take(fleet: Fleet, flow: Flow, candidate: Candidate, offered_per_s: float) -> float:
    """Send as much of what is offered as chips and links have room for; returns the rate sent.

    Where models still have to be loaded, more is asked for than can be sent: the load of the next step.
    """
    hosts = [(candidate.module, served_per_chip(flow, candidate.module))]
    if candidate.reducer is not None:
        hosts.append((candidate.reducer, reduced_per_chip(flow, candidate.reducer)))
    if offered_per_s <= 0.0 or not candidate.path.is_up:
        return 0.0
    least_per_s = LEAST_SHARE * flow.moved.per_s
    room_per_s = [room_chips(fleet, module) * per_chip for module, per_chip in hosts]
    asked_per_s = min(offered_per_s, *room_per_s, candidate.path.left_gbps / candidate.gbit)
    if asked_per_s <= least_per_s:
        return 0.0
    taken_per_s = min([asked_per_s] + [loaded_room_chips(fleet, module) * per_chip for module, per_chip in hosts])
    if taken_per_s <= least_per_s:
        taken_per_s = 0.0
    candidate.moved.per_s = taken_per_s
    for module, per_chip in hosts:
        module.moved.asked_chips += asked_per_s / per_chip
        module.moved.serving_chips += taken_per_s / per_chip
    candidate.path.carry(taken_per_s * candidate.gbit)
    return taken_per_s


def served_per_chip(flow: Flow, module: Module) -> float:
    """Requests per second of a chip at its clock."""
    return module.services[flow.kind.nth].rate_per_s * module.moved.clock


def reduced_per_chip(flow: Flow, module: Module) -> float:
    """Requests per second whose data a chip reduces at its clock."""
    return module.services[flow.kind.nth].reduce_per_s * module.moved.clock


def room_chips(fleet: Fleet, module: Module) -> float:
    """Chips that are ready and not held, up to the serving utilisation, less those asked for."""
    return max(module.chips_for_requests * fleet.rules.serve_utilisation - module.moved.asked_chips, 0.0)


def loaded_room_chips(fleet: Fleet, module: Module) -> float:
    """The same of chips with a model, and of the part of the step that others have left after loading theirs."""
    old = min(module.state.replicas, module.chips_for_requests)
    chips = old + (module.chips_for_requests - old) * (1.0 - fleet.rules.cold_share)
    return max(chips * fleet.rules.serve_utilisation - module.moved.serving_chips, 0.0)


def load_models(fleet: Fleet) -> None:
    """Replicas for what was asked, and so many that what was served could be with the time left after loading."""
    full, cold = fleet.rules.serve_utilisation, fleet.rules.cold_share
    for module in fleet.modules:
        old = min(module.state.replicas, module.chips_for_requests)
        needed = module.moved.asked_chips / full
        new = module.moved.serving_chips / full - old
        if new > 0.0 and cold < 1.0:
            needed = max(needed, old + new / (1.0 - cold))
        module.state.replicas = min(math.ceil(needed - 1e-9), module.chips_for_requests)
