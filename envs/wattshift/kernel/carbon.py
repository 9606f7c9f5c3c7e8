"""What carbon costs: at which intensity of the grid it is charged, and at which price."""

from .jit import njit
from .terms import CARBON_KG


@njit
def charged_kg_per_kwh(rules, zone):
    """Intensity at which a kWh of the zone is charged: the average, or the marginal one if the scenario says so."""
    return zone.marginal_kg_per_kwh if rules.marginal_carbon == 1 else zone.carbon_kg_per_kwh


@njit
def carbon_price(rules, episode, totals):
    """USD/kg in the coming step: the price, and more while the episode has emitted beyond its budget so far.

    The budget accrues by the hour, the coming step's share included, so that an even emitter at the budget never pays.
    """
    budget_kg = rules.carbon_budget_kg_per_h * (episode.step + 1) * rules.step_s / 3600.0
    beyond_usd_per_kg = rules.carbon_over_usd_per_kg if totals.sums[CARBON_KG] > budget_kg else 0.0
    return rules.carbon_usd_per_kg + beyond_usd_per_kg
