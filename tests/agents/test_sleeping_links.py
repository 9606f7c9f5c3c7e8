"""The heuristic sleeps redundant links while there is room, keeps every pair's path, and wakes under load."""

import itertools

import numpy as np
import pytest

from wattshift.world import World
from wattshift_agents.heuristics.links import SleepingLinks
from wattshift_agents.view import View, look


@pytest.fixture(scope="module")
def world() -> World:
    world = World(2, "hybrid", episode_days=1.0)
    world.begin(np.ones(2, bool), np.arange(2, dtype=np.uint64), np.full(2, 5000))
    return world


def wishes(policy: SleepingLinks, world: World, view: View) -> np.ndarray:
    action = policy.act(np.zeros((2, 1), np.float32), view)
    links = world.layout.actions["links"]
    assert not np.delete(action, np.r_[links], axis=1).any(), "no other slot is touched"
    return action[:, links]


def view_with(world: World, utilisation: float) -> View:
    return look(world)._replace(link_utilisation=np.full((2, len(world.params.links)), utilisation))


def test_redundant_links_sleep_one_by_one_and_every_pair_keeps_a_path(world):
    policy = SleepingLinks()
    policy.reset(world)
    counts = [int((wishes(policy, world, view_with(world, 0.0))[0] < -0.5).sum()) for _ in range(8)]
    assert counts[0] == 1
    assert all(after - before in (0, 1) for before, after in itertools.pairwise(counts))
    assert counts[-1] == counts[-2], "it ends"
    wished = wishes(policy, world, view_with(world, 0.0))[0] < -0.5
    for pair in world.params.pairs:
        candidates = world.params.path_links[pair["first"], pair["second"], : pair["paths"]]
        assert any(not wished[hops[hops >= 0]].any() for hops in candidates)


def test_those_that_save_most_sleep_first(world):
    policy = SleepingLinks()
    policy.reset(world)
    (first,) = np.flatnonzero(wishes(policy, world, view_with(world, 0.0))[0])
    saved_kw = world.params.links["idle_kw"] - world.params.links["sleep_kw"]
    redundant = [link for link in range(len(saved_kw)) if policy._leaves_paths([link])]
    assert saved_kw[first] == saved_kw[redundant].max()


def test_full_links_wake_the_last_and_let_none_sleep(world):
    policy = SleepingLinks(fill=0.5, busy=0.75)
    policy.reset(world)
    assert not wishes(policy, world, view_with(world, 0.6)).any()
    for _ in range(2):
        wishes(policy, world, view_with(world, 0.0))
    sleeping = wishes(policy, world, view_with(world, 0.6)) < 0.0
    fewer = wishes(policy, world, view_with(world, 0.9)) < 0.0
    assert (fewer.sum(axis=1) == sleeping.sum(axis=1) - 1).all()
    assert (fewer <= sleeping).all()


def test_an_environment_that_begins_again_has_all_awake(world):
    policy = SleepingLinks()
    policy.reset(world)
    for _ in range(2):
        wishes(policy, world, view_with(world, 0.0))
    policy.reset(world, np.array([True, False]))
    sleeping = wishes(policy, world, view_with(world, 0.6)) < 0.0
    assert not sleeping[0].any()
    assert sleeping[1].sum() >= 1


def test_links_with_traffic_stay_where_only_idle_ones_may_sleep(world):
    policy = SleepingLinks(idle_below=0.05)
    policy.reset(world)
    assert not wishes(policy, world, view_with(world, 0.1)).any()
    assert wishes(policy, world, view_with(world, 0.01)).any()


def test_thresholds_must_be_in_order():
    with pytest.raises(ValueError, match="fill <= busy"):
        SleepingLinks(fill=0.9, busy=0.5)
