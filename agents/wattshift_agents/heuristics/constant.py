"""Policies that look at nothing: the autopilot, constants and noise. Every table needs them as its floor."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class Constant(Heuristic):
    """The same value in every slot, for ever."""

    level: float

    def decide(self, action: Action, view: View) -> None:
        """Fill every slot with `level`."""
        self.fill_all(action, self.level)


class Autopilot(Constant):
    """Zero everywhere: the plain rule-based operator that the other policies are measured against."""

    name = "autopilot"
    looks_at = "nothing"
    level = 0.0


class AllLow(Constant):
    """Every slot at -1: no jobs until urgent, coldest cooling, slowest chips, batteries discharging."""

    name = "all-low"
    looks_at = "nothing"
    level = -1.0


class Middle(Constant):
    """Every slot at the middle of its range, which is the autopilot by design: the two must cost the same."""

    name = "middle"
    looks_at = "nothing"
    level = 0.0


class AllHigh(Constant):
    """Every slot at +1: all chips offered to jobs, warmest cooling, full speed, batteries charging."""

    name = "all-high"
    looks_at = "nothing"
    level = 1.0


class Levels(Heuristic):
    """Some slots at a level each, the others with the autopilot.

    Args:
        levels: Value by slot.
    """

    name = "levels"
    looks_at = "nothing"

    def __init__(self, **levels: float):
        self.levels = levels

    def decide(self, action: Action, view: View) -> None:
        """Fill the slots."""
        for slot, level in self.levels.items():
            self.fill(action, slot, level)


class Random(Heuristic):
    """Uniform noise in every slot, the same sequence in every evaluation."""

    name = "random"
    looks_at = "nothing"

    def __init__(self, seed: int = 0):
        self.seed = seed

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Begin the sequence again, unless only some of the environments begin."""
        super().reset(world, mask)
        if mask is None:
            self.generator = np.random.default_rng(self.seed)

    def decide(self, action: Action, view: View) -> None:
        """Draw every slot uniformly from [-1, 1]."""
        self.fill_all(action, self.generator.uniform(-1.0, 1.0, action.shape))
