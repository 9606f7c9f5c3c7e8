"""In which steps a module is surely in service: nothing exogenous forbids it, and no policy can make it trip.

A policy may overheat a module on purpose, which then draws nothing until it is cool. Where that is possible the bound
takes nothing for granted: the module need not draw its idle power.
"""

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import fan_flow, fan_inlet_c, leakage

from .case import Case, Record
from .plants import capacities

THROTTLED_RANGE_K = 10.0
"""From the throttle temperature to the lowest clock (`kernel/route.py`)."""
LEAST_RELATIVE_FLOW = 0.6
"""The lowest coolant flow an action may ask for, over that which follows the load (`kernel/decode.py`)."""
GRID_K = 0.25


def hottest_it_kw(case: Case, module: int) -> float:
    """The most IT power that a module can draw at any loop temperature up to its trip point.

    On each interval of temperature leakage and fans are those of its hot end, the clock that of its cold end.
    """
    row = case.params.modules[module]
    cold_c = min(row["supply_min_c"], case.params.plants["supply_c"][module, 0])
    temps_c = np.arange(cold_c, row["trip_c"] + GRID_K, GRID_K)
    most_w = 0.0
    for low_c, high_c in pairwise(temps_c):
        throttling = min(max((low_c - row["throttle_c"]) / THROTTLED_RANGE_K, 0.0), 1.0)
        dynamic = (1.0 - (1.0 - row["min_speed"]) * throttling) ** row["dvfs_exponent"]
        chip_w = row["chip_idle_w"] + (row["chip_peak_w"] - row["chip_idle_w"]) * dynamic
        fans_w = row["fan_w"] * fan_flow(1.0, fan_inlet_c(Record(row), high_c)) ** 3
        most_w = max(most_w, chip_w * leakage(Record(row), high_c) + row["node_peak_w"] + fans_w)
    return float(most_w * row["chips"] * 1e-3)


def surely_up(case: Case) -> NDArray[np.bool_]:
    """[H, M] steps in which a module is in service under every policy."""
    sure = case.episode.in_service.copy()
    for module in range(len(case.params.modules)):
        sure[:, module] &= ~_may_be_tripped(case, module)
    return sure


def _may_be_tripped(case: Case, module: int) -> NDArray[np.bool_]:
    """[H] steps in which a module may be dark for want of power, or tripped, because of this step or one before."""
    row, episode = case.params.modules[module], case.episode
    site = row["site"]
    cannot_be = np.ones(len(case.zones), np.bool_)
    if case.params.sites["limited"][site] == 1:
        return cannot_be
    main, rest = case.params.plants[module]
    sure_kw, warmest_c = capacities(case, module, 0)
    hottest_kw = hottest_it_kw(case, module)
    to_loop_kw = np.full(len(case.zones), hottest_kw)
    if main["heat_share"] < 1.0:
        to_loop_kw -= np.minimum(hottest_kw * rest["heat_share"], capacities(case, module, 1)[0])
    rise_k = main["capacity_kw"] / (LEAST_RELATIVE_FLOW * row["conductance_kw_per_k"])
    holds = (to_loop_kw <= sure_kw) & (warmest_c + rise_k <= row["trip_c"])
    holds &= episode.cooling_up[:, module] & episode.feed_up[:, site]
    is_risky = ~holds
    if not is_risky.any():
        return is_risky
    return _spread(is_risky, _recovery_steps(case, module, hottest_kw, sure_kw[holds], warmest_c[holds]))


def _recovery_steps(
    case: Case, module: int, hottest_kw: float, sure_kw: NDArray[np.float64], warmest_c: NDArray[np.float64]
) -> float:
    """Steps after which a tripped module, which makes no heat, is surely cool enough to serve again.

    Until then its plant removes at least what it removes at the throttle temperature.
    """
    row, step_h = case.params.modules[module], case.slots.step_h
    if len(sure_kw) == 0 or warmest_c.max() >= row["throttle_c"]:
        return math.inf
    conductance = row["conductance_kw_per_k"] * case.params.plants["least_flow"][module, 0]
    removed_kw = min(conductance * (row["throttle_c"] - warmest_c.max()), sure_kw.min())
    if removed_kw <= 0.0:
        return math.inf
    peak_c = row["trip_c"] + hottest_kw * step_h / row["mass_kwh_per_k"]
    return (peak_c - row["throttle_c"]) * row["mass_kwh_per_k"] / removed_kw / step_h + 2.0


def _spread(is_risky: NDArray[np.bool_], steps: float) -> NDArray[np.bool_]:
    """Risky steps, and so many after each."""
    since = np.arange(len(is_risky)) - np.maximum.accumulate(np.where(is_risky, np.arange(len(is_risky)), -(10**9)))
    return since <= steps
