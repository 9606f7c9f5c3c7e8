"""11 Carbon: the intensity at which it is charged, and its price."""

from oracle.fleet import Fleet, Record
from wattshift.kernel.terms import SUMS


def emitted_kg(fleet: Fleet) -> float:
    return fleet.totals.sums[SUMS.index("carbon_kg")]


def carbon_price(fleet: Fleet) -> float:
    """Higher in steps that begin with more emitted than the budget until their end."""
    rules, until_h = fleet.rules, fleet.now_h + fleet.step_h
    is_beyond = emitted_kg(fleet) > rules.carbon_budget_kg_per_h * until_h
    return rules.carbon_usd_per_kg + is_beyond * rules.carbon_over_usd_per_kg


def charged_kg_per_kwh(fleet: Fleet, grid: Record) -> float:
    return grid.marginal_kg_per_kwh if fleet.rules.marginal_carbon else grid.carbon_kg_per_kwh
