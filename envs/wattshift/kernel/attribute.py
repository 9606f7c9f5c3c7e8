"""Attribution: who caused the step's energy, carbon and money. Part of stage 11, with `attribution=True` only.

The step is shared out without a rest: over request classes, job classes and idle, the shares add up to the energy of
sites and links, to the carbon and to the cost of the step. Idle is what stands ready without work, and everything of a
site or link that has none. Attributional accounting by use, as the GHG Protocol asks of shared facilities (ICT Sector
Guidance, 2017, ch. 4): not what would have been saved without a class.

A record of `ledger.requests`, `ledger.jobs` or the totals is charged by `bill` or `bill_idle`; a stage that adds a cost
to `ledger.sites[s].cost_usd` needs nothing more to be shared out.
"""

from .jit import njit
from .paths import path_in_use
from .settle import owed_of_job


@njit
def bill(account, energy_kwh, carbon_kg, cost_usd):
    """Charge a class, for the step and for the episode."""
    account.energy_kwh += energy_kwh
    account.carbon_kg += carbon_kg
    account.cost_usd += cost_usd
    account.episode_energy_kwh += energy_kwh
    account.episode_carbon_kg += carbon_kg
    account.episode_cost_usd += cost_usd


@njit
def bill_idle(totals, energy_kwh, carbon_kg, cost_usd):
    """Charge nobody, for the step and for the episode."""
    totals.idle_energy_kwh += energy_kwh
    totals.idle_carbon_kg += carbon_kg
    totals.idle_cost_usd += cost_usd
    totals.episode_idle_energy_kwh += energy_kwh
    totals.episode_idle_carbon_kg += carbon_kg
    totals.episode_idle_cost_usd += cost_usd


@njit
def clear_shares(ledger):
    """Empty the attribution of the step."""
    totals = ledger.totals[0]
    totals.idle_energy_kwh = totals.idle_carbon_kg = totals.idle_cost_usd = 0.0
    for requests in ledger.requests:
        requests.energy_kwh = requests.carbon_kg = requests.cost_usd = 0.0
    for jobs in ledger.jobs:
        jobs.energy_kwh = jobs.carbon_kg = jobs.cost_usd = 0.0
    ledger.job_chips[:] = 0.0
    ledger.job_gbps[:] = 0.0


@njit
def clear_episode_shares(ledger):
    """Empty the attribution of the step and of the episode."""
    clear_shares(ledger)
    totals = ledger.totals[0]
    totals.episode_idle_energy_kwh = totals.episode_idle_carbon_kg = totals.episode_idle_cost_usd = 0.0
    for requests in ledger.requests:
        requests.episode_energy_kwh = requests.episode_carbon_kg = requests.episode_cost_usd = 0.0
    for jobs in ledger.jobs:
        jobs.episode_energy_kwh = jobs.episode_carbon_kg = jobs.episode_cost_usd = 0.0


@njit
def attribute(params, state, ledger):
    """Share out what the step moved and cost."""
    for nth in range(len(params.sites)):
        attribute_unloaded_site(params, ledger, nth)
    for nth in range(len(params.modules)):
        attribute_module(params, ledger, nth)
    for nth in range(len(params.links)):
        attribute_link(params, ledger, nth)
    if params.rules[0].site_networks == 1:
        attribute_site_networks(params, ledger)
    for nth_flow in range(len(params.flows)):
        for nth in range(params.candidates.shape[1]):
            if ledger.routes[nth_flow, nth].per_s > 0.0:
                attribute_route(params, state, ledger, nth_flow, nth)
    for nth in range(len(params.request_classes)):
        request_class, counts = params.request_classes[nth], ledger.requests[nth]
        bill(counts, 0.0, 0.0, counts.late * request_class.late_usd + counts.dropped * request_class.drop_usd)
    for job_counts in ledger.jobs:
        bill(job_counts, 0.0, 0.0, job_counts.lateness_usd)


@njit
def attribute_unloaded_site(params, ledger, nth):
    """The bill of a site that draws nothing, such as its demand charge during an outage, is nobody's."""
    moved = ledger.sites[nth]
    if moved.it_kw + moved.cooling_kw + moved.loss_kw <= 0.0:
        bill_idle(ledger.totals[0], 0.0, moved.carbon_kg, moved.cost_usd)


@njit
def module_bill(params, ledger, nth):
    """A module's energy, carbon and cost of the step: its site's, by facility power (IT, plants, losses)."""
    account, moved = ledger.modules[nth], ledger.sites[params.modules[nth].site]
    facility_kw = account.it_kw + account.plant_kw[0] + account.plant_kw[1] + account.loss_kw
    if facility_kw <= 0.0:
        return 0.0, 0.0, 0.0
    share = facility_kw / (moved.it_kw + moved.cooling_kw + moved.loss_kw)
    return facility_kw * params.rules[0].step_s / 3600.0, share * moved.carbon_kg, share * moved.cost_usd


