"""Sites and what stands in them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from wattshift import catalog

from .events import Maintenance
from .fields import (
    AccessName,
    BatteryName,
    ChipName,
    Count,
    EnvelopeName,
    GeneratorName,
    Name,
    NonNegative,
    Number,
    PlantName,
    Positive,
    PowerName,
    RouterName,
    Section,
    Share,
    Timezone,
    ZoneName,
)

HourOfDay = Annotated[int, Field(strict=True, ge=0, le=24)]


class Faults(Section):
    """Random outages of one thing, exponential in both directions."""

    mtbf_h: Positive = Field(description="mean hours between outages")
    mttr_h: Positive = Field(description="mean hours to repair")


class Module(Section):
    """A prefabricated unit: chips of one kind with their cooling plant and power train."""

    name: Name
    chip: ChipName
    count: Count = Field(description="number of chips")
    plant: PlantName
    power: PowerName
    job_share: Share = Field(description="share of the chips that the autopilot offers to jobs")
    faults: Faults | None = Field(default=None, description="outages of the whole module; left out: none")
    cooling_faults: Faults | None = Field(default=None, description="outages of its cooling plant; left out: none")
    chip_faults: Faults | None = Field(default=None, description="failures of each single chip; left out: none")
    maintenance: Maintenance | None = None
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


class Generator(Section):
    """A stand-by generator: runs while the grid feed is out, on what its tank holds."""

    kind: GeneratorName
    power_kw: Positive = Field(description="most power at the bus")
    fuel_l: NonNegative = Field(description="litres in the tank when an episode begins; nobody refills it")


class Ppa(Section):
    """Power purchase agreement: pay-as-produced contract for difference on a plant in the site's grid zone."""

    source: Literal["wind", "solar"]
    power_kw: Positive = Field(description="contracted share of the plant, installed AC power")
    price_usd_per_kwh: Number = Field(description="strike: output earns the spot price and costs this")


class Curtailment(Section):
    """Requests of the grid operator to import less for some hours; ignoring one costs money, not power."""

    per_year: NonNegative = Field(description="mean number a year, at most one a day")
    hours: Annotated[float, Field(strict=True, gt=0, le=24)] = Field(description="length of a request")
    share: Share = Field(description="of the usual import (its running mean over a day) to be given up")
    notice_h: Annotated[float, Field(strict=True, ge=0, le=24)] = Field(description="hours ahead that it is announced")
    penalty_usd_per_kwh: NonNegative = Field(description="of import beyond what is allowed")
    window: tuple[HourOfDay, HourOfDay] = Field(description="[from, to) whole hours UTC in which a request may begin")

    @model_validator(mode="after")
    def _window_opens_before_it_closes(self) -> "Curtailment":
        if self.window[0] >= self.window[1]:
            raise ValueError(f"window is {list(self.window)}, must be [from, to] with from < to")
        return self


class Tariff(Section):
    """What the grid connection costs beside the spot price."""

    price_adder_usd_per_kwh: NonNegative = Field(description="network charges and levies on top of the spot price")
    demand_usd_per_kw_month: NonNegative = Field(description="charge on the month's highest import")
    export_price_share: Share = Field(description="share of the spot price paid for export; 0 = no export")


class Site(Section):
    """One place with its grid connection, its users and its modules."""

    name: Name
    tier: Literal["cloud", "regional", "edge"]
    latitude: Annotated[float, Field(strict=True, ge=-90, le=90)] = Field(description="degrees north")
    longitude: Annotated[float, Field(strict=True, ge=-180, le=180)] = Field(description="degrees east")
    timezone: Timezone = Field(description="IANA time zone in which the users here live")
    zone: ZoneName = Field(description="grid zone")
    residency: Name = Field(description="where residency-bound data of this site may be processed: sites that share it")
    access_ms: NonNegative | None = Field(
        default=None, description="round trip from the users here to the site; left out: that of `access`"
    )
    access: AccessName | None = Field(
        default=None, description="access network of the users here, which adds its energy; left out: none is counted"
    )
    router: RouterName | None = Field(default=None, description="router of the site; left out: none is counted")
    modules: Annotated[list[Module], Field(min_length=1)]
    tariff: Tariff
    pv_kw: NonNegative = Field(default=0.0, description="photovoltaics on the site's bus, installed AC power")
    wind_kw: NonNegative = Field(default=0.0, description="wind turbines on the site's bus, installed AC power")
    battery: Battery | None = None
    generator: Generator | None = None
    ppa: Ppa | None = None
    curtailment: Curtailment | None = None
    import_limit_kw: NonNegative | None = Field(
        default=None,
        description="most that the grid connection delivers; left out: a tenth above the worst case; below the worst "
        "case chips are held back when power is short; 0: no connection, the site lives on its own supply",
    )
    faults: Faults | None = Field(default=None, description="outages of compute and power of the whole site")
    feed_faults: Faults | None = Field(default=None, description="outages of the grid feed; left out: none")

    @model_validator(mode="after")
    def _modules_differ_in_name(self) -> "Site":
        names = [module.name for module in self.modules]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"modules must have different names, {', '.join(repeated)} repeated")
        return self

    @model_validator(mode="after")
    def _users_have_access(self) -> "Site":
        if self.access_ms is None and self.access is None:
            raise ValueError("must have access_ms (a number >= 0) or access (an access network of the catalog)")
        return self

    @property
    def round_trip_ms(self) -> float:
        """Round trip from the users here to the site."""
        if self.access is not None and self.access_ms is None:
            return catalog.access()[self.access].round_trip_ms.value
        return self.access_ms or 0.0

    @property
    def access_kwh_per_gb(self) -> float:
        """Energy of the access network here."""
        return catalog.access()[self.access].kwh_per_gb.value if self.access is not None else 0.0
