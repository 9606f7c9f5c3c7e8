"""Stage 11, the ledger: prices what the step moved, and adds it to the episode's sums."""

from . import terms as t
from .jit import njit

HOURS_PER_MONTH = 730.0


@njit
def account(params, now, state, ledger):
    """Price the step, by term and by site."""
    for nth in range(len(params.sites)):
        account_site(params, now, state, ledger, nth)
    for nth in range(len(params.modules)):
        account_heat(params, state, ledger, nth)
    account_network(params, now, ledger)
    account_work(params, ledger)


@njit
def account_site(params, now, state, ledger, nth):
    """Electricity, demand charge, carbon, water and battery wear of one site."""
    rules, site, site_now = params.rules[0], params.sites[nth], state.sites[nth]
    moved, totals = ledger.sites[nth], ledger.totals[0]
    grid = now.zones[site.zone]
    step_h = rules.step_s / 3600.0
    import_kwh, export_kwh = moved.import_kw * step_h, moved.export_kw * step_h
    growth_kw = max(moved.import_kw - site_now.peak_kw, 0.0)
    site_now.peak_kw += growth_kw

    bought_usd = import_kwh * (grid.price_usd_per_kwh + site.price_adder_usd_per_kwh)
    electricity_usd = bought_usd - export_kwh * grid.price_usd_per_kwh * site.export_price_share
    # The peak so far is paid by the hour, and a higher one pays up for the hours before: in all, the episode's peak.
    elapsed_h = state.episode[0].step * step_h
    peak_kwh = site_now.peak_kw * step_h + growth_kw * elapsed_h
    demand_usd = peak_kwh * site.demand_usd_per_kw_month / HOURS_PER_MONTH
    moved.carbon_kg = import_kwh * grid.carbon_kg_per_kwh
    carbon_usd = moved.carbon_kg * rules.carbon_usd_per_kg
    water_usd = moved.water_l * rules.water_usd_per_l
    wear_usd = moved.discharge_kw * step_h * site.battery_wear_usd_per_kwh

    moved.cost_usd = electricity_usd + demand_usd + carbon_usd + water_usd + wear_usd
    totals.terms_usd[t.ELECTRICITY] += electricity_usd
    totals.terms_usd[t.DEMAND] += demand_usd
    totals.terms_usd[t.CARBON] += carbon_usd
    totals.terms_usd[t.WATER] += water_usd
    totals.terms_usd[t.WEAR] += wear_usd
    totals.sums[t.IT_KWH] += moved.it_kw * step_h
    totals.sums[t.COOLING_KWH] += moved.cooling_kw * step_h
    totals.sums[t.LOSS_KWH] += moved.loss_kw * step_h
    totals.sums[t.IMPORT_KWH] += import_kwh
    totals.sums[t.EXPORT_KWH] += export_kwh
    totals.sums[t.CURTAILED_KWH] += moved.curtailed_kw * step_h
    totals.sums[t.SOLAR_KWH] += moved.solar_kw * step_h
    totals.sums[t.DISCHARGE_KWH] += moved.discharge_kw * step_h
    totals.sums[t.CARBON_KG] += moved.carbon_kg
    totals.sums[t.WATER_L] += moved.water_l


@njit
def account_heat(params, state, ledger, nth):
    """Thermal violation of one module: IT energy times K above the inlet limit."""
    rules, module = params.rules[0], params.modules[nth]
    excess_k = max(state.modules[nth].loop_c - module.inlet_limit_c, 0.0)
    if excess_k > 0.0:
        thermal_usd = ledger.modules[nth].it_kw * rules.step_s / 3600.0 * excess_k * rules.thermal_usd_per_kwh_k
        ledger.sites[module.site].cost_usd += thermal_usd
        ledger.totals[0].terms_usd[t.THERMAL] += thermal_usd


@njit
def account_network(params, now, ledger):
    """Electricity and carbon of the links, half in the zone of each end, and the transit price of what they carried."""
    rules, totals = params.rules[0], ledger.totals[0]
    step_h = rules.step_s / 3600.0
    for nth in range(len(params.links)):
        link, moved = params.links[nth], ledger.links[nth]
        moved.power_kw = link.idle_kw + link.kw_per_gbps * moved.gbps
        kwh = moved.power_kw * step_h
        price_usd_per_kwh, carbon_kg_per_kwh = 0.0, 0.0
        for zone in link.zones:
            price_usd_per_kwh += 0.5 * now.zones[zone].price_usd_per_kwh
            carbon_kg_per_kwh += 0.5 * now.zones[zone].carbon_kg_per_kwh
        moved.carbon_kg = kwh * carbon_kg_per_kwh
        electricity_usd = kwh * price_usd_per_kwh
        carbon_usd = moved.carbon_kg * rules.carbon_usd_per_kg
        moved.energy_usd = electricity_usd + carbon_usd
        totals.network_carbon_kg += moved.carbon_kg
        totals.terms_usd[t.ELECTRICITY] += electricity_usd
        totals.terms_usd[t.CARBON] += carbon_usd
        totals.terms_usd[t.TRANSFER] += moved.gbps / 8.0 * rules.step_s * link.usd_per_gb
        totals.sums[t.NETWORK_KWH] += kwh
    totals.sums[t.CARBON_KG] += totals.network_carbon_kg


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
