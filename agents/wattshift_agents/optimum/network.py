"""The network: what its idle power costs at least, and the least that a GB costs from site to site in every slot."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .case import Case

Floats = NDArray[np.float64]

GB_PER_GBPS_H = 3600.0 / 8.0


class Network(NamedTuple):
    """Axes: N slots, S sites."""

    constant_usd: float
    usd_per_gb: Floats  # [N, S, S] over the cheapest way, whatever its latency and whether its links are in service


def price_network(case: Case) -> Network:
    """Links idle or asleep, whichever is cheaper; a GB at the slot's least prices.

    A link on which traffic earns money (negative prices) is taken as full at all times, and a GB over it as free.
    """
    rules, links, sites, step_h = case.rules, case.params.links, case.params.sites, case.slots.step_h
    energy_usd = (case.zones["price_usd_per_kwh"] + case.zone_carbon_usd_per_kwh())[:, links["zones"]].mean(axis=2)
    constant = np.minimum(energy_usd * links["sleep_kw"], energy_usd * links["idle_kw"]).sum() * step_h
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
    return Network(float(constant + earning.sum()), _cheapest_ways(case, case.slots.least(np.maximum(gb_usd, 0.0))))


def _cheapest_ways(case: Case, link_usd: Floats) -> Floats:
    """Floyd and Warshall's shortest ways, of all slots at once; 0 where there is none, for nothing is carried there."""
    n_sites = len(case.params.sites)
    usd = np.full((len(link_usd), n_sites, n_sites), np.inf)
    usd[:, np.arange(n_sites), np.arange(n_sites)] = 0.0
    for nth, (one, other) in enumerate(case.params.links["ends"]):
        usd[:, one, other] = usd[:, other, one] = np.minimum(usd[:, one, other], link_usd[:, nth])
    for via in range(n_sites):
        usd = np.minimum(usd, usd[:, :, via, None] + usd[:, None, via, :])
    return np.where(np.isfinite(usd), usd, 0.0)
