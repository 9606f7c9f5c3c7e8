"""Requests of the grid operator to import less for some hours: when they come, and what ignoring them costs.

At most one begins a day and site, drawn by hash of (seed, UTC day, site), so it depends on no policy. What is allowed
is a share of the usual import, a running mean that rests while a request holds; none begins in an episode's first day,
when nothing is usual yet.
"""

import math

from .jit import njit
from .rng import CURTAILMENT, uniform

DAY_S, HOUR_S = 86400.0, 3600.0
USUAL_H = 24.0
"""Time constant of the usual import; no request begins in so many first hours of an episode."""


@njit
def begins_s(site, nth, seed, day):
    """POSIX time at which the request of a UTC day begins, on a whole hour; inf if there is none."""
    if uniform(seed, CURTAILMENT, day, 2 * nth) >= site.curtail_chance:
        return math.inf
    span_h = site.curtail_to_h - site.curtail_from_h
    hour = site.curtail_from_h + math.floor(uniform(seed, CURTAILMENT, day, 2 * nth + 1) * span_h)
    return day * DAY_S + hour * HOUR_S


@njit
def announce(params, traces, state):
    """Note at every site whether a request holds in the coming step, and when the next one begins."""
    for nth in range(len(params.sites)):
        if params.sites[nth].curtail_chance > 0.0:
            announce_at(params.sites[nth], nth, params.rules[0].step_s, traces.start_s, state)


@njit
def announce_at(site, nth, step_s, start_s, state):
    """The same at one site."""
    episode, site_now = state.episode[0], state.sites[nth]
    now_s = start_s + (episode.start + episode.step) * step_s
    first_s = start_s + episode.start * step_s + USUAL_H * HOUR_S
    today = math.floor(now_s / DAY_S)
    site_now.curtailing = 0
    site_now.curtail_in_h = 0.0
    for day in range(today + 1, today - 2, -1):  # the nearest to come is written last
        begin_s = begins_s(site, nth, episode.seed, day)
        if begin_s < first_s:
            continue
        if begin_s > now_s:
            if begin_s - now_s <= site.curtail_notice_h * HOUR_S:
                site_now.curtail_in_h = (begin_s - now_s) / HOUR_S
        elif now_s < begin_s + site.curtail_h * HOUR_S:
            site_now.curtailing = 1


@njit
def allowed_kw(site, site_now):
    """Import that the operator asks the site to keep within: a share of the usual, or the connection."""
    if site_now.curtailing == 1:
        return min((1.0 - site.curtail_share) * site_now.usual_kw, site.import_limit_kw)
    return site.import_limit_kw


@njit
def watch(site, site_now, moved, step, step_h):
    """Book the import beyond what a request allows, or learn what is usual.

    The running mean is the plain one at first and forgets with a time constant of a day from then on.
    """
    if site_now.curtailing == 1:
        moved.excess_kw = max(moved.import_kw - allowed_kw(site, site_now), 0.0)
    else:
        gain = max(-math.expm1(-step_h / USUAL_H), 1.0 / (step + 1.0))
        site_now.usual_kw += gain * (moved.import_kw - site_now.usual_kw)
