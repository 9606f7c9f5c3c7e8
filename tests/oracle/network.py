"""11 Network: electricity and carbon of links, routers and access networks, and the transit of data."""

from oracle.carbon import charged_kg_per_kwh
from oracle.exogenous import Now
from oracle.fleet import Fleet, Link, Site


def pay_for_network(fleet: Fleet, now: Now) -> None:
    """Nothing of it is behind a site's meter."""
    for link in fleet.links:
        pay_for_link(fleet, link, now)
    if fleet.rules.site_networks == 1:
        for site in fleet.sites:
            pay_for_site_network(fleet, site, now)


def pay_for_link(fleet: Fleet, link: Link, now: Now) -> None:
    """Half of the electricity in the zone of each end, at the spot price; transit for every gigabyte."""
    fixed, moved = link.fixed, link.moved
    asleep = link.state.asleep == 1
    moved.power_kw = (fixed.sleep_kw if asleep else fixed.idle_kw) + fixed.kw_per_gbps * moved.gbps
    ends = [now.zones[zone] for zone in fixed.zones]
    price_usd_per_kwh = sum(end.price_usd_per_kwh for end in ends) / 2.0
    carbon_kg_per_kwh = sum(end.carbon_kg_per_kwh for end in ends) / 2.0
    kwh = moved.power_kw * fleet.step_h
    moved.carbon_kg = kwh * carbon_kg_per_kwh
    charged_kg = kwh * sum(charged_kg_per_kwh(fleet, end) for end in ends) / 2.0
    moved.energy_usd = pay(fleet, kwh, price_usd_per_kwh, moved.carbon_kg, charged_kg)

    carried_gb = moved.gbps / 8.0 * fleet.rules.step_s
    fleet.charge("transfer_usd", carried_gb * fixed.usd_per_gb)
    fleet.count("transfer_gb", carried_gb)
    fleet.count("asleep_link_h", fleet.step_h if asleep else 0.0)
    fleet.totals.link_utilisation_max = max(fleet.totals.link_utilisation_max, moved.gbps / fixed.capacity_gbps)


def pay_for_site_network(fleet: Fleet, site: Site, now: Now) -> None:
    """The router by the load of the links that end here, access by what arrives from the users; at the site's price."""
    fixed, moved, grid = site.fixed, site.moved, now.zones[site.fixed.zone]
    moved.router_kw = fixed.router_idle_kw + fixed.router_kw_per_gbps * sum(
        link.moved.gbps for link in fleet.links if site.nth in link.fixed.ends
    )
    moved.access_kw = sum(
        flow.fixed.access_kwh_per_request * flow.moved.per_s * 3600.0 for flow in fleet.flows if flow.origin is site
    )
    kwh = (moved.router_kw + moved.access_kw) * fleet.step_h
    moved.network_carbon_kg = kwh * grid.carbon_kg_per_kwh
    price_usd_per_kwh = grid.price_usd_per_kwh + fixed.price_adder_usd_per_kwh
    charged_kg = kwh * charged_kg_per_kwh(fleet, grid)
    moved.network_usd = pay(fleet, kwh, price_usd_per_kwh, moved.network_carbon_kg, charged_kg)


def pay(fleet: Fleet, kwh: float, price_usd_per_kwh: float, carbon_kg: float, charged_kg: float) -> float:
    """Book electricity and carbon of the network; returns what they cost together."""
    electricity_usd, carbon_usd = kwh * price_usd_per_kwh, charged_kg * fleet.totals.carbon_usd_per_kg
    fleet.charge("electricity_usd", electricity_usd)
    fleet.charge("carbon_usd", carbon_usd)
    fleet.count("network_kwh", kwh)
    fleet.count("carbon_kg", carbon_kg)
    fleet.totals.network_carbon_kg += carbon_kg
    return electricity_usd + carbon_usd
