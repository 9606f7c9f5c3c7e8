"""Settlement at the horizon: what an episode leaves undone is charged, so pushing work past its end gains nothing."""

import math

from .jit import njit
from .terms import SETTLEMENT

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
def dearest_usd_per_work_h(params, traces, stream):
    """Mean energy cost of a reference chip-hour on the dearest module that may run the stream's jobs."""
    dearest = -math.inf
    for nth in range(len(params.modules)):
        module, speed = params.modules[nth], params.stream_speed[stream, nth]
        if speed > 0.0:
            kw = (module.chip_peak_w + module.node_peak_w + module.fan_w) * 1e-3
            dearest = max(dearest, kw / speed * energy_usd_per_kwh(params, traces, params.sites[module.site]))
    return dearest


@njit
def settle(params, traces, state, ledger):
    """Charge unfinished jobs and missing charge.

    Each unfinished job pays its remaining work at the dearest mean energy cost among the modules that may run it, and
    the lateness it would have if it ran from now on without waiting. Batteries pay for, or are paid for, the
    difference to the charge they began with, at the mean energy cost.
    """
    now_h = state.episode[0].step * params.rules[0].step_s / 3600.0
    total_usd = 0.0
    for nth in range(state.episode[0].n_jobs):
        job = state.jobs[nth]
        job_class = params.job_classes[params.streams[job.stream].job_class]
        finish_h = now_h + job.restart_h + job.work_h / (job.gang * job.pace)
        late_h = min(max(finish_h - max(now_h, job.deadline_h), 0.0), job_class.abandon_h)
        total_usd += late_h * job.gang * job_class.late_usd_per_chip_h
        total_usd += job.work_h * dearest_usd_per_work_h(params, traces, job.stream)
    for nth in range(len(params.sites)):
        site = params.sites[nth]
        missing_kwh = FIRST_CHARGE_SHARE * site.battery_kwh - state.sites[nth].soc_kwh
        if missing_kwh > 0.0:
            missing_kwh /= site.battery_charge_efficiency
        elif missing_kwh < 0.0:
            missing_kwh *= site.battery_discharge_efficiency
        total_usd += missing_kwh * energy_usd_per_kwh(params, traces, site)
    ledger.totals[0].terms_usd[SETTLEMENT] += total_usd
