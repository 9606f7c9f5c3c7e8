"""3 Arrivals: requests of the step, and new jobs."""

import math
from dataclasses import dataclass

from oracle import draws
from oracle.exogenous import Now
from oracle.fleet import WAITING, Fleet, Job, Stream

DRAWS_PER_JOB = 4
MOST_JOBS_PER_DRAW = 4096
BACKLOG_H = 24
BEFORE_START = 2_000_000_000
"""Step numbers of the hours before an episode: this plus the hours."""


def request_arrivals(fleet: Fleet, now: Now) -> None:
    """Normal counts around the trace's mean; variance = dispersion x mean; not below zero."""
    step_s = fleet.rules.step_s
    for flow in fleet.flows:
        mean = now.request_rate_per_s[flow.nth] * step_s
        z = draws.normal(fleet.episode.seed, draws.REQUESTS, fleet.episode.step, flow.nth)
        count = max(mean + math.sqrt(flow.fixed.dispersion * mean) * z, 0.0)
        flow.moved.per_s = count / step_s
        flow.kind.moved.arrived += count


@dataclass(frozen=True)
class Span:
    """A time in which jobs arrive."""

    step: int  # of the address of its draws
    length_h: float
    arrival_h: float  # hours since the episode began
    age_h: float = 0.0  # hours of work already done when the episode begins


def job_arrivals(fleet: Fleet, now: Now) -> None:
    """New jobs of the step."""
    span = Span(fleet.episode.step, fleet.step_h, fleet.now_h)
    hour = int(fleet.now_h)
    for stream in fleet.streams:
        if stream.state.hour != hour:
            stream.state.hour = hour
            stream.state.burst = burst(fleet, stream, hour)
        arrive(fleet, stream, now.job_rate_per_h[stream.nth] * stream.state.burst, span)


def backlog(fleet: Fleet, now: Now) -> None:
    """What the last 24 hours left undone, earliest hour first, had every job begun on arrival."""
    for hours_ago in reversed(range(1, BACKLOG_H + 1)):
        step = BEFORE_START + hours_ago
        span = Span(step, 1.0, 0.0, float(hours_ago))
        for stream in fleet.streams:
            arrive(fleet, stream, now.job_rate_per_h[stream.nth] * burst(fleet, stream, step), span)
    for name in ("arrived", "rejected"):
        fleet.count(f"jobs_{name}", sum(getattr(kind.moved, name) for kind in fleet.job_classes))


def burst(fleet: Fleet, stream: Stream, hour: int) -> float:
    """Arrivals of an hour over their mean: log-normal, mean one."""
    sd = stream.fixed.burst
    return math.exp(sd * draws.normal(fleet.episode.seed, draws.JOB_RATE, hour, stream.nth) - sd**2 / 2.0)


def arrive(fleet: Fleet, stream: Stream, rate_per_h: float, span: Span) -> None:
    """Draw a stream's jobs of a span: a Poisson count."""
    seed = fleet.episode.seed
    count = draws.poisson(rate_per_h * span.length_h, draws.uniform(seed, draws.JOB_COUNT, span.step, stream.nth))
    for nth in range(count):
        first = (stream.nth * MOST_JOBS_PER_DRAW + nth) * DRAWS_PER_JOB
        shape = [draws.uniform(seed, draws.JOB_SHAPE, span.step, first + k) for k in range(3)]
        add(fleet, stream, span, shape)


def add(fleet: Fleet, stream: Stream, span: Span, shape: list[float]) -> None:
    """Put a job on the table, or reject and charge it if the table is full."""
    kind = stream.kind
    run_h = quantile(kind.fixed.hours_quantiles, shape[0])
    left_h = run_h - span.age_h
    if left_h <= 0.0:
        return
    gang = next(
        size for size, chance in zip(kind.fixed.gang_size, kind.fixed.gang_cdf, strict=True) if shape[1] <= chance
    )
    patience = 0.5 + shape[2]
    kind.moved.arrived += 1.0
    if len(fleet.jobs) == fleet.job_slots:
        kind.moved.rejected += 1.0
        refused_usd = kind.fixed.reject_usd_per_chip_h * gang * left_h
        kind.moved.lateness_usd += refused_usd
        fleet.charge("lateness_usd", refused_usd)
        return
    fastest = max(stream.speed)
    slack_h = (kind.fixed.slack_h + kind.fixed.slack_share * run_h) * patience
    job = Job(
        stream=stream,
        status=WAITING,
        gang=gang,
        held=0,
        module=None,
        site=stream.origin,
        work_h=gang * left_h,
        fresh_h=0.0,
        stage_gb=0.0,
        restart_h=0.0,
        deadline_h=span.arrival_h - span.age_h + run_h / fastest + slack_h,
        slack_h=0.0,
    )
    job.slack_h = job.slack_at(span.arrival_h)
    fleet.jobs.append(job)


def quantile(points: list[float], u: float) -> float:
    """Straight lines through the points, which stand at even probabilities from 0 to 1."""
    position = u * (len(points) - 1)
    left = min(math.floor(position), len(points) - 2)
    return points[left] + (position - left) * (points[left + 1] - points[left])
