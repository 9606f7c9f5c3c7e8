"""What the search may choose from: a rule with its parameters for each slot, a level for each kind of plant."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from wattshift_agents.heuristics import Heuristic
from wattshift_agents.heuristics.balancing import LatencyWeighted, LeastLoaded, RoundRobin
from wattshift_agents.heuristics.capacity import VirtualCapacity
from wattshift_agents.heuristics.clocks import LoadFollowingClocks
from wattshift_agents.heuristics.constant import Autopilot, Levels
from wattshift_agents.heuristics.cooling import AshraeFixed, BestStatic, OutdoorReset
from wattshift_agents.heuristics.dollars import LowestDollar
from wattshift_agents.heuristics.job_by_job import DispatchLowestCarbon, DispatchLowestWindow, DispatchNearest
from wattshift_agents.heuristics.links import SleepingLinks
from wattshift_agents.heuristics.ranking import CheapestEnergy, LowestCarbon, LowestPrice
from wattshift_agents.heuristics.reducing import ReduceAtEdge
from wattshift_agents.heuristics.sleeping import ConsolidateAndSleep
from wattshift_agents.heuristics.starting import CarbonTime, LowestSlot, LowestWindow
from wattshift_agents.heuristics.storage import Arbitrage, PeakShaving, SelfConsumption
from wattshift_agents.heuristics.supervisory import OptimalSetPoint
from wattshift_agents.heuristics.suspending import Threshold, WaitAwhile
from wattshift_agents.heuristics.waiting import WaitForGreen


class Rule:
    """A heuristic with its parameters, made anew for every trial; prints as the code that makes it."""

    def __init__(self, kind: type[Heuristic], **parameters: Any):
        self.kind, self.parameters = kind, parameters

    def make(self) -> Heuristic:
        """The heuristic."""
        return self.kind(**self.parameters)

    def __repr__(self) -> str:
        return f"{self.kind.__name__}({', '.join(f'{name}={value!r}' for name, value in self.parameters.items())})"


def grid(kind: type[Heuristic], **values: Sequence[Any]) -> list[Rule]:
    """A rule for every combination of the parameters' values."""
    return [Rule(kind, **dict(zip(values, combination, strict=True))) for combination in product(*values.values())]


def levels(slot: str, *values: float) -> list[Rule]:
    """A rule for every level of a slot."""
    return [Rule(Levels, **{slot: value}) for value in values]


IDLE = Rule(Autopilot)

BY_SLOT: Mapping[str, Sequence[Rule]] = {
    "placement": [
        IDLE,
        *grid(CheapestEnergy, ahead_h=(0, 2, 4, 8, 12)),
        *map(Rule, (LowestDollar, LowestCarbon, LowestPrice, LeastLoaded, RoundRobin)),
    ],
    "sleep": [
        IDLE,
        *grid(ConsolidateAndSleep, headroom=(0.1, 0.2, 0.4), spare=(0.02, 0.05), dearest=(1.3, 2.0)),
        *grid(ConsolidateAndSleep, patience_h=(0.0, 2.0)),
        *grid(ConsolidateAndSleep, dearest=(100.0,)),
    ],
    "caps": [
        IDLE,
        *levels("caps", -0.05, -0.1, -0.15, -0.2, -0.25, -0.3),
        *grid(LoadFollowingClocks, depth=(0.1, 0.2, 0.4), headroom=(0.1, 0.5)),
    ],
    "cooling": [
        IDLE,
        *levels("cooling", -0.2, -0.4, -0.6, -0.8),
        Rule(BestStatic),
        Rule(AshraeFixed),
        *grid(OutdoorReset, margin_k=(1.0, 3.0), most_drop_k=(4.0, 8.0)),
        Rule(OptimalSetPoint),
    ],
    "flow": [IDLE, *levels("flow", -1.0, -0.75, -0.5, -0.25, 0.25), Rule(BestStatic), Rule(OptimalSetPoint)],
    "routing": [
        IDLE,
        *grid(LowestDollar, least_saving=(0.001, 0.01, 0.05)),
        *grid(LatencyWeighted, weight=(1.0, 10.0)),
        *map(Rule, (LeastLoaded, LowestCarbon, LowestPrice)),
    ],
    "admission": [
        IDLE,
        *levels("admission", 0.2, 0.4, 0.6, 0.8, 1.0),
        *map(Rule, (LowestSlot, LowestWindow, CarbonTime, WaitForGreen, VirtualCapacity)),
        *map(Rule, (Threshold, WaitAwhile)),  # elastic-greedy does the same where no gang is elastic
    ],
    "storage": [
        IDLE,
        *grid(Arbitrage, power_share=(0.1, 0.2, 0.4)),
        *grid(PeakShaving, guard=(0.05, 0.1, 0.2), refill_to=(0.1, 0.25)),
        Rule(SelfConsumption),
    ],
    "links": [IDLE, *levels("links", 0.3), *grid(SleepingLinks, idle_below=(0.05, 1.0))],
    "preprocess": [IDLE, *levels("preprocess", -0.5, 0.5, 1.0), Rule(ReduceAtEdge)],
    "dispatch": [
        IDLE,
        *map(Rule, (DispatchNearest, DispatchLowestCarbon)),
        *grid(DispatchLowestWindow, margin_h=(1.0, 2.0, 4.0), least_saving=(0.1, 0.3, 0.5, 0.99)),
    ],
}
"""Rules of each slot, the autopilot first."""

LEVELS = (0.0, *(sign * tenth / 10.0 for tenth in range(1, 11) for sign in (-1, 1)))
"""Static set-points that are tried."""
