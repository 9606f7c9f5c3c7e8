"""Stage 3, arrivals: requests of the step, and new jobs into the table."""

import math

from .jit import njit
from .rng import JOB_COUNT, JOB_RATE, JOB_SHAPE, REQUESTS, normal, poisson, uniform
from .state import WAITING
from .terms import JOBS_ARRIVED, JOBS_REJECTED, LATENESS

DRAWS_PER_JOB = 4
MAX_JOBS_PER_DRAW = 4096

BACKLOG_H = 24
"""Jobs of this many hours before an episode's start may still be on the table when it begins."""

BEFORE_START = 2_000_000_000
"""Step numbers from here on address draws that belong to the time before the start."""


@njit
def request_arrivals(params, now, state, ledger):
    """Draw each flow's rate: the trace's mean, with the flow's index of dispersion.

    Counts per step are in the thousands, so their distribution is taken as normal, cut at zero.
    """
    seed, step = state.episode[0].seed, state.episode[0].step
    step_s = params.rules[0].step_s
    for nth in range(len(params.flows)):
        flow = params.flows[nth]
        mean = now.request_rate_per_s[nth] * step_s
        count = mean + math.sqrt(flow.dispersion * mean) * normal(seed, REQUESTS, step, nth)
        count = max(count, 0.0)
        ledger.flows[nth].per_s = count / step_s
        ledger.requests[flow.request_class].arrived += count


@njit
def job_arrivals(params, now, state, ledger):
    """New jobs of the step."""
    step = state.episode[0].step
    step_h = params.rules[0].step_s / 3600.0
    now_h = step * step_h
    for nth in range(len(params.streams)):
        mean = now.job_rate_per_h[nth] * step_h * burst_of_hour(params, state, nth, int(now_h))
        draw_jobs(params, state, ledger, nth, step, mean, now_h, 0.0)


@njit
def backlog(params, now, state, ledger):
    """Put on the table what the hours before the start left undone, had each job begun on arrival."""
    for hour in range(BACKLOG_H, 0, -1):
        for nth in range(len(params.streams)):
            step = BEFORE_START + hour
            mean = now.job_rate_per_h[nth] * burst(params, state, nth, step)
            draw_jobs(params, state, ledger, nth, step, mean, 0.0, float(hour))
    for counts in ledger.jobs:
        ledger.totals[0].sums[JOBS_ARRIVED] += counts.arrived
        ledger.totals[0].sums[JOBS_REJECTED] += counts.rejected


@njit
def burst(params, state, nth_stream, hour):
    """Arrivals of one hour over their mean: log-normal with mean one, drawn at (hour, stream)."""
    sd = params.streams[nth_stream].burst
    return math.exp(sd * normal(state.episode[0].seed, JOB_RATE, hour, nth_stream) - 0.5 * sd * sd)


@njit
def burst_of_hour(params, state, nth_stream, hour):
    """The same, drawn once an hour and kept."""
    stream_now = state.streams[nth_stream]
    if stream_now.hour != hour:
        stream_now.hour = hour
        stream_now.burst = burst(params, state, nth_stream, hour)
    return stream_now.burst


@njit
def draw_jobs(params, state, ledger, nth_stream, step, mean, arrival_h, age_h):
    """Draw one stream's jobs of a span of time: a Poisson number, at (step, stream)."""
    count = poisson(mean, uniform(state.episode[0].seed, JOB_COUNT, step, nth_stream))
    for nth in range(count):
        index = (nth_stream * MAX_JOBS_PER_DRAW + nth) * DRAWS_PER_JOB
        add_job(params, state, ledger, nth_stream, step, index, arrival_h, age_h)


@njit
def interpolate(quantiles, u):
    """Inverse distribution function given at equally spaced probabilities."""
    position = u * (len(quantiles) - 1)
    below = min(int(position), len(quantiles) - 2)
    return quantiles[below] + (position - below) * (quantiles[below + 1] - quantiles[below])


@njit
def run_alone_h(params, job):
    """Hours from now until the job is done if its nominal gang runs on the fastest chips that may run it."""
    return job.restart_h + job.work_h / (job.gang * params.streams[job.stream].pace)


@njit
def slack_h(params, job, now_h):
    """Hours the job may still wait without being late."""
    return job.deadline_h - now_h - run_alone_h(params, job)


@njit
def add_job(params, state, ledger, nth_stream, step, index, arrival_h, age_h):
    """Shape one job by hashed draws at (step, index) and put it into the table; a full table rejects and charges.

    `age_h` hours of it are already done (jobs under way when an episode begins); nothing happens if that is all of it.
    """
    episode = state.episode[0]
    stream = params.streams[nth_stream]
    job_class = params.job_classes[stream.job_class]
    run_h = interpolate(job_class.hours_quantiles, uniform(episode.seed, JOB_SHAPE, step, index))
    if run_h <= age_h:
        return
    pick = uniform(episode.seed, JOB_SHAPE, step, index + 1)
    size = 0
    while pick > job_class.gang_cdf[size]:
        size += 1
    gang = job_class.gang_size[size]
    patience = 0.5 + uniform(episode.seed, JOB_SHAPE, step, index + 2)
    counts = ledger.jobs[stream.job_class]
    counts.arrived += 1.0
    if episode.n_jobs == len(state.jobs):
        refused_usd = job_class.reject_usd_per_chip_h * gang * (run_h - age_h)
        counts.rejected += 1.0
        counts.lateness_usd += refused_usd
        ledger.totals[0].terms_usd[LATENESS] += refused_usd
        return
    job = state.jobs[episode.n_jobs]
    episode.n_jobs += 1
    job.stream = nth_stream
    job.status = WAITING
    job.gang = gang
    job.held = 0
    job.module = -1
    job.site = stream.origin
    job.work_h = gang * (run_h - age_h)
    job.fresh_h = 0.0
    job.stage_gb = 0.0
    job.restart_h = 0.0
    granted_h = (job_class.slack_h + job_class.slack_share * run_h) * patience
    job.deadline_h = arrival_h - age_h + run_h / stream.pace + granted_h
    job.slack_h = slack_h(params, job, arrival_h)
