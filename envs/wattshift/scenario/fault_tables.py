"""Tables of what goes out of service: at random (hazards), and at times known beforehand (events)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wattshift import catalog

from .events import HOURS_PER_DAY, Event, Maintenance
from .schema import NetworkLink, Scenario
from .sites import Faults
from .tables import EVENT, HAZARD, TARGETS, table

MODULES_PER_SITE = 4096
"""Room for the modules of a site in the addresses of random draws."""

FOR_EVER_H = 1e9


class Hazard(NamedTuple):
    """One thing that fails at random."""

    what: str
    target: int
    key: int
    faults: Faults


class Window(NamedTuple):
    """One time out of service, or a recurring one."""

    what: str
    target: int
    chips: int
    on_clock: bool
    begin_h: float
    hours: float
    every_h: float


def hazard_table(scenario: Scenario) -> np.ndarray:
    """`HAZARD` records [N]: sites, feeds, links, then each module with its plant and its chips.

    The draws of a module are addressed by its site and its place there: a module added at the end of a site leaves the
    outages of all others as they were.
    """
    hazards = list(_hazards(scenario)) if scenario.rules.random_faults else []
    return table(
        HAZARD,
        len(hazards),
        what=[TARGETS.index(hazard.what) for hazard in hazards],
        target=[hazard.target for hazard in hazards],
        key=[hazard.key for hazard in hazards],
        mtbf_h=[hazard.faults.mtbf_h for hazard in hazards],
        mttr_h=[hazard.faults.mttr_h for hazard in hazards],
    )


def _hazards(scenario: Scenario) -> Iterator[Hazard]:
    for nth, site in enumerate(scenario.sites):
        if site.faults is not None:
            yield Hazard("site", nth, nth, site.faults)
    for nth, site in enumerate(scenario.sites):
        if site.feed_faults is not None:
            yield Hazard("feed", nth, nth, site.feed_faults)
    for nth, link in enumerate(scenario.links):
        yield Hazard("link", nth, nth, link_faults(link))
    target = 0
    for nth_site, site in enumerate(scenario.sites):
        for place, module in enumerate(site.modules):
            key = nth_site * MODULES_PER_SITE + place
            for what, faults in (
                ("module", module.faults),
                ("cooling", module.cooling_faults),
                ("chips", module.chip_faults),
            ):
                if faults is not None:
                    yield Hazard(what, target, key, faults)
            target += 1


def link_faults(link: NetworkLink) -> Faults:
    """Rates of a link: its own, or the catalog's for its kind."""
    kind = catalog.links()[link.kind]
    return link.faults if link.faults is not None else Faults(mtbf_h=kind.mtbf_h.value, mttr_h=kind.mttr_h.value)


def event_table(scenario: Scenario, step_s: float) -> np.ndarray:
    """`EVENT` records [V]: scripted ones in the order of the scenario, then the maintenance of modules.

    Last, for ever, the feeds of sites without a grid connection: they live as others do while theirs is out.
    Times are rounded to the nearest step (half a step up), durations likewise but to one step at least.
    """
    windows = [*_scripted(scenario), *_serviced(scenario), *_unconnected(scenario)]
    return table(
        EVENT,
        len(windows),
        what=[TARGETS.index(window.what) for window in windows],
        target=[window.target for window in windows],
        chips=[window.chips for window in windows],
        on_clock=[window.on_clock for window in windows],
        begin_step=[nearest_step(window.begin_h, step_s) for window in windows],
        n_steps=[max(nearest_step(window.hours, step_s), 1) for window in windows],
        every_steps=[nearest_step(window.every_h, step_s) for window in windows],
    )


def nearest_step(hours: float, step_s: float) -> int:
    """Hours as a number of steps."""
    return math.floor(hours * 3600.0 / step_s + 0.5)


def _scripted(scenario: Scenario) -> Iterator[Window]:
    indices = {
        "site": scenario.site_names,
        "feed": scenario.site_names,
        "link": scenario.link_names,
    } | dict.fromkeys(("module", "cooling", "chips"), scenario.module_names)
    counts = [module.count for site in scenario.sites for module in site.modules]
    for event in scenario.events:
        target = indices[event.target].index(event.name)
        chips = _chips(event, counts[target]) if event.target == "chips" else 0
        yield Window(event.target, target, chips, False, event.begin_h, event.hours, 0.0)


def _chips(event: Event, count: int) -> int:
    """Chips that a scripted event takes out: its share, to the nearest chip, one at least."""
    share = event.share if event.share is not None else 0.0
    return max(math.floor(share * count + 0.5), 1)


def _serviced(scenario: Scenario) -> Iterator[Window]:
    modules = [module for site in scenario.sites for module in site.modules]
    for target, module in enumerate(modules):
        if module.maintenance is not None:
            yield _service(target, module.maintenance)


def _unconnected(scenario: Scenario) -> Iterator[Window]:
    for target, site in enumerate(scenario.sites):
        if site.import_limit_kw == 0.0:
            yield Window("feed", target, 0, False, 0.0, FOR_EVER_H, 0.0)


def _service(target: int, plan: Maintenance) -> Window:
    begin_h = plan.first_day * HOURS_PER_DAY + plan.hour
    return Window("module", target, 0, True, begin_h, plan.hours, float(plan.every_days * HOURS_PER_DAY))
