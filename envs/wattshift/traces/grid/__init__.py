"""Synthetic grid: a merit order per zone, from which carbon intensity and price come together."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Hours
from wattshift.traces.grid.dispatch import Conditions, dispatch
from wattshift.traces.grid.load import grid_entry
from wattshift.traces.spec import Regime
from wattshift.traces.zones import Zone

Floats = NDArray[np.float64]

PER_MWH = 1e-3  # of a MWh in a kWh


class Grid(NamedTuple):
    """Hourly means of one zone, margin included."""

    carbon_kg_per_kwh: Floats  # average, life cycle
    marginal_kg_per_kwh: Floats
    price_usd_per_kwh: Floats


def synthetic_grid(
    name: str, zone: Zone, hours: Hours, weather: Conditions, seed: int, regime: Regime = "usual"
) -> Grid:
    """Carbon and price of one zone.

    Raises:
        TraceError: the catalog has no grid of that name, or it is faulty.
    """
    outcome = dispatch(name, zone, grid_entry(name), hours, weather, seed, regime)
    return Grid(
        PER_MWH * outcome.average_kg_per_mwh,
        PER_MWH * outcome.marginal_kg_per_mwh,
        PER_MWH * outcome.price_usd_per_mwh,
    )
