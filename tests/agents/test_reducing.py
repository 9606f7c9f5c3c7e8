"""Reduction at the edge: only where transit and energy saved exceed what the edge's chips draw."""

import numpy as np
import pytest
from meshes import REDUCTION, mesh, mesh_world

from wattshift.world import World
from wattshift_agents.heuristics.reducing import ReduceAtEdge
from wattshift_agents.view import look


def entries(world, **changes):
    """Entries of the preprocess slot after the first step, [S]; and the costs that decided them."""
    world.begin(np.ones(1, np.bool_), np.array([9], np.uint64), np.array([5_000]))
    zero = np.zeros((1, len(world.layout.action_names)), np.float32)
    world.step(zero, np.zeros(1, np.bool_))
    policy = ReduceAtEdge()
    policy.reset(world)
    action = policy.act(np.zeros((1, 1), np.float32), look(world)._replace(**changes))
    place = world.layout.actions["preprocess"]
    assert not np.delete(action, np.arange(place.start, place.stop), axis=1).any()
    return action[0, place]


def origins(world):
    """[S] sites whose users send data that can be reduced at home."""
    is_reduced = (world.params.candidates["reducer"] >= 0).any(axis=1)
    return np.isin(np.arange(len(world.params.sites)), world.params.flows["origin"][is_reduced])


@pytest.fixture(scope="module")
def world() -> World:
    return mesh_world(document=mesh(preprocess=REDUCTION))


def test_it_reduces_where_transit_is_dear_and_nowhere_else(world):
    assert origins(world).any()
    np.testing.assert_array_equal(entries(world), origins(world).astype(float))


def test_it_does_not_where_the_edges_energy_costs_more_than_the_way(world):
    usd_per_kwh = np.full((1, len(world.params.sites)), 1e6)
    assert not entries(world, energy_usd_per_kwh=np.where(origins(world), usd_per_kwh, 0.1)).any()


def test_a_world_without_reducible_data_is_left_alone():
    assert not entries(mesh_world()).any()
