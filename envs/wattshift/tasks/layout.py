"""`Layout`: the name, unit and scaling of every entry of a task's observation and action.

The entries of each block stand in the order in which `kernel/observe.py` writes them; a test holds the two together.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..kernel.entry import Wiring
from ..kernel.observe import (
    BLOCKS,
    DEMAND_LEADS_H,
    FORECAST_LEADS_H,
    SLACK_EDGES_H,
    UNASKED_BLOCKS,
    WEATHER_LEADS_H,
)
from ..kernel.terms import N_PENDING, SLOT_AXES, SLOTS, TERMS
from ..scenario.tables import Params
from .task import Task


@dataclass(frozen=True)
class Feature:
    """One entry of the observation: observation = (physical - centre) * scale, limited to +-10."""

    name: str
    unit: str
    centre: float
    scale: float


@dataclass(frozen=True)
class Names:
    """Ordered names of what the arrays count."""

    sites: tuple[str, ...]
    modules: tuple[str, ...]
    links: tuple[str, ...]
    flows: tuple[str, ...]
    job_classes: tuple[str, ...]


_CLOCK = (
    Feature("hour_sin", "1", 0.0, 1.0),
    Feature("hour_cos", "1", 0.0, 1.0),
    Feature("weekday_sin", "1", 0.0, 1.0),
    Feature("weekday_cos", "1", 0.0, 1.0),
    Feature("season_sin", "1", 0.0, 1.0),
    Feature("season_cos", "1", 0.0, 1.0),
    Feature("episode_left", "share", 0.5, 2.0),
)
_SITE = (
    Feature("up", "0/1", 0.5, 2.0),
    Feature("price", "USD/kWh", 0.06, 10.0),
    Feature("carbon", "kg/kWh", 0.3, 4.0),
    Feature("energy_cost", "USD/kWh", 0.15, 8.0),
    Feature("temp", "C", 15.0, 0.05),
    Feature("wet_bulb", "C", 12.0, 0.05),
    Feature("solar", "share of PV", 0.5, 2.0),
    Feature("charge", "share of battery", 0.5, 2.0),
    Feature("peak", "share of import limit", 0.5, 2.0),
    Feature("import", "share of import limit", 0.5, 2.0),
    Feature("it", "share of import limit", 0.5, 2.0),
    Feature("wind", "share of turbines", 0.5, 2.0),
    Feature("feed_up", "0/1", 0.5, 2.0),
    Feature("curtailment_in", "h", 0.0, 0.1),
    Feature("allowed", "share of import limit", 0.5, 2.0),
)
_MODULE = (
    Feature("serving", "share of chips", 0.5, 2.0),
    Feature("held_by_jobs", "share of chips", 0.5, 2.0),
    Feature("offered_to_jobs", "share of chips", 0.5, 2.0),
    Feature("inlet_above_limit", "K", -5.0, 0.1),
    Feature("supply_above_autopilot", "K", 0.0, 0.1),
    Feature("clock", "relative speed", 0.75, 4.0),
    Feature("ready", "share of chips", 0.5, 2.0),
    Feature("cooling_up", "0/1", 0.5, 2.0),
    Feature("awake", "share of chips", 0.5, 2.0),
    Feature("waking", "share of chips", 0.5, 2.0),
)
_LINK = (
    Feature("up", "0/1", 0.5, 2.0),
    Feature("asleep", "0/1", 0.5, 2.0),
    Feature("utilisation", "share of capacity", 0.5, 2.0),
)
_BUDGET = (
    Feature("budget/left", "share", 0.5, 2.0),
    Feature("budget/ahead", "h", 0.0, 0.1),
)
TYPICAL_WORK_H = 12.0
"""Reference chip-hours per chip of the fleet that scale to one in the job block."""


MOST_SITES = 125
"""A job's directive is kept in a byte."""


@dataclass(frozen=True)
class Layout:
    """Where everything stands in the observation and in the action."""

    features: tuple[Feature, ...]
    slices: dict[str, slice]
    """Block name -> its place in the observation."""
    actions: dict[str, slice]
    """Slot name -> its place in the action."""
    action_names: tuple[str, ...]
    weights: tuple[float, ...]
    """Of the cost terms, in the order of `TERMS`."""

    @cached_property
    def names(self) -> list[str]:
        """Names of the observation's entries."""
        return [feature.name for feature in self.features]

    def physical(self, observation: np.ndarray) -> np.ndarray:
        """Undo the scaling (up to the limits): physical values in the units of `features`."""
        return observation / np.array([f.scale for f in self.features]) + np.array([f.centre for f in self.features])

    def wiring(self, accrual: bool, attribution: bool = False) -> Wiring:
        """The layout as the kernel reads it; whether rewards keep books by accrual, and steps are shared out."""
        return Wiring(
            slots=np.array([self.actions[slot].start if slot in self.actions else -1 for slot in SLOTS]),
            blocks=np.array([self.slices[block].start if block in self.slices else -1 for block in BLOCKS]),
            centre=np.array([feature.centre for feature in self.features]),
            scale=np.array([feature.scale for feature in self.features]),
            weights=np.array(self.weights),
            accrual=accrual,
            attribution=attribution,
        )


