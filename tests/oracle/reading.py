"""Reading: one environment of a world's tables as the objects of `fleet.py`, and a job back as a row."""

import math
from typing import Any

from oracle.fleet import (
    Candidate,
    Fleet,
    Flow,
    Hazard,
    Job,
    JobClass,
    Link,
    Module,
    Path,
    Record,
    RequestClass,
    Site,
    Stream,
    Way,
    record,
    records,
)
from wattshift.kernel.state import JOB


def read(params: Any, state: Any, control: Any, ledger: Any, env: int, attributed: bool = False) -> Fleet:
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
            record(ledger.modules[env, nth]),
            ledger.job_chips[env, nth].tolist(),
        )
        for nth, fixed in enumerate(records(params.modules))
    ]
    for module in modules:
        module.site.modules.append(module)
    links = [
        Link(
            nth,
            fixed,
            record(state.links[env, nth]),
            record(control.links[env, nth]),
            record(ledger.links[env, nth]),
            ledger.job_gbps[env, nth].tolist(),
        )
        for nth, fixed in enumerate(records(params.links))
    ]
    paths = [[path(params, state, env, links, i, j) for j in range(len(sites))] for i in range(len(sites))]
    request_classes = [
        RequestClass(nth, fixed, record(ledger.requests[env, nth]))
        for nth, fixed in enumerate(records(params.request_classes))
    ]
    flows = []
    for nth, fixed in enumerate(records(params.flows)):
        candidates = [
            Candidate(
                k,
                row,
                modules[row.module],
                modules[row.reducer] if row.reducer >= 0 else None,
                paths[fixed.origin][row.site],
            )
            for k, row in enumerate(records(params.candidates[nth]))
            if row.module >= 0
        ]
        kind, moved = request_classes[fixed.request_class], record(ledger.flows[env, nth])
        flows.append(Flow(nth, fixed, sites[fixed.origin], kind, candidates, moved))
    job_classes = [
        JobClass(nth, fixed, record(ledger.jobs[env, nth])) for nth, fixed in enumerate(records(params.job_classes))
    ]
    streams = [
        Stream(
            nth,
            fixed,
            job_classes[fixed.job_class],
            sites[fixed.origin],
            params.stream_speed[nth].tolist(),
            record(state.streams[env, nth]),
        )
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
        pairs=records(params.pairs),
        request_classes=request_classes,
        flows=flows,
        job_classes=job_classes,
        streams=streams,
        hazards=[Hazard(record(a), record(b)) for a, b in zip(params.hazards, state.hazards[env], strict=True)],
        events=records(params.events),
        job_slots=state.jobs.shape[1],
        attributed=attributed,
    )
    for row in records(state.jobs[env, : fleet.episode.n_jobs]):
        where = {
            "stream": streams[row.stream],
            "module": modules[row.module] if row.module >= 0 else None,
            "site": sites[row.site],
        }
        fleet.jobs.append(Job(**{**vars(row), **where}))
    return fleet


def path(params: Any, state: Any, env: int, links: list[Link], start: int, end: int) -> Path:
    """From one site to another."""
    ways = [
        Way([links[nth] for nth in hops if nth >= 0], one_way_ms)
        for hops, one_way_ms in zip(
            params.path_links[start, end].tolist(), params.path_ms[start, end].tolist(), strict=True
        )
        if math.isfinite(one_way_ms)
    ]
    return Path(ways, record(state.paths[env, start, end]))


def job_record(job: Job) -> Record:
    """A job as a row of the job table."""
    numbers = {name: getattr(job, name) for name in JOB.names}
    where = {
        "stream": job.stream.nth,
        "module": job.module.nth if job.module is not None else -1,
        "site": job.site.nth,
    }
    return Record(**{**numbers, **where})
