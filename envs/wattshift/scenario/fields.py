"""Field types shared by the scenario's models: strict numbers, names, and references checked while reading."""

from collections.abc import Callable, Collection
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from wattshift import catalog

from .errors import suggest

Number = Annotated[float, Field(strict=True)]
Positive = Annotated[float, Field(strict=True, gt=0)]
NonNegative = Annotated[float, Field(strict=True, ge=0)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[int, Field(strict=True, ge=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]

SITES = "sites"
"""Key of the validation context under which the names of the scenario's sites stand."""

TARGET_NAMES = "target_names"
"""Key of the validation context under which the names of everything that may go out of service stand, by kind."""


class Section(BaseModel):
    """Base of the scenario's models: unknown keys and NaN are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _entry_of(what: str, known: Callable[[], Collection[str]]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known():
            raise ValueError(f"must be {what}; {suggest(name, known())}")
        return name

    return AfterValidator(check)


def _zones() -> Collection[str]:
    # Inside: the traces are imported only when a scenario is read.
    from wattshift.traces.zones import catalog as zones

    return zones()


def _is_site(name: str, info: ValidationInfo) -> str:
    context: dict[str, Any] = info.context or {}
    sites = context.get(SITES)
    if sites is not None and name not in sites:
        raise ValueError(f"must be a site of this scenario; {suggest(name, sites)}")
    return name


def _is_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        nearest = suggest(name, available_timezones()).split("Known:")[0].strip()
        raise ValueError(f"must be an IANA time zone such as Europe/Berlin. {nearest}".rstrip()) from error
    return name


ChipName = Annotated[str, _entry_of("a chip of the catalog", catalog.chips)]
PlantName = Annotated[str, _entry_of("a cooling plant of the catalog", catalog.plants)]
EnvelopeName = Annotated[str, _entry_of("a thermal envelope of the catalog", catalog.envelopes)]
PowerName = Annotated[str, _entry_of("a power train of the catalog", catalog.power_trains)]
BatteryName = Annotated[str, _entry_of("a battery of the catalog", catalog.batteries)]
GeneratorName = Annotated[str, _entry_of("a generator of the catalog", catalog.generators)]
LinkName = Annotated[str, _entry_of("a link of the catalog", catalog.links)]
RouterName = Annotated[str, _entry_of("a router of the catalog", catalog.routers)]
AccessName = Annotated[str, _entry_of("an access network of the catalog", catalog.access)]
RequestKindName = Annotated[str, _entry_of("a kind of requests of the catalog", catalog.request_kinds)]
JobKindName = Annotated[str, _entry_of("a kind of jobs of the catalog", catalog.job_kinds)]
ZoneName = Annotated[str, _entry_of("a grid zone of the catalog", _zones)]
SiteName = Annotated[str, AfterValidator(_is_site)]
Timezone = Annotated[str, AfterValidator(_is_timezone)]
