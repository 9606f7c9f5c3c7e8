"""Stage 11, the ledger: prices what the step moved, and adds it to the episode's sums."""

from . import terms as t
from .carbon import carbon_price, charged_kg_per_kwh
from .curtailment import watch
from .jit import njit

HOURS_PER_MONTH = 730.0


@njit
def account(params, now, state, ledger):
    """Price the step, by term and by site."""
    open_period(now, state)
    totals = ledger.totals[0]
    totals.carbon_usd_per_kg = carbon_price(params.rules[0], state.episode[0].step, totals.sums[t.CARBON_KG])
    for nth in range(len(params.sites)):
        account_site(params, now, state, ledger, nth)
    state.episode[0].period_h += params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        account_heat(params, ledger, nth)
    account_network(params, now, state, ledger)
    account_work(params, ledger)
    account_outages(params, state, ledger)


@njit
def open_period(now, state):
    """A calendar month (UTC) is a billing period: with a new one the peaks begin anew."""
    if now.opens_period:
        state.episode[0].period_h = 0.0
        for site_now in state.sites:
            site_now.peak_kw = 0.0


@njit
def account_site(params, now, state, ledger, nth):
    """Electricity, demand charge, carbon, water, wear, fuel and curtailment of one site."""
    rules, site, site_now = params.rules[0], params.sites[nth], state.sites[nth]
    moved, totals = ledger.sites[nth], ledger.totals[0]
    grid = now.zones[site.zone]
    step_h = rules.step_s / 3600.0
    import_kwh, export_kwh = moved.import_kw * step_h, moved.export_kw * step_h
    bought_usd = import_kwh * (grid.price_usd_per_kwh + site.price_adder_usd_per_kwh)
    electricity_usd = bought_usd - export_kwh * grid.price_usd_per_kwh * site.export_price_share
    if site.ppa_kw > 0.0:
        electricity_usd += contract_usd(site, grid, moved, totals, step_h)
    demand_usd = demand_charge_usd(site, site_now, moved, state.episode[0].period_h, step_h)
    matched_kwh = moved.matched_kw * step_h if rules.market_carbon == 1 else 0.0
    fuel_kg = moved.fuel_l * site.fuel_kg_per_l
    moved.carbon_kg = (import_kwh - matched_kwh) * grid.carbon_kg_per_kwh + fuel_kg
    charged_kg = (import_kwh - matched_kwh) * charged_kg_per_kwh(rules, grid) + fuel_kg
    carbon_usd = charged_kg * totals.carbon_usd_per_kg
    water_usd = moved.water_l * rules.water_usd_per_l
    wear_usd = moved.worn_share * site.battery_usd_per_worn
    fuel_usd = moved.fuel_l * site.fuel_usd_per_l
    curtailment_usd = 0.0
    if site.curtail_chance > 0.0:
        watch(site, site_now, moved, state.episode[0].step, step_h)
        curtailment_usd = moved.excess_kw * step_h * site.curtail_usd_per_kwh
        totals.sums[t.EXCESS_KWH] += moved.excess_kw * step_h

    moved.cost_usd = electricity_usd + demand_usd + carbon_usd + water_usd + wear_usd + fuel_usd + curtailment_usd
    totals.terms_usd[t.ELECTRICITY] += electricity_usd
    totals.terms_usd[t.DEMAND] += demand_usd
    totals.terms_usd[t.CARBON] += carbon_usd
    totals.terms_usd[t.WATER] += water_usd
    totals.terms_usd[t.WEAR] += wear_usd
    totals.terms_usd[t.FUEL] += fuel_usd
    totals.terms_usd[t.CURTAILMENT] += curtailment_usd
    totals.sums[t.IT_KWH] += moved.it_kw * step_h
    totals.sums[t.COOLING_KWH] += moved.cooling_kw * step_h
    totals.sums[t.LOSS_KWH] += moved.loss_kw * step_h
    totals.sums[t.IMPORT_KWH] += import_kwh
    totals.sums[t.EXPORT_KWH] += export_kwh
    totals.sums[t.CURTAILED_KWH] += moved.curtailed_kw * step_h
    totals.sums[t.SOLAR_KWH] += moved.solar_kw * step_h
    totals.sums[t.WIND_KWH] += moved.wind_kw * step_h
    totals.sums[t.GENERATOR_KWH] += moved.generator_kw * step_h
    totals.sums[t.FUEL_L] += moved.fuel_l
    totals.sums[t.DISCHARGE_KWH] += moved.discharge_kw * step_h
    totals.sums[t.CARBON_KG] += moved.carbon_kg
    totals.sums[t.WATER_L] += moved.water_l


