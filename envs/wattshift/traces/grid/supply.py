"""The offers of a zone: every plant's power cut into what must run, what follows cost and what asks for far more."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Hours
from wattshift.traces.grid.availability import available_mw
from wattshift.traces.grid.entries import DIRECT_KG_PER_MWH_HEAT, LIFE_CYCLE_KG_PER_MWH, Calibration, GridEntry, Plant
from wattshift.traces.grid.merit import Offers
from wattshift.traces.grid.price import Moods, cost_usd_per_mwh

Floats = NDArray[np.float64]

RENEWABLE_BID = (-0.6, 0.0)  # of the surplus price: from those paid per MWh fed in to those paid nothing
MUST_RUN_BID = (-1.0, -0.2)  # of the surplus price: what stopping and starting again would cost
NARROWEST_USD_PER_MWH = 0.5  # a block's bids are never all alike
SCARCITY = ((0.5, 0.03), (0.3, 0.15), (0.2, 1.0))  # share of the width, and how far it leads towards the cap
SCARCITY_LEAST_USD_PER_MWH = 50.0  # above the dearest plant, so that a low cap still leaves an order


class Block(NamedTuple):
    """One row of the offers."""

    plant: str
    mw: Floats
    low: Floats
    high: Floats
    kg_per_mwh: float


def renewable_block(name: str, mw: Floats, surplus_usd_per_mwh: float) -> Block:
    """Wind or sun: no cost, and ready to pay a little so as to be fed in."""
    low, high = (np.full_like(mw, edge * surplus_usd_per_mwh) for edge in RENEWABLE_BID)
    return Block(name, mw, low, high, LIFE_CYCLE_KG_PER_MWH[name])


def plant_blocks(name: str, plant: Plant, mw: Floats, fitted: Calibration, mood: Moods) -> list[Block]:
    """Must-run, flexible and steep parts of one plant's power.

    Lines have no must-run part; only plants that burn fuel ask for far more than cost, with the last of their power.
    """
    burns = plant.kind in DIRECT_KG_PER_MWH_HEAT
    kg = plant.life_cycle_kg_per_mwh * (fitted.emissions if burns else 1.0)
    must_run = min(plant.must_run * fitted.inflexible, 1.0)
    steep = fitted.steep if burns else 0.0
    low, high = cost_usd_per_mwh(plant, mood)
    low, high = (np.where(edge > 0.0, edge * mood.markup, edge) for edge in (low, high))
    high = np.maximum(high, low + NARROWEST_USD_PER_MWH)
    blocks = [Block(name, (1.0 - must_run) * (1.0 - steep) * mw, low, high, kg)]
    if must_run > 0.0:
        from_usd, to_usd = (np.full_like(mw, edge * fitted.surplus_usd_per_mwh) for edge in MUST_RUN_BID)
        blocks.append(Block(name, must_run * mw, from_usd, to_usd, kg))
    if steep > 0.0:
        dearest = np.maximum(high * fitted.steep_ratio, high + NARROWEST_USD_PER_MWH)
        blocks.append(Block(name, (1.0 - must_run) * steep * mw, high, dearest, kg))
    return blocks


def scarcity_blocks(entry: GridEntry, dearest: Floats) -> list[Block]:
    """Beyond the last plant: reserves and loads that can be paid to stop, ever dearer up to the market's cap."""
    cap = np.maximum(entry.market.cap_usd_per_mwh, dearest + SCARCITY_LEAST_USD_PER_MWH)
    width_mw = entry.calibration.scarcity * entry.demand.mean_mw
    blocks, low = [], dearest
    for share, reach in SCARCITY:
        high = dearest + reach * (cap - dearest)
        blocks.append(
            Block("scarcity", np.full_like(dearest, share * width_mw), low, high, LIFE_CYCLE_KG_PER_MWH["oil"])
        )
        low = high
    return blocks


def blocks_of(
    name: str, entry: GridEntry, mood: Moods, renewable_mw: dict[str, Floats], hours: Hours, seed: int
) -> list[Block]:
    """All offers of a zone."""
    fitted = entry.calibration
    blocks = [renewable_block(fleet, mw, fitted.surplus_usd_per_mwh) for fleet, mw in renewable_mw.items() if mw.any()]
    for plant_name, plant in entry.plants.items():
        mw = available_mw(f"{name}/{plant_name}", plant, fitted, hours, seed)
        blocks += plant_blocks(plant_name, plant, mw, fitted, mood)
    dearest = np.max([block.high for block in blocks], axis=0)
    return blocks + scarcity_blocks(entry, dearest)


def stacked(blocks: list[Block]) -> Offers:
    """The blocks as arrays."""
    return Offers(
        np.array([block.mw for block in blocks]),
        np.array([block.low for block in blocks]),
        np.array([block.high for block in blocks]),
        np.array([block.kg_per_mwh for block in blocks]),
    )


def inflexible_mw(blocks: list[Block]) -> Floats:
    """Power that rather pays than stops, wind and sun included."""
    return np.sum([np.where(block.high <= 0.0, block.mw, 0.0) for block in blocks], axis=0)
