"""Requests and jobs of a catalog kind, sampled one by one: by the rates of the traces and the draws of the kernel.

What a world draws from a kind is drawn here by the same functions, for studies of the demand alone and for the
comparison with recorded traces.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import catalog
from .catalog.quantiles import at_scores
from .kernel import arrivals
from .kernel.jit import compiled
from .scenario.inherit import inherit_jobs
from .scenario.job_tables import job_shape
from .scenario.request_tables import dispersion
from .scenario.tables import JOB_CLASS, table
from .traces import Shape
from .traces.clock import HOUR_S, Hours, midnight_s
from .traces.demand import demand_series
from .traces.interpolate import step_middles_s

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

request_count, job_count = compiled(arrivals.request_count), compiled(arrivals.job_count)
hourly_burst, shape_job = compiled(arrivals.hourly_burst), compiled(arrivals.shape_job)

MINUTE_S, JOB_STEP_S = 60, 300
A_MONDAY_S = midnight_s(2024, 1, 1)


class Tokens(NamedTuple):
    """Lengths of requests to a language model; context and output are independent."""

    context: Ints
    output: Ints


class JobSample(NamedTuple):
    """Jobs in the order of arrival."""

    arrival_h: Floats  # since the start
    duration_h: Floats
    gang: Ints


def sample_requests(
    kind: str,
    days: int,
    seed: int,
    rate_per_s: float | None = None,
    timezone: str = "UTC",
    start_s: int = A_MONDAY_S,
    growth_per_year: float = 0.0,
) -> Ints:
    """Requests in each minute.

    Args:
        kind: of `catalog.request_kinds()`.
        days: length, from `start_s` on.
        seed: of everything random.
        rate_per_s: long-run mean, 1/s; None: that of the service that was measured.
        timezone: clock of the users' day and week.
        start_s: POSIX time of the first minute; a whole hour.
        growth_per_year: of the rate, compound.

    Returns:
        [1440 * days] counts.
    """
    chosen = catalog.request_kinds()[kind]
    mean = chosen.rate_per_s.value if rate_per_s is None else rate_per_s
    shape = Shape(timezone=timezone, growth_per_year=growth_per_year, **chosen.shape())
    rates = _rates(shape, mean, days, seed, start_s, MINUTE_S)
    spread = dispersion(chosen.minute_cv.value, mean)
    episode = np.uint64(seed)
    counts = [request_count(episode, nth, 0, rate * MINUTE_S, spread) for nth, rate in enumerate(rates)]
    return np.rint(counts).astype(np.int64)


def sample_tokens(kind: str, n_requests: int, seed: int) -> Tokens:
    """Context and output lengths of `n_requests` requests.

    Raises:
        ValueError: requests of the kind have no tokens.
    """
    tables = catalog.request_kinds()[kind].token_tables()
    if tables is None:
        raise ValueError(f"kind: requests of {kind!r} have no tokens")
    scores = np.random.default_rng(seed).standard_normal((2, n_requests))
    return Tokens(*(np.rint(at_scores(one, row)).astype(np.int64) for one, row in zip(tables, scores, strict=True)))


def sample_jobs(
    kind: str,
    days: int,
    seed: int,
    rate_per_h: float | None = None,
    timezone: str = "UTC",
    start_s: int = A_MONDAY_S,
    growth_per_year: float = 0.0,
) -> JobSample:
    """Jobs with arrival, run time and gang; they arrive on a grid of five minutes, a step of the world.

    Args:
        kind: of `catalog.job_kinds()`.
        days: length, from `start_s` on.
        seed: of everything random.
        rate_per_h: long-run mean, 1/h; None: that of the cluster that was measured.
        timezone: clock of the owners' day and week.
        start_s: POSIX time of the start; a whole hour.
        growth_per_year: of the rate, compound.
    """
    chosen = catalog.job_kinds()[kind]
    mean = chosen.rate_per_h.value if rate_per_h is None else rate_per_h
    shape = Shape(timezone=timezone, growth_per_year=growth_per_year, **chosen.shape())
    rates = _rates(shape, mean, days, seed, start_s, JOB_STEP_S)
    facts = inherit_jobs({"kind": kind})
    columns = job_shape(facts["duration_h"], facts["gangs"], facts["gang_hours"])._asdict()
    blank = {name: 0.0 for name in JOB_CLASS.names or () if name not in columns}
    job_class = table(JOB_CLASS, 1, **columns, **blank)[0]
    episode, burst_sd = np.uint64(seed), chosen.hourly_burst_sd.value
    drawn = []
    for step, rate in enumerate(rates):
        hour = step * JOB_STEP_S // HOUR_S
        count = job_count(episode, 0, step, rate * hourly_burst(episode, 0, hour, burst_sd) * JOB_STEP_S / HOUR_S)
        for nth in range(count):
            run_h, gang, _ = shape_job(job_class, episode, 0, step, nth)
            drawn.append((step * JOB_STEP_S / HOUR_S, run_h, gang))
    arrival_h, duration_h, gangs = np.array(drawn).reshape(-1, 3).T
    return JobSample(arrival_h, duration_h, gangs.astype(np.int64))


def _rates(shape: Shape, mean: float, days: int, seed: int, start_s: int, step_s: int) -> Floats:
    """Rate in each step, in the unit of `mean`, as the traces have it."""
    hours = Hours(start_s, 24 * days)
    times_s = step_middles_s(hours, step_s)[: hours.n_hours * HOUR_S // step_s]
    return demand_series(times_s, hours, mean, shape, "kind", seed)
