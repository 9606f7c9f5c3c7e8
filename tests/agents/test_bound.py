"""The certified bound is below every policy, exact where the optimum is known, and knows the episode's draws."""

import numpy as np
import pytest
from oracle.scenarios import random_world
from plain import plain_world
from worlds import begin, make_world, policy_actions, step, zeros

from wattshift_agents.optimum import bound_usd, bounds_of
from wattshift_agents.optimum.draws import draw_episode
from wattshift_agents.optimum.lines import below_power, below_rising
from wattshift_agents.optimum.program import Program, dual_bound


def test_draws_are_those_of_the_kernel():
    world = make_world(1, scenario="faulty-hybrid", step_s=900.0, episode_days=1.0, job_slots=400)
    begin(world, 17)
    drawn = draw_episode(world, 17, -1)
    assert drawn.start == world.state.episode["start"][0]
    arrived = world.ledger.jobs["arrived"][0].sum()
    assert drawn.n_backlog == world.state.episode["n_jobs"][0] == arrived
    for nth in range(world.steps_per_episode):
        step(world, zeros(world))
        np.testing.assert_array_equal(drawn.requests_per_s[nth], world.ledger.flows["per_s"][0])
        np.testing.assert_array_equal(drawn.site_up[nth], world.state.sites["up"][0] == 1)
        new = drawn.arrival_step[drawn.n_backlog :] == nth
        assert new.sum() == world.ledger.jobs["arrived"][0].sum()
    assert not drawn.site_up.all()


@pytest.mark.parametrize("seed", [0, 3, 5, 7, 20, 33])
def test_no_policy_costs_less_on_worlds_with_every_feature(seed):
    world = random_world(seed, n_envs=4, steps=48, decision_every=1)
    begin(world, seed)
    bound = bounds_of(world)[0]
    for _, actions in zip(range(world.steps_per_episode), policy_actions(world, seed), strict=False):
        step(world, actions)
    cost_usd = world.ledger.totals["cost_usd"].sum(axis=1)
    assert (cost_usd >= bound.total_usd).all()
    assert bound.total_usd <= bound.optimum_usd
    assert sum(bound.terms_usd.values()) == pytest.approx(bound.optimum_usd, rel=1e-6)


def test_a_constant_load_costs_what_the_sum_says():
    world = plain_world([0.1, 0.1])
    world.params.sites["battery_kwh"] = 0.0
    load_kw = world.params.modules["chips"].sum() * 0.01
    bound = bound_usd(world, 0, 0, block_h=1)
    jobs = draw_episode(world, 0, 0).jobs
    assert len(jobs) == 0
    assert bound.total_usd == pytest.approx(load_kw * 0.1 * 2, rel=1e-6)


@pytest.mark.parametrize(("signal", "charged_kg_per_kwh"), [(0, 0.5), (1, 0.1)])
def test_carbon_counts_at_the_intensity_that_is_charged(signal, charged_kg_per_kwh):
    world = plain_world([0.1, 0.1])
    world.params.sites["battery_kwh"] = 0.0
    world.params.rules["carbon_usd_per_kg"] = 0.2
    world.params.rules["marginal_carbon"] = signal
    world.traces.zones["carbon_kg_per_kwh"] = 0.5
    world.traces.zones["marginal_kg_per_kwh"] = 0.1
    load_kw = world.params.modules["chips"].sum() * 0.01
    expected = load_kw * (0.1 + 0.2 * charged_kg_per_kwh) * 2
    assert bound_usd(world, 0, 0).total_usd == pytest.approx(expected, rel=1e-6)


def test_a_battery_earns_the_difference_of_two_prices():
    """Half full at first, and settled at .1: charged with what its power allows at .05, given back at .3 as far as the
    load of its site takes it."""
    prices = np.array([0.05, 0.3])
    world = plain_world(prices)
    sites = world.params.sites
    sites["battery_reserve_share"] = 0.0
    load_kw = np.bincount(world.params.modules["site"], world.params.modules["chips"] * 0.01)
    into, out_of = sites["battery_charge_efficiency"], sites["battery_discharge_efficiency"]
    first_kwh = 0.5 * sites["battery_kwh"]
    charge = np.minimum(sites["battery_kw"], first_kwh / into)
    give = np.minimum(np.minimum(sites["battery_kw"], load_kw), (first_kwh + charge * into) * out_of)
    left = first_kwh + charge * into - give / out_of - first_kwh
    settled = np.where(left < 0.0, -left / into, -left * out_of) * 0.1
    expected = (load_kw * prices.sum() + charge * prices[0] - give * prices[1] + settled).sum()
    bound = bound_usd(world, 0, 0)
    assert bound.total_usd == pytest.approx(expected, rel=1e-6)


def test_a_larger_battery_never_raises_the_bound():
    totals = []
    for factor in (0.5, 1.0, 2.0):
        world = make_world(1)
        world.params.sites["battery_kw"] *= factor
        totals.append(bound_usd(world, 3).total_usd)
    assert totals[0] >= totals[1] - 1e-6 >= totals[2] - 2e-6


def test_dearer_power_raises_the_bound():
    world = make_world(1)
    cheap = bound_usd(world, 3).total_usd
    world.params.sites["price_adder_usd_per_kwh"] += 0.1
    assert bound_usd(world, 3).total_usd > cheap


def test_any_multipliers_give_a_bound():
    program = Program()
    x = program.variables((2,), [4.0, 4.0], [1.0, 2.0])
    program.add(program.at_most(-3.0), x, [-1.0, -1.0])
    solution = program.solve()
    assert solution.optimum == pytest.approx(3.0)
    assert solution.certified == pytest.approx(3.0)
    assert solution.certified <= 3.0
    matrix = np.array([[-1.0, -1.0]])
    for multiplier in (0.0, -0.5, -1.0, -7.0):
        got = dual_bound(
            np.array([1.0, 2.0]), matrix, np.array([-3.0]), np.zeros(2), np.full(2, 4.0), np.array([multiplier])
        )
        assert got <= 3.0


def test_unbounded_variables_are_refused():
    with pytest.raises(ValueError, match="finite"):
        Program().variables((1,), np.inf)


@pytest.mark.parametrize("exponent", [0.7, 1.0, 2.4, 3.0])
def test_lines_stay_below_a_power(exponent):
    z = np.linspace(0.35, 1.0, 200)
    lines = below_power(exponent, 0.35, 3)
    values = lines.intercept[:, None] + lines.slope[:, None] * z
    assert (values <= z**exponent + 1e-12).all()
    assert (z**exponent - values.max(axis=0)).min() < 1e-9


def test_lines_stay_below_a_rising_curve_between_its_samples():
    x = np.linspace(0.0, 1.0, 11)
    fine = np.linspace(1e-6, 1.0, 5001)
    steps = 0.1 + np.floor(fine * 10.0 - 1e-9) ** 2  # rises in jumps right of the samples
    lines = below_rising(x, np.interp(x, fine, steps), (0.3, 0.9))
    values = lines.intercept[:, None] + lines.slope[:, None] * fine
    assert (values <= steps + 1e-9).all()
    assert (lines.intercept <= 0.0).all()
