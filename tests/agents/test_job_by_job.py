"""Rules for single jobs: what they choose may come about, and follows where data, carbon and cheap hours are."""

import gymnasium
import numpy as np
import pytest

from wattshift.kernel.state import AUTOPILOT, DEFERRED, FIRST_SITE
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.job_by_job import DispatchLowestCarbon, DispatchLowestWindow, DispatchNearest
from wattshift_agents.heuristics.pending import Pending
from wattshift_agents.view import look

N = 2


@pytest.fixture(scope="module")
def env():
    env = gymnasium.make_vec("wattshift/Dispatch-v0", num_envs=N, scenario="tiny", episode_days=1)
    env.reset(seed=0)
    return env


def ready(policy, env):
    policy.reset(env.unwrapped.world)
    return policy


def pending(site, is_open, slack_h=20.0, work_h=8.0):
    """One job on four chips in each environment."""
    column = np.ones((N, 1))
    return Pending(
        is_there=column > 0.0,
        gang=4.0 * column,
        work_h=work_h * column,
        slack_h=slack_h * column,
        job_class=np.zeros((N, 1), np.int64),
        site=np.full((N, 1), site),
        is_open=np.broadcast_to(np.array(is_open), (N, 1, len(is_open))),
    )


@pytest.mark.parametrize(
    "name", ["dispatch-nearest", "dispatch-lowest-carbon", "dispatch-lowest-window", "mpc", "random", "all-high"]
)
def test_only_what_is_open_is_chosen(name, env):
    (policy,) = make_heuristics([name])
    observation, _ = env.reset(seed=1)
    policy.reset(env.unwrapped.world)
    sent = 0
    for _ in range(40):
        action = policy.act(observation, look(env.unwrapped.world))
        masks = env.unwrapped.action_masks()
        sizes = env.unwrapped.single_action_space.nvec
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        assert masks[np.arange(N)[:, None], starts + action.astype(np.int64)].all()
        sent += (action >= FIRST_SITE).sum()
        observation, *_ = env.step(action)
    assert sent > 0


def test_jobs_stay_near_their_data_while_there_is_room(env):
    policy, view = ready(DispatchNearest(), env), look(env.unwrapped.world)
    for site in (0, 1):
        assert (policy.choose(pending(site, [True, True]), view) == FIRST_SITE + site).all()
        assert (policy.choose(pending(site, [site != 0, site != 1]), view) == FIRST_SITE + 1 - site).all()
        assert (policy.choose(pending(site, [False, False]), view) == AUTOPILOT).all()


def test_jobs_go_where_the_grid_is_cleanest(env):
    policy, view = ready(DispatchLowestCarbon(), env), look(env.unwrapped.world)
    shown = view._replace(carbon_kg_per_kwh=np.array([[0.1, 0.5], [0.5, 0.1]]))
    np.testing.assert_array_equal(policy.choose(pending(0, [True, True]), shown)[:, 0], [FIRST_SITE, FIRST_SITE + 1])


def test_jobs_wait_for_cheaper_hours_within_their_slack(env):
    policy, view = ready(DispatchLowestWindow(least_saving=0.1), env), look(env.unwrapped.world)
    now = np.full_like(view.energy_usd_per_kwh, 0.1)
    ahead = np.full_like(view.energy_forecast_usd_per_kwh, 0.1)
    ahead[:, 0, 9:12] = 0.01
    shown = view._replace(energy_usd_per_kwh=now, energy_forecast_usd_per_kwh=ahead)
    flat = shown._replace(energy_forecast_usd_per_kwh=np.full_like(ahead, 0.1))
    assert (policy.choose(pending(0, [True, False]), shown) == DEFERRED).all()
    assert (policy.choose(pending(0, [True, False], slack_h=4.0), shown) == FIRST_SITE).all()
    assert (policy.choose(pending(0, [True, False]), flat) == FIRST_SITE).all()


def with_jobs(env):
    """An observation with jobs that were put off so far, and their masks `[n, N, choices]`."""
    observation, _ = env.reset(seed=1)
    for _ in range(24):
        observation, *_ = env.step(np.full(env.action_space.shape, DEFERRED))
    masks = env.unwrapped.action_masks()[:, :-2].reshape(N, -1, FIRST_SITE + 2)
    assert masks[:, :, FIRST_SITE:].any()
    return observation, masks


def masks_and_action(name, env):
    """Masks of a decision with jobs to decide, and what a policy chooses of each `[n, N]`, and of all others."""
    observation, masks = with_jobs(env)
    action = ready(*make_heuristics([name]), env).act(observation, look(env.unwrapped.world))
    assert env.action_space.contains(action.astype(np.int64))
    return masks, action[:, :-1].astype(np.int64), action[:, -1]


def test_constants_are_the_ends_of_what_may_come_about(env):
    for name, choice, others in (("autopilot", AUTOPILOT, 0), ("middle", AUTOPILOT, 0), ("all-low", DEFERRED, 1)):
        _, chosen, rest = masks_and_action(name, env)
        assert (chosen == choice).all()
        assert (rest == others).all()
    masks, chosen, _ = masks_and_action("all-high", env)
    np.testing.assert_array_equal(chosen, masks.shape[2] - 1 - masks[:, :, ::-1].argmax(axis=2))


def test_noise_is_uniform_over_the_choices_that_may_come_about(env):
    """Each of the open choices of a job equally often: within five standard deviations of 400 draws."""
    observation, masks = with_jobs(env)
    policy, view = ready(*make_heuristics(["random"]), env), look(env.unwrapped.world)
    draws = np.array([policy.act(observation, view) for _ in range(400)]).astype(np.int64)
    n_open = masks.sum(axis=2)
    for choice in range(masks.shape[2]):
        share = (draws[:, :, :-1] == choice).mean(axis=0)
        expected = masks[:, :, choice] / n_open
        assert (np.abs(share - expected) <= 5.0 * np.sqrt(expected * (1.0 - expected) / 400)).all()
    assert abs(draws[:, :, -1].mean() - 0.5) < 0.1


def test_the_stack_decides_job_by_job_too(env):
    _, chosen, others = masks_and_action("stack", env)
    assert (chosen != AUTOPILOT).any()
    assert (others == DEFERRED).all()


@pytest.mark.parametrize("parameters", [{"margin_h": -1.0}, {"least_saving": 1.0}])
def test_parameters_out_of_range_are_refused(parameters):
    with pytest.raises(ValueError, match="must be"):
        DispatchLowestWindow(**parameters)
