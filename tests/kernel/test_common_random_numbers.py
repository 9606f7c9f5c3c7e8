"""What happens to the world does not depend on what is done in it, nor on batch, threads or history."""

import copy
import pickle

import numpy as np
import pytest
from worlds import assert_same_bits, begin, make_world, policy_actions, slot_action, snapshot, step, zeros

STEPS = 40


def random_actions(world, seed=0):
    rng = np.random.default_rng(seed)
    while True:
        yield rng.uniform(-1.2, 1.2, (world.n_envs, len(world.layout.action_names))).astype(np.float32)


def exogenous(world):
    """Arrivals and faults of the last step, env by env."""
    return {
        "flows": world.ledger.flows["per_s"].copy(),
        "requests": world.ledger.requests["arrived"].copy(),
        "jobs": world.ledger.jobs["arrived"].copy(),
        "sites": world.state.sites["up"].copy(),
        "links": world.state.links["up"].copy(),
        "row": world.row,
    }


@pytest.mark.parametrize("scenario", ["tiny", "faulty-hybrid"])
def test_arrivals_and_faults_do_not_depend_on_the_policy(scenario):
    world = make_world(4, scenario=scenario, step_s=900.0, episode_days=1.0, job_slots=40)
    begin(world, 17)
    for _, actions in zip(range(world.steps_per_episode), policy_actions(world, 3), strict=False):
        step(world, actions)
        for name, values in exogenous(world).items():
            for env in range(1, world.n_envs):
                np.testing.assert_array_equal(values[env], values[0], err_msg=name)
    assert world.ledger.totals["cost_usd"].sum(axis=1).std() > 0.0


def test_different_seeds_live_through_different_days():
    world = make_world(8)
    begin(world, np.arange(8))
    assert len(set(world.state.episode["start"])) == 8
    step(world, zeros(world))
    assert len(set(world.ledger.flows["per_s"][:, 0])) == 8


def test_the_same_row_differs_in_its_draws_between_seeds():
    world = make_world(2)
    begin(world, [1, 2], start=1000)
    step(world, zeros(world))
    assert (world.ledger.flows["per_s"][0] != world.ledger.flows["per_s"][1]).all()


@pytest.mark.parametrize("n_envs", [1, 3, 8])
@pytest.mark.parametrize("parallel", [False, True])
def test_an_environment_knows_nothing_of_its_batch(n_envs, parallel):
    """Last in a batch whose other members do other things, it lives the same bits as alone."""
    alone = make_world(scenario="faulty-tiny")
    batch = make_world(n_envs, scenario="faulty-tiny", parallel=parallel)
    begin(alone, 99)
    begin(batch, [*range(n_envs - 1), 99])
    neighbours = random_actions(batch, n_envs)
    for own, actions in zip(random_actions(alone), neighbours, strict=False):
        actions[-1] = own
        ours, theirs = step(batch, actions), step(alone, own)
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(mine[-1], other[0])
        if alone.state.episode["step"][0] == STEPS:
            break
    assert_same_bits(snapshot(batch, n_envs - 1), snapshot(alone))


@pytest.mark.parametrize("again", [copy.deepcopy, lambda world: pickle.loads(pickle.dumps(world))])
def test_a_copy_goes_on_as_the_original(again):
    world = make_world(2, scenario="faulty-tiny")
    begin(world, [3, 4])
    actions = [next(random_actions(world, nth)) for nth in range(STEPS)]
    for action in actions[: STEPS // 2]:
        step(world, action)
    other = again(world)
    at_copy = snapshot(other, 1)
    for action in actions[STEPS // 2 :]:
        ours = step(world, action)
    assert_same_bits(at_copy, snapshot(other, 1))
    for action in actions[STEPS // 2 :]:
        theirs = step(other, action)
    for mine, its in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert_same_bits(snapshot(world, 1), snapshot(other, 1))


@pytest.mark.parametrize("group", ["state", "control", "ledger"])
def test_a_new_episode_remembers_nothing(group):
    """After another episode in the same arrays, an episode begins as in a fresh world."""
    used, fresh = make_world(), make_world()
    begin(used, 1)
    for _ in range(STEPS):
        step(used, slot_action(used, storage=-1, caps=-1, cooling=1))
    np.testing.assert_array_equal(begin(used, 2), begin(fresh, 2))
    ours, theirs = (
        {name: values for name, values in snapshot(world).items() if name.startswith(group)} for world in (used, fresh)
    )
    assert_same_bits(ours, theirs)


@pytest.mark.parametrize("k", [2, 5])
def test_a_decision_is_its_steps_with_the_same_action(k):
    """Five does not divide the 72 steps of the episode: the last decision is cut short."""
    single, several = make_world(2), make_world(2, decision_every=k)
    for world in (single, several):
        begin(world, [3, 4])
    ended = np.zeros(2, np.bool_)
    for actions in random_actions(several):
        observation, reward, ended = step(several, actions)
        reward_usd = np.zeros(2)
        for _ in range(k):
            one_observation, one_reward, one_ended = step(single, actions)
            reward_usd += one_reward * single.reward_scale_usd
            if one_ended.any():
                break
        np.testing.assert_array_equal(observation, one_observation)
        np.testing.assert_array_equal(ended, one_ended)
        np.testing.assert_allclose(reward * several.reward_scale_usd, reward_usd, rtol=1e-9)
        if ended.any():
            break
    assert ended.all()
    for name in ("sums", "cost_usd"):
        np.testing.assert_allclose(several.ledger.totals[name], single.ledger.totals[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("step_s", [60.0, 900.0])
def test_demand_does_not_depend_on_the_step_length(step_s):
    """The mean rate of requests over an episode is the trace's at any step length."""
    world = make_world(16, step_s=step_s)
    begin(world, np.arange(16), start=int(4000 * 3600 / step_s))
    per_s = []
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
        per_s.append(world.ledger.flows["per_s"].mean(axis=0))
    rows = slice(int(4000 * 3600 / step_s), int(4006 * 3600 / step_s))
    np.testing.assert_allclose(np.mean(per_s, axis=0), world.traces.request_rate_per_s[rows].mean(axis=0), rtol=0.02)
