"""Paths through the network: the links, one after the other, of the path that two sites use now (`choose.py`)."""

import math

from .jit import njit

USABLE_LINK_SHARE = 0.95
"""Most of a link's capacity that requests, and then staging, may fill."""


@njit
def is_connected(state, origin, target):
    """Whether something can travel between two sites now; true from a site to itself."""
    return state.paths[origin, target].nth >= 0


@njit
def path_in_use(state, origin, target):
    """Which candidate path two sites use, by its place in `params.path_links[origin, target]`.

    Of sites that are cut off from each other, the shortest: 0.
    """
    return max(state.paths[origin, target].nth, 0)


@njit
def room_gbps(path, links, loads):
    """Capacity left on the tightest link of the path; inf from a site to itself, never negative."""
    room = math.inf
    for nth in path:
        if nth < 0:
            break
        room = min(room, max(USABLE_LINK_SHARE * links[nth].capacity_gbps - loads[nth].gbps, 0.0))
    return room


@njit
def load_path(path, loads, gbps):
    """Put a flow of data on every link of the path."""
    for nth in path:
        if nth < 0:
            break
        loads[nth].gbps += gbps
