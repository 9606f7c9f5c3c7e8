"""The end of an episode: what is left undone is paid for, so that pushing it past the end gains nothing."""

import numpy as np
import pytest
from worlds import begin, make_world, slot_action, step, zeros

from wattshift.kernel.settle import FIRST_CHARGE_SHARE
from wattshift.kernel.terms import CARBON_KG, TERMS

SEEDS = np.arange(40)
DAY_STEPS = 96


def last_day(action_of, scenario):
    """Cost terms [seeds, terms] of two days of autopilot, the second with another action; and the world."""
    world = make_world(len(SEEDS), scenario=scenario, step_s=900.0, episode_days=2.0)
    begin(world, SEEDS)
    for nth in range(2 * DAY_STEPS):
        step(world, zeros(world) if nth < DAY_STEPS else action_of(world))
    return world.ledger.totals["cost_usd"].copy(), world


@pytest.fixture(scope="module", params=["tiny", "hybrid"])
def usual(request):
    """Scenario, and cost terms [seeds, terms] under the autopilot."""
    return request.param, last_day(zeros, request.param)[0]


def test_stopping_work_on_the_last_day_does_not_pay(usual):
    """In the typical episode; in rare ones the freed chips serve requests that an outage would have dropped.

    Offering half pays a little in some, and honestly: urgent jobs then find the chips that others would hold.
    """
    scenario, usual_usd = usual
    pushed_usd, pushed = last_day(lambda world: slot_action(world, admission=-1.0), scenario)
    assert pushed.state.episode["n_jobs"].mean() > 0.0
    assert np.median((pushed_usd - usual_usd).sum(axis=1)) > 0.0


@pytest.mark.parametrize("admission", [-1.0, -0.5])
def test_work_left_at_the_end_costs_more_than_it_saved(usual, admission):
    """Of the bills that work itself causes: energy, carbon, transfer, water, heat, and the settlement."""
    scenario, usual_usd = usual
    pushed_usd, _ = last_day(lambda world: slot_action(world, admission=admission), scenario)
    bills = [nth for nth, name in enumerate(TERMS) if name not in ("sla_usd", "lateness_usd")]
    more_usd = (pushed_usd - usual_usd)[:, bills].sum(axis=1)
    assert more_usd.mean() > 0.0
    assert np.median(more_usd) > 0.0


@pytest.mark.parametrize("signal", ["average", "marginal"])
def test_missing_charge_is_paid_and_spare_charge_is_paid_for(signal):
    """Storage moves no job: all that differs in the settlement is the charge, at the mean cost of energy."""
    worlds = {value: make_world(8, variant={"carbon_signal": signal}) for value in (-1.0, 0.0, 1.0)}
    for value, world in worlds.items():
        begin(world, np.arange(8))
        for _ in range(world.steps_per_episode):
            step(world, slot_action(world, storage=value))
    params, traces = worlds[0.0].params, worlds[0.0].traces
    zones, sites = params.sites["zone"], params.sites
    mean_kg_per_kwh = {"average": traces.mean_carbon_kg_per_kwh, "marginal": traces.mean_marginal_kg_per_kwh}[signal]
    usd_per_kwh = (
        traces.mean_price_usd_per_kwh[zones]
        + sites["price_adder_usd_per_kwh"]
        + mean_kg_per_kwh[zones] * params.rules["carbon_usd_per_kg"][0]
    )
    for value in (-1.0, 1.0):
        missing_kwh = FIRST_CHARGE_SHARE * sites["battery_kwh"] - worlds[value].state.sites["soc_kwh"]
        at_bus_kwh = np.where(
            missing_kwh > 0.0,
            missing_kwh / sites["battery_charge_efficiency"],
            missing_kwh * sites["battery_discharge_efficiency"],
        )
        charged_usd = worlds[value].terms()["settlement_usd"] - worlds[0.0].terms()["settlement_usd"]
        np.testing.assert_allclose(charged_usd, at_bus_kwh @ usd_per_kwh, rtol=1e-9)
        assert (charged_usd * value < 0.0).all()


def test_means_of_the_settlement_are_those_of_the_traces():
    traces = make_world().traces
    np.testing.assert_allclose(
        traces.mean_price_usd_per_kwh, traces.price_usd_per_kwh.mean(axis=0, dtype=float), rtol=1e-6
    )
    for mean, series in (
        (traces.mean_carbon_kg_per_kwh, traces.carbon_kg_per_kwh),
        (traces.mean_marginal_kg_per_kwh, traces.marginal_kg_per_kwh),
    ):
        np.testing.assert_allclose(mean, series.mean(axis=0, dtype=float), rtol=1e-6)


def test_a_world_leaves_the_traces_that_it_is_given_as_they_are():
    """Worlds of other variants may share them."""
    traces = make_world().traces
    assert make_world(variant={"carbon_signal": "marginal"}).traces is traces


def settled(budget, **changes):
    """Settlement of half a day of autopilot [8], what its episodes have emitted, and the world."""
    variant = {} if budget is None else {"carbon_budget": {"kg_per_day": budget, "usd_per_t": 120.0}}
    world = make_world(8, scenario="hybrid", step_s=1800.0, episode_days=0.5, variant=variant, **changes)
    begin(world, np.arange(8))
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
    return world.terms()["settlement_usd"], world.ledger.totals["sums"][:, CARBON_KG].copy(), world


def test_work_left_undone_uses_up_the_budget_and_pays_for_what_is_beyond_it():
    """Nothing while the budget covers it, the price beyond for all of it if the episode has used the budget up."""
    usual_usd, emitted_kg, _ = settled(None)
    owed_kg = (settled(0.0)[0] - usual_usd) / 0.12
    assert (owed_kg > 100.0).all()
    for budget_kg in np.quantile(np.concatenate([emitted_kg, emitted_kg + owed_kg]), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]):
        beyond_kg = np.clip(emitted_kg + owed_kg - budget_kg, 0.0, owed_kg)
        charged_usd = settled(2.0 * budget_kg)[0] - usual_usd
        np.testing.assert_allclose(charged_usd, 0.12 * beyond_kg, rtol=1e-9, atol=1e-6)


def test_spare_charge_is_paid_back_without_the_price_beyond_the_budget():
    """Of the batteries' charge as the autopilot leaves it, the one half full: nothing else differs."""
    paid = {}
    for budget in (None, 0.0):
        *_, world = settled(budget)
        undone, _, _ = settled(budget)
        begin(world, np.arange(8))
        for nth in range(world.steps_per_episode):
            if nth == world.steps_per_episode - 1:
                world.state.sites["soc_kwh"][:] = world.params.sites["battery_kwh"]
            step(world, zeros(world))
        paid[budget] = world.terms()["settlement_usd"] - undone
    assert (paid[None] < 0.0).all()
    np.testing.assert_allclose(paid[0.0], paid[None])


def test_accrual_keeps_books_of_the_budget_too():
    """Rewards sum to the same money but for what was owed at the start."""
    rewards_usd = {}
    for accrual in (False, True):
        world = make_world(
            4,
            scenario="hybrid",
            step_s=1800.0,
            episode_days=0.5,
            accrual=accrual,
            variant={"carbon_budget": {"kg_per_day": 1500.0, "usd_per_t": 120.0}},
        )
        begin(world, np.arange(4))
        owed_usd = world.ledger.totals["liability_usd"].copy()
        paid = sum(step(world, zeros(world))[1] for _ in range(world.steps_per_episode))
        rewards_usd[accrual] = paid * world.reward_scale_usd
    np.testing.assert_allclose(rewards_usd[True], rewards_usd[False] + owed_usd)
