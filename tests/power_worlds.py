"""Worlds with everything behind the meter, and grid feeds that a test takes away at will."""

import copy
import functools
from typing import Any

import numpy as np
from worlds import STEP_S, begin, policy_actions

from wattshift.scenario import load_scenario
from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.world import World

EVERYTHING: dict[str, dict[str, Any]] = {
    "toronto": {
        "wind_kw": 15.0,
        "generator": {"kind": "diesel", "power_kw": 30.0, "fuel_l": 40.0},
        "ppa": {"source": "wind", "power_kw": 40.0, "price_usd_per_kwh": 0.05},
        "curtailment": {
            "per_year": 365.0,
            "hours": 3.0,
            "share": 0.25,
            "notice_h": 6.0,
            "penalty_usd_per_kwh": 1.0,
            "window": [14, 20],
        },
    },
    "dallas": {
        "import_limit_kw": 2.0,
        "wind_kw": 1.0,
        "ppa": {"source": "solar", "power_kw": 2.0, "price_usd_per_kwh": 0.04},
    },
}
"""What `everything` adds to the sites of `tiny`; the edge site's connection does not carry its chips at peak."""


def with_sites(changes: dict[str, dict[str, Any]], **rest: Any) -> dict[str, Any]:
    """The `tiny` scenario as a mapping, some fields of its sites changed, by name; None removes one."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True) | rest
    for site in document["sites"]:
        site |= changes.get(site["name"], {})
    return document


@functools.cache
def tiny_traces(step_s: float = STEP_S) -> Traces:
    """The default synthetic year of `tiny`; its demand and zones are those of all worlds here."""
    return build_traces(load_scenario("tiny").demand(), TraceSpec(), step_s)


def power_world(document: dict[str, Any], n_envs: int = 1, step_s: float = STEP_S, **changes: Any) -> World:
    """A world of such a scenario."""
    arguments = {"episode_days": 2.0} | changes
    return World(n_envs, load_scenario(document), traces=tiny_traces(step_s), step_s=step_s, **arguments)


def outages(world: World, seed: int, steps: int, start: int = -1, mean_steps: float = 6.0):
    """Roll all `POLICIES` through an episode in which feeds come and go; yields the state before each step."""
    rng = np.random.default_rng(seed)
    begin(world, seed, start)
    feeds = world.state.sites["feed_up"]
    for _, actions in zip(range(steps), policy_actions(world, seed), strict=False):
        flips = rng.random(feeds.shape) < 1.0 / mean_steps
        feeds[:] = np.where(flips, 1 - feeds, feeds)
        before = copy.deepcopy(world.state)
        world.step(actions, np.zeros(world.n_envs, np.bool_))
        yield before
