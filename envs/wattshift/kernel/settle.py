"""Settlement: what an episode leaves undone is charged at its horizon, so pushing work past the end gains nothing.

The same amount, taken at every decision, is the liability that accrual rewards keep books of.
"""

import math

from .arrivals import run_alone_h
from .jit import njit
from .paths import path_in_use
from .state import PUSHING, WAITING

FIRST_CHARGE_SHARE = 0.5
"""State of charge of every battery at the start of an episode, and the one its end is settled against."""


@njit
def energy_usd_per_kwh(params, traces, site):
    """Mean cost of a kWh at the site over the whole traces, carbon included."""
    return (
        traces.mean_price_usd_per_kwh[site.zone]
        + site.price_adder_usd_per_kwh
        + traces.mean_carbon_kg_per_kwh[site.zone] * params.rules[0].carbon_usd_per_kg
    )


@njit
def path_usd_per_gb(params, state, origin, target):
    """Transit price of the whole path that two sites use."""
    usd_per_gb = 0.0
    for nth in params.path_links[origin, target, path_in_use(state, origin, target)]:
        if nth < 0:
            break
        usd_per_gb += params.links[nth].usd_per_gb
    return usd_per_gb


@njit
def dearest_usd(params, traces, state, job, data_gb):
    """Energy for the job's remaining work, transit of `data_gb` and of its result, on the dearest module for it."""
    stream = params.streams[job.stream]
    result_gb = params.job_classes[stream.job_class].result_gb
    dearest = -math.inf
    for nth in range(len(params.modules)):
        module, speed = params.modules[nth], params.stream_speed[job.stream, nth]
        if speed > 0.0:
            kw = (module.chip_peak_w + module.node_peak_w + module.fan_w) * 1e-3
            energy_usd = job.work_h / speed * kw * energy_usd_per_kwh(params, traces, params.sites[module.site])
            transit_usd = data_gb * path_usd_per_gb(params, state, job.site, module.site)
            if result_gb > 0.0:
                transit_usd += result_gb * path_usd_per_gb(params, state, module.site, stream.origin)
            dearest = max(dearest, energy_usd + transit_usd)
    return dearest


@njit
def job_liability_usd(params, traces, state, job):
    """What one unfinished job owes: see `liability_usd`."""
    now_h = state.episode[0].step * params.rules[0].step_s / 3600.0
    stream = params.streams[job.stream]
    job_class = params.job_classes[stream.job_class]
    if job.status == PUSHING:
        return job.stage_gb * path_usd_per_gb(params, state, job.site, stream.origin)
    finish_h = now_h + run_alone_h(params, job)
    late_h = min(max(finish_h - max(now_h, job.deadline_h), 0.0), job_class.abandon_h)
    late_usd = late_h * job.gang * job_class.late_usd_per_chip_h
    data_gb = job_class.data_gb * job.gang if job.status == WAITING else job.stage_gb
    return late_usd + dearest_usd(params, traces, state, job, data_gb)


@njit
def liability_usd(params, traces, state):
    """What the fleet owes at this moment: unfinished jobs and missing charge.

    Each unfinished job owes its remaining work, and the transit of its data and its result, on the module where they
    cost most at the traces' mean prices, and the lateness it would have if its whole gang ran from now on without
    waiting; a job whose result is on its way owes the rest of the transit. Batteries owe, or are owed, the difference
    to the charge they began with, at the mean energy cost.
    """
    owed_usd = 0.0
    for nth in range(state.episode[0].n_jobs):
        owed_usd += job_liability_usd(params, traces, state, state.jobs[nth])
    for nth in range(len(params.sites)):
        site = params.sites[nth]
        missing_kwh = FIRST_CHARGE_SHARE * site.battery_kwh - state.sites[nth].soc_kwh
        if missing_kwh > 0.0:
            missing_kwh /= site.battery_charge_efficiency
        elif missing_kwh < 0.0:
            missing_kwh *= site.battery_discharge_efficiency
        owed_usd += missing_kwh * energy_usd_per_kwh(params, traces, site)
    return owed_usd
