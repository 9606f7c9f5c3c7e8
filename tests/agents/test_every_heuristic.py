"""What holds for every heuristic: it repeats itself, a batch is its singles, a task is a part of the fleet."""

import numpy as np
import pytest

from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.view import look

SEEDS, ROWS = [3, 8], np.array([20_000, 60_000])
RULES = [name for name in HEURISTICS if name != "random"]
"""Noise is drawn for the batch as a whole."""

TASKS = (("routing",), ("placement", "admission"), ("cooling", "flow"), ("storage", "caps"), ("sleep", "links"))


@pytest.fixture(scope="module")
def fleets():
    """Environments by name, made once for the tests of this file."""
    return {}


@pytest.fixture
def fleet(fleets, make_tiny):
    def make(num_envs, drives=None):
        if (num_envs, drives) not in fleets:
            task = {"summary": "x", "drives": drives, "sees": ["clock"], "pays": {"electricity_usd": 1}}
            fleets[num_envs, drives] = make_tiny(num_envs, **({} if drives is None else {"task": task}))
        return fleets[num_envs, drives]

    return make


def played(env, name, seeds, rows, decisions=8):
    """Actions of a policy, [decisions, n, A]."""
    (policy,) = make_heuristics([name])
    observation, _ = env.reset(seed=list(seeds), options={"start_row": np.array(rows)})
    policy.reset(env.world)
    actions = []
    for _ in range(decisions):
        actions.append(policy.act(observation, look(env.world)))
        observation, *_ = env.step(actions[-1])
    return np.array(actions)


@pytest.mark.parametrize("name", RULES)
def test_it_repeats_itself_and_a_batch_is_its_single_environments(name, fleet):
    together = played(fleet(2), name, SEEDS, ROWS)
    assert np.abs(together).max() <= 1.0
    np.testing.assert_array_equal(played(fleet(2), name, SEEDS, ROWS), together)
    for env in range(2):
        alone = played(fleet(1), name, SEEDS[env : env + 1], ROWS[env : env + 1])
        np.testing.assert_array_equal(alone[:, 0], together[:, env])


@pytest.mark.parametrize("drives", TASKS, ids="+".join)
def test_it_drives_the_slots_of_a_task_as_it_would_those_of_the_fleet(drives, fleet):
    """But for `mpc`, which plans with what it drives, and `stack`, which takes what was found for the task."""
    whole, part = fleet(2), fleet(2, drives)
    for name in set(RULES) - {"mpc", "stack"}:
        of_fleet = played(whole, name, SEEDS, ROWS, decisions=1)[0]
        of_task = played(part, name, SEEDS, ROWS, decisions=1)[0]
        for slot in drives:
            np.testing.assert_array_equal(
                of_task[:, part.world.layout.actions[slot]], of_fleet[:, whole.world.layout.actions[slot]], err_msg=name
            )


SUBJECTS = {
    "round-robin": {"routing", "placement"},
    "least-loaded": {"routing", "placement"},
    "latency-weighted": {"routing"},
    "lowest-dollar": {"routing", "placement"},
    "consolidate-and-sleep": {"sleep"},
    "load-following-clocks": {"caps"},
    "ashrae-fixed": {"cooling"},
    "outdoor-reset": {"cooling"},
    "best-static": {"cooling", "flow"},
    "optimal-set-point": {"cooling", "flow"},
    "peak-shaving": {"storage"},
    "self-consumption": {"storage"},
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_it_moves_its_subject_and_nothing_else(name, fleet):
    env = fleet(2)
    actions = played(env, name, SEEDS, ROWS)
    moved = {slot for slot, place in env.world.layout.actions.items() if actions[:, :, place].any()}
    assert moved <= SUBJECTS[name]
    assert moved or name == "lowest-dollar"  # which finds nothing to move between these two sites


@pytest.mark.parametrize("name", RULES)
def test_it_says_where_it_comes_from_and_what_it_looks_at(name):
    kind = HEURISTICS[name]
    assert kind.name == name
    assert kind.source
    assert kind.looks_at


ONE_SITE = {
    "extends": "tiny",
    "sites": {"dallas": None},
    "links": [],
    "requests": {"vision": None, "conversation": {"rate_per_s": {"dallas": None}}},
    "jobs": {"preprocessing": {"rate_per_h": {"dallas": None}}},
}


def test_a_site_without_a_network_is_a_fleet_too(make_tiny):
    env = make_tiny(2, scenario=ONE_SITE, traces={"source": "synthetic", "seed": 1})
    for name in HEURISTICS:
        assert np.abs(played(env, name, SEEDS, ROWS, decisions=2)).max() <= 1.0, name
