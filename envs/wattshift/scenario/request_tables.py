"""Tables of online requests: classes, flows and the modules that may serve them."""

from typing import NamedTuple

import numpy as np

from .errors import ScenarioError
from .fleet import installed, reduce_rate, request_rate, service_ms
from .schema import Scenario, Source
from .tables import CANDIDATE, FLOW, REQUEST_CLASS, Floats, table

SECONDS_PER_MINUTE = 60.0


class Candidate(NamedTuple):
    """A way to serve a flow: the module, and the one at the origin that reduces the data first, if any."""

    nominal_ms: float  # access + round trip + service of a lone request + reduction, at full speed
    is_reduced: bool
    module: int
    reducer: int
    site: int
    local_ms: float  # the same without the round trip
    busy_ms: float  # and with service at the load to which the router fills a replica
    mb: float


def request_class_table(scenario: Scenario) -> np.ndarray:
    """`REQUEST_CLASS` records [C]."""
    classes = [scenario.requests[name] for name in scenario.request_class_names]
    return table(
        REQUEST_CLASS,
        len(classes),
        objective_ms=[request.objective_ms for request in classes],
        mb=[request.megabytes for request in classes],
        late_usd=[request.late_usd for request in classes],
        drop_usd=[request.drop_usd for request in classes],
    )


def flow_table(scenario: Scenario) -> np.ndarray:
    """`FLOW` records [F]."""
    sites = {site.name: site for site in scenario.sites}
    return table(
        FLOW,
        len(scenario.flows),
        origin=[scenario.site_names.index(flow.origin) for flow in scenario.flows],
        request_class=[scenario.request_class_names.index(flow.kind) for flow in scenario.flows],
        access_ms=[sites[flow.origin].round_trip_ms for flow in scenario.flows],
        dispersion=[
            dispersion(scenario.requests[flow.kind].minute_cv, scenario.requests[flow.kind].rate_per_s[flow.origin])
            for flow in scenario.flows
        ],
        access_kwh_per_request=[
            sites[flow.origin].access_kwh_per_gb * scenario.requests[flow.kind].megabytes / 1e3
            for flow in scenario.flows
        ],
    )


def candidate_table(scenario: Scenario, path_latency_ms: Floats) -> np.ndarray:
    """`CANDIDATE` records [F, K].

    Raises:
        ScenarioError: flows that no module can serve, by name.
    """
    candidates = [_candidates(scenario, flow, path_latency_ms) for flow in scenario.flows]
    unserved = [
        f"requests.{flow.kind}: no module can serve the flow from {flow.origin}: none within its residency "
        f"has the kind of chip, the precision and the memory"
        for flow, found in zip(scenario.flows, candidates, strict=True)
        if not found
    ]
    if unserved:
        raise ScenarioError(scenario.name, unserved)
    most = max(len(found) for found in candidates)
    rows = table(
        CANDIDATE,
        (len(candidates), most),
        module=-1,
        site=-1,
        reducer=-1,
        nominal_ms=np.inf,
        local_ms=np.inf,
        busy_ms=np.inf,
        mb=0.0,
    )
    for row, found in zip(rows, candidates, strict=True):
        for column in CANDIDATE.names or ():
            row[column][: len(found)] = [getattr(candidate, column) for candidate in found]
    return rows


def dispersion(minute_cv: float, mean_per_s: float) -> float:
    """Index of dispersion (variance / mean) of a flow's count.

    A rate that differs from minute to minute by a coefficient of variation c, independently, makes the count over
    n minutes vary by mean + (mean c)^2 / n around its mean, so variance / mean = 1 + c^2 x (mean per minute) at any
    step of whole minutes. Azure's LLM services in 2024 had 17-30 a minute at 1,700-2,700 requests a minute: c near .1.
    """
    return 1.0 + minute_cv**2 * mean_per_s * SECONDS_PER_MINUTE


def _candidates(scenario: Scenario, flow: Source, path_latency_ms: Floats) -> list[Candidate]:
    """Ways to serve a flow within the residency, nearest (in nominal latency) first; of equals, the unreduced.

    A module at another site comes once as it is, and once with each module at the origin that can reduce the data.
    """
    request = scenario.requests[flow.kind]
    modules = installed(scenario)
    origin_index, origin = next((i, site) for i, site in enumerate(scenario.sites) if site.name == flow.origin)
    reducers = [
        (index, rate)
        for index, module in enumerate(modules)
        if module.site_index == origin_index and (rate := reduce_rate(module.chip, request)) > 0.0
    ]
    found = []
    for index, module in enumerate(modules):
        rate = request_rate(module.chip, request)
        if rate == 0.0 or (request.residency_bound and module.site.residency != origin.residency):
            continue
        site = module.site_index
        round_trip_ms = 2.0 * float(path_latency_ms[origin_index, site])
        local_ms = origin.round_trip_ms + service_ms(module.chip, request, 0.0)
        busy_ms = origin.round_trip_ms + service_ms(module.chip, request, scenario.rules.serve_utilisation)
        found.append(Candidate(local_ms + round_trip_ms, False, index, -1, site, local_ms, busy_ms, request.megabytes))
        if request.preprocess is None or site == origin_index:
            continue
        mb = request.preprocess.keep_share * request.megabytes
        for reducer, reduce_per_s in reducers:
            reduced_ms, busy_reduced_ms = local_ms + 1e3 / reduce_per_s, busy_ms + 1e3 / reduce_per_s
            nominal_ms = reduced_ms + round_trip_ms
            found.append(Candidate(nominal_ms, True, index, reducer, site, reduced_ms, busy_reduced_ms, mb))
    return sorted(found)
