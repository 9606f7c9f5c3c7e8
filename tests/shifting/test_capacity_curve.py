"""The virtual capacity curve is the optimum of its linear program."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from wattshift_agents.shifting import capacity_curve
from wattshift_agents.shifting.capacity import level

HOURS = 6
costs = st.lists(st.integers(-5, 20), min_size=HOURS, max_size=HOURS).map(lambda row: np.array([row], float))
rooms = st.lists(st.integers(0, 6), min_size=HOURS, max_size=HOURS).map(lambda row: np.array([row], float))


def optimum(cost, demand, room, peak_cost):
    """By a solver: variables x by hour and the peak."""
    below_peak = np.hstack([np.eye(HOURS), -np.ones((HOURS, 1))])
    solved = linprog(
        [*cost[0], peak_cost],
        A_ub=below_peak,
        b_ub=np.zeros(HOURS),
        A_eq=[[1.0] * HOURS + [0.0]],
        b_eq=[min(demand, room.sum())],
        bounds=[*((0.0, most) for most in room[0]), (0.0, None)],
    )
    assert solved.success
    return solved.fun


@given(costs, rooms, st.integers(0, 40), st.integers(0, 60))
def test_the_curve_is_optimal_places_the_demand_and_keeps_within_the_room(cost, room, demand, peak_cost):
    curve = capacity_curve(cost, demand, room, peak_cost)
    assert curve.sum() == pytest.approx(min(demand, room.sum()))
    assert (curve >= 0.0).all()
    assert (curve <= room).all()
    value = (cost * curve).sum() + peak_cost * curve.max()
    assert value == pytest.approx(optimum(cost, demand, room, peak_cost), abs=1e-6)


@given(rooms, st.integers(0, 40))
def test_the_level_holds_the_demand(room, demand):
    found = level(room, np.array([float(demand)]))
    if demand > room.sum():
        assert found == np.inf
    else:
        assert np.minimum(room, found).sum() == pytest.approx(demand)


def test_a_dear_peak_spreads_the_day_evenly_and_a_free_one_fills_the_cheapest_hours():
    cost = np.array([[3.0, 1.0, 2.0, 4.0]])
    np.testing.assert_allclose(capacity_curve(cost, 2.0, 1.0, 0.0), [[0.0, 1.0, 1.0, 0.0]])
    np.testing.assert_allclose(capacity_curve(cost, 2.0, 1.0, 1000.0), [[0.5, 0.5, 0.5, 0.5]])


def test_plans_of_a_batch_do_not_touch_each_other():
    cost = np.random.default_rng(0).uniform(0.0, 1.0, (4, 24))
    demand, peak_cost = np.array([0.0, 3.0, 12.0, 40.0]), np.array([0.1, 0.0, 5.0, 1.0])
    together = capacity_curve(cost, demand, 1.0, peak_cost)
    for n in range(4):
        alone = capacity_curve(cost[n : n + 1], demand[n : n + 1], 1.0, peak_cost[n : n + 1])
        np.testing.assert_allclose(together[n], alone[0])


@pytest.mark.parametrize("name", ["demand", "room", "peak_cost"])
def test_negative_quantities_are_refused(name):
    arguments = {"cost": np.ones((1, 3)), "demand": 1.0, "room": 1.0, "peak_cost": 0.0} | {name: -1.0}
    with pytest.raises(ValueError, match=f"{name}: got -1"):
        capacity_curve(**arguments)
