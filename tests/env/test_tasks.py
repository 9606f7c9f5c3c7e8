"""Every registered task: the checkers find nothing, zero is the autopilot, and a task of one's own is a file."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from worlds import assert_same_bits, begin, make_arguments, make_world, snapshot, step, zeros

import wattshift
from wattshift.kernel.terms import TERMS
from wattshift.tasks import builtin_tasks, load_task
from wattshift.world import World

OWN = """
summary: Only caps
drives: [caps]
sees: [clock, sites]
pays: {electricity_usd: 2}
scenario: tiny
decision_every: 6
episode_days: 1
"""


def make(task, **changes):
    return gymnasium.make(f"wattshift/{task.capitalize()}-v0", **make_arguments(**changes))


def test_every_built_in_task_is_registered():
    assert sorted(wattshift.TASKS) == list(builtin_tasks())


@pytest.mark.parametrize("task", wattshift.TASKS)
def test_the_checkers_find_nothing(task):
    env = make(task)
    check_env(env.unwrapped, skip_render_check=True)
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(env, warn=True, skip_render_check=True)
    env.close()


@pytest.mark.parametrize("task", wattshift.TASKS)
def test_the_id_makes_a_native_batch_at_the_pace_of_the_task(task):
    envs = gymnasium.make_vec(f"wattshift/{task.capitalize()}-v0", num_envs=2, scenario="tiny")
    written = load_task(task)
    assert envs.world.decision_every == written.decision_every
    assert envs.world.steps_per_episode == round(written.episode_days * 288)
    assert set(envs.world.layout.actions) == set(written.drives)
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    observation, *_ = envs.step(envs.action_space.sample())
    assert envs.observation_space.contains(observation)


@pytest.mark.parametrize("task", wattshift.TASKS)
def test_zero_is_the_autopilot_bit_for_bit(task):
    """Every task at zero lives through the same, and is paid the same, as Fleet at zero."""
    ours, fleet = make_world(2, task=task, decision_every=2), make_world(2, decision_every=2)
    for world in (ours, fleet):
        begin(world, [4, 5])
    while True:
        _, reward, truncated = step(ours, zeros(ours))
        _, fleet_reward, _ = step(fleet, zeros(fleet))
        np.testing.assert_array_equal(reward, fleet_reward)
        if truncated.all():
            break
    for env in range(2):
        assert_same_bits(snapshot(ours, env), snapshot(fleet, env))


@pytest.mark.parametrize("task", wattshift.TASKS)
def test_a_task_pays_for_everything(task):
    """All slots share chips, heat, power and links; what is not in the reward would be free to waste."""
    assert load_task(task).pays == dict.fromkeys(TERMS, 1.0)


def test_a_task_of_ones_own_is_a_file(tmp_path):
    file = tmp_path / "caps.yaml"
    file.write_text(OWN)
    env = gymnasium.make("wattshift/Fleet-v0", task=str(file))
    world = env.unwrapped.world
    assert (world.scenario.name, world.decision_every, world.steps_per_episode) == ("tiny", 6, 288)
    env.reset(seed=0)
    _, reward, _, _, info = env.step(zeros(world) - 1.0)
    assert reward == pytest.approx(-2.0 * info["terms"]["electricity_usd"] / world.reward_scale_usd)


def test_what_is_asked_for_goes_before_what_the_task_says():
    world = World(1, scenario="tiny", task="routing", decision_every=7, episode_days=1.0)
    assert (world.decision_every, world.steps_per_episode) == (7, 288)


@pytest.mark.parametrize("wrong", [{"decision_every": 0}, {"episode_days": -1.0}, {"scenario": 3}, {"gamma": 1}])
def test_wrong_defaults_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        load_task({"summary": "wrong", "drives": ["caps"], "sees": ["clock"], **wrong})
