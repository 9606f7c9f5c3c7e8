"""The fleet as objects: what `Params`, `State`, `Control` and `Ledger` say of one environment.

Every object has up to four faces, each a record with the columns of its table: `fixed` (Params), `state`, `wanted`
(Control) and `moved` (Ledger). Objects know each other: a module its site, a flow its candidates, a path its links.
What attribution counts by job class stands beside `moved`, as plain lists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from wattshift.kernel.state import (
    JOB_LEDGER,
    LINK_LEDGER,
    MODULE_LEDGER,
    REQUEST_LEDGER,
    ROUTE_LEDGER,
    SITE_LEDGER,
)
from wattshift.kernel.terms import SUMS, TERMS

Record = SimpleNamespace
"""One row of a table, a column an attribute."""

USABLE_LINK_SHARE = 0.95

WAITING, STAGING, RUNNING, PUSHING = range(4)


def record(row: np.void) -> Record:
    """A row with plain numbers and lists."""
    return Record(**{name: row[name].tolist() for name in row.dtype.names})


def records(rows: np.ndarray) -> list[Record]:
    return [record(row) for row in rows]


def blank(kind: np.dtype) -> Record:
    """A row of zeros."""
    return record(np.zeros((), kind)[()])


@dataclass(eq=False)
class Site:
    nth: int
    fixed: Record
    state: Record
    wanted: Record
    moved: Record = field(default_factory=lambda: blank(SITE_LEDGER))
    modules: list[Module] = field(default_factory=list)

    @property
    def is_up(self) -> bool:
        return self.state.up == 1

    @property
    def has_battery(self) -> bool:
        return self.fixed.battery_kwh > 0.0


@dataclass(eq=False)
class Module:
    nth: int
    site: Site
    fixed: Record
    plants: list[Record]  # the main one, and the air plant that takes the rest
    services: list[Record]  # by request class
    state: Record
    wanted: Record
    moved: Record
    job_chips: list[float]  # by job class

    @property
    def is_up(self) -> bool:
        return self.state.up == 1

    @property
    def chips_for_requests(self) -> int:
        """Chips that are ready and that no gang holds."""
        return max(self.moved.ready - self.state.held_chips, 0)

    @property
    def free_chips(self) -> int:
        """Chips that are ready, hold no model and are held by no gang."""
        return self.moved.ready - self.state.replicas - self.state.held_chips


@dataclass(eq=False)
class Link:
    nth: int
    fixed: Record
    state: Record
    wanted: Record
    moved: Record
    job_gbps: list[float]  # by job class

    @property
    def is_up(self) -> bool:
        return self.state.up == 1

    @property
    def usable_gbps(self) -> float:
        return USABLE_LINK_SHARE * self.fixed.capacity_gbps

    @property
    def left_gbps(self) -> float:
        return max(self.usable_gbps - self.moved.gbps, 0.0)


@dataclass(frozen=True)
class Way:
    """Links that lead from one site to another, in their order."""

    links: list[Link]
    one_way_ms: float


@dataclass(eq=False)
class Path:
    """From one site to another: the way in use, or none; of a site to itself one without links.

    Of sites that are cut off from each other everything but `is_up` is that of the shortest way.
    """

    ways: list[Way]  # nearest first
    state: Record

    @property
    def is_up(self) -> bool:
        """Whether something can travel."""
        return self.state.nth >= 0

    @property
    def links(self) -> list[Link]:
        return self.ways[max(self.state.nth, 0)].links

    @property
    def left_gbps(self) -> float:
        return min((link.left_gbps for link in self.links), default=math.inf)

    @property
    def usable_gbps(self) -> float:
        return min((link.usable_gbps for link in self.links), default=math.inf)

    @property
    def usd_per_gb(self) -> float:
        return sum(link.fixed.usd_per_gb for link in self.links)

    def carry(self, gbps: float) -> None:
        for link in self.links:
            link.moved.gbps += gbps

    def use(self, nth: int) -> None:
        """Take a way, -1 = none; the distance is then the shortest's."""
        self.state.nth = nth
        self.state.round_trip_ms = 2.0 * self.ways[max(nth, 0)].one_way_ms


@dataclass(eq=False)
class RequestClass:
    nth: int
    fixed: Record
    moved: Record


@dataclass(eq=False)
class Candidate:
    """A way to serve a flow: the module, perhaps one at the origin that reduces the data first, and what goes there."""

    nth: int
    fixed: Record
    module: Module
    reducer: Module | None
    path: Path
    moved: Record = field(default_factory=lambda: blank(ROUTE_LEDGER))

    @property
    def gbit(self) -> float:
        """Of data per request over the network."""
        return self.fixed.mb * 8e-3

    @property
    def local_ms(self) -> float:
        """A lone request at full speed over an empty network."""
        return self.fixed.local_ms + self.path.state.round_trip_ms

    @property
    def busy_ms(self) -> float:
        """The same on a replica as full as the router fills them."""
        return self.fixed.busy_ms + self.path.state.round_trip_ms


