"""`FleetVecEnv` is `DummyVecEnv` over single environments, bit for bit."""

import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv, VecMonitor

from wattshift_agents.sb3.adapter import FleetVecEnv

N = 3


@pytest.fixture
def fleet(make_tiny):
    return FleetVecEnv(make_tiny(N, "SameStep"))


def actions_of(steps, size, seed=0):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (steps, N, size)).astype(np.float32)


def test_equals_dummy_vec_env_through_two_episodes(fleet, make_single, decisions):
    dummy = DummyVecEnv([make_single] * N)
    for env in (fleet, dummy):
        env.seed(7)
    np.testing.assert_array_equal(fleet.reset(), dummy.reset())
    for actions in actions_of(2 * decisions + 5, fleet.action_space.shape[0]):
        ours, theirs = fleet.step(actions), dummy.step(actions)
        for mine, other in zip(ours[:3], theirs[:3], strict=True):
            assert mine.dtype == other.dtype
            np.testing.assert_array_equal(mine, other)
        for mine, other, done in zip(ours[3], theirs[3], ours[2], strict=True):
            if not done:
                assert mine == {}
                continue
            np.testing.assert_array_equal(mine["terminal_observation"], other["terminal_observation"])
            assert mine["TimeLimit.truncated"] is other["TimeLimit.truncated"] is True
            assert mine["kpi"] == other["kpi"]
            assert mine["terms"] == other["terms"]
        for name, values in fleet.terms.items():
            np.testing.assert_array_equal(values, [info["terms"][name] for info in theirs[3]])


def test_episode_statistics_are_those_of_vec_monitor(make_tiny, fleet, decisions):
    monitored = VecMonitor(FleetVecEnv(make_tiny(N, "SameStep")))
    for env in (fleet, monitored):
        env.seed(1)
        env.reset()
    for actions in actions_of(decisions, fleet.action_space.shape[0]):
        _, _, _, ours = fleet.step(actions)
        _, _, _, theirs = monitored.step(actions)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["episode"]["l"] == other["episode"]["l"] == decisions
        assert mine["episode"]["r"] == pytest.approx(other["episode"]["r"], rel=1e-5)


def test_start_rows_go_to_their_environments_once(fleet):
    fleet.set_options([{"start_row": 10 * env} for env in range(N)])
    fleet.reset()
    np.testing.assert_array_equal(fleet.get_attr("world")[0].row, [0, 10, 20])
    fleet.seed(3)
    fleet.reset()
    assert not np.array_equal(fleet.get_attr("world")[0].row, [0, 10, 20])


def test_seeds_serve_once(fleet):
    fleet.seed(3)
    first = fleet.reset()
    assert not np.array_equal(first, fleet.reset())
    fleet.seed(3)
    np.testing.assert_array_equal(first, fleet.reset())


def test_what_is_returned_may_be_written_to_and_kept(fleet):
    fleet.seed(0)
    observation = fleet.reset()
    kept = observation.copy()
    zeros = np.zeros((N, fleet.action_space.shape[0]), np.float32)
    after, rewards, dones, _ = fleet.step(zeros)
    np.testing.assert_array_equal(observation, kept)
    for array in (after, rewards, dones):
        array[:] = 0
    fleet.step(zeros)


def test_attributes_belong_to_the_batch(fleet):
    assert fleet.get_attr("num_envs") == [N] * N
    assert fleet.get_attr("num_envs", indices=1) == [N]
    fleet.set_attr("label", "x")
    assert fleet.get_attr("label", indices=[0, 2]) == ["x", "x"]
    with pytest.raises(ValueError, match="whole batch"):
        fleet.set_attr("label", "y", indices=[0])
    assert not fleet.has_attr("labels")
    fleet.set_attr("labels", lambda: np.arange(2 * N).reshape(N, 2))
    assert [list(label) for label in fleet.env_method("labels", indices=[2, 0])] == [[4, 5], [0, 1]]
    assert fleet.env_is_wrapped(object) == [False] * N


def test_other_autoreset_modes_are_refused(make_tiny):
    with pytest.raises(ValueError, match="SAME_STEP"):
        FleetVecEnv(make_tiny(N, "NextStep"))


def test_options_must_agree_on_their_keys(fleet):
    fleet.set_options([{"start_row": 1}, {}, {}])
    with pytest.raises(ValueError, match="start_row"):
        fleet.reset()
