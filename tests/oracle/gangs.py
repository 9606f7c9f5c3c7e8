"""6 Jobs, their chips: how many a gang may hold and what it is worth; starting, giving way and growing."""

import math

from oracle.decode import whole_chips
from oracle.fleet import RUNNING, STAGING, WAITING, Fleet, Job, Module, Path, Site


def least_chips(job: Job) -> int:
    return max(math.ceil(job.kind.fixed.least_share * job.gang - 1e-9), 1)


def most_chips(job: Job) -> int:
    return math.floor(job.kind.fixed.most_share * job.gang + 1e-9)


def nominal_chips(job: Job, held: int) -> float:
    """Chips of the nominal gang that are as fast as the gang on the chips held: a concave curve."""
    return job.gang if held == job.gang else job.gang * (held / job.gang) ** job.kind.fixed.exponent


def is_urgent(fleet: Fleet, job: Job) -> bool:
    """As things stand at the step's beginning."""
    return job.slack_at(fleet.now_h) < fleet.rules.urgent_slack_h


def offered(module: Module, urgent: bool = False) -> int:
    """Chips for jobs, the urgent of which may count on the ordinary share; failed ones reduce it in proportion."""
    offer, chips = module.wanted.job_chips, module.fixed.chips
    if urgent:
        offer = max(offer, whole_chips(module.fixed.job_share, chips))
    return offer * (chips - module.state.failed_chips) // chips


def largest_gang(module: Module, urgent: bool) -> int:
    """The largest that may start: all of it on free chips, at least half of it within the offer."""
    if not module.is_up:
        return 0
    return min(2 * (offered(module, urgent) - module.state.held_chips), module.free_chips)


def resize(job: Job, chips: int) -> None:
    """Let a gang hold so many chips of its module."""
    assert job.module is not None
    job.module.state.held_chips += chips - job.held
    job.held = chips


def give_way(fleet: Fleet) -> None:
    """What was lent returns; then the latest arrivals shrink first, to what is ready and, unless urgent, offered."""
    holding = [job for job in fleet.jobs if job.module is not None]
    for job in holding:
        resize(job, min(job.held, job.gang))
    for job in reversed(holding):
        module = job.module
        assert module is not None
        ready = module.moved.ready
        allowed = ready if is_urgent(fleet, job) else min(ready, offered(module))
        beyond = max(module.state.held_chips - allowed, 0)
        resize(job, min(max(job.held - beyond, least_chips(job)), job.held))


def grow(fleet: Fleet) -> None:
    """The rest of the offer goes to running gangs in order of arrival: to their nominal size, then to their most."""
    running = fleet.held_by(RUNNING)
    for job in running:
        grow_to(job, job.gang, is_urgent(fleet, job))
    for job in running:
        grow_to(job, most_chips(job), urgent=False)


def grow_to(job: Job, chips: int, urgent: bool) -> None:
    module = job.module
    assert module is not None
    room = min(offered(module, urgent) - module.state.held_chips, module.free_chips)
    resize(job, max(min(chips, job.held + room), job.held))


def start(fleet: Fleet, urgent: bool) -> None:
    """In order of arrival, urgent jobs or the others go where they seem to finish soonest; who does not fit waits."""
    for job in fleet.held_by(WAITING):
        noted_urgent = job.slack_h < fleet.rules.urgent_slack_h
        if noted_urgent != urgent or not job.site.is_up:
            continue
        fitting = [
            module
            for module in fleet.modules
            if job.speed_on(module) > 0.0
            and (urgent or may_go(job, module.site))
            and largest_gang(module, urgent) >= least_chips(job)
            and fleet.path(job.site, module.site).is_up
        ]
        if fitting:
            module = min(fitting, key=lambda module: (seems_done_in_h(fleet, job, module, urgent), module.nth))
            place(job, module, first_chips(job, module, urgent))


def may_go(job: Job, site: Site) -> bool:
    """As the last decision says; 0 = anywhere, 1 = nowhere, others = one site."""
    return job.directive in (0, 2 + site.nth)


def first_chips(job: Job, module: Module, urgent: bool) -> int:
    """With which it would start: what is free of the offer, not below its least nor beyond its nominal size."""
    within = offered(module, urgent) - module.state.held_chips
    return min(job.gang, module.free_chips, max(within, least_chips(job)))


def seems_done_in_h(fleet: Fleet, job: Job, module: Module, urgent: bool) -> float:
    """Staging over empty links + work at full clock + the result's way home - the site's preference."""
    staging_h = moving_h(fleet.path(job.site, module.site), job.data_gb)
    work_h = job.work_h / (nominal_chips(job, first_chips(job, module, urgent)) * job.speed_on(module))
    pushing_h = moving_h(fleet.path(module.site, job.stream.origin), job.kind.fixed.result_gb)
    return staging_h + work_h + pushing_h - module.site.wanted.placement_h


def moving_h(path: Path, gb: float) -> float:
    """Over empty links."""
    return gb * 8.0 / path.usable_gbps / 3600.0


def place(job: Job, module: Module, chips: int) -> None:
    job.module = module
    resize(job, chips)
    job.restart_h = job.kind.fixed.restart_h
    if module.site is job.site:
        job.status, job.stage_gb = RUNNING, 0.0
    else:
        job.status, job.stage_gb = STAGING, job.data_gb
