"""Vector rewards are the scalar reward unsummed, by MO-Gymnasium's convention."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from worlds import make_arguments

from wattshift.env import WattshiftEnv
from wattshift.kernel.terms import TERMS
from wattshift.vector import WattshiftVectorEnv


@pytest.mark.parametrize("accrual", [False, True])
def test_they_sum_to_the_reward(accrual):
    arguments = make_arguments(accrual=accrual, episode_days=0.1)
    scalar, vector = WattshiftEnv(**arguments), WattshiftEnv(**arguments, vector_reward=True)
    for env in (scalar, vector):
        env.reset(seed=3)
        env.action_space.seed(3)
    assert vector.reward_space.shape == (vector.reward_dim,) == (len(TERMS),)
    truncated = False
    while not truncated:
        _, reward, _, _, info = scalar.step(scalar.action_space.sample())
        _, rewards, _, truncated, _ = vector.step(vector.action_space.sample())
        assert vector.reward_space.contains(rewards)
        assert rewards.sum() == pytest.approx(reward, rel=1e-5, abs=1e-6)
        nth = vector.world.reward_terms.index("carbon_usd")
        assert rewards[nth] == pytest.approx(-info["terms"]["carbon_usd"] / vector.world.reward_scale_usd)


def test_only_terms_that_weigh_something_have_an_entry():
    pays = {"carbon_usd": 2.0, "electricity_usd": 1.0, "water_usd": 0.0}
    task = {"summary": "two", "drives": ["caps"], "sees": ["clock"], "pays": pays}
    env = gymnasium.make(
        "wattshift/Fleet-v0", vector_reward=True, disable_env_checker=True, **make_arguments(task=task)
    )
    env.reset(seed=0)
    _, rewards, _, _, info = env.step(np.zeros(env.action_space.shape, np.float32))
    assert env.unwrapped.world.reward_terms == ("electricity_usd", "carbon_usd")
    scale_usd = env.unwrapped.world.reward_scale_usd
    paid_usd = [info["terms"]["electricity_usd"], 2.0 * info["terms"]["carbon_usd"]]
    np.testing.assert_allclose(rewards, -np.array(paid_usd) / scale_usd, rtol=1e-6)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_batch_hands_them_out_by_rows(mode):
    """In NEXT_STEP the step that resets pays nothing."""
    arguments = make_arguments(episode_days=5 / 288.0)
    scalar = WattshiftVectorEnv(2, autoreset_mode=mode, **arguments)
    vector = WattshiftVectorEnv(2, autoreset_mode=mode, vector_reward=True, **arguments)
    for envs in (scalar, vector):
        envs.reset(seed=1)
    for _ in range(12):
        action = np.zeros(scalar.action_space.shape, np.float32)
        reward, rewards = scalar.step(action)[1], vector.step(action)[1]
        assert rewards.shape == (2, vector.reward_dim)
        np.testing.assert_allclose(rewards.sum(axis=1), reward, rtol=1e-5, atol=1e-6)
