"""Paths, sleeping links and the network's energy: truthful detours, nothing stranded, nothing on a sleeping link."""

import copy
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meshes import LINKS, mesh, mesh_world
from numpy.testing import assert_allclose, assert_array_equal
from worlds import POLICIES, assert_same_bits, begin, rollout, slot_action, snapshot, step, sum_of, zeros

from wattshift.kernel.decode import SLEEP_BELOW
from wattshift.kernel.paths import USABLE_LINK_SHARE
from wattshift.world import World

HUB, EAST, SOUTH, WEST = range(4)
LINK = {ends: nth for nth, ends in enumerate(LINKS)}
HOP_MS = 0.01


def links_of(world: World, origin: int, target: int, env: int = 0) -> list[int]:
    """Links of the path in use."""
    nth = world.state.paths["nth"][env, origin, target]
    assert nth >= 0
    hops = world.params.path_links[origin, target, nth]
    return hops[hops >= 0].tolist()


def pairs_of(world: World) -> list[tuple[int, int]]:
    return [(int(pair["first"]), int(pair["second"])) for pair in world.params.pairs]


def expected_paths(world: World, values: np.ndarray, up: np.ndarray) -> dict[tuple[int, int], int]:
    """The choice by exhaustion: fewest links that are wished asleep, then least apparent latency."""
    nearer_ms = world.params.rules["link_range_ms"][0] * values * np.abs(values)
    apparent_ms = np.maximum(world.params.links["latency_ms"] - nearer_ms, HOP_MS)
    wished = values < SLEEP_BELOW
    chosen = {}
    for pair in reversed(pairs_of(world)):
        looks = []
        for nth in range(world.params.path_links.shape[2]):
            hops = world.params.path_links[(*pair, nth)]
            used = hops[hops >= 0]
            if math.isfinite(world.params.path_ms[(*pair, nth)]) and up[used].all():
                looks.append((wished[used].sum(), round(apparent_ms[used].sum(), 6), nth))
        chosen[pair] = min(looks)[-1] if looks else -1
    return chosen


@pytest.fixture(scope="module")
def world() -> World:
    return mesh_world()


@pytest.fixture(scope="module")
def batch() -> World:
    return mesh_world(len(POLICIES))


def test_zero_takes_the_shortest_paths(world):
    begin(world, 1)
    for _ in range(5):
        step(world, 0)
        for pair in pairs_of(world):
            assert world.state.paths["nth"][0][pair] == 0
            assert world.state.paths["round_trip_ms"][0][pair] == 2 * world.params.path_ms[(*pair, 0)]
        assert (world.state.links["asleep"] == 0).all()


@given(st.lists(st.sampled_from([-1.0, -0.8, -0.3, 0.0, 0.2, 0.9]), min_size=5, max_size=5), st.sets(st.integers(0, 4)))
@settings(max_examples=80, deadline=None)
def test_paths_are_those_that_look_shortest_and_the_rest_sleeps(world, values, down):
    begin(world, 1)
    up = np.array([nth not in down for nth in range(len(LINKS))])
    world.state.links["up"][0] = up
    step(world, slot_action(world, links=values))
    values = np.float64(np.float32(values))
    expected = expected_paths(world, values, up)
    used = set()
    for pair, nth in expected.items():
        assert world.state.paths["nth"][0][pair] == world.state.paths["nth"][0][pair[::-1]] == nth
        used |= set(links_of(world, *pair)) if nth >= 0 else set()
    asleep = (values < SLEEP_BELOW) & up & ~np.isin(np.arange(len(LINKS)), list(used))
    assert_array_equal(world.state.links["asleep"][0], asleep)
    assert (world.ledger.links["gbps"][0][asleep | ~up] == 0.0).all()


@given(st.integers(0, 2**63 - 1))
@settings(max_examples=12, deadline=None)
def test_nothing_is_stranded_and_no_link_is_loaded_beyond_its_capacity(batch, seed):
    batch.params.hazards["mtbf_h"], batch.params.hazards["mttr_h"] = 5.0, 1.0
    capacity_gbps = batch.params.links["capacity_gbps"]
    carried = 0.0
    for _ in rollout(batch, seed, 36):
        links, gbps = batch.state.links, batch.ledger.links["gbps"]
        assert (gbps <= USABLE_LINK_SHARE * capacity_gbps * (1 + 1e-9)).all()
        assert (gbps[(links["asleep"] == 1) | (links["up"] == 0)] == 0.0).all()
        for env, pair in itertools.product(range(batch.n_envs), pairs_of(batch)):
            candidates = batch.params.path_links[pair][np.isfinite(batch.params.path_ms[pair])]
            passable = [links["up"][env, hops[hops >= 0]].all() for hops in candidates]
            nth = batch.state.paths["nth"][env][pair]
            assert (nth >= 0) == any(passable), "cut off only where no candidate is in service"
            if nth >= 0:
                used = links_of(batch, *pair, env)
                assert links["up"][env, used].all()
                assert not links["asleep"][env, used].any()
        carried += gbps.sum()
    assert carried > 0.0