@njit
def attribute_module(params, ledger, nth):
    """A module's bill to job classes, by chips busy, and to idle; the part of requests is left to their routes.

    Models that are being loaded serve nobody yet: without a request on the module, they are idle.
    """
    account = ledger.modules[nth]
    energy_kwh, carbon_kg, cost_usd = module_bill(params, ledger, nth)
    idle_share = 1.0
    if account.it_kw > 0.0:
        loading_kw = account.serving_kw if account.serving_chips == 0.0 else 0.0
        idle_share = (account.idle_kw + loading_kw) / account.it_kw
    bill_idle(ledger.totals[0], idle_share * energy_kwh, idle_share * carbon_kg, idle_share * cost_usd)
    if account.working_chips > 0.0:
        for nth_class in range(len(params.job_classes)):
            chips_share = ledger.job_chips[nth, nth_class] / account.working_chips
            share = account.working_kw / account.it_kw * chips_share
            bill(ledger.jobs[nth_class], share * energy_kwh, share * carbon_kg, share * cost_usd)


@njit
def attribute_link(params, ledger, nth):
    """A link's power beyond idle and its transit to job classes, by their data; the power of an idle link to nobody."""
    link, moved = params.links[nth], ledger.links[nth]
    step_h = params.rules[0].step_s / 3600.0
    idle_kw = moved.power_kw - link.kw_per_gbps * moved.gbps
    if moved.power_kw > 0.0:
        share = idle_kw / moved.power_kw
        bill_idle(ledger.totals[0], idle_kw * step_h, share * moved.carbon_kg, share * moved.energy_usd)
    for nth_class in range(len(params.job_classes)):
        gbps = ledger.job_gbps[nth, nth_class]
        if gbps > 0.0:
            attribute_data(params, ledger, ledger.jobs[nth_class], nth, gbps)


@njit
def attribute_data(params, ledger, account, nth_link, gbps):
    """Charge a class for its data on one link: power beyond idle of the link and its ends' routers, and transit."""
    link, moved = params.links[nth_link], ledger.links[nth_link]
    step_s = params.rules[0].step_s
    kw = link.kw_per_gbps * gbps
    share = kw / moved.power_kw if moved.power_kw > 0.0 else 0.0
    transit_usd = gbps / 8.0 * step_s * link.usd_per_gb
    bill(account, kw * step_s / 3600.0, share * moved.carbon_kg, share * moved.energy_usd + transit_usd)
    if params.rules[0].site_networks == 1:
        for site in link.ends:
            attribute_site_network(params, ledger, account, site, params.sites[site].router_kw_per_gbps * gbps)


@njit
def attribute_site_network(params, ledger, account, nth_site, kw):
    """Charge a class for its part of the power of a site's router and access network."""
    moved = ledger.sites[nth_site]
    if kw > 0.0:
        share = kw / (moved.router_kw + moved.access_kw)
        kwh = kw * params.rules[0].step_s / 3600.0
        bill(account, kwh, share * moved.network_carbon_kg, share * moved.network_usd)


@njit
def attribute_site_networks(params, ledger):
    """Routers' idle power to nobody, access to the classes of the requests that arrive; the rest goes with the data."""
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.sites)):
        site, moved = params.sites[nth], ledger.sites[nth]
        if site.router_idle_kw > 0.0:
            share = site.router_idle_kw / (moved.router_kw + moved.access_kw)
            kwh = site.router_idle_kw * step_h
            bill_idle(ledger.totals[0], kwh, share * moved.network_carbon_kg, share * moved.network_usd)
    for nth in range(len(params.flows)):
        flow = params.flows[nth]
        access_kw = flow.access_kwh_per_request * ledger.flows[nth].per_s * 3600.0
        attribute_site_network(params, ledger, ledger.requests[flow.request_class], flow.origin, access_kw)


@njit
def attribute_serving(params, ledger, counts, nth_module, chips):
    """Charge a request class for the chips that it keeps busy on a module."""
    account = ledger.modules[nth_module]
    share = account.serving_kw / account.it_kw * chips / account.serving_chips
    energy_kwh, carbon_kg, cost_usd = module_bill(params, ledger, nth_module)
    bill(counts, share * energy_kwh, share * carbon_kg, share * cost_usd)


@njit
def attribute_route(params, state, ledger, nth_flow, nth):
    """Charge a request class for one of its flows at one module: its chips there, and its data on the way."""
    flow, candidate = params.flows[nth_flow], params.candidates[nth_flow, nth]
    counts, per_s = ledger.requests[flow.request_class], ledger.routes[nth_flow, nth].per_s
    rate_per_s = params.services[candidate.module, flow.request_class].rate_per_s
    attribute_serving(
        params, ledger, counts, candidate.module, per_s / (rate_per_s * ledger.modules[candidate.module].clock)
    )
    if candidate.reducer >= 0:
        reduce_per_s = params.services[candidate.reducer, flow.request_class].reduce_per_s
        chips = per_s / (reduce_per_s * ledger.modules[candidate.reducer].clock)
        attribute_serving(params, ledger, counts, candidate.reducer, chips)
    for nth_link in params.path_links[flow.origin, candidate.site, path_in_use(state, flow.origin, candidate.site)]:
        if nth_link < 0:
            break
        attribute_data(params, ledger, counts, nth_link, per_s * candidate.mb * 8e-3)


@njit
def attribute_settlement(params, traces, state, ledger, settled):
    """The settlement at the horizon: what jobs owe to their classes, the rest (charge of batteries) to nobody."""
    rest_usd = settled.usd
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        owed = owed_of_job(params, traces, state, job)
        owed_usd = owed.usd + settled.over_usd_per_kg * owed.charged_kg
        bill(ledger.jobs[params.streams[job.stream].job_class], 0.0, 0.0, owed_usd)
        rest_usd -= owed_usd
    bill_idle(ledger.totals[0], 0.0, 0.0, rest_usd)
