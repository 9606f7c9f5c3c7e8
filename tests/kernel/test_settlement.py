"""The end of an episode: what is left undone is paid for, so that pushing it past the end gains nothing."""

import numpy as np
import pytest
from worlds import begin, make_world, slot_action, step, zeros

from wattshift.kernel.settle import FIRST_CHARGE_SHARE
from wattshift.kernel.terms import TERMS

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


def test_missing_charge_is_paid_and_spare_charge_is_paid_for():
    """Storage moves no job: all that differs in the settlement is the charge, at the mean cost of energy."""
    worlds = {value: make_world(8) for value in (-1.0, 0.0, 1.0)}
    for value, world in worlds.items():
        begin(world, np.arange(8))
        for _ in range(world.steps_per_episode):
            step(world, slot_action(world, storage=value))
    params, traces = worlds[0.0].params, worlds[0.0].traces
    zones, sites = params.sites["zone"], params.sites
    usd_per_kwh = (
        traces.mean_price_usd_per_kwh[zones]
        + sites["price_adder_usd_per_kwh"]
        + traces.mean_carbon_kg_per_kwh[zones] * params.rules["carbon_usd_per_kg"][0]
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
    np.testing.assert_allclose(
        traces.mean_carbon_kg_per_kwh, traces.carbon_kg_per_kwh.mean(axis=0, dtype=float), rtol=1e-6
    )
