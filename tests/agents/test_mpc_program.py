"""The program of a decision against answers known by hand, by enumeration and by dynamic programming."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift_agents.jobs import JOB_VIEW
from wattshift_agents.optimum.mpc_program import Battery, Outside, Starts, no_starts, solve

TIGHT = {"abs": 1e-6}


def battery(power_kw=1.0, room_kwh=2.0, efficiency=1.0, wear=0.0, ageing=0.0):
    one = np.ones(1)
    return Battery(
        power_kw * one, 0.0 * one, room_kwh * one, efficiency * one, efficiency * one, wear * one, ageing * one
    )


def outside(price, net_kw=10.0, soc_kwh=0.0, **changes):
    shape = (1, len(price))
    zero = np.zeros(1)
    return Outside(
        net_kw=np.broadcast_to(np.asarray(net_kw, dtype=np.float64), shape),
        import_usd_per_kwh=np.reshape(np.asarray(price, dtype=np.float64), shape),
        surplus_usd_per_kwh=np.zeros(shape),
        allowed_kw=np.full(shape, 1e6),
        excess_usd_per_kwh=zero,
        peak_kw=zero,
        growth_usd_per_kw=zero,
        soc_kwh=np.array([soc_kwh]),
        kept_usd_per_kwh=zero,
        target_kwh=zero,
        missing_usd_per_kwh=zero,
    )._replace(**changes)


def one_job(price, length, kw=5.0, late_usd=0.0, slack=99, free=1e3):
    """A job of whole periods that may start in any of them; beyond the end it costs nothing, so starts end there."""
    n = len(price)
    begin = np.arange(n - length + 1)
    share = ((np.arange(n) >= begin[:, None]) & (np.arange(n) < begin[:, None] + length)).astype(np.float64)
    zero = np.zeros(len(begin), np.int64)
    full = np.ones(len(begin))
    return Starts(
        jobs=jobs(1),
        job=zero,
        module=zero,
        site=zero,
        period=begin,
        cost_usd=late_usd * np.maximum(begin - slack, 0.0),
        chips=full,
        kw=kw * full,
        share=share,
        free_chips=np.full((1, n), float(free)),
        unplanned_usd=np.array([1e6]),
    )


def jobs(n):
    """So many, told apart by their deadlines."""
    table = np.zeros(n, JOB_VIEW)
    table["deadline_h"] = np.arange(n)
    return table


def best_by_dynamic_programming(price, room, efficiency_out):
    """Charge moves by whole kWh, an hour a period; exact for unit power and whole room."""
    worth = np.zeros(room + 1)
    for usd in price[::-1]:
        after = np.full(room + 1, np.inf)
        for soc in range(room + 1):
            for then in (soc - 1, soc, soc + 1):
                if 0 <= then <= room:
                    drawn = then - soc if then >= soc else -(soc - then) * efficiency_out
                    after[soc] = min(after[soc], usd * drawn + worth[then])
        worth = after
    return worth[0]


def test_a_battery_buys_low_and_sells_high():
    plan = solve(1.0, battery(), outside([0.1, 0.5]), no_starts(1, 2))
    assert plan.battery_kw[0] == pytest.approx([1.0, -1.0], **TIGHT)
    assert plan.cost_usd == pytest.approx(0.1 * 11.0 + 0.5 * 9.0, **TIGHT)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=7), st.integers(1, 3))
def test_arbitrage_equals_dynamic_programming(price, room):
    plan = solve(1.0, battery(room_kwh=float(room)), outside(price), no_starts(1, len(price)))
    unused_usd = 10.0 * sum(price)
    assert plan.cost_usd - unused_usd == pytest.approx(best_by_dynamic_programming(price, room, 1.0), **TIGHT)


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=8), st.integers(1, 3), st.integers(0, 4), st.integers(0, 9))
def test_one_job_starts_where_enumeration_says(price, length, slack, late_usd):
    costs = [
        5.0 * sum(price[begin : begin + length]) + late_usd * max(begin - slack, 0)
        for begin in range(len(price) - length + 1)
    ]
    starts = one_job(price, length, late_usd=float(late_usd), slack=slack)
    plan = solve(1.0, battery(power_kw=0.0, room_kwh=0.0), outside(price), starts)
    assert plan.cost_usd - 10.0 * sum(price) == pytest.approx(min(costs), **TIGHT)
    assert plan.started @ np.array(costs) == pytest.approx(min(costs), **TIGHT)
    assert plan.started.sum() == pytest.approx(1.0, **TIGHT)


def test_two_jobs_share_the_only_chips_as_enumeration_says():
    price, kw = [1.0, 3.0, 2.0], (5.0, 4.0)
    n = len(price)
    starts = Starts(
        jobs=jobs(2),
        job=np.repeat([0, 1], n),
        module=np.zeros(2 * n, np.int64),
        site=np.zeros(2 * n, np.int64),
        period=np.tile(np.arange(n), 2),
        cost_usd=np.zeros(2 * n),
        chips=np.ones(2 * n),
        kw=np.repeat(kw, n),
        share=np.tile(np.eye(n), (2, 1)),
        free_chips=np.ones((1, n)),
        unplanned_usd=np.full(2, 1e6),
    )
    plan = solve(1.0, battery(power_kw=0.0, room_kwh=0.0), outside(price, net_kw=0.0), starts)
    every = [kw[0] * price[i] + kw[1] * price[k] for i, k in itertools.permutations(range(n), 2)]
    assert plan.cost_usd == pytest.approx(min(every), **TIGHT)
    assert (plan.started @ (starts.share * starts.chips[:, None]) <= 1.0 + 1e-9).all()


@given(st.floats(0.01, 1.0), st.floats(0.0, 2.0))
@settings(max_examples=15)
def test_a_price_that_stays_the_same_moves_no_battery(price, soc_kwh):
    flat = outside(np.full(6, price), soc_kwh=soc_kwh, kept_usd_per_kwh=np.array([price * 0.95]))
    plan = solve(1.0, battery(efficiency=0.95, wear=0.01), flat, no_starts(1, 6))
    assert np.abs(plan.battery_kw).max() == pytest.approx(0.0, **TIGHT)


def test_a_spread_that_does_not_pay_for_wear_moves_no_battery():
    plan = solve(1.0, battery(wear=0.5), outside([0.1, 0.5]), no_starts(1, 2))
    assert np.abs(plan.battery_kw).max() == pytest.approx(0.0, **TIGHT)


def test_a_dear_peak_is_shaved_to_the_mean_and_no_peak_is_made_for_arbitrage():
    dear = {"growth_usd_per_kw": np.array([100.0])}
    shaved = solve(1.0, battery(), outside([0.1, 0.1], net_kw=[9.0, 11.0], **dear), no_starts(1, 2))
    assert shaved.import_kw[0] == pytest.approx([10.0, 10.0], **TIGHT)
    paid = solve(1.0, battery(), outside([0.1, 0.5], **dear, peak_kw=np.array([10.25])), no_starts(1, 2))
    assert paid.battery_kw[0] == pytest.approx([0.25, -0.25], **TIGHT)


def test_a_request_of_the_grid_operator_is_met_from_charge_and_by_waiting():
    asked = {"allowed_kw": np.array([[1e6, 9.0, 1e6]]), "excess_usd_per_kwh": np.array([2.0])}
    price = [0.1, 0.1, 0.1]
    plan = solve(1.0, battery(), outside(price, **asked), one_job(price, 1, kw=5.0))
    assert plan.import_kw[0, 1] == pytest.approx(9.0, **TIGHT)
    assert plan.started[1] == pytest.approx(0.0, **TIGHT)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_plans_keep_to_charge_power_balance_and_chips(seed):
    rng = np.random.default_rng(seed)
    price = rng.uniform(-0.05, 0.4, 8)
    battery_ = battery(power_kw=2.0, room_kwh=5.0, efficiency=0.9, wear=0.02, ageing=0.001)
    net_kw = rng.uniform(-3.0, 10.0, 8)
    starts = one_job(price, 3, free=0.6)
    plan = solve(1.0, battery_, outside(price, net_kw=net_kw, soc_kwh=2.5), starts)
    assert (np.abs(plan.battery_kw) <= 2.0 + 1e-9).all()
    assert (plan.soc_kwh >= -1e-9).all()
    assert (plan.soc_kwh <= 5.0 + 1e-9).all()
    chips = (starts.chips * plan.started) @ starts.share
    assert (chips <= 0.6 + 1e-9).all()
    planned_kw = net_kw + plan.battery_kw[0] + (starts.kw * plan.started) @ starts.share
    left_over_kw = plan.import_kw[0] - planned_kw
    assert (left_over_kw >= -1e-6).all()
    assert (left_over_kw <= np.maximum(-net_kw, 0.0) + 1e-6).all()


def test_perfect_forecasts_beat_none_and_rolling_loses_nothing_when_the_end_is_seen():
    rng = np.random.default_rng(4)
    price = 0.2 + 0.1 * np.sin(np.arange(36) * np.pi / 12.0) + rng.normal(0.0, 0.03, 36)
    battery_ = battery(power_kw=1.0, room_kwh=4.0, efficiency=0.95, wear=0.005)

    def roll(forecast):
        soc_kwh, paid_usd = 0.0, 0.0
        for hour in range(len(price)):
            plan = solve(1.0, battery_, outside(forecast(hour), soc_kwh=soc_kwh), no_starts(1, len(price) - hour))
            paid_usd += price[hour] * plan.import_kw[0, 0] + 0.005 * max(-plan.battery_kw[0, 0], 0.0)
            soc_kwh = plan.soc_kwh[0, 0]
        return paid_usd

    whole = solve(1.0, battery_, outside(price), no_starts(1, len(price))).cost_usd
    perfect = roll(lambda hour: price[hour:])
    none = roll(lambda hour: np.full(len(price) - hour, price[hour]))
    assert perfect == pytest.approx(whole, abs=1e-6)
    assert perfect <= none - 0.01
