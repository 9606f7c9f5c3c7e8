"""`Scenario`: what the world is, validated and immutable."""

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from .events import Event
from .fields import LinkName, Name, NonNegative, Positive, Section, SiteName
from .sites import Faults, Site
from .workloads import JobClass, RequestClass

if TYPE_CHECKING:
    from wattshift.traces import Demand


class NetworkLink(Section):
    """A link between two sites; its length is the great circle times the route factor."""

    ends: tuple[SiteName, SiteName]
    kind: LinkName
    capacity_gbps: Positive | None = Field(default=None, description="each way; left out: the catalog's")
    route_factor: Annotated[float, Field(strict=True, ge=1, le=5)] | None = Field(
        default=None, description="length of the route over the great circle; left out: the catalog's"
    )
    faults: Faults | None = Field(default=None, description="random outages; left out: the catalog's rates")

    @model_validator(mode="after")
    def _joins_two_sites(self) -> "NetworkLink":
        if self.ends[0] == self.ends[1]:
            raise ValueError(f"ends must be two different sites, both are {self.ends[0]}")
        return self


class CarbonBudget(Section):
    """Carbon that a fleet may emit day by day; while an episode is beyond its budget so far, carbon costs more."""

    kg_per_day: NonNegative = Field(description="accrues evenly over the episode")
    usd_per_t: NonNegative = Field(description="on top of the price of carbon, in every step that begins beyond it")


class Money(Section):
    """Prices of things that no market in the traces sets."""

    carbon_usd_per_t: NonNegative
    water_usd_per_m3: NonNegative
    thermal_usd_per_kwh_k: NonNegative = Field(description="per kWh of IT energy and K outside the recommended range")
    carbon_accounting: Literal["location", "market"] = Field(
        default="location", description="market: import matched by a PPA's output of the same step counts no carbon"
    )
    carbon_signal: Literal["average", "marginal"] = Field(
        default="average", description="the intensity at which carbon is charged; accounts hold the average's kg"
    )
    carbon_budget: CarbonBudget | None = Field(default=None, description="left out: none")


class Rules(Section):
    """Habits of the plain operator, and what the agent's full preferences are worth."""

    serve_utilisation: Annotated[float, Field(strict=True, gt=0, lt=1)] = Field(
        default=0.85, description="most of a chip's capacity that the router fills"
    )
    urgent_slack_h: NonNegative = Field(default=1.0, description="a job with less slack left may always start")
    routing_range_ms: NonNegative = Field(default=150.0, description="what a full routing preference is worth")
    placement_range_h: NonNegative = Field(default=6.0, description="what a full placement preference is worth")
    cold_start_s: NonNegative = Field(default=23.0, description="for a new replica to load its model")
    link_range_ms: NonNegative = Field(default=100.0, description="what a full preference for a link is worth")
    random_faults: bool = Field(default=True, description="false: only what is scripted or planned goes out of service")
    reference_cost_usd_per_h: Positive | None = Field(
        default=None, description="the autopilot's mean cost, the scale of the reward; left out: an estimate"
    )


class Source(NamedTuple):
    """Demand of one class from one origin: a flow of requests or a stream of jobs."""

    origin: str
    kind: str  # name of the class


class Scenario(Section):
    """A fleet, its network, its workloads and its prices.

    The properties name everything that `Params` numbers, in its order: sites, links, modules and job classes as in the
    file, request classes by priority, flows by priority and then site, streams by job class and then site, zones by
    first use.
    """

    name: Name
    summary: str
    sites: Annotated[list[Site], Field(min_length=1)]
    links: list[NetworkLink] = Field(default_factory=list)
    requests: Annotated[dict[Name, RequestClass], Field(min_length=1)]
    jobs: Annotated[dict[Name, JobClass], Field(min_length=1)]
    money: Money
    rules: Rules = Rules()
    events: list[Event] = Field(default_factory=list, description="scripted outages, for experiments")

    @model_validator(mode="after")
    def _sites_and_links_differ(self) -> "Scenario":
        sites = [site.name for site in self.sites]
        repeated = sorted({name for name in sites if sites.count(name) > 1})
        if repeated:
            raise ValueError(f"sites must have different names, {', '.join(repeated)} repeated")
        pairs = [tuple(sorted(link.ends)) for link in self.links]
        doubled = sorted({pair for pair in pairs if pairs.count(pair) > 1})
        if doubled:
            raise ValueError(f"links must join different pairs of sites, {doubled[0][0]} and {doubled[0][1]} repeated")
        return self

    @property
    def site_names(self) -> tuple[str, ...]:
        """Sites in the order of `Params`."""
        return tuple(site.name for site in self.sites)

    @property
    def module_names(self) -> tuple[str, ...]:
        """Modules as `site/module`."""
        return tuple(f"{site.name}/{module.name}" for site in self.sites for module in site.modules)

    @property
    def zone_names(self) -> tuple[str, ...]:
        """Grid zones, each once."""
        return tuple(dict.fromkeys(site.zone for site in self.sites))

    @property
    def link_names(self) -> tuple[str, ...]:
        """Links as `site-site`."""
        return tuple("-".join(link.ends) for link in self.links)

    @property
    def request_class_names(self) -> tuple[str, ...]:
        """Request classes, highest priority first; equals keep the order of the file."""
        return tuple(sorted(self.requests, key=lambda name: self.requests[name].priority))

    @property
    def flows(self) -> tuple[Source, ...]:
        """Request flows."""
        return tuple(
            Source(site, kind)
            for kind in self.request_class_names
            for site in self.site_names
            if site in self.requests[kind].rate_per_s
        )

    @property
    def flow_names(self) -> tuple[str, ...]:
        """Request flows as `origin/class`."""
        return tuple("/".join(flow) for flow in self.flows)

    @property
    def job_class_names(self) -> tuple[str, ...]:
        """Job classes."""
        return tuple(self.jobs)

    @property
    def streams(self) -> tuple[Source, ...]:
        """Job streams."""
        return tuple(
            Source(site, kind) for kind in self.jobs for site in self.site_names if site in self.jobs[kind].rate_per_h
        )

    @property
    def stream_names(self) -> tuple[str, ...]:
        """Job streams as `origin/class`."""
        return tuple("/".join(stream) for stream in self.streams)

    def demand(self) -> "Demand":
        """The scenario's demand as the trace generator takes it: flows, streams and zones in the order of `Params`."""
        from .demand import demand_of

        return demand_of(self)
