"""What every part of the bound reads: one episode's constants, series and draws, on steps and on slots."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.terms import SLOTS

from .draws import Episode, draw_episode
from .slots import Slots, make_slots

if TYPE_CHECKING:
    from wattshift.world import World

Floats = NDArray[np.float64]


class Record:
    """A record whose fields the kernel's plain functions read as attributes."""

    def __init__(self, row: np.void):
        self._row = row

    def __getattr__(self, name: str) -> float:
        return float(self._row[name])


class Case(NamedTuple):
    """One episode under perfect foresight; axes: H steps, Z zones."""

    params: Any
    traces: Any
    zones: NDArray[np.void]  # [H, Z] the rows that the episode lives through
    episode: Episode
    slots: Slots
    job_slots: int  # of the world's job table
    drives: frozenset[str]  # control slots that a policy may move; the others are at zero, which is the autopilot

    @property
    def rules(self) -> Record:
        """Prices and rules."""
        return Record(self.params.rules[0])

    @property
    def end_h(self) -> float:
        """Length of the episode."""
        return len(self.zones) * self.slots.step_h

    def of_sites(self, series: str) -> Floats:
        """[H, S] one series of the sites' zones, as doubles."""
        return self.zones[series][:, self.params.sites["zone"]].astype(np.float64)

    def price_usd_per_kwh(self) -> Floats:
        """[H, S] of import, without carbon."""
        return self.of_sites("price_usd_per_kwh") + self.params.sites["price_adder_usd_per_kwh"]

    def carbon_usd_per_kwh(self) -> Floats:
        """[H, S] of import."""
        return self.zone_carbon_usd_per_kwh()[:, self.params.sites["zone"]]

    def zone_carbon_usd_per_kwh(self) -> Floats:
        """[H, Z] at the intensity that is charged, without what a budget adds."""
        charged = "marginal_kg_per_kwh" if self.rules.marginal_carbon == 1 else "carbon_kg_per_kwh"
        return self.zones[charged].astype(np.float64) * self.rules.carbon_usd_per_kg


def make_case(world: "World", seed: int, start: int, slot_s: float, drives: Collection[str] | None = None) -> Case:
    """The episode that `world` would live through with this seed and start row.

    Raises:
        ValueError: `drives` names something that is no control slot, or `slot_s` is out of range.
    """
    driven = frozenset(world.layout.actions if drives is None else drives)
    if unknown := sorted(driven - set(SLOTS)):
        raise ValueError(f"drives: no control slots {', '.join(unknown)}; there are {', '.join(SLOTS)}")
    episode = draw_episode(world, seed, start)
    steps = world.steps_per_episode
    zones = world.traces.zones[episode.start : episode.start + steps]
    slots = make_slots(world.traces, episode.start, steps, slot_s)
    return Case(world.params, world.traces, zones, episode, slots, world.state.jobs.shape[1], driven)
