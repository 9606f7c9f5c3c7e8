"""11 Ledger: everything priced, and added to the sums of the episode."""

from oracle.carbon import carbon_price, charged_kg_per_kwh
from oracle.curtailment import heed
from oracle.exogenous import Now
from oracle.fleet import Fleet, Record, Site
from oracle.network import pay_for_network

HOURS_PER_MONTH = 730.0


def account(fleet: Fleet, now: Now) -> None:
    if now.opens_period:
        fleet.episode.period_h = 0.0
        for site in fleet.sites:
            site.state.peak_kw = 0.0
    fleet.totals.carbon_usd_per_kg = carbon_price(fleet)
    for site in fleet.sites:
        pay_for_site(fleet, site, now.zones[site.fixed.zone])
    fleet.episode.period_h += fleet.step_h
    pay_for_network(fleet, now)
    pay_for_work(fleet)
    count(fleet)


def pay_for_site(fleet: Fleet, site: Site, grid: Record) -> None:
    fixed, moved, rules = site.fixed, site.moved, fleet.rules
    sign_contract(site, grid)
    if fixed.curtail_chance > 0.0:
        heed(fleet, site)
    import_kwh, export_kwh = moved.import_kw * fleet.step_h, moved.export_kw * fleet.step_h
    bought_usd = import_kwh * (grid.price_usd_per_kwh + fixed.price_adder_usd_per_kwh)
    sold_usd = export_kwh * grid.price_usd_per_kwh * fixed.export_price_share
    contract_usd = moved.ppa_kw * fleet.step_h * (fixed.ppa_usd_per_kwh - grid.price_usd_per_kwh)
    counted_kwh = import_kwh - moved.matched_kw * fleet.step_h if rules.market_carbon else import_kwh
    fuel_kg = moved.fuel_l * fixed.fuel_kg_per_l
    moved.carbon_kg = counted_kwh * grid.carbon_kg_per_kwh + fuel_kg
    charged_kg = counted_kwh * charged_kg_per_kwh(fleet, grid) + fuel_kg
    bill = {
        "electricity_usd": bought_usd - sold_usd + contract_usd,
        "demand_usd": demand_usd(fleet, site),
        "carbon_usd": charged_kg * fleet.totals.carbon_usd_per_kg,
        "water_usd": moved.water_l * rules.water_usd_per_l,
        "wear_usd": moved.worn_share * fixed.battery_usd_per_worn,
        "thermal_usd": thermal_usd(fleet, site),
        "fuel_usd": moved.fuel_l * fixed.fuel_usd_per_l,
        "curtailment_usd": moved.excess_kw * fleet.step_h * fixed.curtail_usd_per_kwh,
    }
    for term, usd in bill.items():
        fleet.charge(term, usd)
    moved.cost_usd = sum(bill.values())


def sign_contract(site: Site, grid: Record) -> None:
    """What the plant under contract gave, and what of it the import took."""
    share = grid.wind_share if site.fixed.ppa_is_wind else grid.solar_share
    site.moved.ppa_kw = site.fixed.ppa_kw * share
    site.moved.matched_kw = min(site.moved.import_kw, site.moved.ppa_kw)


def demand_usd(fleet: Fleet, site: Site) -> float:
    """The period's peak so far for this step, and for a higher one the hours of the period before as well."""
    state, import_kw = site.state, site.moved.import_kw
    growth_kw = max(import_kw - state.peak_kw, 0.0)
    state.peak_kw += growth_kw
    state.highest_kw = max(state.highest_kw, import_kw)
    owed_kwh = state.peak_kw * fleet.step_h + growth_kw * fleet.episode.period_h
    return owed_kwh * site.fixed.demand_usd_per_kw_month / HOURS_PER_MONTH


def thermal_usd(fleet: Fleet, site: Site) -> float:
    """IT energy x K outside the recommended range."""
    kwh_k = sum(module.moved.it_kw * fleet.step_h * module.moved.beyond_k for module in site.modules)
    return kwh_k * fleet.rules.thermal_usd_per_kwh_k


def pay_for_work(fleet: Fleet) -> None:
    """SLA credits; lateness of jobs was charged where it arose."""
    for kind in fleet.request_classes:
        late_usd = kind.moved.late * kind.fixed.late_usd
        fleet.charge("sla_usd", late_usd + kind.moved.dropped * kind.fixed.drop_usd)


def count(fleet: Fleet) -> None:
    """The sums of the episode that are not counted where they arise."""
    energies = ("it", "cooling", "loss", "import", "export", "curtailed", "solar", "wind", "generator", "discharge")
    for name in (*energies, "ppa", "matched", "excess"):
        kw = sum(getattr(site.moved, f"{name}_kw") for site in fleet.sites)
        fleet.count(f"{name}_kwh", kw * fleet.step_h)
    fleet.count("fuel_l", sum(site.moved.fuel_l for site in fleet.sites))
    fleet.count("carbon_kg", sum(site.moved.carbon_kg for site in fleet.sites))
    fleet.count("water_l", sum(site.moved.water_l for site in fleet.sites))
    for name in ("arrived", "served", "late", "dropped"):
        fleet.count(f"requests_{name}", sum(getattr(kind.moved, name) for kind in fleet.request_classes))
    for name in ("arrived", "finished", "late", "rejected", "abandoned"):
        fleet.count(f"jobs_{name}", sum(getattr(kind.moved, name) for kind in fleet.job_classes))
    fleet.count("site_down_h", sum(not site.is_up for site in fleet.sites) * fleet.step_h)
    fleet.count("module_down_h", sum(not module.is_up for module in fleet.modules) * fleet.step_h)
    fleet.count("failed_chip_h", sum(module.state.failed_chips for module in fleet.modules) * fleet.step_h)
