"""Stage 2, paths: which candidate path every pair of sites uses, and which links sleep.

A link looks as long as it is, less what the action prefers it by; one that is wished asleep looks a thousand seconds
longer, so that a path over such links is taken only where there is no other, and then the one with the fewest. What is
chosen depends on the links in service and on the set-points alone: not on the order of the pairs, nor on the past.
"""

from .jit import njit
from .terms import LINK_WAKES

NEAREST_MS = 0.01
"""No link looks nearer than this."""

ASLEEP_MS = 1e6
"""What a link that is wished asleep looks longer by."""

DOWN_MS = 1e9
"""What a link out of service looks like; no path that looks this long is chosen."""


@njit
def choose_paths(params, state, control, ledger):
    """Choose every path anew if a link, or a set-point of one, is not as at the last choice."""
    if is_as_before(state, control):
        return
    for nth in range(len(params.links)):
        look_at_link(params.links[nth], state.links[nth], control.links[nth], ledger.links[nth])
    for nth in range(len(params.pairs)):
        choose_path(params, state, ledger, params.pairs[nth])
    for nth in range(len(params.links)):
        link_now = state.links[nth]
        was_asleep = link_now.asleep
        may_sleep = control.links[nth].may_sleep == 1 and link_now.up == 1
        link_now.asleep = 1 if may_sleep and ledger.links[nth].needed == 0 else 0
        if was_asleep == 1 and link_now.asleep == 0 and link_now.up == 1:
            ledger.totals[0].sums[LINK_WAKES] += 1.0


@njit
def is_as_before(state, control):
    """Whether all links and their set-points are as the paths were chosen for."""
    for nth in range(len(state.links)):
        link_now, wanted = state.links[nth], control.links[nth]
        if link_now.up != link_now.chosen_up:
            return False
        if wanted.nearer_ms != link_now.chosen_nearer_ms or wanted.may_sleep != link_now.chosen_may_sleep:
            return False
    return True


@njit
def look_at_link(link, link_now, wanted, account):
    """Note how long a link looks, and that the paths are chosen for its present state."""
    link_now.chosen_up = link_now.up
    link_now.chosen_nearer_ms = wanted.nearer_ms
    link_now.chosen_may_sleep = wanted.may_sleep
    account.needed = 0
    account.apparent_ms = DOWN_MS
    if link_now.up == 1:
        account.apparent_ms = max(link.latency_ms - wanted.nearer_ms, NEAREST_MS)
        if wanted.may_sleep == 1:
            account.apparent_ms += ASLEEP_MS


@njit
def choose_path(params, state, ledger, pair):
    """The candidate that looks shortest (ties: the first), both ways; its links are needed."""
    first, second = pair.first, pair.second
    best_ms, best = DOWN_MS, -1
    for nth in range(pair.paths):
        apparent_ms = 0.0
        for link in params.path_links[first, second, nth]:
            if link < 0:
                break
            apparent_ms += ledger.links[link].apparent_ms
        if apparent_ms < best_ms:
            best_ms, best = apparent_ms, nth
    set_path(params, state, first, second, best)
    set_path(params, state, second, first, best)
    if best >= 0:
        for link in params.path_links[first, second, best]:
            if link < 0:
                break
            ledger.links[link].needed = 1


@njit
def set_path(params, state, origin, target, nth):
    """Use a candidate path from one site to another; -1 cuts them off, and the distance is then the shortest's."""
    path_now = state.paths[origin, target]
    path_now.nth = nth
    path_now.round_trip_ms = 2.0 * params.path_ms[origin, target, max(nth, 0)]


@njit
def reset_paths(params, state):
    """Forget all choices: only a site's way to itself stays, and pairs between which nothing travels stay cut off."""
    for nth in range(len(state.links)):
        state.links[nth].asleep = 0
        state.links[nth].chosen_up = -1
    for origin in range(len(params.sites)):
        for target in range(len(params.sites)):
            set_path(params, state, origin, target, 0 if origin == target else -1)