def test_a_failed_link_reroutes_at_once_and_the_detour_takes_longer(world):
    begin(world, 1)
    step(world, 0)
    direct = LINK["west", "hub"]
    assert links_of(world, WEST, HUB) == [direct]
    shortest_ms = world.state.paths["round_trip_ms"][0, WEST, HUB]
    flow = world.scenario.flow_names.index("west/inspection")
    served_ms = world.ledger.routes["latency_ms"][0, flow].max()
    load_gbps = world.ledger.links["gbps"][0, direct]
    assert load_gbps > 0.0

    world.state.links["up"][0, direct] = 0
    step(world, 0)
    detour = links_of(world, WEST, HUB)
    assert detour == [LINK["south", "west"], LINK["hub", "south"]]
    longer_ms = world.state.paths["round_trip_ms"][0, WEST, HUB] - shortest_ms
    assert longer_ms == pytest.approx(2 * world.params.links["latency_ms"][detour].sum() - shortest_ms)
    assert longer_ms > 1.0
    assert world.ledger.routes["latency_ms"][0, flow].max() == pytest.approx(served_ms + longer_ms, abs=0.2)
    assert world.ledger.links["gbps"][0, direct] == 0.0
    assert world.ledger.requests["dropped"][0].sum() == 0.0

    world.state.links["up"][0, direct] = 1
    step(world, 0)
    assert links_of(world, WEST, HUB) == [direct]


def test_a_site_that_is_cut_off_drops_its_requests_and_keeps_its_jobs_data(world):
    begin(world, 1)
    world.state.links["up"][0, [LINK["south", "west"], LINK["west", "hub"]]] = 0
    step(world, 0)
    flow = world.scenario.flow_names.index("west/inspection")
    assert world.state.paths["nth"][0, WEST, HUB] == -1
    assert (world.ledger.routes["per_s"][0, flow] == 0.0).all()
    dropped = world.ledger.requests["dropped"][0, world.scenario.request_class_names.index("inspection")]
    assert dropped == pytest.approx(world.ledger.flows["per_s"][0, flow] * 300.0)


def test_a_preference_draws_traffic_to_a_link_and_none_looks_nearer_than_the_least(world):
    begin(world, 1)
    values = np.zeros(len(LINKS))
    values[[LINK["south", "west"], LINK["hub", "south"]]] = 0.5  # 25 ms nearer
    step(world, slot_action(world, links=values))
    assert links_of(world, WEST, HUB) == [LINK["south", "west"], LINK["hub", "south"]]
    assert world.ledger.links["apparent_ms"][0].min() == HOP_MS
    step(world, 0)
    assert links_of(world, WEST, HUB) == [LINK["west", "hub"]]


def test_links_wished_asleep_sleep_down_to_a_tree_and_wake_when_needed(world):
    begin(world, 1)
    idle_kw, sleep_kw = world.params.links["idle_kw"], world.params.links["sleep_kw"]
    assert_allclose(sleep_kw, 0.1 * idle_kw)
    values = np.zeros(len(LINKS))
    values[[LINK["hub", "east"], LINK["south", "west"]]] = -0.6
    step(world, slot_action(world, links=values))
    asleep = world.state.links["asleep"][0]
    assert asleep.sum() == 2
    assert_allclose(world.ledger.links["power_kw"][0, asleep == 1], sleep_kw[asleep == 1])
    sums = world.ledger.totals["sums"]
    assert sum_of(sums, "link_wakes")[0] == 0.0
    assert sum_of(sums, "asleep_link_h")[0] == pytest.approx(2 * 300 / 3600)

    world.state.links["up"][0, LINK["west", "hub"]] = 0
    step(world, slot_action(world, links=values))
    assert_array_equal(np.flatnonzero(world.state.links["asleep"][0]), [LINK["hub", "east"]])
    assert links_of(world, WEST, HUB)[0] == LINK["south", "west"]
    assert sum_of(sums, "link_wakes")[0] == 1.0
    step(world, 0)
    assert (world.state.links["asleep"] == 0).all()
    assert sum_of(sums, "link_wakes")[0] == 2.0


def test_all_wished_asleep_keeps_what_the_pairs_need(world):
    begin(world, 1)
    step(world, slot_action(world, links=-1))
    used = {link for pair in pairs_of(world) for link in links_of(world, *pair)}
    assert_array_equal(world.state.links["asleep"][0] == 0, np.isin(np.arange(len(LINKS)), list(used)))


def test_the_choice_depends_on_the_present_alone():
    """A state restored without its control lives on as the original did."""
    world = mesh_world()
    begin(world, 3)
    rng = np.random.default_rng(5)
    actions = [slot_action(world, links=rng.uniform(-1, 1, len(LINKS))) for _ in range(6)]
    step(world, actions[0])
    kept = copy.deepcopy(world.state)
    for action in actions[1:]:
        step(world, action)
    first = snapshot(world)
    step(world, actions[0])
    for ours, saved in zip(world.state, kept, strict=True):
        ours[:] = saved
    for action in actions[1:]:
        step(world, action)
    second = snapshot(world)
    for name in first:
        if name.startswith(("state.", "ledger.links")):
            assert_array_equal(first[name], second[name], err_msg=name)


