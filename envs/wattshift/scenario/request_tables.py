"""Tables of online requests: classes, flows and the modules that may serve them."""

from typing import NamedTuple

import numpy as np

from .errors import ScenarioError
from .fleet import Installed, installed, request_rate, service_ms
from .schema import Scenario, Source
from .tables import CANDIDATE, FLOW, REQUEST_CLASS, Floats, table

SECONDS_PER_MINUTE = 60.0


class Candidate(NamedTuple):
    """A module that may serve a flow."""

    nominal_ms: float  # access + round trip + service of a lone request, at full speed
    module: int
    busy_ms: float  # the same with service at the load to which the router fills a replica


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
    access_ms = {site.name: site.access_ms for site in scenario.sites}
    return table(
        FLOW,
        len(scenario.flows),
        origin=[scenario.site_names.index(flow.origin) for flow in scenario.flows],
        request_class=[scenario.request_class_names.index(flow.kind) for flow in scenario.flows],
        access_ms=[access_ms[flow.origin] for flow in scenario.flows],
        dispersion=[dispersion(scenario, flow) for flow in scenario.flows],
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
    rows = table(CANDIDATE, (len(candidates), most), module=-1, latency_ms=np.inf, busy_ms=np.inf)
    for row, found in zip(rows, candidates, strict=True):
        row["module"][: len(found)] = [candidate.module for candidate in found]
        row["latency_ms"][: len(found)] = [candidate.nominal_ms for candidate in found]
        row["busy_ms"][: len(found)] = [candidate.busy_ms for candidate in found]
    return rows


def dispersion(scenario: Scenario, flow: Source) -> float:
    """Index of dispersion (variance / mean) of a flow's count.

    A rate that differs from minute to minute by a coefficient of variation c, independently, makes the count over
    n minutes vary by mean + (mean c)^2 / n around its mean, so variance / mean = 1 + c^2 x (mean per minute) at any
    step of whole minutes. Azure's LLM services in 2024 had 17-30 a minute at 1,700-2,700 requests a minute: c near .1.
    """
    request = scenario.requests[flow.kind]
    return 1.0 + request.minute_cv**2 * request.rate_per_s[flow.origin] * SECONDS_PER_MINUTE


def _candidates(scenario: Scenario, flow: Source, path_latency_ms: Floats) -> list[Candidate]:
    """Modules that can run the class within the residency, nearest (in nominal latency) first."""
    request = scenario.requests[flow.kind]
    origin_index, origin = next((i, site) for i, site in enumerate(scenario.sites) if site.name == flow.origin)

    def latency_ms(module: Installed, load: float) -> float:
        round_trip_ms = 2.0 * float(path_latency_ms[origin_index, module.site_index])
        return origin.access_ms + round_trip_ms + service_ms(module.chip, request, load)

    return sorted(
        Candidate(latency_ms(module, 0.0), index, latency_ms(module, scenario.rules.serve_utilisation))
        for index, module in enumerate(installed(scenario))
        if request_rate(module.chip, request) > 0.0
        and (not request.residency_bound or module.site.residency == origin.residency)
    )
