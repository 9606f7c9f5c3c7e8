"""Every feature at once: the identities, the books of chips, and what an episode, a batch and a snapshot must keep."""

import copy
import functools
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from everything import everything_world
from hypothesis import given, settings
from hypothesis import strategies as st
from identities import TOLERANCE, Before, residuals
from worlds import POLICIES, assert_same_bits, begin, policy_actions, rollout, snapshot, step, sum_of, zeros

from wattshift.kernel.state import PUSHING
from wattshift.world import World

SEEDS = st.integers(0, 2**63 - 1)
SCRATCH = {"apparent_ms", "needed"}
"""Of the links' ledger: notes of the last choice of paths, which may be steps ago."""


@functools.cache
def world_of(step_s: float) -> World:
    return everything_world(len(POLICIES), step_s=step_s)


def lived(world: World, seed: int, steps: int) -> Iterator[Before]:
    """What stood before each step, all `POLICIES` side by side; the world holds what came of it."""
    begin(world, seed)
    for _, actions in zip(range(steps), policy_actions(world, seed), strict=False):
        before = Before.of(world)
        step(world, actions)
        yield before


@given(st.sampled_from([60.0, 300.0, 3600.0]), SEEDS)
@settings(max_examples=10)
def test_identities_hold_at_every_step(step_s, seed):
    world = world_of(step_s)
    for before in lived(world, seed, 40):
        for name, residual in residuals(world, before).items():
            assert (residual <= TOLERANCE).all(), (name, residual, world.state.episode["step"][0])


@given(st.sampled_from([60.0, 300.0, 3600.0]), SEEDS)
@settings(max_examples=10)
def test_no_chip_is_booked_twice(step_s, seed):
    """Of the chips awake some failed, some wait for power; of the others each holds a model, or a gang, or idles."""
    world = world_of(step_s)
    chips, utilisation = world.params.modules["chips"], world.params.rules["serve_utilisation"][0]
    for _ in lived(world, seed, 40):
        modules, moved = world.state.modules, world.ledger.modules
        assert (modules["awake"] + modules["waking"] <= chips).all()
        assert ((modules["waking"] >= 0) & (modules["failed_chips"] <= chips)).all()
        assert (moved["ready"] <= np.maximum(modules["awake"] - modules["failed_chips"], 0)).all()
        assert (modules["held_chips"] + modules["replicas"] <= moved["ready"]).all()
        assert (moved["serving_chips"] <= utilisation * modules["replicas"] + 1e-9).all()
        assert (moved["working_chips"] + modules["replicas"] <= moved["ready"] + 1e-9).all()
        is_out = modules["up"] == 0
        assert is_out[modules["in_service"] == 0].all()
        for name in ("ready", "it_kw", "loss_kw"):
            assert (moved[name][is_out] == 0.0).all(), name


def test_everything_happens():
    """Two days of the autopilot and of random actions: all that the tests above are for occurs, and more than once."""
    world, seen = world_of(300.0), Counter()
    params = world.params
    site_of, limited = params.modules["site"], params.sites["limited"] == 1
    for moment in rollout(world, 11):
        modules, sites, jobs, moved = world.state.modules, world.state.sites, world.state.jobs, world.ledger
        on_table = np.arange(jobs.shape[1]) < world.state.episode["n_jobs"][:, None]
        held, gang = jobs["held"][on_table], jobs["gang"][on_table]
        is_dark = (modules["up"] == 0) & (modules["in_service"] == 1) & (modules["tripped"] == 0)
        now = {
            "tripped": modules["tripped"] == 1,
            "tripped where power is short": (modules["tripped"] == 1) & limited[site_of],
            "failed chips": modules["failed_chips"] > 0,
            "no cooling": modules["cooling_up"] == 0,
            "asleep": modules["awake"] + modules["waking"] < params.modules["chips"],
            "waking": modules["waking"] > 0,
            "dark": is_dark & (sites["up"] == 1)[:, site_of],
            "held back": moved.modules["ready"] < modules["awake"] - modules["failed_chips"],
            "site out": sites["up"] == 0,
            "feed out": sites["feed_up"] == 0,
            "generator": moved.sites["generator_kw"] > 0.0,
            "bridged": (moved.sites["discharge_kw"] > 0.0) & (sites["feed_up"] == 0),
            "exported": moved.sites["export_kw"] > 0.0,
            "curtailed": moved.sites["curtailed_kw"] > 0.0,
            "matched": moved.sites["matched_kw"] > 0.0,
            "request of the operator": sites["curtailing"] == 1,
            "beyond the request": moved.sites["excess_kw"] > 0.0,
            "water": moved.sites["water_l"] > 0.0,
            "cut off": world.state.paths["nth"] < 0,
            "detour": world.state.paths["nth"] > 0,
            "link asleep": world.state.links["asleep"] == 1,
            "reduced": (moved.routes["per_s"] > 0.0) & (params.candidates["reducer"] >= 0),
            "dropped": moved.requests["dropped"] > 0.0,
            "late": moved.requests["late"] > 0.0,
            "pushing": jobs["status"][on_table] == PUSHING,
            "gang shrunk": (held > 0) & (held < gang),
            "gang grown": held > gang,
            "throttled": moved.modules["throttled"] > 0.0,
        }
        seen.update({name: int(np.sum(values)) for name, values in now.items()})
        assert np.isfinite(moment.observation).all()
    assert min(seen.values()) > 5, seen
    for name in ("jobs_finished", "jobs_late", "jobs_abandoned", "jobs_preempted", "link_wakes", "fuel_l"):
        assert sum_of(world.ledger.totals["sums"], name).sum() > 0.0, name


