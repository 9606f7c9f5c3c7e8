"""Times out of service that are known beforehand: maintenance, and outages scripted for experiments."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, model_validator

from .errors import suggest
from .fields import TARGET_NAMES, Count, NonNegative, Positive, Section

HOURS_PER_DAY = 24

Target = Literal["site", "feed", "link", "module", "cooling", "chips"]


class Maintenance(Section):
    """Recurring service of a module, on the traces' clock: UTC, days counted from the traces' first row."""

    every_days: Count = Field(description="from one service to the next")
    hours: Positive = Field(description="that it takes; below 24 x every_days")
    first_day: Annotated[int, Field(strict=True, ge=0)] = Field(
        default=0, description="day of the first service; 0 = the traces' first"
    )
    hour: Annotated[float, Field(strict=True, ge=0, lt=24)] = Field(
        default=0.0, description="UTC hour at which it begins"
    )

    @model_validator(mode="after")
    def _ends_before_the_next(self) -> "Maintenance":
        most_h = HOURS_PER_DAY * self.every_days
        if self.hours >= most_h:
            raise ValueError(f"hours is {self.hours:g}, must be < {most_h} for a service every {self.every_days} days")
        return self


class Event(Section):
    """A scripted time out of service; hours count from the episode's start."""

    kind: Literal["outage", "maintenance"] = Field(default="outage", description="for the reader only: both act alike")
    target: Target = Field(
        description="site (compute and power), feed (grid connection), link, module, cooling (a module's plants), chips"
    )
    name: str = Field(description="of the site or feed `california`, link `california-toronto`, else `california/h100`")
    begin_h: NonNegative = Field(description="hours after the episode's start")
    hours: Positive = Field(description="that it lasts")
    share: Annotated[float, Field(strict=True, gt=0, le=1)] | None = Field(
        default=None, description="of the module's chips; with target: chips, and only there"
    )

    @model_validator(mode="after")
    def _names_what_is_there(self, info: ValidationInfo) -> "Event":
        context: dict[str, Any] = info.context or {}
        known = context.get(TARGET_NAMES, {}).get(self.target)
        if known is not None and self.name not in known:
            what = {"site": "site", "feed": "site", "link": "link"}.get(self.target, "module")
            raise ValueError(f"name must be a {what} of this scenario; {suggest(self.name, known)}")
        return self

    @model_validator(mode="after")
    def _a_share_is_of_chips(self) -> "Event":
        if self.target == "chips" and self.share is None:
            raise ValueError("share is missing, must say which share of the chips is out, > 0 and <= 1")
        if self.target != "chips" and self.share is not None:
            raise ValueError(f"share is for target: chips only, here the target is {self.target}")
        return self
