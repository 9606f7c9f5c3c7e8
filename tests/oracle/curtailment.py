"""11 Curtailment requests: import beyond what one allows, measured against what is usual."""

import math

from oracle.fleet import Fleet, Site

USUAL_H = 24.0


def heed(fleet: Fleet, site: Site) -> None:
    """Note the excess while a request holds; learn what is usual while none does.

    The usual import is the plain mean of the steps so far at first, and forgets with a time constant of a day later.
    """
    fixed, state, moved = site.fixed, site.state, site.moved
    if state.curtailing:
        allowed_kw = min((1.0 - fixed.curtail_share) * state.usual_kw, fixed.import_limit_kw)
        moved.excess_kw = max(moved.import_kw - allowed_kw, 0.0)
    else:
        gain = max(1.0 - math.exp(-fleet.step_h / USUAL_H), 1.0 / (fleet.episode.step + 1))
        state.usual_kw += gain * (moved.import_kw - state.usual_kw)
