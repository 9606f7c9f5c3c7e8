"""The identities hold on random worlds, for every environment of a batch; `make validate` does the same at length."""

import numpy as np
import pytest
from identities import IDENTITIES, TOLERANCE, Before, residuals

from oracle.scenarios import disturb, policy_actions, random_world

ENVS, STEPS = 16, 20


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_residuals_are_rounding(seed):
    world = random_world(seed, ENVS, STEPS, decision_every=1)
    everywhere = np.ones(ENVS, np.bool_)
    world.begin(everywhere, np.arange(ENVS, dtype=np.uint64), np.full(ENVS, -1))
    disturb(world, seed)
    for actions in policy_actions(world, seed, STEPS):
        before = Before.of(world)
        world.step(actions, ~everywhere)
        found = residuals(world, before)
        assert len(found) == len(IDENTITIES)
        assert {name: values.max() for name, values in found.items() if not values.max() <= TOLERANCE} == {}


def test_a_residual_shows_what_is_missing():
    world = random_world(1000, ENVS, STEPS, decision_every=1)
    everywhere = np.ones(ENVS, np.bool_)
    world.begin(everywhere, np.arange(ENVS, dtype=np.uint64), np.full(ENVS, -1))
    before = Before.of(world)
    world.step(policy_actions(world, 1, 1)[0], ~everywhere)
    world.ledger.sites["import_kw"][3] += 1.0
    world.ledger.modules["heat_stored_kw"][5] += 1.0
    found = residuals(world, before)
    assert np.flatnonzero(found["electricity"] > TOLERANCE).tolist() == [3]
    assert np.flatnonzero(found["heat"] > TOLERANCE).tolist() == [5]
    assert (found["jobs"] == 0.0).all()
