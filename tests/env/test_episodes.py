"""Episodes: where they begin, when they end, what a reset accepts, and that all of it can be repeated."""

import copy
import pickle

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from worlds import make_arguments

from wattshift.env import WattshiftEnv
from wattshift.vector import WattshiftVectorEnv

STEPS_PER_EPISODE = 12
ARGUMENTS = make_arguments(episode_days=STEPS_PER_EPISODE / 288.0)


@pytest.fixture
def env():
    return WattshiftEnv(**ARGUMENTS)


def make_vector(mode="Disabled", num_envs=3):
    return WattshiftVectorEnv(num_envs, autoreset_mode=mode, **ARGUMENTS)


def play(env, steps, seed=0):
    """Results of random actions."""
    actions = np.random.default_rng(seed).uniform(-1, 1, (steps, *env.action_space.shape)).astype(np.float32)
    return [env.step(action) for action in actions]


def assert_same_results(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        for left, right in zip(mine[:4], other[:4], strict=True):
            np.testing.assert_array_equal(left, right)
        assert mine[4].keys() == other[4].keys()


def test_truncated_exactly_at_the_horizon_never_terminated(env):
    env.reset(seed=0)
    results = play(env, STEPS_PER_EPISODE)
    assert [truncated for *_, truncated, _ in results] == [False] * (STEPS_PER_EPISODE - 1) + [True]
    assert not any(terminated for _, _, terminated, _, _ in results)
    assert ["kpi" in info for *_, info in results] == [False] * (STEPS_PER_EPISODE - 1) + [True]


def test_settlement_is_charged_once_at_the_end(env):
    env.reset(seed=0)
    settled_usd = [info["terms"]["settlement_usd"] for *_, info in play(env, STEPS_PER_EPISODE)]
    assert settled_usd[:-1] == [0.0] * (STEPS_PER_EPISODE - 1)
    assert settled_usd[-1] > 0.0


def test_rewards_and_terms_add_up_to_the_kpis(env):
    env.reset(seed=3)
    results = play(env, STEPS_PER_EPISODE)
    kpi = results[-1][4]["kpi"]
    assert -sum(reward for _, reward, *_ in results) * env.reward_scale_usd == pytest.approx(kpi["cost_usd"])
    for name in results[0][4]["terms"]:
        assert sum(info["terms"][name] for *_, info in results) == pytest.approx(kpi[name]), name


def test_stepping_needs_a_reset_before_and_after(env):
    with pytest.raises(ResetNeeded, match="reset"):
        env.step(env.action_space.sample())
    env.reset(seed=0)
    play(env, STEPS_PER_EPISODE)
    with pytest.raises(ResetNeeded, match="ended"):
        env.step(env.action_space.sample())
    env.reset()
    play(env, 1)


def test_a_batch_without_autoreset_needs_its_ended_rows_reset():
    envs = make_vector()
    with pytest.raises(ResetNeeded, match="environment 0 has not begun"):
        envs.step(envs.action_space.sample())
    envs.reset(seed=0)
    play(envs, 4)
    envs.reset(options={"reset_mask": np.array([True, False, True])})
    *_, truncated, _ = play(envs, STEPS_PER_EPISODE - 4)[-1]
    assert truncated.tolist() == [False, True, False]
    with pytest.raises(ResetNeeded, match="environment 1 has ended"):
        envs.step(envs.action_space.sample())
    envs.reset(options={"reset_mask": truncated})
    play(envs, 1)


def test_a_partly_begun_batch_names_the_row_that_has_not():
    envs = make_vector()
    envs.reset(options={"reset_mask": np.array([True, True, False])})
    with pytest.raises(ResetNeeded, match="environment 2 has not begun"):
        envs.step(envs.action_space.sample())


def test_the_same_seed_begins_the_same_sequence_of_episodes(env):
    def two_episodes():
        first, _ = env.reset(seed=5)
        results = play(env, STEPS_PER_EPISODE)
        second, _ = env.reset()
        return [first, second], results + play(env, STEPS_PER_EPISODE)

    (ours, our_results), (theirs, their_results) = two_episodes(), two_episodes()
    np.testing.assert_array_equal(ours, theirs)
    assert_same_results(our_results, their_results)
    assert (ours[0] != ours[1]).any()


def test_different_seeds_differ(env):
    first, second = (env.reset(seed=seed)[0] for seed in (1, 2))
    assert (first != second).any()


def test_seeds_are_used_whole(env):
    """A seed beyond 32 bits is another episode than its lower half."""
    small, large = (env.reset(seed=seed)[0] for seed in (1, 1 + 2**32))
    assert (small != large).any()


def test_episodes_begin_all_over_the_year():
    envs = make_vector(num_envs=400)
    envs.reset(seed=0)
    starts = envs.world.state.episode["start"]
    assert starts.min() >= 0
    assert starts.max() < envs.world.rows.stop
    per_month = np.histogram(starts, bins=12, range=(0, envs.world.rows.stop))[0]
    assert per_month.min() > 12
    assert len(set(starts % 288)) > 150


@pytest.mark.parametrize("make", [lambda: WattshiftEnv(**ARGUMENTS), make_vector])
@pytest.mark.parametrize("again", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_mid_episode_goes_on_as_the_original(make, again):
    env = make()
    env.reset(seed=6)
    play(env, 5)
    other = again(env)
    assert_same_results(play(env, STEPS_PER_EPISODE - 5), play(other, STEPS_PER_EPISODE - 5))
    np.testing.assert_array_equal(env.reset()[0], other.reset()[0])


def test_start_row_fixes_the_window_and_the_seed_the_draws(env):
    observations = []
    for seed in (1, 1, 2):
        observation, _ = env.reset(seed=seed, options={"start_row": 777})
        assert env.world.row.tolist() == [777]
        observations.append(np.concatenate([observation, play(env, 1)[0][0]]))
    np.testing.assert_array_equal(observations[0], observations[1])
    assert (observations[0] != observations[2]).any()


def test_first_and_last_start_row_work(env):
    for row in (0, env.world.rows.stop - 1):
        env.reset(seed=0, options={"start_row": row})
        assert play(env, STEPS_PER_EPISODE)[-1][3]


def test_a_batch_takes_one_start_row_each():
    envs = make_vector()
    envs.reset(seed=0, options={"start_row": np.array([5, 6, 7])})
    assert envs.world.row.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start_row": 10**9}, r"start_row: got 1000000000, must be 0\.\."),
        ({"start_row": -2}, r"start_row: got -2, must be 0\.\."),
        ({"start_row": 3.5}, "start_row: got .*3.5.*, must be a whole number"),
        ({"start_row": "monday"}, "start_row: got .*monday.*, must be a whole number"),
        ({"start_row": [1, 2]}, "start_row: got .*1, 2.*, must be a whole number or 1 of them"),
        ({"start": 5}, "unknown .'start'., allowed are 'start_row' and 'reset_mask'"),
    ],
)
def test_bad_reset_options_are_refused(env, options, message):
    with pytest.raises(ValueError, match=message):
        env.reset(options=options)


@pytest.mark.parametrize(
    "mask", [[True, False, True], np.array([1, 0, 1]), np.array([True, False]), np.zeros(3, np.bool_)]
)
def test_bad_reset_masks_are_refused(mask):
    with pytest.raises(ValueError, match="reset_mask: got"):
        make_vector().reset(options={"reset_mask": mask})


def test_a_wrong_number_of_seeds_is_refused():
    with pytest.raises(ValueError, match=r"seed: got 2 seeds, must be one per environment \(3\)"):
        make_vector().reset(seed=[1, 2])
