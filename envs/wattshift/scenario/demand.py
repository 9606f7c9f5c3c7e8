"""The scenario's demand in the words of the trace generator."""

from wattshift.traces import Demand, Shape

from .schema import Scenario
from .workloads import DemandShape


def demand_of(scenario: Scenario) -> Demand:
    """Mean rates and shapes of all flows and streams, each on the clock of its origin."""
    clocks = {site.name: site.timezone for site in scenario.sites}

    def shape(spec: DemandShape, origin: str) -> Shape:
        return Shape(timezone=clocks[origin], **spec.model_dump())

    return Demand(
        zones=scenario.zone_names,
        flow_names=scenario.flow_names,
        stream_names=scenario.stream_names,
        flow_mean_per_s=tuple(scenario.requests[kind].rate_per_s[origin] for origin, kind in scenario.flows),
        flow_shapes=tuple(shape(scenario.requests[kind].shape, origin) for origin, kind in scenario.flows),
        stream_mean_per_h=tuple(scenario.jobs[kind].rate_per_h[origin] for origin, kind in scenario.streams),
        stream_shapes=tuple(shape(scenario.jobs[kind].shape, origin) for origin, kind in scenario.streams),
    )
