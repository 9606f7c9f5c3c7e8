"""Plans of single jobs equal those found by trying everything, keep deadlines, and wait for nothing in vain."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift_agents.shifting import (
    capacity_curve,
    carbon_time,
    cheapest_slots,
    elastic_greedy,
    lowest_slot,
    lowest_window,
    threshold_slots,
    window_costs,
)

SLOTS = 9


@st.composite
def batches(draw):
    """Costs in whole numbers, so that sums are exact; lengths and slacks that fit."""
    costs = draw(st.lists(st.lists(st.integers(-20, 60), min_size=SLOTS, max_size=SLOTS), min_size=1, max_size=5))
    lengths = draw(st.lists(st.integers(1, SLOTS), min_size=len(costs), max_size=len(costs)))
    slacks = [draw(st.integers(0, SLOTS - length)) for length in lengths]
    return np.array(costs, dtype=float), np.array(lengths), np.array(slacks)


@given(batches())
def test_the_lowest_slot_is_the_first_of_the_cheapest_within_the_slack(batch):
    cost, _, slack = batch
    expected = [min(range(wait + 1), key=lambda h: (row[h], h)) for row, wait in zip(cost, slack, strict=True)]
    assert lowest_slot(cost, slack).tolist() == expected


@given(batches())
def test_windows_are_the_sums_of_their_slots(batch):
    cost, length, slack = batch
    found = window_costs(cost, length, slack)
    for n, row in enumerate(cost):
        for begin in range(SLOTS):
            is_late = begin > slack[n]
            assert found[n, begin] == (np.inf if is_late else row[begin : begin + length[n]].sum())


@given(batches())
def test_the_lowest_window_is_the_first_of_the_cheapest(batch):
    cost, length, slack = batch
    expected = [
        min(range(slack[n] + 1), key=lambda h, n=n: (cost[n, h : h + length[n]].sum(), h)) for n in range(len(cost))
    ]
    assert lowest_window(cost, length, slack).tolist() == expected


@given(batches())
def test_carbon_time_saves_most_for_its_waiting_and_never_waits_longer_than_the_lowest_window(batch):
    cost, length, slack = batch
    begins = carbon_time(cost, length, slack)
    for n, begin in enumerate(begins):
        windows = [cost[n, h : h + length[n]].sum() for h in range(slack[n] + 1)]
        rate = [(windows[0] - window) / (h + length[n]) for h, window in enumerate(windows)]
        assert rate[begin] == pytest.approx(max(rate))
    assert (begins <= lowest_window(cost, length, slack)).all()


@given(batches())
def test_no_choice_of_slots_before_the_deadline_is_cheaper(batch):
    cost, length, slack = batch
    runs = cheapest_slots(cost, length, slack)
    for n, row in enumerate(cost):
        until = length[n] + slack[n]
        assert runs[n].sum() == length[n]
        assert not runs[n, until:].any()
        cheapest = min(sum(row[list(slots)]) for slots in combinations(range(until), length[n]))
        assert row[runs[n]].sum() == cheapest


def played_out(row, length, slack, ceiling):
    """Slot by slot, as an operator would: run when it is cheap, or when there is no choice."""
    runs, left = [], length
    for slot in range(len(row)):
        is_now = left > 0 and (row[slot] <= ceiling or left >= length + slack - slot)
        runs.append(is_now)
        left -= is_now
    return runs


@given(batches(), st.integers(-20, 60))
def test_the_threshold_rule_is_that_of_an_operator_who_decides_slot_by_slot(batch, ceiling):
    cost, length, slack = batch
    runs = threshold_slots(cost, length, slack, ceiling)
    assert (runs.sum(axis=1) == length).all()
    for n, row in enumerate(cost):
        assert runs[n].tolist() == played_out(row, length[n], slack[n], ceiling)


@given(batches())
def test_freedom_never_costs_more(batch):
    """Suspending is no dearer than the best window, the best window no dearer than starting now."""
    cost, length, slack = batch
    window = window_costs(cost, length, slack)
    suspended = (cost * cheapest_slots(cost, length, slack)).sum(axis=1)
    assert (suspended <= window.min(axis=1)).all()
    assert (window.min(axis=1) <= window[:, 0]).all()


@pytest.mark.parametrize("value", [0.1, 0.3, 1e9 + 0.1])
def test_nobody_waits_where_all_slots_cost_the_same(value):
    cost, length, slack = np.full((3, 40), value), [1, 7, 20], [20, 3, 20]
    for begins in (lowest_slot(cost, slack), lowest_window(cost, length, slack), carbon_time(cost, length, slack)):
        assert not begins.any()
    slots = np.arange(40)
    for runs in (cheapest_slots(cost, length, slack), threshold_slots(cost, length, slack, value)):
        np.testing.assert_array_equal(runs, slots < np.array(length)[:, None])


@given(batches())
def test_each_job_of_a_batch_is_planned_as_if_alone(batch):
    cost, length, slack = batch
    for plan in (lowest_window, carbon_time, cheapest_slots):
        together = plan(cost, length, slack)
        for n in range(len(cost)):
            np.testing.assert_array_equal(together[n], plan(cost[n : n + 1], length[n : n + 1], slack[n : n + 1])[0])


def test_a_batch_may_be_empty():
    none, nobody = np.zeros((0, 24)), np.zeros(0, dtype=int)
    assert lowest_slot(none, nobody).shape == (0,)
    for plan in (lowest_window, carbon_time):
        assert plan(none, nobody, nobody).shape == (0,)
    assert cheapest_slots(none, nobody, nobody).shape == (0, 24)
    assert threshold_slots(none, nobody, nobody, 1.0).shape == (0, 24)
    assert elastic_greedy(none, np.zeros(0), nobody, np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 24)
    assert capacity_curve(none, np.zeros(0), 1.0).shape == (0, 24)


@pytest.mark.parametrize(
    ("cost", "length", "slack", "message"),
    [
        ([1.0, 2.0], 1, 0, r"cost: got the shape \(2,\)"),
        ([[1.0, np.nan]], 1, 0, "cost: holds NaN"),
        ([[1.0, 2.0]], 0, 0, "length: got 0 slots"),
        ([[1.0, 2.0]], 1, -1, "slack: got -1 slots"),
        ([[1.0, 2.0]], 2, 1, r"cost: 2 slots, but job 0 may end 2 \+ 1 slots ahead"),
    ],
)
@pytest.mark.parametrize("plan", [lowest_window, carbon_time, cheapest_slots])
def test_what_does_not_fit_is_refused(plan, cost, length, slack, message):
    with pytest.raises(ValueError, match=message):
        plan(cost, length, slack)
