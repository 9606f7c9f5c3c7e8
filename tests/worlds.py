"""Worlds, policies and rollouts that the tests of the kernel and of the environments share."""

import copy
import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from wattshift.kernel.terms import SUMS
from wattshift.scenario import Scenario, load_scenario
from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.world import World

STEP_S = 300.0
EPISODE_DAYS = 0.25
SIZES = {"scenario": "tiny", "step_s": STEP_S, "episode_days": EPISODE_DAYS}

POLICIES = ("autopilot", "uniform", "corners", "sticky")
"""Kinds of behaviour, one per row of a rollout: zeros; uniform; -1 or 1; extremes held for hours."""

HOLD_STEPS = 24


@functools.cache
def scenario_of(name: str) -> Scenario:
    """A built-in scenario, or `faulty-...`: the same with sites and links that fail every few hours."""
    if not name.startswith("faulty-"):
        return load_scenario(name)
    document = load_scenario(name.removeprefix("faulty-")).model_dump(mode="json", exclude_none=True)
    for site in document["sites"]:
        site["faults"] = {"mtbf_h": 5.0, "mttr_h": 1.0}
    for link in document["links"]:
        link["faults"] = {"mtbf_h": 5.0, "mttr_h": 1.0}
    return load_scenario(document)


@functools.cache
def traces_of(name: str, step_s: float = STEP_S) -> Traces:
    """The default synthetic year of a scenario."""
    return build_traces(scenario_of(name).demand(), TraceSpec(), step_s)


def make_arguments(**changes: Any) -> dict[str, Any]:
    """Arguments of a small world: tiny, six hours; traces are built once."""
    arguments = SIZES | changes
    name = arguments["scenario"]
    return {"traces": traces_of(name, arguments["step_s"]), **arguments, "scenario": scenario_of(name)}


def make_world(n_envs: int = 1, **changes: Any) -> World:
    """A small world."""
    return World(n_envs, **make_arguments(**changes))


def begin(world: World, seeds: Any, start: int = -1) -> np.ndarray:
    """Begin an episode in every environment; seeds is one number or one each."""
    seeds = np.array(np.broadcast_to(np.asarray(seeds, np.uint64), world.n_envs))
    return world.begin(np.ones(world.n_envs, np.bool_), seeds, np.full(world.n_envs, start))


def step(world: World, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One decision everywhere; a single action or number goes to all."""
    shape = (world.n_envs, len(world.layout.action_names))
    actions = np.array(np.broadcast_to(np.asarray(actions, np.float32), shape))
    return world.step(actions, np.zeros(world.n_envs, np.bool_))


def zeros(world: World) -> np.ndarray:
    """The autopilot's action, to be changed."""
    return np.zeros(len(world.layout.action_names), np.float32)


def slot_action(world: World, **values: float) -> np.ndarray:
    """Zero but for whole slots (`admission=-1`)."""
    action = zeros(world)
    for slot, value in values.items():
        action[world.layout.actions[slot]] = value
    return action


def entry_action(world: World, **values: float) -> np.ndarray:
    """Zero but for single entries, written `routing__dallas=1`."""
    action = zeros(world)
    for name, value in values.items():
        action[world.layout.action_names.index(name.replace("__", "/").replace("_", "-"))] = value
    return action


def policy_actions(world: World, seed: int) -> Iterator[np.ndarray]:
    """Endless actions [E, A], row e behaving as `POLICIES[e]`."""
    rng = np.random.default_rng(seed)
    size = len(world.layout.action_names)
    held = np.zeros(size)
    for nth in range(10**9):
        if nth % HOLD_STEPS == 0:
            held = rng.choice([-1.0, 0.0, 1.0], size)
        rows = [np.zeros(size), rng.uniform(-1, 1, size), rng.choice([-1.0, 1.0], size), held]
        yield np.array(rows, np.float32)


class Moment(NamedTuple):
    """One step of a rollout: what stood before, and what came of it."""

    before: Any  # State, a copy
    sums_before: np.ndarray
    row: np.ndarray  # [E] row of the traces that the step lived through
    observation: np.ndarray
    reward: np.ndarray
    truncated: np.ndarray


def rollout(world: World, seed: int, steps: int | None = None) -> Iterator[Moment]:
    """Run all `POLICIES` side by side on the same episode; the world holds the state after each step."""
    begin(world, seed)
    for _, actions in zip(range(steps or world.steps_per_episode), policy_actions(world, seed), strict=False):
        before, row = copy.deepcopy(world.state), world.row
        sums_before = world.ledger.totals["sums"].copy()
        yield Moment(before, sums_before, row, *step(world, actions))


def snapshot(world: World, env: int = 0) -> dict[str, np.ndarray]:
    """Everything one environment holds, name -> bytes-comparable array; unused job slots left out."""
    tables = {}
    for group, members in (("state", world.state), ("control", world.control), ("ledger", world.ledger)):
        for name, array in members._asdict().items():
            row = array[env]
            if name == "jobs" and group == "state":
                row = row[: world.state.episode["n_jobs"][env]]
            if row.dtype.names is None:
                tables[f"{group}.{name}"] = row.copy()
            else:
                tables |= {f"{group}.{name}.{field}": row[field].copy() for field in row.dtype.names}
    return tables


def assert_same_bits(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Two snapshots are equal, NaN for NaN."""
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def sum_of(sums: np.ndarray, name: str) -> np.ndarray:
    """[E] of the running sums [E, sums], by name."""
    return sums[..., SUMS.index(name)]
