"""Kinds of workload: how demand of a kind arrives and how large its requests and jobs are, as published."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from .entries import Entry, NonNegative, Positive, Quantity, Share, within
from .quantiles import Floats, log_table, mean_of


class Point(Quantity):
    """A quantile: the value at a probability. Written in YAML as `[probability, value, grade, source]`."""

    at: float


def _is_a_distribution(points: tuple[Point, ...]) -> tuple[Point, ...]:
    places = [point.at for point in points]
    values = [point.value for point in points]
    rises = all(a < b for a, b in pairwise(places))
    if places[0] != 0.0 or places[-1] != 1.0 or not rises or values != sorted(values) or values[0] <= 0.0:
        raise ValueError("must rise from probability 0 to 1, and the values, above 0, with it")
    return points


Quantiles = Annotated[tuple[Point, ...], Field(min_length=2), AfterValidator(_is_a_distribution)]


class Arrivals(Entry):
    """When demand of a kind comes; the fields but the rate are those of a scenario's `shape`."""

    summary: str
    peak_hour: Annotated[Quantity, within(0.0, 23.999)]  # local hour
    peak_to_trough: Annotated[Quantity, within(1.0, 100.0)]  # of a working day
    weekend_ratio: Positive  # weekend mean over weekday mean
    burst_sd: NonNegative  # of the logarithm of the noise that lasts hours
    drift_sd: NonNegative  # of the noise that lasts days

    def shape(self) -> dict[str, float]:
        """The scenario's `shape` of the kind."""
        names = ("peak_hour", "peak_to_trough", "weekend_ratio", "burst_sd", "drift_sd")
        return {name: getattr(self, name).value for name in names}


class RequestKind(Arrivals):
    """A kind of online requests; tokens where a language model answers."""

    rate_per_s: Positive  # of the service that was measured
    minute_cv: NonNegative  # coefficient of variation of the rate from minute to minute
    context_tokens: Quantiles | None = None
    output_tokens: Quantiles | None = None

    def token_tables(self) -> tuple[Floats, Floats] | None:
        """Inverse distribution functions of context and output, as `quantiles` has them; None without tokens."""
        if self.context_tokens is None or self.output_tokens is None:
            return None
        return log_table(pairs(self.context_tokens)), log_table(pairs(self.output_tokens))

    def tokens_per_request(self) -> float | None:
        """Mean of context and output together; None without tokens."""
        tables = self.token_tables()
        return None if tables is None else sum(mean_of(table) for table in tables)


class GangShare(Entry):
    """Gangs of one size."""

    chips: Annotated[int, Field(ge=1)]
    share: Share  # of all jobs
    hours: Positive  # run time over that of `duration_h`


class JobKind(Arrivals):
    """A kind of jobs: run times on the cluster that was measured, gangs, and how the two depend on each other."""

    rate_per_h: Positive  # of the cluster that was measured
    hourly_burst_sd: NonNegative  # of the logarithm of the rate from hour to hour
    duration_h: Quantiles
    gangs: Annotated[tuple[GangShare, ...], Field(min_length=1, max_length=8)]


def pairs(points: tuple[Point, ...]) -> list[tuple[float, float]]:
    """Quantiles as (probability, value)."""
    return [(point.at, point.value) for point in points]
