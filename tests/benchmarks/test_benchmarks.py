"""The benchmark measures what it says: whole rounds, warm-up aside, and an environment that does nothing."""

import gymnasium
import numpy as np

import wattshift  # noqa: F401  (registers the environments)
from wattshift.world import World
from wattshift_agents.sb3.adapter import FleetVecEnv

QUARTER_DAY = 0.25
DECISIONS = 72


def test_the_first_round_is_not_counted():
    from measure import Case, measure

    played = []
    case = Case("counting", 2, "none", lambda: played.append(0) or 10)
    (rate,) = measure([case], rounds=3)
    assert len(played) == 4
    assert len(rate.rounds_steps_per_s) == 3
    assert rate.steps_per_round == 10
    assert min(rate.rounds_steps_per_s) <= rate.steps_per_s <= max(rate.rounds_steps_per_s)


def test_a_round_of_stepping_is_whole_episodes():
    from stepping import EPISODES_OF_SINGLE, stepping_cases

    for case in stepping_cases(World(1, "tiny", episode_days=QUARTER_DAY)):
        episodes = EPISODES_OF_SINGLE if case.name == "make" else case.num_envs
        assert case.play() == episodes * DECISIONS


def test_the_raw_kernel_begins_again_after_the_horizon():
    from stepping import RawKernel

    kernel = RawKernel(World(2, "tiny", episode_days=QUARTER_DAY))
    state = kernel.tables[2]
    seeds = state.episode["seed"].copy()
    zeros = np.zeros((64, 2, kernel.n_actions), np.float32)
    kernel.player(zeros, DECISIONS)()
    assert (state.episode["step"] == 0).all()
    assert (state.episode["seed"] != seeds).all()


def test_the_null_environment_passes_for_the_fleet_and_shares_no_memory():
    from null_env import NullVectorEnv

    model = gymnasium.make_vec("wattshift/Fleet-v0", num_envs=3, scenario="tiny", autoreset_mode="SameStep")
    env = FleetVecEnv(NullVectorEnv(model))
    assert env.observation_space == model.single_observation_space
    first = env.reset()
    first[:] = 100.0
    observation, reward, done, _ = env.step(np.zeros((3, *env.action_space.shape), np.float32))
    assert np.abs(observation).max() <= 1.0
    assert reward.shape == (3,)
    assert not done.any()
