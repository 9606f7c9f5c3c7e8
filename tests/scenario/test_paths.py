"""Candidate paths: the shortest simple ones, the same both ways; pairs: those between which something travels."""

import itertools
import math

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift.scenario import Scenario, compile_params, load_scenario
from wattshift.scenario.network_tables import link_table
from wattshift.scenario.path_tables import MOST_DETOUR_MS, MOST_PATHS, MOST_STRETCH, find_paths
from wattshift.scenario.schema import NetworkLink

TINY = load_scenario("tiny")
KINDS = ("backbone", "submarine", "regional", "transit")


@st.composite
def meshes(draw) -> Scenario:
    """Two to seven sites anywhere on Earth, joined by a random tree and some links more."""
    count = draw(st.integers(2, 7))
    places = st.tuples(st.floats(-80, 80), st.floats(-180, 180))
    sites = []
    for nth in range(count):
        latitude, longitude = draw(places)
        sites.append(TINY.sites[1].model_copy(update={"name": f"s{nth}", "latitude": latitude, "longitude": longitude}))
    ends = {(draw(st.integers(0, nth - 1)), nth) for nth in range(1, count)}
    ends |= draw(st.sets(st.sampled_from(list(itertools.combinations(range(count), 2))), max_size=10))
    links = [NetworkLink(ends=(f"s{a}", f"s{b}"), kind=draw(st.sampled_from(KINDS))) for a, b in sorted(ends)]
    return TINY.model_copy(update={"sites": sites, "links": links})


def graph_of(scenario: Scenario) -> networkx.Graph:
    graph = networkx.Graph()
    for index, (link, row) in enumerate(zip(scenario.links, link_table(scenario), strict=True)):
        graph.add_edge(*link.ends, ms=row["latency_ms"], index=index)
    return graph


def lengths_ms(graph: networkx.Graph, origin: str, target: str) -> list[float]:
    """Of all simple paths, by exhaustion, shortest first."""
    routes = networkx.all_simple_edge_paths(graph, origin, target)
    return sorted(sum(graph.edges[edge]["ms"] for edge in route) for route in routes)


@given(meshes())
@settings(max_examples=60, deadline=None)
def test_candidates_are_the_shortest_simple_paths(scenario):
    paths, graph = find_paths(scenario), graph_of(scenario)
    for (i, origin), (j, target) in itertools.permutations(enumerate(scenario.site_names), 2):
        every_ms = lengths_ms(graph, origin, target)
        longest_ms = MOST_STRETCH * every_ms[0] + MOST_DETOUR_MS
        expected_ms = [ms for ms in every_ms if ms <= longest_ms][:MOST_PATHS]
        ours_ms = paths.latency_ms[i, j]
        np.testing.assert_allclose(ours_ms[np.isfinite(ours_ms)], expected_ms, rtol=1e-12)
        assert np.isinf(ours_ms[len(expected_ms) :]).all()


@given(meshes())
@settings(max_examples=60, deadline=None)
def test_paths_lead_from_one_site_to_the_other_without_loops_and_back_the_same_way(scenario):
    paths = find_paths(scenario)
    link_ms = link_table(scenario)["latency_ms"]
    for (i, origin), (j, target) in itertools.product(enumerate(scenario.site_names), repeat=2):
        seen = set()
        for nth in range(paths.links.shape[2]):
            hops = paths.links[i, j, nth]
            used = hops[hops >= 0]
            assert (hops[len(used) :] == -1).all()
            if not math.isfinite(paths.latency_ms[i, j, nth]):
                assert len(used) == 0
                continue
            visited = [origin]
            for link in used:
                ends = scenario.links[link].ends
                visited.append(ends[1] if visited[-1] == ends[0] else ends[0])
                assert set(ends) == set(visited[-2:])
            assert visited[-1] == target
            assert len(set(visited)) == len(visited), "no site twice"
            assert link_ms[used].sum() == pytest.approx(paths.latency_ms[i, j, nth], abs=1e-9)
            np.testing.assert_array_equal(paths.links[j, i, nth][: len(used)], used[::-1])
            assert paths.latency_ms[i, j, nth] == paths.latency_ms[j, i, nth]
            seen.add(tuple(used))
        assert len(seen) == np.isfinite(paths.latency_ms[i, j]).sum(), "candidates differ"


@pytest.mark.parametrize("name", ["tiny", "hybrid", "global", "field"])
def test_the_first_candidate_is_dijkstras(name):
    scenario = load_scenario(name)
    paths = find_paths(scenario)
    least_ms = dict(networkx.all_pairs_dijkstra_path_length(graph_of(scenario), weight="ms"))
    for (i, origin), (j, target) in itertools.product(enumerate(scenario.site_names), repeat=2):
        assert paths.latency_ms[i, j, 0] == pytest.approx(least_ms[origin][target])


@pytest.mark.parametrize("name", ["tiny", "hybrid", "global", "field"])
def test_pairs_are_all_between_which_requests_or_data_may_travel(name):
    params = compile_params(load_scenario(name))
    listed = {(pair["first"], pair["second"]) for pair in params.pairs}
    assert all(first < second for first, second in listed)
    needed = set()
    for flow, row in zip(params.flows, params.candidates, strict=True):
        needed |= {(flow["origin"], params.modules["site"][module]) for module in row["module"] if module >= 0}
    for stream, speeds in zip(params.streams, params.stream_speed, strict=True):
        hosts = params.modules["site"][speeds > 0.0].tolist()
        needed |= {(place, host) for place in [stream["origin"], *hosts] for host in hosts}
    assert {tuple(sorted(pair)) for pair in needed if pair[0] != pair[1]} == listed
    counts = np.isfinite(params.path_ms[params.pairs["first"], params.pairs["second"]]).sum(axis=1)
    np.testing.assert_array_equal(params.pairs["paths"], counts)
    assert (counts >= 1).all()
