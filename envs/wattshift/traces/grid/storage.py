"""Pumped hydro and batteries: they shave the day, charging where what is left to serve is low.

What storage does follows the demand that wind, sun and inflexible plants leave to the others, which orders the hours as
prices would: discharge above the day's mean, charge below it. Every day ends at the charge it began with, half full.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours
from wattshift.traces.grid.entries import Storage

Floats = NDArray[np.float64]

DAY_H = 24
TINY_MWH = 1e-9  # keeps days without storage from dividing by zero
EAGERNESS = 0.6  # power per MW by which an hour departs from the day's mean


class Shaving(NamedTuple):
    """Hourly means, MW."""

    charge_mw: Floats
    discharge_mw: Floats
    stored_mwh: Floats  # at the end of the hour


def days_of(hours: Hours, begins_utc_h: int) -> slice:
    """Whole days that begin at an hour of UTC; hours before and after them stand aside."""
    first = (begins_utc_h - hours.start_s // HOUR_S) % DAY_H
    return slice(first, first + (hours.n_with_margin - first) // DAY_H * DAY_H)


def shave(storage: Storage, left_mw: Floats, hours: Hours, begins_utc_h: int) -> Shaving:
    """Charge and discharge of every hour, from the demand left to the merit order.

    Within a day the larger of both sides is scaled down until charge times efficiency equals discharge, then both until
    the charge stays between empty and full.
    """
    days = days_of(hours, begins_utc_h)
    left = left_mw[days].reshape(-1, DAY_H)
    wish = np.clip(EAGERNESS * (left - left.mean(axis=1, keepdims=True)), -storage.power_mw, storage.power_mw)
    discharge, charge = np.maximum(wish, 0.0), np.maximum(-wish, 0.0)
    out = discharge.sum(axis=1, keepdims=True)
    stored = storage.round_trip * charge.sum(axis=1, keepdims=True)
    discharge *= np.minimum(1.0, stored / np.maximum(out, TINY_MWH))
    charge *= np.minimum(1.0, out / np.maximum(stored, TINY_MWH))
    balance = np.cumsum(storage.round_trip * charge - discharge, axis=1)
    swing = np.abs(balance).max(axis=1, keepdims=True)
    fits = np.minimum(1.0, 0.5 * storage.energy_mwh / np.maximum(swing, TINY_MWH))

    def whole(daily: Floats, otherwise: float) -> Floats:
        series = np.full(hours.n_with_margin, otherwise)
        series[days] = daily.ravel()
        return series

    half = 0.5 * storage.energy_mwh
    return Shaving(whole(fits * charge, 0.0), whole(fits * discharge, 0.0), whole(half + fits * balance, half))
