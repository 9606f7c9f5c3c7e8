"""Rewards against a twin: zero for whoever flies as the twin does, exactly the difference for others."""

import numpy as np
import pytest

from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.savings import SavingsVecEnv

N = 2


@pytest.fixture
def make_savings(make_tiny):
    def make(**arguments):
        fleet, twin = (FleetVecEnv(make_tiny(N, "SameStep", **arguments)) for _ in range(2))
        return SavingsVecEnv(fleet, twin)

    return make


def test_the_autopilot_saves_nothing_in_any_episode(make_savings, decisions):
    env = make_savings()
    env.reset()
    zeros = np.zeros((N, env.action_space.shape[0]), np.float32)
    for _ in range(2 * decisions + 1):
        _, rewards, _, _ = env.step(zeros)
        assert not rewards.any()


@pytest.mark.parametrize("accrual", [False, True])
def test_the_sum_of_rewards_is_the_cost_saved(accrual, make_savings, decisions):
    env = make_savings(accrual=accrual)
    env.seed(4)
    env.reset()
    random = np.random.default_rng(0)
    total = np.zeros(N)
    for _ in range(decisions):
        _, rewards, dones, infos = env.step(random.uniform(-1.0, 1.0, (N, env.action_space.shape[0])))
        total += rewards
    assert dones.all()
    scale_usd = env.get_attr("reward_scale_usd")[0]
    saved_usd = [info["twin_kpi"]["cost_usd"] - info["kpi"]["cost_usd"] for info in infos]
    np.testing.assert_allclose(total * scale_usd, saved_usd, rtol=1e-4, atol=1e-3)
    assert any(abs(usd) > 0.0 for usd in saved_usd)


def test_whoever_acts_as_the_pilot_of_the_twin_saves_nothing(make_savings, decisions):
    env = make_savings()

    def choose(observation):
        return np.tanh(observation[:, : env.action_space.shape[0]])

    env.pilot = choose
    observation = env.reset()
    saved = []
    for _ in range(2 * decisions + 1):
        observation, rewards, _, _ = env.step(choose(observation))
        saved.append(rewards)
    assert not np.any(saved)
    assert env.step(np.zeros_like(choose(observation)))[1].any()


def test_one_seed_one_sequence(make_savings):
    def rollout():
        env = make_savings()
        env.seed(9)
        seen = [env.reset()]
        random = np.random.default_rng(1)
        for _ in range(20):
            observation, rewards, _, _ = env.step(random.uniform(-1.0, 1.0, (N, env.action_space.shape[0])))
            seen += [observation, rewards]
        return seen

    for first, second in zip(rollout(), rollout(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_batches_must_be_of_one_size(make_tiny):
    with pytest.raises(ValueError, match="one size"):
        SavingsVecEnv(FleetVecEnv(make_tiny(1, "SameStep")), FleetVecEnv(make_tiny(2, "SameStep")))