@njit
def demand_charge_usd(site, site_now, moved, period_h, step_h):
    """The step's part of the demand charge; it sums to each billing period's peak for the period's hours.

    The peak so far is paid by the hour, and a higher one pays up for the hours of the period before.
    """
    growth_kw = max(moved.import_kw - site_now.peak_kw, 0.0)
    site_now.peak_kw += growth_kw
    site_now.highest_kw = max(site_now.highest_kw, moved.import_kw)
    peak_kwh = site_now.peak_kw * step_h + growth_kw * period_h
    return peak_kwh * site.demand_usd_per_kw_month / HOURS_PER_MONTH


@njit
def contract_usd(site, grid, moved, totals, step_h):
    """Contract for difference: what the plant under contract gave costs the strike price and earns the spot price."""
    moved.ppa_kw = site.ppa_kw * (grid.wind_share if site.ppa_is_wind == 1 else grid.solar_share)
    moved.matched_kw = min(moved.import_kw, moved.ppa_kw)
    totals.sums[t.PPA_KWH] += moved.ppa_kw * step_h
    totals.sums[t.MATCHED_KWH] += moved.matched_kw * step_h
    return moved.ppa_kw * step_h * (site.ppa_usd_per_kwh - grid.price_usd_per_kwh)


@njit
def account_heat(params, ledger, nth):
    """Thermal violation of one module: IT energy times K outside the recommended range."""
    rules, moved = params.rules[0], ledger.modules[nth]
    if moved.beyond_k > 0.0:
        thermal_usd = moved.it_kw * rules.step_s / 3600.0 * moved.beyond_k * rules.thermal_usd_per_kwh_k
        ledger.sites[params.modules[nth].site].cost_usd += thermal_usd
        ledger.totals[0].terms_usd[t.THERMAL] += thermal_usd


@njit
def account_network(params, now, state, ledger):
    """Electricity and carbon of the links, half in the zone of each end, and the transit price of what they carried."""
    rules, totals = params.rules[0], ledger.totals[0]
    step_h = rules.step_s / 3600.0
    for nth in range(len(params.links)):
        link, moved = params.links[nth], ledger.links[nth]
        asleep = state.links[nth].asleep
        moved.power_kw = (link.sleep_kw if asleep == 1 else link.idle_kw) + link.kw_per_gbps * moved.gbps
        kwh = moved.power_kw * step_h
        price_usd_per_kwh, carbon_kg_per_kwh, charged = 0.0, 0.0, 0.0
        for zone in link.zones:
            price_usd_per_kwh += 0.5 * now.zones[zone].price_usd_per_kwh
            carbon_kg_per_kwh += 0.5 * now.zones[zone].carbon_kg_per_kwh
            charged += 0.5 * charged_kg_per_kwh(rules, now.zones[zone])
        moved.carbon_kg = kwh * carbon_kg_per_kwh
        moved.energy_usd = charge_network(totals, kwh, price_usd_per_kwh, moved.carbon_kg, kwh * charged)
        carried_gb = moved.gbps / 8.0 * rules.step_s
        totals.terms_usd[t.TRANSFER] += carried_gb * link.usd_per_gb
        totals.sums[t.TRANSFER_GB] += carried_gb
        totals.sums[t.ASLEEP_LINK_H] += asleep * step_h
        totals.link_utilisation_max = max(totals.link_utilisation_max, moved.gbps / link.capacity_gbps)
    if rules.site_networks == 1:
        account_site_networks(params, now, ledger)
    totals.sums[t.CARBON_KG] += totals.network_carbon_kg


