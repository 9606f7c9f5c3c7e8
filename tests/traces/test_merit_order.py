"""The merit order by itself: exact clearing, the unit on the margin, shortage and surplus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift.traces.grid.merit import Cleared, Offers, clear

HOURS = 40


def offers(seed: int, blocks: int = 7) -> Offers:
    """Random blocks with overlapping bids, some below zero."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(-40, 150, (blocks, HOURS))
    return Offers(
        rng.uniform(0, 1000, (blocks, HOURS)),
        low,
        low + rng.uniform(0.5, 90, (blocks, HOURS)),
        rng.uniform(10, 1000, blocks),
    )


def demand(seed: int, supply: Offers) -> np.ndarray:
    return supply.mw.sum(axis=0) * np.random.default_rng(seed + 1).uniform(0.02, 0.98, HOURS)


def emitted(supply: Offers, cleared: Cleared) -> np.ndarray:
    return supply.kg_per_mwh @ cleared.accepted_mw


def bisected_price(supply: Offers, wanted: np.ndarray) -> np.ndarray:
    """Oracle: the price at which the offers add up to the demand, by halving."""
    low, high = np.full(HOURS, -1e4), np.full(HOURS, 1e4)
    for _ in range(80):
        middle = 0.5 * (low + high)
        offered = (supply.mw * np.clip((middle - supply.low) / (supply.high - supply.low), 0, 1)).sum(axis=0)
        low, high = np.where(offered < wanted, middle, low), np.where(offered < wanted, high, middle)
    return high


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_accepted_offers_meet_demand_at_the_price_that_bisection_finds(seed: int) -> None:
    supply = offers(seed)
    wanted = demand(seed, supply)
    cleared = clear(supply, wanted)
    np.testing.assert_allclose(cleared.accepted_mw.sum(axis=0), wanted, rtol=1e-9)
    offered = (supply.mw * np.clip((cleared.price_usd_per_mwh - supply.low) / (supply.high - supply.low), 0, 1)).sum(0)
    np.testing.assert_allclose(offered, wanted, rtol=1e-9)
    np.testing.assert_allclose(cleared.price_usd_per_mwh, bisected_price(supply, wanted), atol=1e-6)
    assert not cleared.unserved_mw.any()
    assert not cleared.surplus_mw.any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_price_is_a_bid_of_a_block_on_the_margin(seed: int) -> None:
    supply = offers(seed)
    cleared = clear(supply, demand(seed, supply))
    price = cleared.price_usd_per_mwh
    partly = (cleared.accepted_mw > 1e-6) & (cleared.accepted_mw < supply.mw - 1e-6)
    assert partly.any(axis=0).all()
    bid = supply.low + cleared.accepted_mw / supply.mw * (supply.high - supply.low)
    np.testing.assert_allclose(np.where(partly, bid, price), np.broadcast_to(price, bid.shape), atol=1e-5)
    assert (cleared.accepted_mw[supply.low > price] == 0).all()
    below = supply.high < price
    np.testing.assert_allclose(cleared.accepted_mw[below], supply.mw[below])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_marginal_intensity_is_what_one_more_megawatt_hour_emits(seed: int) -> None:
    supply = offers(seed)
    wanted = demand(seed, supply)
    cleared, more = clear(supply, wanted), clear(supply, wanted + 1e-4)
    emitted_more = (emitted(supply, more) - emitted(supply, cleared)) / 1e-4
    same_segment = np.isclose(cleared.marginal_kg_per_mwh, more.marginal_kg_per_mwh)  # no bid in between
    assert same_segment.mean() > 0.9
    np.testing.assert_allclose(emitted_more[same_segment], cleared.marginal_kg_per_mwh[same_segment], rtol=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 500))
def test_more_wind_raises_neither_price_nor_average_carbon(seed: int, more_mw: float) -> None:
    supply = offers(seed)
    wanted = demand(seed, supply)
    supply.kg_per_mwh[0] = supply.kg_per_mwh.min()  # wind is the cleanest and offers below all others
    supply.low[0], supply.high[0] = -60.0, -41.0
    before = clear(supply, wanted)
    supply.mw[0] += more_mw
    after = clear(supply, wanted)
    assert (after.price_usd_per_mwh <= before.price_usd_per_mwh + 1e-9).all()
    assert (emitted(supply, after) / wanted <= emitted(supply, before) / wanted + 1e-9).all()


def test_beyond_all_offers_the_price_is_the_highest_bid_and_the_rest_goes_unserved() -> None:
    supply = offers(1)
    wanted = supply.mw.sum(axis=0) + 100.0
    cleared = clear(supply, wanted)
    np.testing.assert_allclose(cleared.unserved_mw, 100.0)
    np.testing.assert_allclose(cleared.price_usd_per_mwh, supply.high.max(axis=0))
    np.testing.assert_allclose(cleared.accepted_mw, supply.mw)


def test_demand_below_zero_is_a_surplus_at_the_lowest_bid() -> None:
    supply = offers(2)
    cleared = clear(supply, np.full(HOURS, -50.0))
    np.testing.assert_allclose(cleared.surplus_mw, 50.0)
    np.testing.assert_allclose(cleared.price_usd_per_mwh, supply.low.min(axis=0))
    assert not cleared.accepted_mw.any()


def test_a_gap_between_bids_has_a_price_within_the_gap() -> None:
    supply = Offers(np.full((2, 1), 10.0), np.array([[0.0], [50.0]]), np.array([[20.0], [80.0]]), np.array([1.0, 2.0]))
    assert 20.0 <= clear(supply, np.array([10.0])).price_usd_per_mwh[0] <= 50.0
    assert clear(supply, np.array([15.0])).price_usd_per_mwh[0] == pytest.approx(65.0)
    assert clear(supply, np.array([15.0])).marginal_kg_per_mwh[0] == 2.0