@dataclass(eq=False)
class Flow:
    nth: int
    fixed: Record
    origin: Site
    kind: RequestClass
    candidates: list[Candidate]
    moved: Record


@dataclass(eq=False)
class JobClass:
    nth: int
    fixed: Record
    moved: Record


@dataclass(eq=False)
class Stream:
    nth: int
    fixed: Record
    kind: JobClass
    origin: Site
    speed: list[float]  # by module; 0 = must not run there
    state: Record


@dataclass(eq=False)
class Job:
    """A gang with work to do, or a result on its way home.

    `module` is None and `held` 0 while it waits or pushes; `site` is where its data and last checkpoint are, or its
    result.
    """

    stream: Stream
    status: int
    gang: int
    held: int
    module: Module | None
    site: Site
    work_h: float
    fresh_h: float
    stage_gb: float
    restart_h: float
    deadline_h: float
    slack_h: float
    directive: int

    @property
    def kind(self) -> JobClass:
        return self.stream.kind

    @property
    def data_gb(self) -> float:
        return self.kind.fixed.data_gb * self.gang

    def speed_on(self, module: Module) -> float:
        return self.stream.speed[module.nth]

    def slack_at(self, now_h: float) -> float:
        """Hours it may still wait and not be late."""
        return self.deadline_h - now_h - (self.restart_h + self.work_h / (self.gang * max(self.stream.speed)))


@dataclass(eq=False)
class Hazard:
    """Something that fails at random."""

    fixed: Record
    state: Record


@dataclass(eq=False)
class Fleet:
    """One environment."""

    rules: Record
    episode: Record
    totals: Record
    latency_count: list[float]
    sites: list[Site]
    modules: list[Module]
    links: list[Link]
    paths: list[list[Path]]  # from site to site
    pairs: list[Record]
    request_classes: list[RequestClass]
    flows: list[Flow]
    job_classes: list[JobClass]
    streams: list[Stream]
    hazards: list[Hazard]
    events: list[Record]
    job_slots: int
    attributed: bool  # whether every step is shared out
    jobs: list[Job] = field(default_factory=list)

    @property
    def step_h(self) -> float:
        return self.rules.step_s / 3600.0

    @property
    def now_h(self) -> float:
        """Hours since the episode began."""
        return self.episode.step * self.step_h

    def path(self, start: Site, end: Site) -> Path:
        return self.paths[start.nth][end.nth]

    def held_by(self, status: int) -> list[Job]:
        """Jobs of a status, in order of arrival."""
        return [job for job in self.jobs if job.status == status]

    def charge(self, term: str, usd: float) -> None:
        """Add to a cost term of the decision."""
        self.totals.terms_usd[TERMS.index(term)] += usd

    def count(self, name: str, amount: float) -> None:
        """Add to a running sum of the episode."""
        self.totals.sums[SUMS.index(name)] += amount

    def clear(self) -> None:
        """Begin the accounts of a step; of some columns the last value stands until they are written anew."""
        self.totals.network_carbon_kg = 0.0
        candidates = [candidate for flow in self.flows for candidate in flow.candidates]
        shares = EPISODE_SHARES if self.attributed else STEP_SHARES + EPISODE_SHARES
        for group, kind, lasting in (
            (self.sites, SITE_LEDGER, ()),
            (self.modules, MODULE_LEDGER, ("ready", "clock", "heat_limit_kw")),
            (self.links, LINK_LEDGER, ("apparent_ms", "needed")),
            (candidates, ROUTE_LEDGER, ()),
            (self.request_classes, REQUEST_LEDGER, shares),
            (self.job_classes, JOB_LEDGER, shares),
        ):
            for member in group:
                last, member.moved = member.moved, blank(kind)
                for column in lasting:
                    setattr(member.moved, column, getattr(last, column))
        if self.attributed:
            for column in STEP_SHARES:
                setattr(self.totals, f"idle_{column}", 0.0)
            for module in self.modules:
                module.job_chips = [0.0] * len(self.job_classes)
            for link in self.links:
                link.job_gbps = [0.0] * len(self.job_classes)


STEP_SHARES = ("energy_kwh", "carbon_kg", "cost_usd")
"""What attribution writes for a class, and as `idle_...` for nobody."""
EPISODE_SHARES = tuple(f"episode_{column}" for column in STEP_SHARES)
"""The same since the episode began."""
