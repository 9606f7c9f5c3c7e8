"""Elastic plans do the work in time, and no other plan does as much for less."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift_agents.shifting import cheapest_slots, elastic_greedy, scaling_blocks

costs = st.lists(st.integers(1, 9), min_size=4, max_size=4).map(lambda row: np.array([row], float))
CHIPS = np.array([[2.0, 1.0, 1.0]])
GAIN = np.array([[2.0, 0.75, 0.5]])
"""From nothing to 2 chips, then one by one, each adding less."""


def work_of(chips):
    """Work of a slot by the chips held: 0, 2, 3 or 4."""
    return {0.0: 0.0, 2.0: 2.0, 3.0: 2.75, 4.0: 3.25}[chips]


@given(costs, st.floats(0.0, 14.0), st.integers(0, 4))
def test_no_plan_that_does_as_much_costs_less(cost, work, within):
    plan = elastic_greedy(cost, [work], [within], CHIPS, GAIN)[0]
    done = sum(map(work_of, plan))
    assert done >= min(work, within * 3.25) - 1e-6
    assert not plan[within:].any()
    spent = (cost[0] * plan).sum()
    for other in product((0.0, 2.0, 3.0, 4.0), repeat=within):
        if sum(map(work_of, other)) >= done - 1e-9:
            assert spent <= (cost[0, :within] * other).sum() + 1e-9


@given(costs, st.floats(0.5, 12.0))
def test_nothing_is_done_beyond_the_last_block_needed(cost, work):
    plan = elastic_greedy(cost, [work], [4], CHIPS, GAIN)[0]
    done = sum(map(work_of, plan))
    assert done - work < 2.0


@given(costs, st.integers(1, 4), st.data())
def test_a_rigid_gang_runs_in_the_cheapest_slots(cost, length, data):
    slack = data.draw(st.integers(0, 4 - length))
    plan = elastic_greedy(cost, [5.0 * length], [length + slack], [[5.0, 0.0]], [[5.0, 0.0]])
    np.testing.assert_array_equal(plan, 5.0 * cheapest_slots(cost, length, slack))


@given(st.integers(2, 64), st.floats(0.1, 1.0), st.floats(1.0, 4.0), st.floats(0.2, 1.0))
def test_blocks_add_up_to_the_scaling_curve(gang, least_share, most_share, exponent):
    gangs = np.array([float(gang)])
    chips, gain = scaling_blocks(gangs, least_share * gangs, most_share * gangs, np.array([exponent]), 6)
    held = np.cumsum(chips, axis=1)
    np.testing.assert_allclose(held[0, [0, -1]], [least_share * gang, most_share * gang])
    np.testing.assert_allclose(np.cumsum(gain, axis=1), gang * (held / gang) ** exponent)
    elastic_greedy(np.ones((1, 3)), [1.0], [3], chips, gain)  # concave: refused otherwise


def test_more_chips_are_held_where_energy_is_cheaper():
    chips, gain = scaling_blocks(*(np.array([value]) for value in (8.0, 4.0, 16.0, 0.7)), 5)
    cost = np.array([[5.0, 4.0, 3.0, 2.0, 1.0]])
    plan = elastic_greedy(cost, [20.0], [5], chips, gain)[0]
    assert (np.diff(plan) >= 0.0).all()
    assert plan[-1] > plan[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": [[1.0, 0.0]]}, "cost: got 0.0, must be above 0"),
        ({"within": [3]}, "within: got 3"),
        ({"gain": [[1.0, 2.0]]}, "must be concave"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    fitting = {"cost": [[1.0, 1.0]], "work": [1.0], "within": [2], "chips": [[1.0, 1.0]], "gain": [[1.0, 0.5]]}
    with pytest.raises(ValueError, match=message):
        elastic_greedy(**fitting | change)
