"""Paths through the network: the links, one after the other, of the fixed lowest-latency path between two sites."""

import math

from .jit import njit

USABLE_LINK_SHARE = 0.95
"""Most of a link's capacity that requests, and then staging, may fill."""


@njit
def path_is_up(path, links_now):
    """Whether every link of the path is in service; true from a site to itself."""
    for nth in path:
        if nth < 0:
            break
        if links_now[nth].up == 0:
            return False
    return True


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
def width_gbps(path, links):
    """Usable capacity of the tightest link of the path; inf from a site to itself."""
    width = math.inf
    for nth in path:
        if nth < 0:
            break
        width = min(width, USABLE_LINK_SHARE * links[nth].capacity_gbps)
    return width


@njit
def load_path(path, loads, gbps):
    """Put a flow of data on every link of the path."""
    for nth in path:
        if nth < 0:
            break
        loads[nth].gbps += gbps
