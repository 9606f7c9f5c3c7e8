"""Rules by turn and by load: everyone's turn comes, full sites are shunned, dollars are what the router model says."""

import numpy as np
import pytest

from wattshift.world import World
from wattshift_agents.heuristics.balancing import LatencyWeighted, LeastLoaded, RoundRobin
from wattshift_agents.heuristics.dollars import LowestDollar
from wattshift_agents.heuristics.fluid import FluidRouter
from wattshift_agents.view import look

N = 2


@pytest.fixture(scope="module")
def world():
    world = World(N, "hybrid", episode_days=1.0)
    world.begin(np.ones(N, bool), np.arange(N, dtype=np.uint64), np.array([5_000, 60_000]))
    idle = np.zeros((N, len(world.layout.action_names)), np.float32)
    for _ in range(3):
        world.step(idle, np.zeros(N, bool))
    return world


@pytest.fixture
def view(world):
    return look(world)


def entries(policy, world, view, slot):
    action = policy.act(np.zeros((N, 1), np.float32), view)
    return action[:, world.layout.actions[slot]]


def test_every_site_has_its_turn_and_a_new_episode_begins_with_the_first(world, view):
    policy = RoundRobin()
    policy.reset(world)
    n_sites = len(world.params.sites)
    turns = [entries(policy, world, view, "routing").argmax(axis=1) for _ in range(n_sites)]
    np.testing.assert_array_equal(np.array(turns), np.repeat(np.arange(n_sites)[:, None], N, axis=1))
    entries(policy, world, view, "routing")
    policy.reset(world, np.array([True, False]))
    assert list(entries(policy, world, view, "placement").argmax(axis=1)) == [0, 1]


def test_the_emptiest_site_is_liked_best(world, view):
    policy = LeastLoaded()
    policy.reset(world)
    busy = 0.5 * view.awake_chips
    for site in range(len(world.params.sites)):
        asked = np.where(world.params.modules["site"] == site, 0.1, 1.0) * busy
        shown = view._replace(asked_chips=asked, held_chips=np.zeros_like(asked))
        assert (entries(policy, world, shown, "routing").argmax(axis=1) == site).all()


def test_waits_push_full_sites_away_and_empty_ones_not(world, view):
    policy = LatencyWeighted()
    policy.reset(world)
    nothing = np.zeros_like(view.held_chips)
    at_first = world.params.modules["site"] == 0
    before = np.zeros(N)
    for load in (0.5, 0.8, 0.95):
        asked = np.where(at_first, load * view.awake_chips, 0.0)
        pushed = entries(policy, world, view._replace(asked_chips=asked, held_chips=nothing), "routing")
        assert (pushed[:, 0] < before).all()
        assert not pushed[:, 1:].any()
        before = pushed[:, 0]


def test_the_router_model_sends_requests_where_the_world_does(world, view):
    """At zero preferences, where links are ample and nothing is reduced, both leave the same load on modules."""
    router = FluidRouter(world)
    room = np.repeat(np.minimum(router.room_chips(view), 1e9)[:, None], 1, axis=1)
    before = room.copy()
    order = np.argsort(router.latency_ms, axis=1, kind="stable")
    free = np.zeros((N, *router.latency_ms.shape))
    for flow in range(len(router.origin)):
        router._send(
            flow, np.broadcast_to(order[flow], (N, 1, order.shape[1])), room, view.flow_per_s[:, flow], free[:, flow]
        )
    np.testing.assert_allclose((before - room)[:, 0], view.asked_chips, rtol=0.02, atol=0.5)


def test_dropped_requests_cost_their_credit(world, view):
    router = FluidRouter(world)
    nobody = view._replace(awake_chips=np.zeros_like(view.awake_chips))
    cost = router.cost_usd_per_s(np.zeros((N, 1, len(world.params.sites))), nobody, router.request_usd(view))
    np.testing.assert_allclose(cost[:, 0], view.flow_per_s @ router.drop_usd)


def test_lowest_dollar_never_costs_more_than_the_autopilot_by_its_own_model(world, view):
    policy = LowestDollar(least_saving=0.0)
    policy.reset(world)
    # One site's energy is nearly free: what can move there at little transit does.
    energy = np.where(np.arange(len(world.params.sites)) == 2, 0.001, 2.0) * np.ones((N, 1))
    shown = view._replace(energy_usd_per_kwh=energy)
    chosen = entries(policy, world, shown, "routing").astype(float)
    router = FluidRouter(world)
    usd = router.request_usd(shown)
    alternatives = np.stack([np.zeros_like(chosen), chosen], axis=1)
    autopilot, ours = router.cost_usd_per_s(alternatives, shown, usd).T
    assert (ours < autopilot).all()
    assert (entries(policy, world, shown, "placement")[:, 2] > 0.0).all()


@pytest.mark.parametrize("build", [lambda: LatencyWeighted(weight=0.0), lambda: LowestDollar(levels=(2.0,))])
def test_parameters_out_of_range_are_refused(build):
    with pytest.raises(ValueError, match="must be"):
        build()
