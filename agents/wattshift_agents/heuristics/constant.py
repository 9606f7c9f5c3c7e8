"""Policies that look at nothing: the autopilot, constants and noise. Every table needs them as its floor."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift.kernel.state import AUTOPILOT, DEFERRED
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.pending import Flags, Ints, PendingJobs, allowed_choices
from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class EverySlot(Heuristic):
    """What rules that know no slot from another share: one kind of entry in all of them, or one kind of choice."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn whether actions are choices."""
        super().reset(world, mask)
        self.pending = PendingJobs(world) if world.task.discrete else None

    def act(self, observation: Observation, view: View) -> Action:
        """The same in every slot."""
        if self.pending is None:
            return super().act(observation, view)
        action = np.zeros((len(observation), self.action_size), dtype=np.float32)
        allowed = allowed_choices(self.pending.read(observation))
        self.pending.write(action, self.choose(allowed), self.others(len(action)))
        return action

    @abstractmethod
    def choose(self, allowed: Flags) -> Ints:
        """`[n, N]` choices for the jobs shown, of those `[n, N, choices]` that may come about."""

    @abstractmethod
    def others(self, n_envs: int) -> Ints | int:
        """Choice for all other jobs."""


class Constant(EverySlot):
    """The same value in every slot, for ever; of choices the same place among those that may come about."""

    level: float

    def decide(self, action: Action, view: View) -> None:
        """Fill every slot with `level`."""
        action[:] = self.level


class Autopilot(Constant):
    """Zero everywhere: the plain rule-based operator that the other policies are measured against."""

    name = "autopilot"
    looks_at = "nothing"
    level = 0.0

    def choose(self, allowed: Flags) -> Ints:
        """The autopilot decides."""
        return np.full(allowed.shape[:2], AUTOPILOT)

    def others(self, n_envs: int) -> int:
        """The autopilot decides."""
        return AUTOPILOT


class Middle(Autopilot):
    """Every slot at the middle of its range, which is the autopilot by design: the two must cost the same."""

    name = "middle"


class AllLow(Constant):
    """Every slot at -1: coldest cooling, slowest chips, batteries discharging; no jobs until they are urgent."""

    name = "all-low"
    looks_at = "nothing"
    level = -1.0

    def choose(self, allowed: Flags) -> Ints:
        """Every job is put off, which is the lowest choice but the autopilot's."""
        return np.full(allowed.shape[:2], DEFERRED)

    def others(self, n_envs: int) -> int:
        """Put off."""
        return DEFERRED


class AllHigh(Constant):
    """Every slot at +1: all chips offered, warmest cooling, batteries charging; single jobs to the last open site."""

    name = "all-high"
    looks_at = "nothing but which sites are open to a job"
    level = 1.0

    def choose(self, allowed: Flags) -> Ints:
        """The highest choice that may come about."""
        return np.where(allowed, np.arange(allowed.shape[2]), AUTOPILOT).max(axis=2)

    def others(self, n_envs: int) -> int:
        """Put off, until they are shown."""
        return DEFERRED


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


class Random(EverySlot):
    """Uniform noise in every slot, or over the choices that may come about; the same sequence in every evaluation."""

    name = "random"
    looks_at = "nothing but which sites are open to a job"

    def __init__(self, seed: int = 0):
        self.seed = seed

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Begin the sequence again, unless only some of the environments begin."""
        super().reset(world, mask)
        if mask is None:
            self.generator = np.random.default_rng(self.seed)

    def decide(self, action: Action, view: View) -> None:
        """Draw every slot uniformly from [-1, 1]."""
        action[:] = self.generator.uniform(-1.0, 1.0, action.shape)

    def choose(self, allowed: Flags) -> Ints:
        """Draw uniformly from the choices that may come about."""
        return np.where(allowed, self.generator.random(allowed.shape), -1.0).argmax(axis=2)

    def others(self, n_envs: int) -> Ints:
        """Draw whether they wait."""
        return self.generator.integers(AUTOPILOT, DEFERRED + 1, n_envs)
