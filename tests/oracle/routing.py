"""4 Capacity, clocks and routing: what is ready, how fast it is, and where requests go."""

from oracle.fleet import Candidate, Fleet, Flow, Module

THROTTLE_SPAN_K = 10.0
LEAST_SHARE = 1e-9
"""Of a flow; less is not sent anywhere."""


def capacity(fleet: Fleet) -> None:
    """A module is in service when its site is; then all of its chips are ready."""
    for module in fleet.modules:
        module.state.up = module.site.state.up
        module.moved.ready = module.fixed.chips if module.is_up else 0


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
        for candidate in in_order(flow):
            left_per_s -= take(fleet, flow, candidate, left_per_s)
        flow.kind.moved.dropped += left_per_s * fleet.rules.step_s


def in_order(flow: Flow) -> list[Candidate]:
    """Those that can meet the objective first; then the apparently nearest; then the order of the table."""

    def key(candidate: Candidate) -> tuple[bool, float, int]:
        misses = candidate.nominal_ms > flow.kind.fixed.objective_ms
        return misses, candidate.nominal_ms - candidate.module.site.wanted.routing_ms, candidate.nth

    return sorted(flow.candidates, key=key)


def take(fleet: Fleet, flow: Flow, candidate: Candidate, offered_per_s: float) -> float:
    """Send as much of what is offered as chips and links have room for; returns the rate sent."""
    module, path = candidate.module, candidate.path
    room_chips = room_for_requests(fleet, module)
    if offered_per_s <= 0.0 or room_chips <= 0.0 or not path.is_up:
        return 0.0
    chip_per_s = module.services[flow.kind.nth].rate_per_s * module.moved.clock
    gbit = flow.kind.fixed.mb * 8e-3
    per_s = min(offered_per_s, room_chips * chip_per_s, path.left_gbps / gbit)
    if per_s <= LEAST_SHARE * flow.moved.per_s:
        return 0.0
    candidate.moved.per_s = per_s
    module.moved.serving_chips += per_s / chip_per_s
    path.carry(per_s * gbit)
    return per_s


def room_for_requests(fleet: Fleet, module: Module) -> float:
    """Chips that are ready and not held, up to the serving utilisation, less those already serving."""
    return module.chips_for_requests * fleet.rules.serve_utilisation - module.moved.serving_chips
