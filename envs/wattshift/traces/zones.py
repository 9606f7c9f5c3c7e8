"""The grid zones of `catalog/zones.yaml`: place, climate, and the real files' habits.

Every block carries the grade of its numbers (A primary source or recomputed from data, B secondary source or
rounded fit, C engineering estimate) and their source.
"""

import difflib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Self

import yaml
from pydantic import Field, TypeAdapter, model_validator

from wattshift.traces.errors import TraceError
from wattshift.traces.spec import Strict, TimeZone


class Sourced(Strict):
    """A block of numbers with their grade and source."""

    grade: Literal["A", "B", "C"]
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _estimates_say_so(self) -> Self:
        if self.grade == "C" and "estimate" not in self.source:
            raise ValueError("source: a grade C block must say 'estimate'")
        return self


class Place(Sourced):
    """Where the zone's weather is taken."""

    latitude_deg: float = Field(ge=-66, le=66)
    longitude_deg: float = Field(ge=-180, le=180)
    timezone: TimeZone


class Noise(Strict):
    """Sum of a slow (days) and a fast (hours) noise; what is added to has no unit or the unit of its block."""

    slow_sd: float = Field(ge=0)
    slow_h: float = Field(gt=0, description="time constant, hours")
    fast_sd: float = Field(ge=0)
    fast_h: float = Field(gt=0, description="time constant, hours")


class Lows(Strict):
    """What passing low pressure does to the slow noises, as correlations; a high does the opposite."""

    hours: float = Field(gt=0, description="time constant of their passing")
    temp_winter: float = Field(ge=-1, le=1, description="with temperature, half a year from the warmest day")
    temp_summer: float = Field(ge=-1, le=1, description="with temperature, on the warmest day")
    cloud: float = Field(ge=-1, le=1)
    wind: float = Field(ge=-1, le=1)


class Climate(Sourced):
    """Temperature and dew point in C, cloud cover through its logit; see `weather.py` and `synoptic.py`."""

    temp_mean_c: float
    temp_season_k: float = Field(ge=0, description="half the swing of the year")
    temp_day_k: float = Field(ge=0, description="half the swing of the day")
    day_season: float = Field(ge=-1, le=1, description="log of the day's swing, on the warmest day")
    day_cloud: float = Field(ge=0, le=1, description="log of the day's swing, taken off by a sd of slow cloud")
    warmest_day: float = Field(ge=1, le=366, description="day of the year")
    warmest_hour: float = Field(ge=12, le=18, description="mean solar time")
    temp_noise_k: Noise
    temp_noise_season: float = Field(ge=-1, le=1, description="log of the noise, on the warmest day")
    temp_noise_skew: float = Field(ge=-0.5, le=0.5, description="of its slow part, log-normal; above 0: heat waves")
    dew_depression_k: float = Field(gt=0, description="mean of temperature less dew point, before the day shape")
    dew_depression_season_k: float = Field(description="added to it on the warmest day, taken off half a year later")
    dew_depression_sd_k: float = Field(ge=0)
    dew_follows: float = Field(ge=0, le=1, description="share of the temperature's noise that the dew point follows")
    dew_h: float = Field(gt=0, description="time constant of its noise, hours")
    dew_cloud: float = Field(ge=-1, le=1, description="correlation of its noise with slow cloud")
    cloud_middle: float = Field(gt=0, lt=1, description="median cloud cover")
    cloud_season: float = Field(description="logits, on the warmest day")
    cloud_noise: Noise
    lows: Lows


class Wind(Sourced):
    """Wind speed at 10 m above ground, Weibull at any one hour of the year; see `wind_speed.py`."""

    mean_m_per_s: float = Field(gt=0, description="over the years")
    weibull_shape: float = Field(ge=1, le=5, description="of the speeds of one season and hour, away from the hump")
    steadier: float = Field(ge=0, le=2, description="log of the shape, added at the windiest hour")
    season: float = Field(ge=0, le=1, description="log of the speed, on the windiest day")
    windiest_day: float = Field(ge=1, le=366, description="day of the year")
    day: float = Field(ge=0, le=2, description="log of the speed, height of the day's hump")
    windiest_hour: float = Field(ge=0, lt=24, description="mean solar time")
    day_width_h: float = Field(gt=0, le=8, description="of the day's hump, standard deviation")
    slow_share: float = Field(ge=0, le=1, description="of the variance of its noise; the rest is fast")
    slow_h: float = Field(gt=0, description="time constant, hours")
    fast_h: float = Field(gt=0, description="time constant, hours")


class RealFiles(Sourced):
    """Habits of the zone's real files: folders, identifiers, clock and currency."""

    carbon_folder: str
    carbon_zone_id: str = Field(description="what the column 'Zone Id' must say")
    weather_folder: str
    price_folder: str
    price_name: str = Field(description="file name before '_electricity_prices_YEAR.csv'")
    price_column: str
    price_clock: Literal["in file", "Europe/Berlin", "+00:00", "+10:00", "-05:00", "+05:30", "+08:00", "-03:00"] = (
        Field(description="'in file': times carry an offset; 'Europe/Berlin': 24 rows on the days clocks change")
    )
    month_starts_twice: bool = Field(default=False, description="two rows for 00:00 of the first of a month")
    usd_per_unit: float = Field(gt=0)


class Zone(Strict):
    """One grid zone."""

    title: str
    place: Place
    climate: Climate
    wind: Wind
    files: RealFiles | None = Field(default=None, description="absent: the zone has synthetic traces only")

    @property
    def real_files(self) -> RealFiles:
        """Where the zone's real files are.

        Raises:
            TraceError: the catalog knows of none.
        """
        if self.files is None:
            raise TraceError(f"{self.title}: no real files are known of this zone, its traces can only be synthetic")
        return self.files


def catalog_text() -> bytes:
    """The bytes of `catalog/zones.yaml`."""
    return (files("wattshift") / "catalog" / "zones.yaml").read_bytes()


@lru_cache(maxsize=1)
def catalog() -> dict[str, Zone]:
    """All zones by name."""
    return TypeAdapter(dict[str, Zone]).validate_python(yaml.safe_load(catalog_text()))


def find_zones(names: Sequence[str]) -> list[Zone]:
    """The named zones, in the order given.

    Raises:
        TraceError: a name is not in the catalog.
    """
    known = catalog()
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise TraceError(f"zones: unknown zone {name!r}, known are {', '.join(known)}{hint}")
    return [known[name] for name in names]
