"""What heuristics are shown of the cost of energy is what agents observe and the ledger charges, on every variant."""

import numpy as np
import pytest
from worlds import begin, make_world, step, zeros

from wattshift.kernel.observe import FORECAST_LEADS_H
from wattshift.kernel.terms import CARBON_KG
from wattshift.traces import CARBON, MARGINAL
from wattshift_agents.view import look

N = 3
BUDGET = {"kg_per_day": 900.0, "usd_per_t": 150.0}
"""Between what the environments of the test have emitted after some hours."""
VARIANTS = [
    {},
    {"carbon_usd_per_t": 250.0},
    {"carbon_signal": "marginal"},
    {"carbon_budget": BUDGET},
    {"carbon_signal": "marginal", "carbon_usd_per_t": 80.0, "carbon_budget": BUDGET},
]


@pytest.fixture(scope="module", params=VARIANTS, ids=str)
def moments(request):
    """Views and observations by the half hour, and the ledgers of the steps that followed them."""
    world = make_world(N, scenario="hybrid", step_s=1800.0, episode_days=0.5, variant=request.param)
    observation = begin(world, [1, 2, 3])
    taken = []
    for _ in range(world.steps_per_episode):
        view, seen = look(world), world.layout.physical(observation.astype(np.float64))
        emitted_kg, row = world.ledger.totals["sums"][:, CARBON_KG].copy(), world.row
        observation, *_ = step(world, zeros(world))
        taken.append((view, seen, emitted_kg, row, world.ledger.totals["carbon_usd_per_kg"].copy()))
    return world, taken


def test_the_view_shows_what_the_agent_observes(moments):
    world, taken = moments
    names = world.layout.names
    for view, seen, *_ in taken:
        for site, name in enumerate(world.scenario.site_names):
            now = view.energy_usd_per_kwh[:, site]
            np.testing.assert_allclose(seen[:, names.index(f"site/{name}/energy_cost")], now, atol=2e-6)
            for lead in FORECAST_LEADS_H:
                change = view.energy_forecast_usd_per_kwh[:, site, lead - 1] - now
                observed = seen[:, names.index(f"forecast/{name}/energy_cost_change_{lead}h")]
                np.testing.assert_allclose(observed, change, atol=2e-6)


def test_the_price_shown_is_the_one_that_the_coming_step_charges(moments):
    _, taken = moments
    for view, *_, charged_usd_per_kg in taken:
        np.testing.assert_array_equal(view.carbon_usd_per_kg, charged_usd_per_kg)


def test_the_intensity_shown_is_the_one_that_is_charged(moments):
    world, taken = moments
    is_marginal = world.scenario.money.carbon_signal == "marginal"
    zone, traces = world.params.sites["zone"], world.traces
    series = traces.marginal_kg_per_kwh if is_marginal else traces.carbon_kg_per_kwh
    for view, _, _, row, _ in taken:
        np.testing.assert_array_equal(view.carbon_kg_per_kwh, series[row][:, zone])
        issued = traces.forecast[row // 2, MARGINAL if is_marginal else CARBON][:, zone]
        np.testing.assert_array_equal(view.carbon_forecast_kg_per_kwh, issued)


def test_a_budget_is_seen_by_both_and_nothing_is_without_one(moments):
    world, taken = moments
    budget = world.scenario.money.carbon_budget
    if budget is None:
        assert "budget" not in world.layout.slices
        assert all(np.isposinf(view.carbon_budget_left_kg).all() for view, *_ in taken)
        return
    left, ahead = (world.layout.names.index(f"budget/{name}") for name in ("left", "ahead"))
    whole_kg = budget.kg_per_day * 0.5
    for nth, (view, seen, emitted_kg, _, usd_per_kg) in enumerate(taken):
        np.testing.assert_allclose(view.carbon_budget_left_kg, whole_kg - emitted_kg)
        np.testing.assert_allclose(seen[:, left], 1.0 - emitted_kg / whole_kg, atol=1e-5)
        accrued_kg = budget.kg_per_day / 48 * (nth + 1)
        np.testing.assert_allclose(seen[:, ahead], (accrued_kg - emitted_kg) / budget.kg_per_day * 24.0, atol=1e-4)
        is_dear = usd_per_kg > world.scenario.money.carbon_usd_per_t / 1e3
        np.testing.assert_array_equal(is_dear, seen[:, ahead] < 0.0)


def test_the_budget_of_the_test_is_met_and_missed():
    world = make_world(N, scenario="hybrid", step_s=1800.0, episode_days=0.5, variant={"carbon_budget": BUDGET})
    begin(world, [1, 2, 3])
    prices = []
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
        prices.append(world.ledger.totals["carbon_usd_per_kg"].copy())
    assert len(np.unique(prices)) == 2
