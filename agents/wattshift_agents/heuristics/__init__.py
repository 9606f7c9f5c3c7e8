"""Rule-based policies by name, under the same interface and the same physics as learned ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.heuristics.balancing import LatencyWeighted, LeastLoaded, RoundRobin
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.capacity import VirtualCapacity
from wattshift_agents.heuristics.clocks import LoadFollowingClocks
from wattshift_agents.heuristics.combined import Thrifty
from wattshift_agents.heuristics.constant import AllHigh, AllLow, Autopilot, Middle, Random
from wattshift_agents.heuristics.cooling import AshraeFixed, BestStatic, OutdoorReset
from wattshift_agents.heuristics.demand_response import DemandResponse
from wattshift_agents.heuristics.dollars import LowestDollar
from wattshift_agents.heuristics.job_by_job import DispatchLowestCarbon, DispatchLowestWindow, DispatchNearest
from wattshift_agents.heuristics.links import SleepingLinks
from wattshift_agents.heuristics.predictive import ModelPredictive
from wattshift_agents.heuristics.ranking import CheapestEnergy, LowestCarbon, LowestPrice, NearestSite
from wattshift_agents.heuristics.reducing import ReduceAtEdge
from wattshift_agents.heuristics.sleeping import ConsolidateAndSleep
from wattshift_agents.heuristics.stack import Stack
from wattshift_agents.heuristics.starting import CarbonTime, LowestSlot, LowestWindow
from wattshift_agents.heuristics.storage import Arbitrage, PeakShaving, SelfConsumption
from wattshift_agents.heuristics.supervisory import OptimalSetPoint
from wattshift_agents.heuristics.suspending import ElasticGreedy, Threshold, WaitAwhile
from wattshift_agents.heuristics.waiting import WaitForGreen

HEURISTICS: dict[str, type[Heuristic]] = {
    kind.name: kind
    for kind in (
        Autopilot,
        NearestSite,
        RoundRobin,
        LeastLoaded,
        LatencyWeighted,
        LowestCarbon,
        LowestPrice,
        CheapestEnergy,
        LowestDollar,
        WaitForGreen,
        LowestSlot,
        LowestWindow,
        CarbonTime,
        Threshold,
        WaitAwhile,
        VirtualCapacity,
        ElasticGreedy,
        DispatchNearest,
        DispatchLowestCarbon,
        DispatchLowestWindow,
        ConsolidateAndSleep,
        LoadFollowingClocks,
        SleepingLinks,
        ReduceAtEdge,
        AshraeFixed,
        OutdoorReset,
        BestStatic,
        OptimalSetPoint,
        Arbitrage,
        PeakShaving,
        SelfConsumption,
        Thrifty,
        DemandResponse,
        Stack,
        ModelPredictive,
        Random,
        AllLow,
        Middle,
        AllHigh,
    )
}
"""Every heuristic by its name, the autopilot first."""

EVERY = "all"
"""Stands for every heuristic in a list of names."""


def make_heuristics(names: Sequence[str], options: Mapping[str, Mapping[str, Any]] | None = None) -> list[Heuristic]:
    """The named heuristics in the order given, without repeats; "all" stands for every one.

    Args:
        names: Of heuristics.
        options: Arguments by the name of a heuristic; those of heuristics that are not made do nothing.

    Raises:
        SettingsError: A name is unknown, or an option is refused.
    """
    options = options or {}
    expanded = [known for name in names for known in (HEURISTICS if name == EVERY else [name])]
    for setting, given in (("policies", expanded), ("options", list(options))):
        for name in given:
            if name not in HEURISTICS:
                known = ", ".join([EVERY, *HEURISTICS])
                raise SettingsError(f'{setting}: no heuristic "{name}".{closest(name, HEURISTICS)} Known: {known}')
    return [_make(name, options.get(name, {})) for name in dict.fromkeys(expanded)]


def _make(name: str, options: Mapping[str, Any]) -> Heuristic:
    try:
        return HEURISTICS[name](**options)
    except (TypeError, ValueError) as problem:
        raise SettingsError(f"options.{name}: {problem}") from problem


def summaries() -> dict[str, str]:
    """Name of every heuristic and the first line of its docstring, for help texts and docs."""
    return {name: (kind.__doc__ or "").strip().splitlines()[0] for name, kind in HEURISTICS.items()}


__all__ = ["EVERY", "HEURISTICS", "Heuristic", "make_heuristics", "summaries"]
