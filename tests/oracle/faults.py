"""2 Faults: things leave and return to service, at random or as a script says."""

import math

from oracle import draws
from oracle.fleet import Fleet, Hazard, Record

TARGETS = ("site", "feed", "link", "module", "cooling", "chips")
STREAMS = {
    "site": draws.SITE_FAULT,
    "feed": draws.FEED_FAULT,
    "link": draws.LINK_FAULT,
    "module": draws.MODULE_FAULT,
    "cooling": draws.COOLING_FAULT,
    "chips": draws.CHIP_FAULT,
}


def faults(fleet: Fleet) -> None:
    """All that a cause took out returns, the causes change, and what they now hold leaves."""
    for hazard in fleet.hazards:
        if hazard.state.failed > 0:
            put_back(fleet, hazard.fixed)
    for event in fleet.events:
        put_back(fleet, event)
    for hazard in fleet.hazards:
        change(fleet, hazard)
        if hazard.state.failed > 0:
            take_out(fleet, hazard.fixed, hazard.state.failed)
    for event in fleet.events:
        if is_on(fleet, event):
            take_out(fleet, event, event.chips)


def switch(fleet: Fleet, cause: Record) -> tuple[Record, str]:
    """Which column of whose state a cause writes."""
    return {
        "site": lambda nth: (fleet.sites[nth].state, "up"),
        "feed": lambda nth: (fleet.sites[nth].state, "feed_up"),
        "link": lambda nth: (fleet.links[nth].state, "up"),
        "module": lambda nth: (fleet.modules[nth].state, "in_service"),
        "cooling": lambda nth: (fleet.modules[nth].state, "cooling_up"),
        "chips": lambda nth: (fleet.modules[nth].state, "failed_chips"),
    }[TARGETS[cause.what]](cause.target)


def put_back(fleet: Fleet, cause: Record) -> None:
    state, column = switch(fleet, cause)
    setattr(state, column, 0 if TARGETS[cause.what] == "chips" else 1)


def take_out(fleet: Fleet, cause: Record, chips: int) -> None:
    """Chips that several causes take out are different ones, as long as there are any."""
    state, column = switch(fleet, cause)
    if TARGETS[cause.what] == "chips":
        state.failed_chips = min(state.failed_chips + chips, fleet.modules[cause.target].fixed.chips)
    else:
        setattr(state, column, 0)


def change(fleet: Fleet, hazard: Hazard) -> None:
    """Memoryless failure and repair: the chance of a change is 1 - exp(-step / mean time)."""
    fixed, state, kind = hazard.fixed, hazard.state, TARGETS[hazard.fixed.what]

    def draw(stream: int) -> float:
        return draws.uniform(fleet.episode.seed, stream, fleet.episode.step, fixed.key)

    if kind != "chips":
        mean_h = fixed.mtbf_h if state.failed == 0 else fixed.mttr_h
        if draw(STREAMS[kind]) < 1.0 - math.exp(-fleet.step_h / mean_h):
            state.failed = 1 - state.failed
        return
    healthy = fleet.modules[fixed.target].fixed.chips - state.failed
    failing = how_many(healthy, fleet.step_h / fixed.mtbf_h, draw(STREAMS[kind]))
    repaired = how_many(state.failed, fleet.step_h / fixed.mttr_h, draw(draws.CHIP_REPAIR)) if state.failed > 0 else 0
    state.failed += failing - repaired


def how_many(n: int, rate: float, u: float) -> int:
    """Of `n` chips those that change, each with the chance 1 - exp(-rate)."""
    return 0 if u <= 1.0 - n * rate else draws.binomial(n, 1.0 - math.exp(-rate), u)


def is_on(fleet: Fleet, event: Record) -> bool:
    """Whether the window, or one of its repetitions, covers the step."""
    clock = fleet.episode.start + fleet.episode.step if event.on_clock else fleet.episode.step
    since = clock - event.begin_step
    if since >= 0 and event.every_steps > 0:
        since %= event.every_steps
    return 0 <= since < event.n_steps
