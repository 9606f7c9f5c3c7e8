"""Several agents over one fleet: PettingZoo's tests pass, and together they are the single agent."""

import builtins
import sys

import numpy as np
import pytest
from worlds import assert_same_bits, make_arguments, make_world, snapshot

import wattshift
from wattshift.env import WattshiftEnv
from wattshift.tasks import load_task

pytest.importorskip("pettingzoo")


def make(**changes):
    return wattshift.parallel_env(**make_arguments(**({"episode_days": 0.05} | changes)))


def test_pettingzoo_finds_nothing():
    from pettingzoo.test import parallel_api_test, parallel_seed_test

    env = make()
    parallel_api_test(env, num_cycles=60)  # the checks assert by themselves
    parallel_seed_test(make, num_cycles=20)
    assert env.num_agents in (0, len(env.possible_agents))  # all leave together


def test_the_agents_share_out_the_slots_and_see_what_is_theirs():
    env = make()
    assert env.possible_agents == ["scheduling", "routing", "cooling", "storage"]
    own = np.concatenate([env._entries[agent] for agent in env.possible_agents])
    assert sorted(own) == list(range(len(env.env.world.layout.action_names)))
    observations, _ = env.reset(seed=0)
    alone = make_world(task="storage").layout
    assert env.observation_space("storage").shape == (len(alone.features),)
    assert env.action_space("storage").shape == (len(alone.action_names),)
    for agent, observation in observations.items():
        assert env.observation_space(agent).contains(observation)


def test_every_agent_sees_the_carbon_budget():
    env = make(variant={"carbon_budget": {"kg_per_day": 700.0, "usd_per_t": 100.0}})
    place = env.env.world.layout.slices["budget"]
    for agent in env.possible_agents:
        assert set(range(place.start, place.stop)) <= set(env._features[agent])


def test_together_they_are_the_single_agent():
    env = make()
    task = load_task("fleet").model_copy(update={"sees": tuple(env.env.world.layout.slices)})
    single = WattshiftEnv(**make_arguments(episode_days=0.05, task=task))
    rng = np.random.default_rng(0)
    env.reset(seed=5)
    observation, _ = single.reset(seed=5)
    while env.agents:
        np.testing.assert_array_equal(env.state(), observation)
        joint = rng.uniform(-1, 1, single.action_space.shape).astype(np.float32)
        actions = {agent: joint[env._entries[agent]] for agent in env.agents}
        _, rewards, terminations, truncations, infos = env.step(actions)
        observation, reward, _, truncated, info = single.step(joint)
        assert set(rewards.values()) == {reward}
        assert set(truncations.values()) == {truncated}
        assert not any(terminations.values())
        assert all(own == info for own in infos.values())
    assert_same_bits(snapshot(env.env.world), snapshot(single.world))


def test_an_agent_without_a_slot_is_absent():
    assert make(task="cooling").possible_agents == ["cooling"]
    with pytest.raises(ValueError, match="task: the slots dispatch belong to none of the agents"):
        make(task="dispatch")


def test_actions_are_checked_agent_by_agent():
    env = make()
    env.reset(seed=0)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    with pytest.raises(ValueError, match="must be of the agents"):
        env.step({"cooling": actions["cooling"]})
    with pytest.raises(ValueError, match=r"actions\['cooling'\]: got shape \(1,\)"):
        env.step(actions | {"cooling": np.zeros(1)})


def test_without_pettingzoo_it_says_what_to_install(monkeypatch):
    found = builtins.__import__

    def missing(name, *rest, **more):
        if name.startswith("pettingzoo"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "wattshift.parallel", raising=False)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"pip install 'wattshift\[parallel\]'"):
        wattshift.parallel_env()
