"""One zone hour by hour: demand meets the merit order; carbon and price are what comes of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Hours
from wattshift.traces.grid.demand import demand_mw
from wattshift.traces.grid.entries import GridEntry
from wattshift.traces.grid.fleets import solar_share, wind_share
from wattshift.traces.grid.merit import Cleared, clear
from wattshift.traces.grid.price import moods
from wattshift.traces.grid.storage import DAY_H, TINY_MWH, Shaving, days_of, shave
from wattshift.traces.grid.supply import Block, blocks_of, inflexible_mw, stacked
from wattshift.traces.spec import Regime
from wattshift.traces.zones import Zone

Floats = NDArray[np.float64]

STORAGE_DAY_BEGINS_H = 4  # solar time: after the night's trough, before the morning


class Conditions(NamedTuple):
    """The weather that the power system sees, hourly, margin included."""

    temp_c: Floats
    wind_m_per_s: Floats
    pv: Floats  # 0..1, flat roofs all over the zone


class Dispatch(NamedTuple):
    """Hourly means of a zone, MW; generation + imports + discharge + unserved = demand + exports + charge."""

    demand_mw: Floats
    blocks: list[Block]
    cleared: Cleared
    storage: Shaving
    exports_mw: Floats
    price_usd_per_mwh: Floats  # within the market's floor and cap
    average_kg_per_mwh: Floats
    marginal_kg_per_mwh: Floats

    def generation_mw(self) -> dict[str, Floats]:
        """Accepted power by plant; of the lines, what they keep from export included."""
        sums: dict[str, Floats] = {}
        for block, accepted in zip(self.blocks, self.cleared.accepted_mw, strict=True):
            sums[block.plant] = sums.get(block.plant, 0.0) + accepted
        return sums

    def curtailed_mw(self) -> Floats:
        """Wind and sun that nobody wanted."""
        rows = zip(self.blocks, self.cleared.accepted_mw, strict=True)
        return np.sum([b.mw - accepted for b, accepted in rows if b.plant in ("wind", "solar")], axis=0)


def dispatch(
    name: str, zone: Zone, entry: GridEntry, hours: Hours, weather: Conditions, seed: int, regime: Regime
) -> Dispatch:
    """Everything of one zone; depends on nothing but the arguments.

    Lines to neighbours are one block: what they can take in plus what they can send out, against a demand raised by the
    latter, so that below the neighbours' price the zone exports and above it imports.
    """
    fitted = entry.calibration
    load = demand_mw(name, entry, zone.place.timezone, hours, weather.temp_c, seed)
    renewable = {
        "wind": entry.wind.capacity_mw * wind_share(name, zone, fitted, hours, weather.wind_m_per_s, seed),
        "solar": entry.solar.capacity_mw * solar_share(fitted, weather.pv),
    }
    blocks = blocks_of(name, entry, moods(name, entry, hours, seed, regime), renewable, hours, seed)
    begins_utc_h = round(STORAGE_DAY_BEGINS_H - zone.place.longitude_deg / 15.0) % DAY_H
    storage = shave(entry.storage, load - inflexible_mw(blocks), hours, begins_utc_h)
    could_export_mw = fitted.imports * sum(plant.export_mw for plant in entry.plants.values())
    cleared = clear(stacked(blocks), load + storage.charge_mw - storage.discharge_mw + could_export_mw)
    kept_mw = kept_from_export_mw(entry, blocks, cleared, could_export_mw)
    return Dispatch(
        load,
        blocks,
        cleared,
        storage,
        could_export_mw - kept_mw,
        np.clip(cleared.price_usd_per_mwh, entry.market.floor_usd_per_mwh, entry.market.cap_usd_per_mwh),
        average_kg_per_mwh(own_supply(entry, blocks, cleared, kept_mw), storage, days_of(hours, begins_utc_h)),
        cleared.marginal_kg_per_mwh,
    )


def kept_from_export_mw(entry: GridEntry, blocks: list[Block], cleared: Cleared, could_export_mw: float) -> Floats:
    """Of what could be exported, the part that the price keeps at home: the lines' first accepted power."""
    lines = [name for name, plant in entry.plants.items() if plant.kind == "imports"]
    through = np.array([block.plant in lines for block in blocks])
    return np.minimum(cleared.accepted_mw[through].sum(axis=0), could_export_mw)


class Supply(NamedTuple):
    """What is generated and taken in, exports included."""

    mw: Floats
    kg_per_h: Floats


def own_supply(entry: GridEntry, blocks: list[Block], cleared: Cleared, kept_mw: Floats) -> Supply:
    """Accepted offers less the power that lines are paid not to send out, which nobody generates."""
    kg_per_mwh = np.array([block.kg_per_mwh for block in blocks])
    lines_kg = next((plant.life_cycle_kg_per_mwh for plant in entry.plants.values() if plant.kind == "imports"), 0.0)
    return Supply(
        cleared.accepted_mw.sum(axis=0) - kept_mw,
        (cleared.accepted_mw * kg_per_mwh[:, None]).sum(axis=0) - kept_mw * lines_kg,
    )


def average_kg_per_mwh(supply: Supply, storage: Shaving, days: slice) -> Floats:
    """Intensity of what the zone consumes: its own mix, imports and storage blended, as flow tracing does.

    Storage gives back, over a day, the carbon with which it was charged on that day. Exports carry the average away.
    """
    charged_kg = (storage.charge_mw * supply.kg_per_h / supply.mw)[days].reshape(-1, DAY_H).sum(axis=1)
    given_mwh = storage.discharge_mw[days].reshape(-1, DAY_H).sum(axis=1)
    stored = np.zeros_like(supply.mw)
    stored[days] = np.repeat(charged_kg / np.maximum(given_mwh, TINY_MWH), DAY_H)
    return (supply.kg_per_h + storage.discharge_mw * stored) / (supply.mw + storage.discharge_mw)
