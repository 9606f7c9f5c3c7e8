"""What energy and its carbon cost in a world, in physical units: the kernel's own formulas, over whole columns.

For policies that are not learned and for plots. Agents see the same in the blocks `sites`, `forecast` and `budget`.
Axes: E environments, S sites, LEADS forecast leads of 1 to 24 hours.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .kernel.carbon import budget_kg, carbon_price, charged_forecast, charged_kg_per_kwh, mean_charged_kg_per_kwh
from .kernel.terms import CARBON_KG

if TYPE_CHECKING:
    from .world import World

Floats = NDArray[np.float64]


def carbon_usd_per_kg(world: "World") -> Floats:
    """`[E]` price of carbon in the coming step, what a budget asks on top included."""
    prices: Floats = carbon_price(_rules(world), world.state.episode["step"], _emitted_kg(world))
    return prices


def carbon_kg_per_kwh(world: "World") -> Floats:
    """`[E, S]` intensity at which carbon is charged in the coming step: average or marginal, as the scenario says."""
    zones = world.traces.zones[np.atleast_1d(world.row)].view(np.recarray)
    return np.asarray(charged_kg_per_kwh(_rules(world), zones), np.float64)[:, world.params.sites["zone"]]


def carbon_forecast_kg_per_kwh(world: "World") -> Floats:
    """`[E, S, LEADS]` forecast of the same intensity, as issued at the start of this hour."""
    hour = np.atleast_1d(world.row) // round(3600.0 / world.traces.step_s)
    issued = world.traces.forecast[hour, charged_forecast(_rules(world))]
    return issued[:, world.params.sites["zone"]].astype(np.float64)


def carbon_budget_left_kg(world: "World") -> Floats:
    """`[E]` carbon that may still be emitted until the episode's end, negative beyond it; inf without a budget."""
    rules, horizon = _rules(world), world.state.episode["horizon"]
    left_kg: Floats = budget_kg(rules, horizon) - _emitted_kg(world)
    return left_kg


def mean_energy_usd_per_kwh(world: "World") -> Floats:
    """`[S]` mean cost of a kWh over all traces, carbon at its usual price: what settlement is reckoned with."""
    rules, sites, traces = _rules(world), world.params.sites, world.traces
    carbon_usd = mean_charged_kg_per_kwh(rules, traces, sites["zone"]) * rules.carbon_usd_per_kg
    return traces.mean_price_usd_per_kwh[sites["zone"]] + sites["price_adder_usd_per_kwh"] + carbon_usd


def _rules(world: "World") -> Any:
    """Whose fields the kernel's functions read as attributes."""
    return world.params.rules.view(np.recarray)[0]


def _emitted_kg(world: "World") -> Floats:
    return world.ledger.totals["sums"][:, CARBON_KG]
