"""The network: the table of links."""

import math

import numpy as np

from wattshift import catalog

from .schema import NetworkLink, Scenario
from .sites import Site
from .tables import LINK, table

EARTH_RADIUS_KM = 6371.0


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
        sleep_kw=[kind.sleep_share.value * kind.idle_kw.value for kind in kinds],
        kw_per_gbps=[kind.kw_per_gbps.value for kind in kinds],
        usd_per_gb=[kind.usd_per_gb.value for kind in kinds],
        ends=np.reshape([[scenario.site_names.index(end) for end in link.ends] for link in scenario.links], (-1, 2)),
        zones=np.reshape([[zones.index(by_name[end].zone) for end in link.ends] for link in scenario.links], (-1, 2)),
    )