@njit
def charge_network(totals, kwh, price_usd_per_kwh, carbon_kg, charged_kg):
    """Charge electricity of the network, and its carbon; returns what the two cost."""
    electricity_usd, carbon_usd = kwh * price_usd_per_kwh, charged_kg * totals.carbon_usd_per_kg
    totals.network_carbon_kg += carbon_kg
    totals.terms_usd[t.ELECTRICITY] += electricity_usd
    totals.terms_usd[t.CARBON] += carbon_usd
    totals.sums[t.NETWORK_KWH] += kwh
    return electricity_usd + carbon_usd


@njit
def account_site_networks(params, now, ledger):
    """Electricity and carbon of the sites' routers and of their users' access networks, at the site's price.

    A router's power grows with the load of the links that end at it; access is charged for what arrives, served or not.
    """
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.links)):
        for site in params.links[nth].ends:
            ledger.sites[site].router_kw += params.sites[site].router_kw_per_gbps * ledger.links[nth].gbps
    for nth in range(len(params.flows)):
        flow = params.flows[nth]
        ledger.sites[flow.origin].access_kw += flow.access_kwh_per_request * ledger.flows[nth].per_s * 3600.0
    for nth in range(len(params.sites)):
        site, moved = params.sites[nth], ledger.sites[nth]
        moved.router_kw += site.router_idle_kw
        grid = now.zones[site.zone]
        kwh = (moved.router_kw + moved.access_kw) * step_h
        price_usd_per_kwh = grid.price_usd_per_kwh + site.price_adder_usd_per_kwh
        moved.network_carbon_kg = kwh * grid.carbon_kg_per_kwh
        charged_kg = kwh * charged_kg_per_kwh(params.rules[0], grid)
        totals = ledger.totals[0]
        moved.network_usd = charge_network(totals, kwh, price_usd_per_kwh, moved.network_carbon_kg, charged_kg)


@njit
def account_work(params, ledger):
    """SLA credits, and the counts of requests and jobs."""
    totals = ledger.totals[0]
    for nth in range(len(params.request_classes)):
        request_class, counts = params.request_classes[nth], ledger.requests[nth]
        totals.terms_usd[t.SLA] += counts.late * request_class.late_usd + counts.dropped * request_class.drop_usd
        totals.sums[t.REQUESTS_ARRIVED] += counts.arrived
        totals.sums[t.REQUESTS_SERVED] += counts.served
        totals.sums[t.REQUESTS_LATE] += counts.late
        totals.sums[t.REQUESTS_DROPPED] += counts.dropped
    for job_counts in ledger.jobs:
        totals.sums[t.JOBS_ARRIVED] += job_counts.arrived
        totals.sums[t.JOBS_FINISHED] += job_counts.finished
        totals.sums[t.JOBS_LATE] += job_counts.late
        totals.sums[t.JOBS_REJECTED] += job_counts.rejected
        totals.sums[t.JOBS_ABANDONED] += job_counts.abandoned


@njit
def account_outages(params, state, ledger):
    """Hours out of service, whatever the cause: of sites, of modules (with their site, or alone), of single chips."""
    sums = ledger.totals[0].sums
    step_h = params.rules[0].step_s / 3600.0
    for site_now in state.sites:
        if site_now.up == 0:
            sums[t.SITE_DOWN_H] += step_h
    for module_now in state.modules:
        if module_now.up == 0:
            sums[t.MODULE_DOWN_H] += step_h
        if module_now.failed_chips > 0:
            sums[t.FAILED_CHIP_H] += module_now.failed_chips * step_h
