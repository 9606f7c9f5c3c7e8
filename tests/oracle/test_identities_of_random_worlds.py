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


DAMAGES = {
    "energy.electricity": ("sites", "import_kw"),
    "energy.heat": ("modules", "heat_stored_kw"),
    "energy.generator": ("sites", "fuel_l"),
    "energy.sites": ("modules", "working_kw"),
    "work.requests": ("requests", "served"),
    "work.chips": ("modules", "serving_chips"),
    "network.data": ("links", "gbps"),
    "accounts.energy": ("sites", "router_kw"),
    "accounts.carbon": ("sites", "carbon_kg"),
    "accounts.wear": ("sites", "worn_share"),
    "accounts.cost": ("jobs", "lateness_usd"),
    "accounts.attribution": ("jobs", "energy_kwh"),
}
"""Identity -> what must not be changed without its noticing."""


def attributed_world():
    """A world of several sites with attribution, begun."""
    seed = next(seed for seed in range(1000, 1100) if is_rich(random_world(seed, ENVS, STEPS, decision_every=1)))
    world = random_world(seed, ENVS, STEPS, decision_every=1)
    world.begin(np.ones(ENVS, np.bool_), np.arange(ENVS, dtype=np.uint64), np.full(ENVS, -1))
    return world


def is_rich(world):
    return world._wiring.attribution and len(world.params.links) > 0


def test_a_residual_shows_what_is_missing():
    world = attributed_world()
    before = Before.of(world)
    world.step(policy_actions(world, 1, 1)[0], np.zeros(ENVS, np.bool_))
    for identity, (table, column) in DAMAGES.items():
        values = getattr(world.ledger, table)[column]
        kept = values.copy()
        values[3] += 1e4
        found = residuals(world, before)[identity]
        values[:] = kept
        assert np.flatnonzero(found > TOLERANCE).tolist() == [3], identity
    assert all((values <= TOLERANCE).all() for values in residuals(world, before).values())
