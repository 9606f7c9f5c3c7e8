"""A virtual capacity curve: how much flexible load each hour of the next day may hold.

After Radovanovic et al., "Carbon-Aware Computing for Datacenters", IEEE Trans. Power Systems 2022 (Google): a day's
flexible work is known in sum, moves between the hours at no cost, and is planned against the forecast cost of energy
and the price of the day's peak.
"""

import numpy as np
from numpy.typing import ArrayLike

from wattshift_agents.shifting.checks import Floats, as_costs


def capacity_curve(cost: ArrayLike, demand: ArrayLike, room: ArrayLike, peak_cost: ArrayLike = 0.0) -> Floats:
    """The plan x that minimises sum(cost x) + peak_cost max(x), where sum(x) = demand and 0 <= x <= room: exactly.

    For a given peak the cheapest hours are filled to it, the earlier of equal ones first. The cost of that is
    piecewise linear in the peak; it bends only where the peak equals an hour's room, or where it lets the k cheapest
    hours hold the whole demand. So the best of these peaks is the optimum.

    Args:
        cost: `[n, H]` forecast cost of a unit of load in each hour.
        demand: `[n]` load to place, in unit-hours, at least 0; what exceeds the room is not placed.
        room: `[n, H]` or `[H]` or a number, the load that each hour can hold, at least 0.
        peak_cost: `[n]` or a number, cost of a unit of the day's peak, at least 0.

    Returns:
        `[n, H]` load by hour.

    Raises:
        ValueError: the shapes do not fit, or a negative room, demand or price of the peak.
    """
    costs = as_costs(cost)
    n_plans, n_hours = costs.shape
    rooms = np.broadcast_to(np.asarray(room, dtype=np.float64), costs.shape)
    wanted = np.broadcast_to(np.asarray(demand, dtype=np.float64), (n_plans,))
    peak_costs = np.broadcast_to(np.asarray(peak_cost, dtype=np.float64), (n_plans,))
    for name, values in (("room", rooms), ("demand", wanted), ("peak_cost", peak_costs)):
        if not (values >= 0.0).all():
            raise ValueError(f"{name}: got {values.min()}, must be at least 0")

    order = costs.argsort(axis=1, kind="stable")
    sorted_costs = np.take_along_axis(costs, order, axis=1)
    sorted_rooms = np.take_along_axis(rooms, order, axis=1)
    placed = np.minimum(wanted, rooms.sum(axis=1))
    lowest_peak = level(sorted_rooms, placed)
    peaks = [np.maximum(sorted_rooms[:, k], lowest_peak) for k in range(n_hours)]
    peaks += [level(sorted_rooms[:, : k + 1], placed) for k in range(n_hours)]
    best_cost = np.full(n_plans, np.inf)
    best = np.zeros_like(costs)
    for peak in peaks:
        plan = _fill(np.minimum(sorted_rooms, peak[:, None]), placed)
        plan_cost = (sorted_costs * plan).sum(axis=1) + peak_costs * plan.max(axis=1)
        is_better = (plan_cost < best_cost) & np.isfinite(peak)
        best_cost = np.where(is_better, plan_cost, best_cost)
        best = np.where(is_better[:, None], plan, best)
    curve = np.empty_like(costs)
    np.put_along_axis(curve, order, best, axis=1)
    return curve


def level(room: Floats, demand: Floats) -> Floats:
    """The level to which hours fill evenly, each up to its room, to hold the demand: sum(min(room, level)) = demand.

    Args:
        room: `[n, H]`.
        demand: `[n]`.

    Returns:
        `[n]`; infinite where the rooms do not hold the demand.
    """
    ascending = np.sort(room, axis=1)
    n_hours = room.shape[1]
    smaller = np.cumsum(ascending, axis=1) - ascending
    candidate = (demand[:, None] - smaller) / (n_hours - np.arange(n_hours))
    first = (candidate <= ascending).argmax(axis=1)
    found = np.take_along_axis(candidate, first[:, None], axis=1)[:, 0]
    is_held = (candidate <= ascending).any(axis=1)
    return np.where(is_held, np.maximum(found, 0.0), np.inf)


def _fill(room: Floats, demand: Floats) -> Floats:
    """Fill hours in the order given until the demand is placed."""
    before = np.cumsum(room, axis=1) - room
    return np.clip(demand[:, None] - before, 0.0, room)
