"""The fleet as objects: what `Params`, `State`, `Control` and `Ledger` say of one environment.

Every object has up to four faces, each a record with the columns of its table: `fixed` (Params), `state`, `wanted`
(Control) and `moved` (Ledger). Objects know each other: a module its site, a flow its candidates, a path its links.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from wattshift.kernel.state import (
    FLOW_LEDGER,
    JOB,
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

WAITING, STAGING, RUNNING = range(3)


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
    moved: Record = field(default_factory=lambda: blank(MODULE_LEDGER))

    @property
    def is_up(self) -> bool:
        return self.state.up == 1

    @property
    def chips_for_requests(self) -> int:
        """Chips that are ready and that no gang holds."""
        return self.moved.ready - self.state.held_chips


@dataclass(eq=False)
class Link:
    nth: int
    fixed: Record
    state: Record
    moved: Record = field(default_factory=lambda: blank(LINK_LEDGER))

    @property
    def is_up(self) -> bool:
        return self.state.up == 1

    @property
    def usable_gbps(self) -> float:
        return USABLE_LINK_SHARE * self.fixed.capacity_gbps

    @property
    def left_gbps(self) -> float:
        return max(self.usable_gbps - self.moved.gbps, 0.0)


@dataclass(eq=False)
class Path:
    """The links between two sites; none from a site to itself."""

    links: list[Link]

    @property
    def is_up(self) -> bool:
        return all(link.is_up for link in self.links)

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


@dataclass(eq=False)
class RequestClass:
    nth: int
    fixed: Record
    moved: Record = field(default_factory=lambda: blank(REQUEST_LEDGER))


@dataclass(eq=False)
class Candidate:
    """A module that may serve a flow, and what the flow sends there."""

    nth: int
    module: Module
    nominal_ms: float
    path: Path
    moved: Record = field(default_factory=lambda: blank(ROUTE_LEDGER))


@dataclass(eq=False)
class Flow:
    nth: int
    fixed: Record
    kind: RequestClass
    candidates: list[Candidate]
    moved: Record


@dataclass(eq=False)
class JobClass:
    nth: int
    fixed: Record
    moved: Record = field(default_factory=lambda: blank(JOB_LEDGER))


@dataclass(eq=False)
class Stream:
    nth: int
    fixed: Record
    kind: JobClass
    origin: Site
    speed: list[float]  # by module; 0 = must not run there


@dataclass(eq=False)
class Job:
    """A gang with work to do. `module` is None while it waits; `site` is where its data and last checkpoint are."""

    stream: Stream
    status: int
    gang: int
    module: Module | None
    site: Site
    work_h: float
    fresh_h: float
    stage_gb: float
    restart_h: float
    deadline_h: float
    pace: float
    slack_h: float

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
        return self.deadline_h - now_h - (self.restart_h + self.work_h / (self.gang * self.pace))


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
    request_classes: list[RequestClass]
    flows: list[Flow]
    job_classes: list[JobClass]
    streams: list[Stream]
    job_slots: int
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
        """Begin the accounts of a step."""
        self.totals.network_carbon_kg = 0.0
        for group, kind in (
            (self.sites, SITE_LEDGER),
            (self.modules, MODULE_LEDGER),
            (self.links, LINK_LEDGER),
            (self.flows, FLOW_LEDGER),
            (self.request_classes, REQUEST_LEDGER),
            (self.job_classes, JOB_LEDGER),
            ([candidate for flow in self.flows for candidate in flow.candidates], ROUTE_LEDGER),
        ):
            for member in group:
                member.moved = blank(kind)


def read(params: Any, state: Any, control: Any, ledger: Any, env: int) -> Fleet:
    """One environment of a world's tables as objects; nothing is shared with the tables."""
    sites = [
        Site(nth, *faces)
        for nth, faces in enumerate(
            zip(records(params.sites), records(state.sites[env]), records(control.sites[env]), strict=True)
        )
    ]
    modules = [
        Module(
            nth,
            sites[fixed.site],
            fixed,
            records(params.plants[nth]),
            records(params.services[nth]),
            record(state.modules[env, nth]),
            record(control.modules[env, nth]),
        )
        for nth, fixed in enumerate(records(params.modules))
    ]
    for module in modules:
        module.site.modules.append(module)
    links = [
        Link(nth, fixed, now)
        for nth, (fixed, now) in enumerate(zip(records(params.links), records(state.links[env]), strict=True))
    ]
    paths = [[Path([links[nth] for nth in hops if nth >= 0]) for hops in row] for row in params.path_links.tolist()]
    request_classes = [RequestClass(nth, fixed) for nth, fixed in enumerate(records(params.request_classes))]
    flows = []
    for nth, fixed in enumerate(records(params.flows)):
        candidates = [
            Candidate(k, modules[row.module], row.latency_ms, paths[fixed.origin][modules[row.module].site.nth])
            for k, row in enumerate(records(params.candidates[nth]))
            if row.module >= 0
        ]
        moved = record(ledger.flows[env, nth])
        flows.append(Flow(nth, fixed, request_classes[fixed.request_class], candidates, moved))
    job_classes = [JobClass(nth, fixed) for nth, fixed in enumerate(records(params.job_classes))]
    streams = [
        Stream(nth, fixed, job_classes[fixed.job_class], sites[fixed.origin], params.stream_speed[nth].tolist())
        for nth, fixed in enumerate(records(params.streams))
    ]
    fleet = Fleet(
        rules=record(params.rules[0]),
        episode=record(state.episode[env]),
        totals=record(ledger.totals[env]),
        latency_count=state.latency_count[env].tolist(),
        sites=sites,
        modules=modules,
        links=links,
        paths=paths,
        request_classes=request_classes,
        flows=flows,
        job_classes=job_classes,
        streams=streams,
        job_slots=state.jobs.shape[1],
    )
    for row in records(state.jobs[env, : fleet.episode.n_jobs]):
        where = {
            "stream": streams[row.stream],
            "module": modules[row.module] if row.module >= 0 else None,
            "site": sites[row.site],
        }
        fleet.jobs.append(Job(**{**vars(row), **where}))
    return fleet


def job_record(job: Job) -> Record:
    """A job as a row of the job table."""
    numbers = {name: getattr(job, name) for name in JOB.names}
    where = {
        "stream": job.stream.nth,
        "module": job.module.nth if job.module is not None else -1,
        "site": job.site.nth,
    }
    return Record(**{**numbers, **where})