def test_a_task_without_the_links_slot_takes_shortest_paths_bit_for_bit():
    task = {"summary": "x", "drives": ["routing"], "sees": ["clock"], "pays": {"electricity_usd": 1}}
    ours, theirs = mesh_world(), mesh_world(task=task)
    for world in (ours, theirs):
        begin(world, 4)
        for _ in range(12):
            step(world, zeros(world))
    assert_same_bits(snapshot(ours), snapshot(theirs))


def test_hops_and_congestion_are_means_over_requests_served(world):
    begin(world, 2)
    hops, congestion, served, carried = 0.0, 0.0, 0.0, 0.0
    for _ in range(6):
        step(world, 0)
        routes, links = world.ledger.routes[0], world.ledger.links[0]
        rho = links["gbps"] / world.params.links["capacity_gbps"]
        wait_ms = 2e3 * 0.008 / world.params.links["capacity_gbps"] * rho / (1 - rho)
        carried += links["gbps"].sum() / 8 * 300
        for flow, nth in zip(*np.nonzero(routes["per_s"]), strict=True):
            count = routes["per_s"][flow, nth] * 300
            used = links_of(world, world.params.flows["origin"][flow], world.params.candidates["site"][flow, nth])
            hops += count * len(used)
            congestion += count * wait_ms[used].sum()
            served += count
    kpis = {name: values[0] for name, values in world.kpis(np.arange(1)).items()}
    assert kpis["mean_hops"] == pytest.approx(hops / served)
    assert kpis["congestion_ms"] == pytest.approx(congestion / served)
    assert kpis["transfer_gb"] == pytest.approx(carried)
    assert 0.0 < kpis["link_utilisation_max"] < USABLE_LINK_SHARE
    assert kpis["mean_hops"] > 0.3


def test_routers_and_access_networks_add_their_energy_at_the_sites_price():
    plain = mesh()
    equipped = mesh()
    for site, router in zip(equipped["sites"], ("core", "edge", "aggregation", "edge"), strict=True):
        site["router"] = router
    equipped["sites"][EAST]["access"] = "private-5g"
    worlds = [mesh_world(document=plain), mesh_world(document=equipped)]
    totals = []
    router_kwh, access_kwh, usd, kg = 0.0, 0.0, 0.0, 0.0
    for world in worlds:
        begin(world, 7, start=500)
    for _ in range(4):
        for world in worlds:
            row = int(world.row[0])
            step(world, 0)
        ledger, params = worlds[1].ledger, worlds[1].params
        incident = np.array([[nth in ends for ends in params.links["ends"].tolist()] for nth in range(4)])
        expected_kw = params.sites["router_idle_kw"] + params.sites["router_kw_per_gbps"] * (
            incident @ ledger.links["gbps"][0]
        )
        assert_allclose(ledger.sites["router_kw"][0], expected_kw)
        of_east = params.flows["origin"] == EAST
        gb_per_s = (ledger.flows["per_s"][0] * params.request_classes["mb"][params.flows["request_class"]])[
            of_east
        ] / 1e3
        assert_allclose(ledger.sites["access_kw"][0, EAST], 0.01 * gb_per_s.sum() * 3600.0)
        assert (np.delete(ledger.sites["access_kw"][0], EAST) == 0.0).all()
        kwh = (ledger.sites["router_kw"][0] + ledger.sites["access_kw"][0]) / 12
        router_kwh += ledger.sites["router_kw"].sum() / 12
        access_kwh += ledger.sites["access_kw"].sum() / 12
        zones = worlds[1].traces.zones[row][params.sites["zone"]]
        usd += (kwh * (zones["price_usd_per_kwh"] + params.sites["price_adder_usd_per_kwh"])).sum()
        kg += (kwh * zones["carbon_kg_per_kwh"]).sum()
    for world in worlds:
        totals.append({name: values[0] for name, values in world.kpis(np.arange(1)).items()})
    more = {name: totals[1][name] - totals[0][name] for name in totals[0]}
    assert router_kwh > 1.0
    assert access_kwh > 0.0
    assert more["network_kwh"] == pytest.approx(router_kwh + access_kwh)
    assert more["energy_kwh"] == pytest.approx(router_kwh + access_kwh)
    assert more["electricity_usd"] == pytest.approx(usd)
    assert more["carbon_kg"] == pytest.approx(kg)
    assert more["carbon_usd"] == pytest.approx(kg * 0.1)
    assert more["import_kwh"] == 0.0
    assert more["latency_p95_ms"] == 0.0


def test_the_access_network_gives_the_round_trip_unless_the_scenario_does():
    document = mesh()
    document["sites"][EAST]["access"] = "5g"
    del document["sites"][EAST]["access_ms"]
    document["sites"][SOUTH]["access"] = "5g"
    params = mesh_world(document=document).params
    access_ms = dict(zip(params.flows["origin"].tolist(), params.flows["access_ms"].tolist(), strict=True))
    assert access_ms[EAST] == 12.0
    assert access_ms[SOUTH] == 3.0
