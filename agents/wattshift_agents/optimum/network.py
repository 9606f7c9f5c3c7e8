"""The network: what its idle power costs at least, and the least that a GB costs from site to site in every slot."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .case import Case

Floats = NDArray[np.float64]

GB_PER_GBPS_H = 3600.0 / 8.0


class Network(NamedTuple):
    """Axes: N slots, S sites. Infinite where nothing can travel."""

    constant_usd: float
    usd_per_gb: Floats  # [N, S, S] of a request's data
    way_ms: Floats  # [N, S, S] least latency, one way
    moving_usd_per_gb: Floats  # [S, S] of a job's data at any time, over any sites on the way


def price_network(case: Case) -> Network:
    """Links idle or asleep, whichever is cheaper, if the task drives them; else idle. A GB at the slot's least prices.

    A link on which traffic earns money (negative prices) is taken as full at all times, and a GB over it as free.
    """
    rules, links, sites, step_h = case.rules, case.params.links, case.params.sites, case.slots.step_h
    energy_usd = (case.zones["price_usd_per_kwh"] + case.zone_carbon_usd_per_kwh())[:, links["zones"]].mean(axis=2)
    resting_usd = energy_usd * links["idle_kw"]
    if "links" in case.drives:
        resting_usd = np.minimum(resting_usd, energy_usd * links["sleep_kw"])
    constant = resting_usd.sum() * step_h
    gb_usd = links["usd_per_gb"] + energy_usd * links["kw_per_gbps"] / GB_PER_GBPS_H
    if rules.site_networks == 1:
        site_usd = case.price_usd_per_kwh() + case.carbon_usd_per_kwh()
        routers_usd = site_usd * sites["router_kw_per_gbps"]
        gb_usd = gb_usd + routers_usd[:, links["ends"]].sum(axis=2) / GB_PER_GBPS_H
        constant += (site_usd * sites["router_idle_kw"]).sum() * step_h
        flows = case.params.flows
        access_kwh = case.episode.requests_per_s * flows["access_kwh_per_request"] * step_h * 3600.0
        constant += (access_kwh * site_usd[:, flows["origin"]]).sum()
    earning = np.minimum(gb_usd, 0.0) * links["capacity_gbps"] * step_h * GB_PER_GBPS_H
    gb_usd = np.maximum(gb_usd, 0.0)
    if "links" in case.drives:
        usd_per_gb, way_ms = _cheapest_ways(case, case.slots.least(gb_usd)), _shortest_ways(case)
    else:
        usd_per_gb, way_ms = _ways_in_use(case, gb_usd)
    return Network(float(constant + earning.sum()), usd_per_gb, way_ms, closed(usd_per_gb.min(axis=0)))


def closed(usd: Floats) -> Floats:
    """Cheapest ways over any sites between, by Floyd and Warshall; [..., S, S] costs of the direct ones."""
    for via in range(usd.shape[-1]):
        usd = np.minimum(usd, usd[..., :, via, None] + usd[..., None, via, :])
    return usd


def _cheapest_ways(case: Case, link_usd: Floats) -> Floats:
    """[N, S, S] over any links, whatever their latency and whether they are in service."""
    n_sites = len(case.params.sites)
    usd = np.full((len(link_usd), n_sites, n_sites), np.inf)
    usd[:, np.arange(n_sites), np.arange(n_sites)] = 0.0
    for nth, (one, other) in enumerate(case.params.links["ends"]):
        usd[:, one, other] = usd[:, other, one] = np.minimum(usd[:, one, other], link_usd[:, nth])
    return closed(usd)


def _shortest_ways(case: Case) -> Floats:
    n_slots = len(case.slots.first)
    return np.broadcast_to(case.params.path_ms[:, :, 0], (n_slots, *case.params.path_ms.shape[:2]))


def _ways_in_use(case: Case, link_usd: Floats) -> tuple[Floats, Floats]:
    """[N, S, S] least price and least latency, over the steps of a slot, of the paths that the autopilot's links give.

    Which paths are in use then depends on the links in service alone.
    """
    params, paths = case.params, case.episode.paths
    usd, ms = np.full(paths.shape, np.inf), np.full(paths.shape, np.inf)
    for origin, target in np.ndindex(paths.shape[1:]):
        for nth in np.unique(paths[:, origin, target]):
            if nth < 0:
                continue
            used = paths[:, origin, target] == nth
            links = params.path_links[origin, target, nth]
            usd[used, origin, target] = link_usd[np.ix_(used, links[links >= 0])].sum(axis=1)
            ms[used, origin, target] = params.path_ms[origin, target, nth]
    return case.slots.least(usd), case.slots.least(ms)
