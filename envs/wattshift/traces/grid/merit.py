"""The merit order: offers of power at rising prices, and the price at which they meet demand.

Every offer is a block of `mw` spread evenly over bids from `low` to `high`: its best unit asks for the least. The sum
of offers is a rising, piecewise linear curve of the price, so the clearing price is found exactly, hour by hour.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Offers(NamedTuple):
    """K blocks in H hours."""

    mw: Floats  # [K, H] >= 0
    low: Floats  # [K, H] USD/MWh
    high: Floats  # [K, H] above low
    kg_per_mwh: Floats  # [K] life cycle


class Cleared(NamedTuple):
    """Outcome of H hours."""

    price_usd_per_mwh: Floats  # [H] bid of the unit on the margin
    accepted_mw: Floats  # [K, H]
    marginal_kg_per_mwh: Floats  # [H] of what one more MWh would be made of
    unserved_mw: Floats  # [H] demand beyond all offers
    surplus_mw: Floats  # [H] always 0 unless demand is negative


def clear(offers: Offers, demand_mw: Floats) -> Cleared:
    """Meet the demand with the cheapest offers.

    Between neighbouring bids the supply curve is a straight line, so the price on it is exact. Beyond all offers the
    price is the highest bid and the rest goes unserved; a demand below zero is a surplus at the lowest bid. Of several
    blocks on the margin each delivers in proportion to its slope.
    """
    slope = offers.mw / (offers.high - offers.low)  # MW per USD/MWh
    bids = np.concatenate([offers.low, offers.high]).T  # [H, 2K]
    steps = np.concatenate([slope, -slope]).T
    order = np.argsort(bids, axis=1)
    bids = np.take_along_axis(bids, order, axis=1)
    slopes = np.cumsum(np.take_along_axis(steps, order, axis=1), axis=1)
    offered = np.zeros_like(bids)
    np.cumsum(slopes[:, :-1] * np.diff(bids, axis=1), axis=1, out=offered[:, 1:])

    total = offers.mw.sum(axis=0)
    wanted = np.clip(demand_mw, 0.0, total)
    above = np.clip((offered < wanted[:, None]).sum(axis=1), 1, bids.shape[1] - 1)[:, None]
    at = above - 1
    bid_below, bid_above = (np.take_along_axis(bids, k, axis=1)[:, 0] for k in (at, above))
    rise = np.take_along_axis(slopes, at, axis=1)[:, 0]
    missing = wanted - np.take_along_axis(offered, at, axis=1)[:, 0]
    flat = rise <= 0.0
    price = np.where(flat, bid_below, bid_below + missing / np.where(flat, 1.0, rise))
    price = np.clip(price, bid_below, bid_above)

    accepted = offers.mw * np.clip((price - offers.low) / (offers.high - offers.low), 0.0, 1.0)
    middle = 0.5 * (bid_below + bid_above)
    on_margin = np.where((offers.low <= middle) & (middle <= offers.high), slope, 0.0)
    weight = on_margin.sum(axis=0)
    blend = (on_margin * offers.kg_per_mwh[:, None]).sum(axis=0) / np.where(weight > 0.0, weight, 1.0)
    unserved, surplus = np.maximum(demand_mw - total, 0.0), np.maximum(-demand_mw, 0.0)
    return Cleared(price, accepted, blend, unserved, surplus)
