"""The candidate paths between sites, and the pairs of sites whose traffic may take them."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .errors import ScenarioError
from .network_tables import link_latency_ms
from .schema import Scenario
from .tables import PAIR, Floats, Ints, Params, table

if TYPE_CHECKING:
    from networkx import Graph

MOST_PATHS = 3
"""Candidate paths of a pair, at most."""

MOST_STRETCH, MOST_DETOUR_MS = 2.5, 20.0
"""A candidate is at most this much longer than the shortest path: times its latency, plus this, one way."""


class Paths(NamedTuple):
    """Candidate paths of every pair of sites, nearest first."""

    links: Ints  # [S, S, P, H] padded with -1; from j to i the same links as from i to j, in reverse
    latency_ms: Floats  # [S, S, P] one way; inf where padded


def find_paths(scenario: Scenario) -> Paths:
    """The loop-free paths of least latency between every two sites (Yen's algorithm).

    Raises:
        ScenarioError: some sites cannot reach each other.
    """
    import networkx

    by_name = {site.name: site for site in scenario.sites}
    graph = networkx.Graph()
    graph.add_nodes_from(by_name)
    for index, link in enumerate(scenario.links):
        graph.add_edge(*link.ends, ms=link_latency_ms(link, by_name), index=index)
    islands = [sorted(island) for island in networkx.connected_components(graph)]
    if len(islands) > 1:
        apart = " | ".join(", ".join(island) for island in sorted(islands))
        raise ScenarioError(scenario.name, [f"links: all sites must reach each other, now apart: {apart}"])

    names = list(by_name)
    found = {
        (i, j): _candidates(graph, names[i], names[j]) for j in range(len(names)) for i in range(j)
    }  # of i < j: [(latency, links)]
    most = max((len(paths) for paths in found.values()), default=1)
    most_hops = max((len(used) for paths in found.values() for _, used in paths), default=1)
    links = np.full((len(names), len(names), most, most_hops), -1, dtype=np.int64)
    latency_ms = np.full((len(names), len(names), most), math.inf)
    latency_ms[range(len(names)), range(len(names)), 0] = 0.0
    for (i, j), paths in found.items():
        for nth, (path_ms, used) in enumerate(paths):
            latency_ms[i, j, nth] = latency_ms[j, i, nth] = path_ms
            links[i, j, nth, : len(used)] = used
            links[j, i, nth, : len(used)] = used[::-1]
    return Paths(links, latency_ms)


def _candidates(graph: "Graph", origin: str, target: str) -> list[tuple[float, list[int]]]:
    """Latency and links of the candidate paths between two sites; equals in the order of hops, then of links."""
    import networkx

    found: list[tuple[float, list[int]]] = []
    for route in networkx.shortest_simple_paths(graph, origin, target, weight="ms"):
        edges = [graph.edges[edge] for edge in pairwise(route)]
        path_ms = sum(edge["ms"] for edge in edges)
        if found and path_ms > MOST_STRETCH * found[0][0] + MOST_DETOUR_MS:
            break
        found.append((path_ms, [edge["index"] for edge in edges]))
        if len(found) == MOST_PATHS:
            break
    return sorted(found, key=lambda path: (path[0], len(path[1]), path[1]))


def path_capacities_gbps(path_links: Ints, link_gbps: Floats) -> Floats:
    """Capacity [S, S, P] of the tightest link of each path; inf where there is none.

    Args:
        path_links: [S, S, P, H] padded with -1.
        link_gbps: [L].
    """
    padded = np.append(link_gbps, math.inf)  # which -1 picks
    return padded[path_links].min(axis=-1, initial=math.inf)


def pair_table(params: Params) -> np.ndarray:
    """`PAIR` records [Q]: the unordered pairs of sites between which requests or the data of jobs may travel.

    `params` may lack the pairs themselves.
    """
    pairs = set()
    for flow, row in zip(params.flows, params.candidates, strict=True):
        pairs |= {(flow["origin"], site) for site in row["site"][row["module"] >= 0]}
    for stream, speeds in zip(params.streams, params.stream_speed, strict=True):
        hosts = set(params.modules["site"][speeds > 0.0])
        pairs |= {(place, host) for place in hosts | {stream["origin"]} for host in hosts}
    ordered = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    return table(
        PAIR,
        len(ordered),
        first=[first for first, _ in ordered],
        second=[second for _, second in ordered],
        paths=[np.isfinite(params.path_ms[pair]).sum() for pair in ordered],
    )
