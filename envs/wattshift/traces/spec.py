"""What is asked of the traces: how demand moves, and where weather and grid come from."""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _iana(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as 'Europe/Berlin'") from error
    return name


TimeZone = Annotated[str, AfterValidator(_iana)]
Positive = Annotated[float, Field(gt=0)]


class Strict(BaseModel):
    """A frozen model that refuses unknown fields, NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Shape(Strict):
    """How a demand series moves around its long-run mean."""

    timezone: TimeZone = Field(description="IANA name; the daily and weekly shape follow this clock, with its DST")
    peak_hour: float = Field(ge=0, lt=24, description="local hour of the daily peak")
    peak_to_trough: float = Field(ge=1, description="weekday ratio of the day's peak to its trough")
    weekend_ratio: float = Field(gt=0, description="weekend mean / weekday mean")
    burst_sd: float = Field(ge=0, le=2, description="sd of the log of the noise that lasts hours")
    drift_sd: float = Field(default=0.0, ge=0, le=2, description="sd of the log of the noise that lasts days")
    growth_per_year: float = Field(default=0.0, gt=-1, description="of the rate, compound, from the first hour on")


class Demand(Strict):
    """Zones, request flows and job streams of a scenario, in the order of its `Params`."""

    zones: tuple[str, ...] = Field(min_length=1)
    flow_mean_per_s: tuple[Positive, ...]
    flow_shapes: tuple[Shape, ...]
    stream_mean_per_h: tuple[Positive, ...]
    stream_shapes: tuple[Shape, ...]
    flow_names: tuple[str, ...] = Field(default=(), description="by which a replay finds its flow")
    stream_names: tuple[str, ...] = Field(default=(), description="by which a replay finds its stream")

    @model_validator(mode="after")
    def _lengths_agree(self) -> Self:
        if len(self.flow_mean_per_s) != len(self.flow_shapes):
            raise ValueError(f"{len(self.flow_mean_per_s)} flow means but {len(self.flow_shapes)} flow shapes")
        if len(self.stream_mean_per_h) != len(self.stream_shapes):
            raise ValueError(f"{len(self.stream_mean_per_h)} stream means but {len(self.stream_shapes)} stream shapes")
        if len(set(self.zones)) != len(self.zones):
            raise ValueError(f"zones must be distinct, got {', '.join(self.zones)}")
        return self


SYNTHETIC_FIRST_YEAR = 2025
REAL_FIRST_YEAR = 2023  # the first year for which every zone's price file is whole: GB's 2022 begins on 21 January


Regime = Literal["usual", "crisis"]
"""Prices of fuel: those of 2023, or those of the crisis of 2022."""


class Recording(Strict):
    """A recorded file that takes the place of drawn demand."""

    file: Path = Field(description="CSV: time,count for requests; arrival,hours,gang for jobs; plain or .gz")
    every_h: int | None = Field(
        default=None, ge=1, description="its first so many hours repeat for ever; left out: as it is dated"
    )


class Replay(Strict):
    """What is replayed, by the name of the flow or stream, `origin/class`."""

    requests: dict[str, Recording] = Field(default_factory=dict)
    jobs: dict[str, Recording] = Field(default_factory=dict)


ForecastKind = Literal["realistic", "persistence", "perfect"]


class TraceSpec(Strict):
    """Where weather and grid series come from.

    `synthetic`: the models of `catalog/zones.yaml` and `catalog/grids`, any number of years, on the real calendar
    from `first_year`, with fuel at its usual prices or at those of a crisis.
    `real`: files under `root` (or the folder named by the environment variable WATTSHIFT_DATA), `years`
    consecutive calendar years. `imported`: sets that `wattshift data import` has put into `store` (or the folder
    named by WATTSHIFT_DATA_STORE, or the user's). Noise of demand and of forecasts comes from `seed` in all.
    `forecast` says what forecasts are: the truth blurred as `catalog/forecast.yaml` says, the day before, or the truth.
    """

    source: Literal["synthetic", "real", "imported"] = "synthetic"
    seed: int = Field(default=0, ge=0, lt=2**63)
    years: int = Field(default=1, ge=1, le=50)
    forecast: ForecastKind = "realistic"
    fuel: Regime = Field(default="usual", description="prices: of 2023, or of the crisis of 2022; synthetic only")
    replay: Replay | None = Field(default=None, description="recorded requests and jobs in the place of drawn ones")
    first_year: int = Field(
        default=SYNTHETIC_FIRST_YEAR, ge=1970, le=2200, description="2023 if not synthetic and not given"
    )
    root: Path | None = Field(default=None, description="folder of the real data; only with source: real")
    store: Path | None = Field(default=None, description="folder of imported sets; only with source: imported")

    @model_validator(mode="before")
    @classmethod
    def _default_year_of_real_data(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("source") in ("real", "imported"):
            return {"first_year": REAL_FIRST_YEAR, **given}
        return given

    @model_validator(mode="after")
    def _root_is_for_real_data(self) -> Self:
        if self.root is not None and self.source != "real":
            raise ValueError("root: only allowed with source: real, synthetic traces read no files")
        if self.fuel != "usual" and self.source != "synthetic":
            raise ValueError("fuel: only allowed with source: synthetic, real traces have the prices of their years")
        if self.store is not None and self.source != "imported":
            raise ValueError("store: only allowed with source: imported")
        return self
