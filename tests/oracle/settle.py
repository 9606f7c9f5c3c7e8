"""12 Settlement: what the fleet owes for work it has not done and charge it has used."""

from typing import Any

from oracle.fleet import PUSHING, WAITING, Fleet, Job, Module, Site

FIRST_CHARGE_SHARE = 0.5


def liability_usd(fleet: Fleet, traces: Any) -> float:
    jobs_usd = sum(job_usd(fleet, traces, job) for job in fleet.jobs)
    return jobs_usd + sum(charge_usd(fleet, traces, site) for site in fleet.sites)


def job_usd(fleet: Fleet, traces: Any, job: Job) -> float:
    if job.status == PUSHING:
        return job.stage_gb * fleet.path(job.site, job.stream.origin).usd_per_gb
    return late_usd(fleet, job) + dearest_usd(fleet, traces, job)


def late_usd(fleet: Fleet, job: Job) -> float:
    """Lateness still to come if its nominal gang ran from now on without waiting, at most until its owner gives up."""
    fixed = job.kind.fixed
    finish_h = fleet.now_h + job.restart_h + job.work_h / (job.gang * max(job.stream.speed))
    late_h = finish_h - max(fleet.now_h, job.deadline_h)
    return min(max(late_h, 0.0), fixed.abandon_h) * job.gang * fixed.late_usd_per_chip_h


def dearest_usd(fleet: Fleet, traces: Any, job: Job) -> float:
    """Remaining work at peak power, and transit of data not yet moved and of the result, where these cost most."""
    data_gb = job.data_gb if job.status == WAITING else job.stage_gb

    def usd_on(module: Module) -> float:
        fixed = module.fixed
        chip_kw = (fixed.chip_peak_w + fixed.node_peak_w + fixed.fan_w) / 1e3
        kwh = job.work_h / job.speed_on(module) * chip_kw
        data_usd = data_gb * fleet.path(job.site, module.site).usd_per_gb
        result_usd = job.kind.fixed.result_gb * fleet.path(module.site, job.stream.origin).usd_per_gb
        return kwh * mean_usd_per_kwh(fleet, traces, module.site) + data_usd + result_usd

    return max(usd_on(module) for module in fleet.modules if job.speed_on(module) > 0.0)


def charge_usd(fleet: Fleet, traces: Any, site: Site) -> float:
    """Charge missing against the beginning, as bought; charge in excess, as delivered and paid back."""
    missing_kwh = FIRST_CHARGE_SHARE * site.fixed.battery_kwh - site.state.soc_kwh
    if missing_kwh > 0.0:
        at_bus_kwh = missing_kwh / site.fixed.battery_charge_efficiency
    else:
        at_bus_kwh = missing_kwh * site.fixed.battery_discharge_efficiency
    return at_bus_kwh * mean_usd_per_kwh(fleet, traces, site)


def mean_usd_per_kwh(fleet: Fleet, traces: Any, site: Site) -> float:
    """Mean cost of a kWh over the whole traces, with the site's adder and carbon."""
    zone = site.fixed.zone
    carbon_usd = float(traces.mean_carbon_kg_per_kwh[zone]) * fleet.rules.carbon_usd_per_kg
    return float(traces.mean_price_usd_per_kwh[zone]) + site.fixed.price_adder_usd_per_kwh + carbon_usd
