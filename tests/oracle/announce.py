"""11 Curtailment: which requests of the grid operator hold, and which are announced."""

import math
from typing import Any

from oracle import draws
from oracle.fleet import Fleet, Site

HOUR_S, DAY_S = 3600, 86400


def announce(fleet: Fleet, traces: Any) -> None:
    """For the step to come; at most one request begins a day, none in an episode's first 24 hours."""
    episode, step_s = fleet.episode, fleet.rules.step_s
    first_s = traces.start_s + episode.start * step_s + DAY_S
    now_s = traces.start_s + (episode.start + episode.step) * step_s
    today = math.floor(now_s / DAY_S)
    for site in fleet.sites:
        if site.fixed.curtail_chance == 0.0:
            continue
        begins_s = [begin_s(fleet, site, day) for day in (today - 1, today, today + 1)]
        begins_s = [time_s for time_s in begins_s if time_s is not None and time_s >= first_s]
        length_s, notice_s = site.fixed.curtail_h * HOUR_S, site.fixed.curtail_notice_h * HOUR_S
        ahead_s = [time_s - now_s for time_s in begins_s if 0.0 < time_s - now_s <= notice_s]
        site.state.curtailing = int(any(time_s <= now_s < time_s + length_s for time_s in begins_s))
        site.state.curtail_in_h = min(ahead_s, default=0.0) / HOUR_S


def begin_s(fleet: Fleet, site: Site, day: int) -> float | None:
    """When the request of a day begins, if there is one: on a whole hour within the window."""

    def draw(index: int) -> float:
        return draws.uniform(fleet.episode.seed, draws.CURTAILMENT, day, 2 * site.nth + index)

    if draw(0) >= site.fixed.curtail_chance:
        return None
    hours = math.floor(draw(1) * (site.fixed.curtail_to_h - site.fixed.curtail_from_h))
    return day * DAY_S + (site.fixed.curtail_from_h + hours) * HOUR_S
