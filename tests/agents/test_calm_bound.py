"""The bound of policies that throttle no chip: known requests and jobs, one temperature for chips and plant."""

import numpy as np
import pytest
from exploits import exploit_actions
from worlds import begin, make_world, policy_actions, step, zeros

from wattshift.kernel.terms import THROTTLED_CHIP_H
from wattshift_agents.optimum import bound_usd, calm_bound_usd
from wattshift_agents.optimum.calm import CALM_SLOTS
from wattshift_agents.optimum.case import make_case
from wattshift_agents.optimum.climate import module_climate
from wattshift_agents.optimum.loops import reach_loops
from wattshift_agents.optimum.replay import replay_autopilot

SEED = 3


@pytest.mark.parametrize(("scenario", "drives"), [("tiny", CALM_SLOTS), ("hybrid", ("cooling", "flow"))])
def test_no_behaviour_that_throttles_no_chip_costs_less(scenario, drives):
    world = make_world(10, scenario=scenario)
    bound = calm_bound_usd(world, SEED, drives=drives)
    assert bound.total_usd > bound_usd(world, SEED, drives=drives).total_usd
    driven = np.zeros(len(world.layout.action_names), np.bool_)
    for slot in drives:
        driven[world.layout.actions[slot]] = True
    begin(world, SEED)
    behaviours = zip(policy_actions(world, SEED), exploit_actions(world, SEED), strict=False)
    for _, actions in zip(range(world.steps_per_episode), behaviours, strict=False):
        step(world, np.where(driven, np.concatenate(actions), 0.0))
    is_calm = world.ledger.totals["sums"][:, THROTTLED_CHIP_H] == 0.0
    assert is_calm.sum() >= 5
    assert (world.ledger.totals["cost_usd"].sum(axis=1)[is_calm] >= bound.total_usd).all()


def test_with_nothing_driven_it_is_nearly_what_the_autopilot_costs_and_falls_with_every_slot():
    world = make_world(1)
    begin(world, SEED)
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
    cost_usd = world.ledger.totals["cost_usd"].sum()
    sets = ((), ("flow",), ("flow", "cooling"), ("flow", "cooling", "storage"))
    totals = [calm_bound_usd(world, SEED, drives=drives).total_usd for drives in sets]
    assert 0.95 * cost_usd < totals[0] <= cost_usd
    assert (np.diff(totals) < 0.0).all()


def test_the_replay_is_the_autopilot():
    world = make_world(1, scenario="faulty-hybrid")
    begin(world, 17)
    replay = replay_autopilot(world, 17, int(world.state.episode["start"][0]))
    for nth in range(world.steps_per_episode):
        step(world, zeros(world))
        np.testing.assert_array_equal(replay.serving[nth], world.ledger.modules["serving_chips"][0])
        np.testing.assert_array_equal(replay.working[nth], world.ledger.modules["working_chips"][0])
    assert replay.cost_usd == world.ledger.totals["cost_usd"].sum()


def test_lines_stay_below_what_chips_draw_at_any_loop():
    world = make_world(1)
    case = make_case(world, SEED, -1, 3600.0, ("cooling", "flow"))
    loops, replay = reach_loops(case), replay_autopilot(world, SEED, case.episode.start)
    for module in range(len(world.params.modules)):
        climate = module_climate(case, loops, replay, module)
        assert (np.diff(climate.nodes_c) > 0.0).all()
        assert (np.diff(climate.plant_slope, axis=-1) <= 0.0).all()
        assert (climate.growth[:, 0] <= 0.0).all()
        assert (climate.growth[:, -1] > 0.0).all()


@pytest.mark.parametrize("table", ["caps", "limited", "budget", "loading"])
def test_there_is_none_where_more_than_the_clock_reaches_requests_and_jobs(table):
    world = make_world(1)
    world.params.sites["limited"][0] = table == "limited"
    world.params.rules["carbon_over_usd_per_kg"] = table == "budget"
    world.params.rules["cold_share"] = table == "loading"
    drives = ("cooling", "caps") if table == "caps" else ("cooling",)
    assert calm_bound_usd(world, SEED, drives=drives) is None
