"""What must hold at every step, whatever the agent does: `identities` on built-in worlds, and what a step returns."""

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from identities import TOLERANCE, Before, residuals
from numpy.testing import assert_allclose
from worlds import POLICIES, begin, make_world, policy_actions, step

from wattshift.world import World

STEPS = 48


@functools.cache
def world_of(scenario: str, step_s: float, job_slots: int) -> World:
    sizes = {"scenario": scenario, "step_s": step_s, "job_slots": job_slots, "episode_days": 2.0}
    return make_world(len(POLICIES), attribution=True, **sizes)


WORLDS = st.one_of(
    st.builds(
        world_of, st.sampled_from(["tiny", "faulty-tiny"]), st.sampled_from([60.0, 300.0, 900.0, 3600.0]), st.just(64)
    ),
    st.builds(
        world_of,
        st.sampled_from(["hybrid", "faulty-hybrid"]),
        st.sampled_from([300.0, 3600.0]),
        st.sampled_from([24, 256]),
    ),
)
SEEDS = st.integers(0, 2**63 - 1)


@given(WORLDS, SEEDS)
@settings(max_examples=60)
def test_identities_hold_at_every_step(world, seed):
    """All of them at once: what costs time is the rollout."""
    begin(world, seed)
    for _, actions in zip(range(STEPS), policy_actions(world, seed), strict=False):
        before = Before.of(world)
        observation, reward, _ = step(world, actions)
        found = residuals(world, before)
        assert {name: values.max() for name, values in found.items() if not values.max() <= TOLERANCE} == {}
        reward_is_minus_the_cost(world, reward)
        observation_is_inside_the_space(observation)


def reward_is_minus_the_cost(world: World, reward: np.ndarray) -> None:
    assert_allclose(reward, -sum(world.terms().values()) / world.reward_scale_usd, rtol=1e-12, atol=1e-15)


def observation_is_inside_the_space(observation: np.ndarray) -> None:
    assert observation.dtype == np.float32
    assert np.isfinite(observation).all()
    assert (np.abs(observation) <= 10.0).all()
