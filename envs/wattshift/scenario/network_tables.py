"""The network: the table of links, and the lowest-latency paths over them."""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from wattshift import catalog

from .errors import ScenarioError
from .schema import NetworkLink, Scenario
from .sites import Site
from .tables import LINK, Floats, Ints, table

EARTH_RADIUS_KM = 6371.0


class Paths(NamedTuple):
    """Lowest-latency path of every pair of sites."""

    links: Ints  # [S, S, H] padded with -1
    latency_ms: Floats  # [S, S] one way


def great_circle_km(a: Site, b: Site) -> float:
    """Length of the great circle between two sites, by the haversine formula."""
    latitude_a, latitude_b = math.radians(a.latitude), math.radians(b.latitude)
    half_chord = (
        math.sin((latitude_b - latitude_a) / 2.0) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(math.radians(b.longitude - a.longitude) / 2.0) ** 2
    )
    return 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half_chord, 1.0)))


def link_latency_ms(link: NetworkLink, sites: dict[str, Site]) -> float:
    """One-way latency of a link: fibre over the great circle times the route factor, plus its equipment."""
    kind = catalog.links()[link.kind]
    route_factor = link.route_factor if link.route_factor is not None else kind.route_factor.value
    length_km = route_factor * great_circle_km(sites[link.ends[0]], sites[link.ends[1]])
    return length_km * kind.us_per_km.value / 1e3 + kind.equipment_ms.value


def find_paths(scenario: Scenario) -> Paths:
    """Lowest-latency paths by Dijkstra's algorithm.

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

    routes = dict(networkx.all_pairs_dijkstra_path(graph, weight="ms"))
    most_hops = max(max(len(route) - 1 for route in from_site.values()) for from_site in routes.values())
    n_sites = len(by_name)
    links = np.full((n_sites, n_sites, max(most_hops, 1)), -1, dtype=np.int64)
    latency_ms = np.zeros((n_sites, n_sites))
    for i, origin in enumerate(by_name):
        for j, target in enumerate(by_name):
            route = routes[origin][target]
            edges = [graph.edges[edge] for edge in pairwise(route)]
            links[i, j, : len(edges)] = [edge["index"] for edge in edges]
            latency_ms[i, j] = sum(edge["ms"] for edge in edges)
    return Paths(links, latency_ms)


def link_table(scenario: Scenario) -> np.ndarray:
    """`LINK` records [L]."""
    by_name = {site.name: site for site in scenario.sites}
    zones = scenario.zone_names
    kinds = [catalog.links()[link.kind] for link in scenario.links]
    return table(
        LINK,
        len(kinds),
        capacity_gbps=[
            link.capacity_gbps if link.capacity_gbps is not None else kind.capacity_gbps.value
            for link, kind in zip(scenario.links, kinds, strict=True)
        ],
        latency_ms=[link_latency_ms(link, by_name) for link in scenario.links],
        idle_kw=[kind.idle_kw.value for kind in kinds],
        kw_per_gbps=[kind.kw_per_gbps.value for kind in kinds],
        usd_per_gb=[kind.usd_per_gb.value for kind in kinds],
        zones=np.reshape([[zones.index(by_name[end].zone) for end in link.ends] for link in scenario.links], (-1, 2)),
    )