def lay_out(task: Task, params: Params, names: Names, flow_mean_per_s: Any) -> Layout:
    """Lay out a task over a scenario.

    Args:
        task: blocks and slots, in their order. What the scenario shows unasked, such as its carbon budget, follows.
        params: the compiled scenario.
        names: of its sites, modules, flows and job classes.
        flow_mean_per_s: [F] long-run mean rates, which scale the request block.

    Raises:
        ValueError: a task that dispatches jobs among more sites than a directive can name, or that drives nothing.
    """
    if "dispatch" in task.drives and len(names.sites) > MOST_SITES:
        raise ValueError(
            f"task: 'dispatch' can choose among {MOST_SITES} sites at most, the scenario has {len(names.sites)}"
        )
    fleet_chips = float(params.modules["chips"][params.stream_speed.max(axis=0) > 0.0].sum())
    blocks = {
        "clock": _CLOCK,
        "sites": _each("site", names.sites, _SITE),
        "modules": _each("module", names.modules, _MODULE),
        "forecast": tuple(
            Feature(f"forecast/{site}/energy_cost_change_{lead}h", "USD/kWh", 0.0, 10.0)
            for site in names.sites
            for lead in FORECAST_LEADS_H
        ),
        "requests": tuple(
            Feature(f"requests/{flow}", "1/s", mean, 1.0 / mean)
            for flow, mean in zip(names.flows, flow_mean_per_s, strict=True)
        ),
        "jobs": _job_features(names.job_classes, fleet_chips),
        "links": _each("link", names.links, _LINK),
        "weather_forecast": _each("weather_forecast", names.sites, _weather_forecast()),
        "demand_forecast": tuple(
            Feature(f"demand_forecast/{flow}/{lead}h", "1/s", mean, 1.0 / mean)
            for flow, mean in zip(names.flows, flow_mean_per_s, strict=True)
            for lead in DEMAND_LEADS_H
        ),
        "pending": _pending_features(names),
        "budget": _BUDGET if np.isfinite(params.rules["carbon_budget_kg_per_h"][0]) else (),
    }
    features: list[Feature] = []
    slices = {}
    for block in (*task.sees, *(block for block in UNASKED_BLOCKS if blocks[block])):
        slices[block] = slice(len(features), len(features) + len(blocks[block]))
        features.extend(blocks[block])

    axes = {
        "sites": names.sites,
        "batteries": tuple(
            site for site, kwh in zip(names.sites, params.sites["battery_kwh"], strict=True) if kwh > 0.0
        ),
        "modules": names.modules,
        "links": names.links,
        "pending": (*(f"job{nth + 1}" for nth in range(N_PENDING)), "others"),
    }
    entries: list[str] = []
    actions = {}
    for slot in task.drives:
        owners = axes[SLOT_AXES[slot]]
        actions[slot] = slice(len(entries), len(entries) + len(owners))
        entries.extend(f"{slot}/{owner}" for owner in owners)
    if not entries:
        missing = " and no ".join(dict.fromkeys(SLOT_AXES[slot] for slot in task.drives))
        raise ValueError(f"task: drives {', '.join(task.drives)} alone, and the scenario has no {missing}")
    weights = tuple(task.pays.get(term, 0.0) for term in TERMS)
    return Layout(tuple(features), slices, actions, tuple(entries), weights)


def _each(kind: str, names: tuple[str, ...], features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(Feature(f"{kind}/{name}/{f.name}", f.unit, f.centre, f.scale) for name in names for f in features)


def _pending_features(names: Names) -> tuple[Feature, ...]:
    """Of every job shown; 0 where there is none."""
    features = []
    for nth in range(1, N_PENDING + 1):
        features += [
            Feature(f"pending/{nth}/present", "0/1", 0.0, 1.0),
            Feature(f"pending/{nth}/gang", "chips", 0.0, 1.0 / 32.0),
            Feature(f"pending/{nth}/work", "reference chip-h", 0.0, 1.0 / 256.0),
            Feature(f"pending/{nth}/slack", "h", 0.0, 0.1),
            Feature(f"pending/{nth}/data", "GB", 0.0, 1.0 / 256.0),
            *(Feature(f"pending/{nth}/class/{name}", "0/1", 0.0, 1.0) for name in names.job_classes),
            *(Feature(f"pending/{nth}/at/{name}", "0/1", 0.0, 1.0) for name in names.sites),
            *(Feature(f"pending/{nth}/open/{name}", "0/1", 0.0, 1.0) for name in names.sites),
        ]
    return tuple(features)


def _weather_forecast() -> tuple[Feature, ...]:
    """Scaled as the site's own temperature, solar and wind."""
    now = [feature for feature in _SITE if feature.name in ("temp", "solar", "wind")]
    return tuple(Feature(f"{f.name}_{lead}h", f.unit, f.centre, f.scale) for lead in WEATHER_LEADS_H for f in now)


def _job_features(job_classes: tuple[str, ...], fleet_chips: float) -> tuple[Feature, ...]:
    chips, work = 4.0 / fleet_chips, 4.0 / (fleet_chips * TYPICAL_WORK_H)
    features = []
    for name in job_classes:
        features.append(Feature(f"jobs/{name}/waiting", "chips", 0.0, chips))
        features.append(Feature(f"jobs/{name}/held", "chips", 0.0, chips))
        features.append(Feature(f"jobs/{name}/work_left", "reference chip-h", 0.0, work))
    lows = ("", *(f"{edge:g}h" for edge in SLACK_EDGES_H))
    highs = (*(f"{edge:g}h" for edge in SLACK_EDGES_H), "")
    features += [
        Feature(f"jobs/waiting_with_slack_{low}_to_{high}", "chips", 0.0, chips)
        for low, high in zip(lows, highs, strict=True)
    ]
    return tuple(features)
