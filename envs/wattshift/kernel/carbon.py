"""What carbon costs: at which intensity of the grid it is charged, at which price, and what a budget leaves.

Plain arithmetic: `wattshift.energy_cost` calls these functions on whole columns, so that what policies are shown and
what the ledger charges are one formula.
"""

from .jit import njit

AVERAGE_FORECAST, MARGINAL_FORECAST = 0, 5
"""Places of the two intensities among the quantities of `Traces.forecast`."""


@njit
def charged_kg_per_kwh(rules, zone):
    """Intensity at which a kWh of the zone is charged: the average, or the marginal one if the scenario says so."""
    return zone.marginal_kg_per_kwh if rules.marginal_carbon == 1 else zone.carbon_kg_per_kwh


@njit
def charged_forecast(rules):
    """Place of the charged intensity among the quantities of the forecasts."""
    return MARGINAL_FORECAST if rules.marginal_carbon == 1 else AVERAGE_FORECAST


@njit
def mean_charged_kg_per_kwh(rules, traces, zone):
    """The charged intensity's mean over all traces; `zone` is the number of one."""
    if rules.marginal_carbon == 1:
        return traces.mean_marginal_kg_per_kwh[zone]
    return traces.mean_carbon_kg_per_kwh[zone]


@njit
def budget_kg(rules, steps):
    """Carbon that an episode may have emitted after so many steps; it accrues evenly."""
    return rules.carbon_budget_kg_per_h * steps * rules.step_s / 3600.0


@njit
def carbon_price(rules, step, emitted_kg):
    """USD/kg in the coming step, the episode's `step`-th from 0: more if the episode has emitted beyond its budget.

    The budget counts the coming step's share, so that an even emitter at the budget never pays.
    """
    is_beyond = emitted_kg > budget_kg(rules, step + 1)
    return rules.carbon_usd_per_kg + is_beyond * rules.carbon_over_usd_per_kg
