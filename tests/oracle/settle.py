"""12 Settlement: what the fleet owes for work it has not done and charge it has used."""

from dataclasses import dataclass
from typing import Any

from oracle.carbon import emitted_kg
from oracle.fleet import PUSHING, WAITING, Fleet, Job, Module, Site

FIRST_CHARGE_SHARE = 0.5


@dataclass(frozen=True)
class Energy:
    """To be bought at a site."""

    site: Site
    kwh: float


def liability_usd(fleet: Fleet, traces: Any) -> float:
    jobs_usd = sum(job_usd(fleet, traces, job) for job in fleet.jobs)
    return jobs_usd + sum(charge_usd(fleet, traces, site) for site in fleet.sites)


def job_usd(fleet: Fleet, traces: Any, job: Job) -> float:
    """All that a job owes, the price beyond the carbon budget included."""
    if job.status == PUSHING:
        return job.stage_gb * fleet.path(job.site, job.stream.origin).usd_per_gb
    module = dearest(fleet, traces, job)
    work = work_on(job, module)
    work_usd = usual_usd(fleet, traces, work) + over_usd(fleet, traces, work)
    return late_usd(fleet, job) + work_usd + transit_usd(fleet, job, module)


def late_usd(fleet: Fleet, job: Job) -> float:
    """Lateness still to come if its nominal gang ran from now on without waiting, at most until its owner gives up."""
    fixed = job.kind.fixed
    finish_h = fleet.now_h + job.restart_h + job.work_h / (job.gang * max(job.stream.speed))
    late_h = finish_h - max(fleet.now_h, job.deadline_h)
    return min(max(late_h, 0.0), fixed.abandon_h) * job.gang * fixed.late_usd_per_chip_h


def dearest(fleet: Fleet, traces: Any, job: Job) -> Module:
    """Where remaining work at peak power, and transit, cost most at the usual price of carbon."""
    able = [module for module in fleet.modules if job.speed_on(module) > 0.0]
    return max(
        able,
        key=lambda module: usual_usd(fleet, traces, work_on(job, module)) + transit_usd(fleet, job, module),
    )


def work_on(job: Job, module: Module) -> Energy:
    """Of what is left to do."""
    fixed = module.fixed
    chip_kw = (fixed.chip_peak_w + fixed.node_peak_w + fixed.fan_w) / 1e3
    return Energy(module.site, job.work_h / job.speed_on(module) * chip_kw)


def transit_usd(fleet: Fleet, job: Job, module: Module) -> float:
    """Of data not yet moved, and of the result."""
    data_gb = job.data_gb if job.status == WAITING else job.stage_gb
    data_usd = data_gb * fleet.path(job.site, module.site).usd_per_gb
    return data_usd + job.kind.fixed.result_gb * fleet.path(module.site, job.stream.origin).usd_per_gb


def charge_usd(fleet: Fleet, traces: Any, site: Site) -> float:
    """Charge missing against the beginning, as bought; charge in excess, as delivered, paid back at the usual cost."""
    excess_kwh = site.state.soc_kwh - FIRST_CHARGE_SHARE * site.fixed.battery_kwh
    if excess_kwh > 0.0:
        return -usual_usd(fleet, traces, Energy(site, excess_kwh * site.fixed.battery_discharge_efficiency))
    missing = missing_charge(site)
    return usual_usd(fleet, traces, missing) + over_usd(fleet, traces, missing)


def missing_charge(site: Site) -> Energy:
    missing_kwh = max(FIRST_CHARGE_SHARE * site.fixed.battery_kwh - site.state.soc_kwh, 0.0)
    return Energy(site, missing_kwh / site.fixed.battery_charge_efficiency if missing_kwh > 0.0 else 0.0)


def usual_usd(fleet: Fleet, traces: Any, energy: Energy) -> float:
    """At the mean cost of a kWh over the whole traces, with the site's adder, and carbon at its usual price."""
    fixed = energy.site.fixed
    carbon_usd = charged_kg_per_kwh(fleet, traces, energy.site) * fleet.rules.carbon_usd_per_kg
    mean_usd_per_kwh = float(traces.mean_price_usd_per_kwh[fixed.zone]) + fixed.price_adder_usd_per_kwh + carbon_usd
    return energy.kwh * mean_usd_per_kwh


def over_usd(fleet: Fleet, traces: Any, energy: Energy) -> float:
    """On top, of the share of all carbon owed that the rest of the budget so far does not cover."""
    if fleet.rules.carbon_over_usd_per_kg == 0.0:
        return 0.0
    charged_kg = energy.kwh * charged_kg_per_kwh(fleet, traces, energy.site)
    return fleet.rules.carbon_over_usd_per_kg * uncovered_share(fleet, traces) * charged_kg


def uncovered_share(fleet: Fleet, traces: Any) -> float:
    owed_kg = 0.0
    for job in fleet.jobs:
        if job.status != PUSHING:
            owed_kg += carbon_kg(traces, work_on(job, dearest(fleet, traces, job)))
    for site in fleet.sites:
        owed_kg += carbon_kg(traces, missing_charge(site))
    budget_kg = fleet.rules.carbon_budget_kg_per_h * fleet.now_h
    beyond_before_kg = max(emitted_kg(fleet) - budget_kg, 0.0)
    beyond_after_kg = max(emitted_kg(fleet) + owed_kg - budget_kg, 0.0)
    return (beyond_after_kg - beyond_before_kg) / owed_kg if owed_kg > 0.0 else 0.0


def carbon_kg(traces: Any, energy: Energy) -> float:
    """As accounts count it: at the average intensity."""
    return energy.kwh * float(traces.mean_carbon_kg_per_kwh[energy.site.fixed.zone])


def charged_kg_per_kwh(fleet: Fleet, traces: Any, site: Site) -> float:
    """Mean over the whole traces."""
    means = traces.mean_marginal_kg_per_kwh if fleet.rules.marginal_carbon else traces.mean_carbon_kg_per_kwh
    return float(means[site.fixed.zone])
