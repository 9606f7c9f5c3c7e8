"""3 Arrivals: requests of the step, and new jobs."""

import math
from dataclasses import dataclass
from typing import Any

from oracle import draws
from oracle.exogenous import Now, replayed
from oracle.fleet import WAITING, Fleet, Job, Record, Stream

DRAWS_PER_JOB = 4
MOST_JOBS_PER_DRAW = 4096
BACKLOG_H = 24
BEFORE_START = 2_000_000_000
"""Step numbers of the hours before an episode: this plus the hours."""


def request_arrivals(fleet: Fleet, now: Now) -> None:
    """Normal counts around the trace's mean; variance = dispersion x mean; not below zero. Replayed: the mean."""
    step_s = fleet.rules.step_s
    for flow in fleet.flows:
        mean = now.request_rate_per_s[flow.nth] * step_s
        z = draws.normal(fleet.episode.seed, draws.REQUESTS, fleet.episode.step, flow.nth)
        spread = math.sqrt(flow.fixed.dispersion * mean) if now.flow_drawn[flow.nth] else 0.0
        count = max(mean + spread * z, 0.0)
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
    """New jobs of the step: drawn ones, then replayed ones."""
    span = Span(fleet.episode.step, fleet.step_h, fleet.now_h)
    hour = int(fleet.now_h)
    for stream in drawing(fleet, now):
        if stream.state.hour != hour:
            stream.state.hour = hour
            stream.state.burst = burst(fleet, stream, hour)
        arrive(fleet, stream, now.job_rate_per_h[stream.nth] * stream.state.burst, span)
    for job in now.jobs:
        replay(fleet, job, span)


def drawing(fleet: Fleet, now: Now) -> list[Stream]:
    """Streams whose jobs are drawn, not replayed."""
    return [stream for stream in fleet.streams if now.stream_drawn[stream.nth]]


def backlog(fleet: Fleet, traces: Any, now: Now) -> None:
    """What the last 24 hours left undone, earliest hour first, had every job begun on arrival; replayed jobs last."""
    for hours_ago in reversed(range(1, BACKLOG_H + 1)):
        step = BEFORE_START + hours_ago
        span = Span(step, 1.0, 0.0, float(hours_ago))
        for stream in drawing(fleet, now):
            arrive(fleet, stream, now.job_rate_per_h[stream.nth] * burst(fleet, stream, step), span)
    for rows_ago in reversed(range(1, round(BACKLOG_H / fleet.step_h) + 1)):
        for job in replayed(traces, fleet.episode.start - rows_ago):
            replay(fleet, job, Span(0, fleet.step_h, 0.0, rows_ago * fleet.step_h))
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
        kind = stream.kind.fixed
        pick = draws.uniform(seed, draws.JOB_SHAPE, span.step, first + 1)
        gang, relative = next(
            (size, hours)
            for size, chance, hours in zip(kind.gang_size, kind.gang_cdf, kind.gang_hours, strict=True)
            if pick <= chance
        )
        run_h = relative * math.exp(at_score(kind.log_hours, draws.normal(seed, draws.JOB_SHAPE, span.step, first)))
        add(fleet, stream, span, run_h, gang, draws.uniform(seed, draws.JOB_SHAPE, span.step, first + 2))


def replay(fleet: Fleet, job: Record, span: Span) -> None:
    """A recorded job, of which only the patience is drawn."""
    patience = draws.uniform(fleet.episode.seed, draws.PATIENCE, job.number, 0)
    add(fleet, fleet.streams[job.stream], span, job.run_h, job.gang, patience)


def add(fleet: Fleet, stream: Stream, span: Span, run_h: float, gang: int, patience: float) -> None:
    """Put a job on the table, or reject and charge it if the table is full; `patience` between 0 and 1."""
    kind = stream.kind
    left_h = run_h - span.age_h
    if left_h <= 0.0:
        return
    kind.moved.arrived += 1.0
    if len(fleet.jobs) == fleet.job_slots:
        kind.moved.rejected += 1.0
        refused_usd = kind.fixed.reject_usd_per_chip_h * gang * left_h
        kind.moved.lateness_usd += refused_usd
        fleet.charge("lateness_usd", refused_usd)
        return
    fastest = max(stream.speed)
    slack_h = (kind.fixed.slack_h + kind.fixed.slack_share * run_h) * (0.5 + patience)
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
        directive=fleet.episode.newcomers,
    )
    job.slack_h = job.slack_at(span.arrival_h)
    fleet.jobs.append(job)


def at_score(points: list[float], score: float) -> float:
    """Straight lines through the points, which stand at even normal scores from -4 to 4; their ends beyond."""
    position = min(max((score + 4.0) / 8.0, 0.0), 1.0) * (len(points) - 1)
    left = min(math.floor(position), len(points) - 2)
    return points[left] + (position - left) * (points[left + 1] - points[left])