@pytest.mark.parametrize("parallel", [False, True])
def test_a_batch_is_its_environments_bit_for_bit(parallel):
    batch, seeds = everything_world(len(POLICIES), parallel=parallel), np.arange(len(POLICIES)) + 3
    begin(batch, seeds)
    taken = []
    for _, actions in zip(range(60), policy_actions(batch, 4), strict=False):
        step(batch, actions)
        taken.append(actions)
    for env, seed in enumerate(seeds):
        single = everything_world()
        begin(single, seed)
        for actions in taken:
            step(single, actions[env])
        assert_same_bits(snapshot(batch, env), snapshot(single))


def test_an_episode_does_not_know_of_the_one_before():
    """A reset writes every field: of a world that went through everything it makes what it makes of a new one."""
    used, new = everything_world(len(POLICIES)), everything_world(len(POLICIES))
    for _ in lived(used, 5, 120):
        pass
    for table in (*used.state, *used.control):
        for name in table.dtype.names or ():
            if name != "horizon":
                table[name] = 7
    for nth in range(2):
        for world in (used, new):
            begin(world, 9 + nth)
        for env in range(len(POLICIES)):
            assert_same_bits(snapshot(used, env), snapshot(new, env))
        for world in (used, new):
            for _, actions in zip(range(30), policy_actions(world, 2), strict=False):
                step(world, actions)


def test_a_copy_lives_on_as_the_original():
    world = everything_world(len(POLICIES))
    for _ in lived(world, 8, 100):
        pass
    twin = copy.deepcopy(world)
    for _, actions in zip(range(30), policy_actions(world, 1), strict=False):
        for each in (world, twin):
            step(each, actions)
    for env in range(len(POLICIES)):
        assert_same_bits(snapshot(world, env), snapshot(twin, env))


def test_a_step_leaves_nothing_of_the_one_before_in_the_ledger():
    """Whatever stood in the accounts of the last step, the next one is the same."""
    world = everything_world(len(POLICIES))
    for _ in lived(world, 6, 50):
        pass
    twin = copy.deepcopy(world)
    for table in twin.ledger[1:]:
        if table.dtype.names is None:
            table[:] = 777
        for name in table.dtype.names or ():
            if name not in SCRATCH and not name.startswith("episode_"):
                table[name] = 777
    for name in ("terms_usd", "clipped", "network_carbon_kg", "idle_energy_kwh", "idle_carbon_kg", "idle_cost_usd"):
        twin.ledger.totals[name] = 777
    actions = next(iter(policy_actions(world, 3)))
    for each in (world, twin):
        step(each, actions)
    for env in range(len(POLICIES)):
        assert_same_bits(snapshot(world, env), snapshot(twin, env))


def test_a_tripped_module_cools_down_where_power_is_short():
    """Its plant is part of what a small connection must carry: cooled within the hour, and never beyond the limit."""
    world = everything_world()
    world.params.hazards["mtbf_h"] = 1e12
    begin(world, 1)
    assert world.params.sites["limited"][0] == 1
    module = world.state.modules[0]
    module["loop_c"][0] = world.params.modules["trip_c"][0] + 1.0
    module["tripped"][0] = 1
    temperatures = []
    for _ in range(12):
        step(world, zeros(world))
        temperatures.append(module["loop_c"][0])
        assert (world.ledger.sites["import_kw"] <= world.params.sites["import_limit_kw"] * (1 + 1e-9)).all()
    assert temperatures == sorted(temperatures, reverse=True)
    assert module["tripped"][0] == 0
    assert world.ledger.modules["ready"][0, 0] == world.params.modules["chips"][0]
