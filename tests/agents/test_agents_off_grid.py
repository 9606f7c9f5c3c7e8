"""Agents on sites without a grid: heuristics and the network's nameplates are finite, and the bound stays below."""

import numpy as np
import pytest
from worlds import begin, policy_actions, step

from wattshift.world import World
from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.optimum import bounds_of
from wattshift_agents.policies.nameplates import nameplates
from wattshift_agents.view import look


def test_nameplates_are_finite():
    for plates in nameplates(World(1, "field").params).values():
        assert np.isfinite(plates).all()


@pytest.mark.parametrize("name", sorted(HEURISTICS))
def test_every_heuristic_acts_in_the_field(name):
    world = World(2, "field", episode_days=0.5)
    begin(world, [1, 2], 50 * 288)
    (policy,) = make_heuristics([name])
    policy.reset(world)
    observation = world._observation.copy()
    for _ in range(12):
        action = policy.act(observation, look(world))
        assert np.isfinite(action).all()
        observation, reward, _ = step(world, action)
        assert np.isfinite(observation).all()
        assert np.isfinite(reward).all()


def test_no_policy_costs_less_than_the_bound():
    world = World(4, "field", episode_days=1.0)
    begin(world, 7, 30 * 288)
    bound = bounds_of(world)[0]
    for _, actions in zip(range(world.steps_per_episode), policy_actions(world, 7), strict=False):
        step(world, actions)
    cost_usd = world.ledger.totals["cost_usd"].sum(axis=1)
    assert (cost_usd >= bound.total_usd).all()
    assert bound.total_usd > 0.2 * cost_usd[0]
