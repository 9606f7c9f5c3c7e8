"""Stage 3, arrivals: requests of the step, and new jobs into the table."""

import math

from .jit import njit
from .rng import JOB_COUNT, JOB_RATE, JOB_SHAPE, PATIENCE, REQUESTS, normal, poisson, uniform
from .state import WAITING
from .terms import JOBS_ARRIVED, JOBS_REJECTED, LATENESS

DRAWS_PER_JOB = 4
MAX_JOBS_PER_DRAW = 4096

BACKLOG_H = 24
"""Jobs of this many hours before an episode's start may still be on the table when it begins."""

BEFORE_START = 2_000_000_000
"""Step numbers from here on address draws that belong to the time before the start."""

LARGEST_SCORE = 4.0
"""Inverse distribution functions are tables at even normal scores, from minus this to this."""


@njit
def request_arrivals(params, now, state, ledger):
    """Each flow's rate of the step: drawn around the trace's mean, or the trace's own where it is replayed."""
    seed, step = state.episode[0].seed, state.episode[0].step
    step_s = params.rules[0].step_s
    for nth in range(len(params.flows)):
        flow = params.flows[nth]
        mean = now.request_rate_per_s[nth] * step_s
        count = request_count(seed, step, nth, mean, flow.dispersion * now.flow_drawn[nth])
        ledger.flows[nth].per_s = count / step_s
        ledger.requests[flow.request_class].arrived += count


@njit
def request_count(seed, step, nth_flow, mean, dispersion):
    """A flow's requests of one step, drawn at (step, flow), variance = dispersion x mean.

    Counts per step are in the thousands, so their distribution is taken as normal, cut at zero.
    """
    return max(mean + math.sqrt(dispersion * mean) * normal(seed, REQUESTS, step, nth_flow), 0.0)


@njit
def job_arrivals(params, now, state, ledger):
    """New jobs of the step: streams that draw theirs, then those that are replayed."""
    step = state.episode[0].step
    step_h = params.rules[0].step_s / 3600.0
    now_h = step * step_h
    for nth in range(len(params.streams)):
        if now.stream_drawn[nth] == 1:
            mean = now.job_rate_per_h[nth] * step_h * burst_of_hour(params, state, nth, int(now_h))
            draw_jobs(params, state, ledger, nth, step, mean, now_h, 0.0)
    for number in range(now.first_job, now.end_job):
        replay_job(params, state, ledger, now.jobs[number], number, now_h, 0.0)


@njit
def backlog(params, traces, now, state, ledger):
    """Put on the table what the hours before the start left undone, had each job begun on arrival."""
    for hour in range(BACKLOG_H, 0, -1):
        for nth in range(len(params.streams)):
            if now.stream_drawn[nth] == 1:
                step = BEFORE_START + hour
                mean = now.job_rate_per_h[nth] * burst(params, state, nth, step)
                draw_jobs(params, state, ledger, nth, step, mean, 0.0, float(hour))
    step_h = params.rules[0].step_s / 3600.0
    start = state.episode[0].start
    for row in range(max(start - int(BACKLOG_H / step_h + 0.5), 0), start):
        for number in range(traces.first_job[row], traces.first_job[row + 1]):
            replay_job(params, state, ledger, traces.jobs[number], number, 0.0, (start - row) * step_h)
    for counts in ledger.jobs:
        ledger.totals[0].sums[JOBS_ARRIVED] += counts.arrived
        ledger.totals[0].sums[JOBS_REJECTED] += counts.rejected


@njit
def burst(params, state, nth_stream, hour):
    """Arrivals of one hour over their mean."""
    return hourly_burst(state.episode[0].seed, nth_stream, hour, params.streams[nth_stream].burst)


@njit
def hourly_burst(seed, nth_stream, hour, sd):
    """Log-normal with mean one, drawn at (hour, stream)."""
    return math.exp(sd * normal(seed, JOB_RATE, hour, nth_stream) - 0.5 * sd * sd)


@njit
def burst_of_hour(params, state, nth_stream, hour):
    """The same as `burst`, drawn once an hour and kept."""
    stream_now = state.streams[nth_stream]
    if stream_now.hour != hour:
        stream_now.hour = hour
        stream_now.burst = burst(params, state, nth_stream, hour)
    return stream_now.burst


@njit
def draw_jobs(params, state, ledger, nth_stream, step, mean, arrival_h, age_h):
    """Draw one stream's jobs of a span of time."""
    seed = state.episode[0].seed
    job_class = params.job_classes[params.streams[nth_stream].job_class]
    for nth in range(job_count(seed, nth_stream, step, mean)):
        run_h, gang, patience = shape_job(job_class, seed, nth_stream, step, nth)
        add_job(params, state, ledger, nth_stream, run_h, gang, patience, arrival_h, age_h)


@njit
def job_count(seed, nth_stream, step, mean):
    """Number of jobs of a span of time: Poisson, drawn at (step, stream)."""
    return poisson(mean, uniform(seed, JOB_COUNT, step, nth_stream))


@njit
def shape_job(job_class, seed, nth_stream, step, nth):
    """Run time in hours, gang and patience of the nth job of a span of time, by draws at (step, stream and nth)."""
    index = (nth_stream * MAX_JOBS_PER_DRAW + nth) * DRAWS_PER_JOB
    pick = uniform(seed, JOB_SHAPE, step, index + 1)
    size = 0
    while pick > job_class.gang_cdf[size]:
        size += 1
    run_h = math.exp(interpolate(job_class.log_hours, normal(seed, JOB_SHAPE, step, index)))
    patience = 0.5 + uniform(seed, JOB_SHAPE, step, index + 2)
    return run_h * job_class.gang_hours[size], job_class.gang_size[size], patience


@njit
def interpolate(table, score):
    """Inverse distribution function at a normal score; `table` stands at even scores, beyond them its ends hold."""
    last = len(table) - 1
    position = min(max((score + LARGEST_SCORE) * (last / (2.0 * LARGEST_SCORE)), 0.0), float(last))
    below = min(int(position), last - 1)
    return table[below] + (position - below) * (table[below + 1] - table[below])


@njit
def replay_job(params, state, ledger, job, number, arrival_h, age_h):
    """Add a job of the traces' table; only its patience is drawn, at its number in the table."""
    patience = 0.5 + uniform(state.episode[0].seed, PATIENCE, number, 0)
    add_job(params, state, ledger, job.stream, job.run_h, job.gang, patience, arrival_h, age_h)


@njit
def run_alone_h(params, job):
    """Hours from now until the job is done if its nominal gang runs on the fastest chips that may run it."""
    return job.restart_h + job.work_h / (job.gang * params.streams[job.stream].pace)


@njit
def slack_h(params, job, now_h):
    """Hours the job may still wait without being late."""
    return job.deadline_h - now_h - run_alone_h(params, job)


@njit
def add_job(params, state, ledger, nth_stream, run_h, gang, patience, arrival_h, age_h):
    """Put a job into the table; a full table rejects and charges.

    `age_h` hours of it are already done (jobs under way when an episode begins); nothing happens if that is all of it.
    """
    if run_h <= age_h:
        return
    episode = state.episode[0]
    stream = params.streams[nth_stream]
    job_class = params.job_classes[stream.job_class]
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
    job.directive = episode.newcomers
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
