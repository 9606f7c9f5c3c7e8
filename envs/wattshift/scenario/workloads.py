"""What is asked of the fleet: classes of online requests and of jobs."""

from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from wattshift import catalog
from wattshift.catalog.entries import ChipKind, Precision

from .fields import ChipName, Count, JobKindName, NonNegative, Positive, RequestKindName, Section, SiteName
from .inherit import inherit_jobs, inherit_requests
from .tables import N_GANG_SIZES

Efficiency = Annotated[float, Field(strict=True, gt=0, le=1)]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]


class DemandShape(Section):
    """How a rate moves with the local clock of its origin."""

    peak_hour: Annotated[float, Field(strict=True, ge=0, lt=24)] = Field(description="local hour of the daily peak")
    peak_to_trough: Annotated[float, Field(strict=True, ge=1)] = Field(description="of the weekday's shape")
    weekend_ratio: Positive = Field(description="weekend mean over weekday mean")
    burst_sd: NonNegative = Field(description="sd of the logarithm of a noise that lasts hours")
    drift_sd: NonNegative = Field(default=0.0, description="sd of the logarithm of a noise that lasts days")
    growth_per_year: Annotated[float, Field(strict=True, gt=-1)] = Field(
        default=0.0, description="of the rate, compound, from the traces' first hour on"
    )


class Preprocess(Section):
    """What a module at the origin may do to a request's data before they travel: filter, crop, aggregate.

    A chip does `peak operations x efficiency / operations per request` requests per second, one at a time.
    """

    tera_ops: Positive = Field(description="1e12 operations per request")
    efficiency: Annotated[dict[ChipKind, Efficiency], Field(min_length=1)] = Field(
        description="kinds of chip the software runs on, with the share of the dense peak reached"
    )
    precision: Precision | None = Field(default=None, description="left out: that of the class")
    keep_share: Annotated[float, Field(strict=True, gt=0, lt=1)] = Field(
        description="of the class's megabytes that still travel"
    )
    memory_gb: NonNegative = Field(default=0.0, description="which one chip must hold")


class RequestClass(Section):
    """Online requests of one kind.

    A chip answers `peak operations x efficiency / operations per request` requests per second. `batch` requests share
    it until each is answered, so one takes `batch / rate`. For models that write token by token a request counts as
    answered at its first token, while `tera_ops` covers all its tokens.
    """

    summary: str
    kind: RequestKindName | None = Field(
        default=None, description="kind of the catalog whose shape, minute_cv and tokens hold where none are given"
    )
    model_giga_params: Positive | None = Field(
        default=None, description="1e9 active parameters of a language model; with the kind's tokens it gives tera_ops"
    )
    priority: Count = Field(description="1 is served first")
    objective_ms: Positive = Field(description="latency objective at the user, both ways and service")
    precision: Precision
    tera_ops: Positive = Field(description="1e12 operations per request, two per multiply-add")
    efficiency: Annotated[dict[ChipKind, Efficiency], Field(min_length=1)] = Field(
        description="kinds of chip the software runs on, with the share of the dense peak reached at full batch"
    )
    batch: Positive = Field(description="requests that share a chip until they are answered")
    lone_share: Efficiency = Field(
        default=1.0,
        description="time of a request alone on its chip over that at full batch; 1: the batch is no matter",
    )
    memory_gb: NonNegative = Field(description="model and context of one replica, which one chip must hold")
    megabytes: Positive = Field(description="data per request over the network, both ways together, MB")
    late_usd: NonNegative = Field(description="SLA credit per request served late")
    drop_usd: NonNegative = Field(description="SLA credit per request dropped")
    residency_bound: bool = Field(strict=True, description="stays in sites of the origin's residency")
    minute_cv: NonNegative = Field(description="coefficient of variation of the rate from minute to minute")
    preprocess: Preprocess | None = Field(default=None, description="how the origin may reduce the data; left out: not")
    shape: DemandShape
    rate_per_s: Annotated[dict[SiteName, Positive], Field(min_length=1)] = Field(description="long-run mean by origin")

    @model_validator(mode="before")
    @classmethod
    def _inherits(cls, document: Any) -> Any:
        return inherit_requests(document)

    @model_validator(mode="after")
    def _dropping_is_no_cheaper(self) -> "RequestClass":
        if self.drop_usd < self.late_usd:
            raise ValueError(f"drop_usd is {self.drop_usd:g}, must be >= late_usd, which is {self.late_usd:g}")
        return self


