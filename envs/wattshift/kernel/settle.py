"""Settlement: what an episode leaves undone is charged at its horizon, so pushing work past the end gains nothing.

The same amount, taken at every decision, is the liability that accrual rewards keep books of.
"""

import math
from typing import NamedTuple

from .arrivals import run_alone_h
from .carbon import budget_kg, mean_charged_kg_per_kwh
from .jit import njit
from .paths import path_in_use
from .state import PUSHING, WAITING
from .terms import CARBON_KG

FIRST_CHARGE_SHARE = 0.5
"""State of charge of every battery at the start of an episode, and the one its end is settled against."""


class Owed(NamedTuple):
    """What a job or a battery owes at the usual price of carbon, and the carbon for which a budget may ask more."""

    usd: float
    carbon_kg: float  # as accounts count it, which is what a budget limits
    charged_kg: float  # at the intensity that is charged


class Liability(NamedTuple):
    """What a fleet owes."""

    usd: float
    over_usd_per_kg: float  # of it, on top of the usual price of carbon: mean over all carbon owed


@njit
def energy_usd_per_kwh(params, traces, site):
    """Mean cost of a kWh at the site over the whole traces, carbon included at its usual price."""
    return (
        traces.mean_price_usd_per_kwh[site.zone]
        + site.price_adder_usd_per_kwh
        + mean_charged_kg_per_kwh(params.rules[0], traces, site.zone) * params.rules[0].carbon_usd_per_kg
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
def owed_energy(params, traces, site, kwh, usd):
    """Energy still to be bought at a site, and what is owed beside it."""
    return Owed(
        kwh * energy_usd_per_kwh(params, traces, site) + usd,
        kwh * traces.mean_carbon_kg_per_kwh[site.zone],
        kwh * mean_charged_kg_per_kwh(params.rules[0], traces, site.zone),
    )


@njit
def dearest(params, traces, state, job, data_gb):
    """Energy for the job's remaining work, transit of `data_gb` and of its result, on the dearest module for it."""
    stream = params.streams[job.stream]
    result_gb = params.job_classes[stream.job_class].result_gb
    most = Owed(-math.inf, 0.0, 0.0)
    for nth in range(len(params.modules)):
        module, speed = params.modules[nth], params.stream_speed[job.stream, nth]
        if speed > 0.0:
            kw = (module.chip_peak_w + module.node_peak_w + module.fan_w) * 1e-3
            transit_usd = data_gb * path_usd_per_gb(params, state, job.site, module.site)
            if result_gb > 0.0:
                transit_usd += result_gb * path_usd_per_gb(params, state, module.site, stream.origin)
            here = owed_energy(params, traces, params.sites[module.site], job.work_h / speed * kw, transit_usd)
            if here.usd > most.usd:
                most = here
    return most


@njit
def owed_of_job(params, traces, state, job):
    """What one unfinished job owes: see `liability`."""
    now_h = state.episode[0].step * params.rules[0].step_s / 3600.0
    stream = params.streams[job.stream]
    job_class = params.job_classes[stream.job_class]
    if job.status == PUSHING:
        return Owed(job.stage_gb * path_usd_per_gb(params, state, job.site, stream.origin), 0.0, 0.0)
    finish_h = now_h + run_alone_h(params, job)
    late_h = min(max(finish_h - max(now_h, job.deadline_h), 0.0), job_class.abandon_h)
    late_usd = late_h * job.gang * job_class.late_usd_per_chip_h
    data_gb = job_class.data_gb * job.gang if job.status == WAITING else job.stage_gb
    work = dearest(params, traces, state, job, data_gb)
    return Owed(late_usd + work.usd, work.carbon_kg, work.charged_kg)


@njit
def owed_of_battery(params, traces, state, nth):
    """What the battery of the nth site owes for missing charge, or, negative, is owed for what it holds beyond."""
    site = params.sites[nth]
    missing_kwh = FIRST_CHARGE_SHARE * site.battery_kwh - state.sites[nth].soc_kwh
    if missing_kwh > 0.0:
        return owed_energy(params, traces, site, missing_kwh / site.battery_charge_efficiency, 0.0)
    beyond_usd = missing_kwh * site.battery_discharge_efficiency * energy_usd_per_kwh(params, traces, site)
    return Owed(beyond_usd, 0.0, 0.0)


@njit
def liability(params, traces, state, totals):
    """What the fleet owes at this moment: unfinished jobs and missing charge.

    Each unfinished job owes its remaining work, and the transit of its data and its result, on the module where they
    cost most at the traces' mean prices, and the lateness it would have if its whole gang ran from now on without
    waiting; a job whose result is on its way owes the rest of the transit. Batteries owe, or are owed, the difference
    to the charge they began with, at the mean energy cost.

    Of the carbon owed, what the episode has left of its budget so far is covered by that; the rest costs what carbon
    costs beyond the budget. Charge that batteries hold beyond the first is paid back without this.
    """
    rules, episode = params.rules[0], state.episode[0]
    owed_usd, carbon_kg, charged_kg = 0.0, 0.0, 0.0
    for nth in range(episode.n_jobs):
        owed = owed_of_job(params, traces, state, state.jobs[nth])
        owed_usd += owed.usd
        carbon_kg += owed.carbon_kg
        charged_kg += owed.charged_kg
    for nth in range(len(params.sites)):
        owed = owed_of_battery(params, traces, state, nth)
        owed_usd += owed.usd
        carbon_kg += owed.carbon_kg
        charged_kg += owed.charged_kg
    over_usd_per_kg = 0.0
    if rules.carbon_over_usd_per_kg > 0.0 and carbon_kg > 0.0:
        left_kg = max(budget_kg(rules, episode.step) - totals.sums[CARBON_KG], 0.0)
        over_usd_per_kg = rules.carbon_over_usd_per_kg * max(1.0 - left_kg / carbon_kg, 0.0)
    return Liability(owed_usd + over_usd_per_kg * charged_kg, over_usd_per_kg)
