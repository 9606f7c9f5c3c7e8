"""The checkers of Gymnasium and of Stable-Baselines3 find nothing, warnings being errors."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from worlds import make_arguments

import wattshift  # noqa: F401  (registers the environments)

ID = "wattshift/Fleet-v0"


@pytest.fixture
def env():
    made = gymnasium.make(ID, **make_arguments())
    yield made
    made.close()


def test_gymnasium_finds_nothing(env):
    check_env(env.unwrapped, skip_render_check=True)


def test_stable_baselines_finds_nothing(env):
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(env, warn=True, skip_render_check=True)


def test_the_id_makes_the_default_world():
    """All defaults: a week of the hybrid scenario at five minutes, through Gymnasium's own wrappers."""
    env = gymnasium.make(ID)
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    for _ in range(3):
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert env.observation_space.contains(observation)
        assert isinstance(reward, float)
        assert not terminated
        assert not truncated
        assert info.keys() == {"terms", "clipped"}
    assert env.unwrapped.world.steps_per_episode == 7 * 288
    env.close()


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_the_id_makes_a_native_batch(mode):
    envs = gymnasium.make_vec(ID, num_envs=3, autoreset_mode=mode, **make_arguments())
    assert envs.metadata["autoreset_mode"] is mode
    assert not isinstance(envs, gymnasium.vector.SyncVectorEnv)
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    observation, reward, terminated, truncated, _ = envs.step(envs.action_space.sample())
    assert envs.observation_space.contains(observation)
    assert (reward.dtype, terminated.dtype, truncated.dtype) == (np.float64, np.bool_, np.bool_)
    envs.close()


def test_returned_arrays_are_the_callers_own():
    """Nothing returned changes under the hands of who keeps it."""
    envs = gymnasium.make_vec(ID, num_envs=2, **make_arguments())
    first, _ = envs.reset(seed=0)
    kept = first.copy()
    action = np.zeros(envs.action_space.shape, np.float32)
    results = envs.step(action)
    copies = [np.copy(result) for result in results[:4]]
    cost_usd = results[4]["terms"]["electricity_usd"].copy()
    envs.step(action + 1.0)
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(results[4]["terms"]["electricity_usd"], cost_usd)
    for result, copied in zip(results[:4], copies, strict=True):
        np.testing.assert_array_equal(result, copied)


def test_actions_of_the_caller_are_not_changed(env):
    env.reset(seed=0)
    action = np.full(env.action_space.shape, 0.7, np.float32)
    env.unwrapped.step(action)
    assert (action == np.float32(0.7)).all()
