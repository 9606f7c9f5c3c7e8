"""The stack takes from each rule the slots it was chosen for, and nothing else."""

import numpy as np
import pytest

from wattshift.tasks import load_task
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.constant import AllHigh, Levels
from wattshift_agents.heuristics.ranking import CheapestEnergy, LowestCarbon
from wattshift_agents.heuristics.stack import FOUND, Stack, found_for
from wattshift_agents.view import look


@pytest.fixture
def env(make_tiny):
    env = make_tiny(2)
    env.reset(seed=0)
    return env


def act(policy, env):
    policy.reset(env.world)
    return policy.act(np.zeros(env.observation_space.shape, np.float32), look(env.world))


class Counting(Levels):
    """Counts its decisions."""

    decisions = 0

    def decide(self, action, view):
        self.decisions += 1
        super().decide(action, view)


def test_each_slot_follows_its_own_rule(env):
    slots = env.world.layout.actions
    action = act(Stack({"placement": LowestCarbon(), "cooling": AllHigh()}), env)
    np.testing.assert_array_equal(action[:, slots["placement"]], act(LowestCarbon(), env)[:, slots["placement"]])
    assert (action[:, slots["cooling"]] == 1.0).all()
    action[:, slots["placement"]] = action[:, slots["cooling"]] = 0.0
    assert not action.any()


def test_a_rule_of_two_slots_decides_once(env):
    rule = Counting(cooling=0.5, flow=-0.5)
    action = act(Stack({"cooling": rule, "flow": rule}), env)
    assert rule.decisions == 1
    assert (action[:, env.world.layout.actions["flow"]] == -0.5).all()


def test_rules_that_fill_by_adding_to_others_see_zeros(env):
    """A rule never sees what another one wrote: the order of the parts decides nothing."""
    parts: dict[str, Heuristic] = FOUND["fleet"]()
    backwards = dict(reversed(list(FOUND["fleet"]().items())))
    np.testing.assert_array_equal(act(Stack(parts), env), act(Stack(backwards), env))


def test_each_built_in_task_has_its_rules_and_others_take_the_fleets():
    for task, parts in FOUND.items():
        drives = load_task(task).drives
        assert set(parts()) <= set(drives)
        assert found_for(drives) == found_for(drives[::-1]) == task
    assert found_for(["storage", "cooling"]) == "fleet"


def test_it_plays_the_rules_found_for_the_task(make_tiny):
    for task in ("storage", "cooling"):
        env = make_tiny(2, task=task)
        env.reset(seed=0)
        env.step(np.zeros(env.action_space.shape, np.float32))
        np.testing.assert_array_equal(act(Stack(), env), act(Stack(FOUND[task]()), env))
        assert act(Stack(), env).any()


def test_energy_ahead_counts_as_much_as_the_present_one(env):
    view = look(env.world)
    now, ahead = np.array([[1.0, 2.0]] * 2), np.zeros_like(view.energy_forecast_usd_per_kwh)
    ahead[:, 0, :3] = 5.0
    shown = view._replace(energy_usd_per_kwh=now, energy_forecast_usd_per_kwh=ahead)
    for hours, cheapest in ((0, 0), (3, 1)):
        policy = CheapestEnergy(ahead_h=hours)
        policy.reset(env.world)
        action = policy.act(np.zeros(env.observation_space.shape, np.float32), shown)
        assert (action[:, env.world.layout.actions["placement"]].argmax(axis=1) == cheapest).all()
    with pytest.raises(ValueError, match="ahead_h"):
        CheapestEnergy(ahead_h=25)
