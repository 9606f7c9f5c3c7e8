"""Sites and what stands in them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from wattshift import catalog

from .fields import (
    BatteryName,
    ChipName,
    Count,
    EnvelopeName,
    Name,
    NonNegative,
    PlantName,
    Positive,
    PowerName,
    Section,
    Share,
    Timezone,
    ZoneName,
)


class Module(Section):
    """A prefabricated unit: chips of one kind with their cooling plant and power train."""

    name: Name
    chip: ChipName
    count: Count = Field(description="number of chips")
    plant: PlantName
    power: PowerName
    job_share: Share = Field(description="share of the chips that the autopilot offers to jobs")
    envelope: EnvelopeName | None = Field(
        default=None, description="thermal class of the equipment, ASHRAE TC 9.9; left out: the plant's"
    )


class Battery(Section):
    """A battery on the site's bus."""

    kind: BatteryName
    energy_kwh: Positive
    power_kw: Positive = Field(description="most power at the bus, either way")
    reserve_share: Annotated[float, Field(strict=True, ge=0, lt=1)] = Field(
        description="state of charge kept for ride-through"
    )

    @model_validator(mode="after")
    def _power_is_within_the_rate(self) -> "Battery":
        most_kw = catalog.batteries()[self.kind].max_rate_per_h.value * self.energy_kwh
        if self.power_kw > most_kw:
            raise ValueError(f"power_kw is {self.power_kw:g}, must be <= {most_kw:g} kW for {self.energy_kwh:g} kWh")
        return self


class Tariff(Section):
    """What the grid connection costs beside the spot price."""

    price_adder_usd_per_kwh: NonNegative = Field(description="network charges and levies on top of the spot price")
    demand_usd_per_kw_month: NonNegative = Field(description="charge on the month's highest import")
    export_price_share: Share = Field(description="share of the spot price paid for export; 0 = no export")


class Faults(Section):
    """Outages of a whole site, exponential in both directions."""

    mtbf_h: Positive = Field(description="mean hours between outages")
    mttr_h: Positive = Field(description="mean hours to repair")


class Site(Section):
    """One place with its grid connection, its users and its modules."""

    name: Name
    tier: Literal["cloud", "regional", "edge"]
    latitude: Annotated[float, Field(strict=True, ge=-90, le=90)] = Field(description="degrees north")
    longitude: Annotated[float, Field(strict=True, ge=-180, le=180)] = Field(description="degrees east")
    timezone: Timezone = Field(description="IANA time zone in which the users here live")
    zone: ZoneName = Field(description="grid zone")
    residency: Name = Field(description="where residency-bound data of this site may be processed: sites that share it")
    access_ms: NonNegative = Field(description="round trip from the users here to the site")
    modules: Annotated[list[Module], Field(min_length=1)]
    tariff: Tariff
    pv_kw: NonNegative = Field(default=0.0, description="photovoltaics on the site's bus, installed AC power")
    battery: Battery | None = None
    import_limit_kw: Positive | None = Field(
        default=None, description="most that the grid connection delivers; left out: a tenth above the worst case"
    )
    faults: Faults | None = None

    @model_validator(mode="after")
    def _modules_differ_in_name(self) -> "Site":
        names = [module.name for module in self.modules]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"modules must have different names, {', '.join(repeated)} repeated")
        return self
