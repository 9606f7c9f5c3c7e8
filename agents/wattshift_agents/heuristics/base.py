"""What all heuristics share: they know the action layout and start from the autopilot's zeros."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class Heuristic(ABC):
    """A rule that fills some slots of the action and leaves the others to the autopilot.

    Subclasses set the attributes below and implement `decide`; their docstring's first line is the idea in the table of
    policies. A slot that the task does not offer is skipped.
    """

    name: str
    source: str = "plain rule"
    """Where the idea was published."""
    looks_at: str
    """What of the view decides, in a few words."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the action layout; heuristics keep nothing from step to step unless they say so."""
        self.slots: dict[str, slice] = dict(world.layout.actions)
        self.action_size = max(part.stop for part in self.slots.values())

    def act(self, observation: Observation, view: View) -> Action:
        """The rule's decision, float32 [n, A]; of a discrete task the choices."""
        action = np.zeros((len(observation), self.action_size), dtype=np.float32)
        self.decide(action, view)
        return action

    @abstractmethod
    def decide(self, action: Action, view: View) -> None:
        """Write this rule's slots into `action` (zeros, [n, A])."""

    def fill(self, action: Action, slot: str, values: Floats | float) -> None:
        """Set one slot for all environments; a slot that the task does not drive stays with the autopilot."""
        if slot in self.slots:
            action[:, self.slots[slot]] = values

    def put(self, action: Action, slot: str, chosen: Mask, values: Floats | float) -> None:
        """Set the entries of one slot where chosen (bool [n, entries]), if the task drives it; the others stand."""
        if slot in self.slots:
            place = self.slots[slot]
            action[:, place] = np.where(chosen, values, action[:, place])