class Elastic(Section):
    """How a gang runs on fewer or more chips than its nominal size g: n chips do g (n / g) ** exponent chips' work.

    A concave scaling curve, as the marginal capacity curves of CarbonScaler (Hanafy et al., 2023): every further chip
    adds less. n is at least `least_share` g, rounded up, and at most `most_share` g, rounded down.
    """

    least_share: Annotated[float, Field(strict=True, gt=0, le=1)] = Field(description="fewest chips / nominal gang")
    most_share: Annotated[float, Field(strict=True, ge=1, le=64)] = Field(description="most chips / nominal gang")
    exponent: Annotated[float, Field(strict=True, gt=0, le=1)] = Field(description="1 = speed in proportion to chips")


class JobClass(Section):
    """Deferrable jobs of one kind: gangs of chips that start together, in hours of the reference chip."""

    summary: str
    kind: JobKindName | None = Field(
        default=None, description="kind of the catalog whose shape, run times and gangs hold where none are given"
    )
    precision: Precision
    memory_gb: NonNegative = Field(description="needed on every chip of the gang")
    reference_chip: ChipName = Field(description="chip on which the durations hold")
    relative_efficiency: Annotated[dict[ChipKind, Positive], Field(min_length=1)] = Field(
        description="kinds of chip the software runs on, with the share of peak reached there over the reference's"
    )
    duration_h: Annotated[list[tuple[Probability, Positive]], Field(min_length=2)] = Field(
        description="run time on the reference chip: [probability, hours] from probability 0 to 1"
    )
    gangs: Annotated[list[tuple[Count, Probability]], Field(min_length=1, max_length=N_GANG_SIZES)] = Field(
        description="[chips, probability]"
    )
    gang_hours: list[Positive] | None = Field(
        default=None, description="run time of each size over that of duration_h; left out: 1"
    )
    elastic: Elastic | None = Field(default=None, description="sizes a gang may also run at; left out: its size only")
    data_gb: NonNegative = Field(description="input staged at the start, per chip of the gang")
    result_gb: NonNegative = Field(default=0.0, description="sent to the job's origin when the work is done, per job")
    slack_h: NonNegative = Field(description="mean slack granted beyond the run time")
    slack_share: NonNegative = Field(description="slack granted in proportion to the run time")
    checkpoint_h: Positive = Field(description="between checkpoints")
    restart_h: NonNegative = Field(description="to load and start, at every start")
    late_usd_per_chip_h: NonNegative = Field(description="credit per chip of the gang and hour late")
    abandon_h: Positive = Field(description="hours late after which the owner gives up")
    reject_usd_per_chip_h: NonNegative = Field(description="credit per reference chip-hour refused or given up")
    residency_bound: bool = Field(strict=True, description="stays in sites of the origin's residency")
    hourly_burst_sd: NonNegative = Field(description="sd of the logarithm of the hourly arrival rate")
    shape: DemandShape
    rate_per_h: Annotated[dict[SiteName, Positive], Field(min_length=1)] = Field(description="long-run mean by origin")

    @model_validator(mode="before")
    @classmethod
    def _inherits(cls, document: Any) -> Any:
        return inherit_jobs(document)

    @model_validator(mode="after")
    def _every_gang_has_its_hours(self) -> "JobClass":
        if self.gang_hours is not None and len(self.gang_hours) != len(self.gangs):
            raise ValueError(
                f"gang_hours has {len(self.gang_hours)} items, must be one for each of {len(self.gangs)} gangs"
            )
        return self

    @model_validator(mode="after")
    def _reference_can_run_it(self) -> "JobClass":
        if catalog.chips()[self.reference_chip].tera_ops(self.precision) == 0.0:
            raise ValueError(
                f"reference_chip is {self.reference_chip}, must be a chip that computes in {self.precision}"
            )
        return self

    @field_validator("duration_h")
    @classmethod
    def _is_a_distribution(cls, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        probabilities = [probability for probability, _ in points]
        hours = [duration for _, duration in points]
        rising = all(a < b for a, b in pairwise(probabilities))
        if probabilities[0] != 0.0 or probabilities[-1] != 1.0 or not rising or hours != sorted(hours):
            raise ValueError("must rise from probability 0 to 1, and the hours with it")
        return points

    @field_validator("gangs")
    @classmethod
    def _are_all_the_gangs(cls, gangs: list[tuple[int, float]]) -> list[tuple[int, float]]:
        sizes = [size for size, _ in gangs]
        total = sum(probability for _, probability in gangs)
        if sizes != sorted(set(sizes)) or abs(total - 1.0) > 1e-9:
            raise ValueError(f"must be different rising sizes with probabilities that sum to 1, they sum to {total:g}")
        return gangs
