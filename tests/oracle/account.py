"""11 Ledger: everything priced, and added to the sums of the episode."""

from oracle.exogenous import Now
from oracle.fleet import Fleet, Link, Site

HOURS_PER_MONTH = 730.0


def account(fleet: Fleet, now: Now) -> None:
    for site in fleet.sites:
        pay_for_site(fleet, site, now)
    for link in fleet.links:
        pay_for_link(fleet, link, now)
    pay_for_work(fleet)
    count(fleet)


def pay_for_site(fleet: Fleet, site: Site, now: Now) -> None:
    fixed, moved, rules = site.fixed, site.moved, fleet.rules
    grid = now.zones[fixed.zone]
    import_kwh, export_kwh = moved.import_kw * fleet.step_h, moved.export_kw * fleet.step_h
    moved.carbon_kg = import_kwh * grid.carbon_kg_per_kwh
    bill = {
        "electricity_usd": import_kwh * (grid.price_usd_per_kwh + fixed.price_adder_usd_per_kwh)
        - export_kwh * grid.price_usd_per_kwh * fixed.export_price_share,
        "demand_usd": demand_usd(fleet, site),
        "carbon_usd": moved.carbon_kg * rules.carbon_usd_per_kg,
        "water_usd": moved.water_l * rules.water_usd_per_l,
        "wear_usd": moved.discharge_kw * fleet.step_h * fixed.battery_wear_usd_per_kwh,
        "thermal_usd": thermal_usd(fleet, site),
    }
    for term, usd in bill.items():
        fleet.charge(term, usd)
    moved.cost_usd = sum(bill.values())


def demand_usd(fleet: Fleet, site: Site) -> float:
    """Peak so far x time so far, less what was paid of it before."""
    usd_per_kwh = site.fixed.demand_usd_per_kw_month / HOURS_PER_MONTH
    paid_usd = site.state.peak_kw * fleet.now_h * usd_per_kwh
    site.state.peak_kw = max(site.state.peak_kw, site.moved.import_kw)
    return site.state.peak_kw * (fleet.now_h + fleet.step_h) * usd_per_kwh - paid_usd


def thermal_usd(fleet: Fleet, site: Site) -> float:
    """IT energy x K above the inlet limit, of the loops as the step leaves them."""
    too_warm_kwh_k = sum(
        module.moved.it_kw * fleet.step_h * max(module.state.loop_c - module.fixed.inlet_limit_c, 0.0)
        for module in site.modules
    )
    return too_warm_kwh_k * fleet.rules.thermal_usd_per_kwh_k


def pay_for_link(fleet: Fleet, link: Link, now: Now) -> None:
    """Half of the electricity in the zone of each end, at the spot price; transit for every gigabyte."""
    fixed, moved = link.fixed, link.moved
    moved.power_kw = fixed.idle_kw + fixed.kw_per_gbps * moved.gbps
    kwh = moved.power_kw * fleet.step_h
    ends = [now.zones[zone] for zone in fixed.zones]
    carbon_kg = sum(kwh / 2.0 * end.carbon_kg_per_kwh for end in ends)
    fleet.charge("electricity_usd", sum(kwh / 2.0 * end.price_usd_per_kwh for end in ends))
    fleet.charge("carbon_usd", carbon_kg * fleet.rules.carbon_usd_per_kg)
    fleet.charge("transfer_usd", moved.gbps / 8.0 * fleet.rules.step_s * fixed.usd_per_gb)
    fleet.totals.network_carbon_kg += carbon_kg
    fleet.count("network_kwh", kwh)


def pay_for_work(fleet: Fleet) -> None:
    """SLA credits; lateness of jobs was charged where it arose."""
    for kind in fleet.request_classes:
        late_usd = kind.moved.late * kind.fixed.late_usd
        fleet.charge("sla_usd", late_usd + kind.moved.dropped * kind.fixed.drop_usd)


def count(fleet: Fleet) -> None:
    """The sums of the episode."""
    for name in ("it", "cooling", "loss", "import", "export", "curtailed", "solar", "discharge"):
        kw = sum(getattr(site.moved, f"{name}_kw") for site in fleet.sites)
        fleet.count(f"{name}_kwh", kw * fleet.step_h)
    fleet.count("carbon_kg", sum(site.moved.carbon_kg for site in fleet.sites) + fleet.totals.network_carbon_kg)
    fleet.count("water_l", sum(site.moved.water_l for site in fleet.sites))
    for name in ("arrived", "served", "late", "dropped"):
        fleet.count(f"requests_{name}", sum(getattr(kind.moved, name) for kind in fleet.request_classes))
    for name in ("arrived", "finished", "late", "rejected", "abandoned"):
        fleet.count(f"jobs_{name}", sum(getattr(kind.moved, name) for kind in fleet.job_classes))
