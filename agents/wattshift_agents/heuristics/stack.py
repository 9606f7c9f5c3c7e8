"""The best rule for each part of the fleet, put together by measurement: what a learned policy has to beat."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from wattshift.tasks import load_task
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.constant import Levels
from wattshift_agents.heuristics.dollars import LowestDollar
from wattshift_agents.heuristics.job_by_job import DispatchLowestWindow
from wattshift_agents.heuristics.ranking import CheapestEnergy
from wattshift_agents.heuristics.reducing import ReduceAtEdge
from wattshift_agents.heuristics.sleeping import ConsolidateAndSleep
from wattshift_agents.heuristics.storage import SelfConsumption
from wattshift_agents.heuristics.supervisory import OptimalSetPoint
from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World

Parts = dict[str, Heuristic]
"""The rule of each slot."""


def _set_points() -> Parts:
    return dict.fromkeys(("cooling", "flow"), OptimalSetPoint())


FOUND: Mapping[str, Callable[[], Parts]] = {
    "fleet": lambda: {
        "placement": CheapestEnergy(ahead_h=12),
        "admission": Levels(admission=0.6),
        "sleep": ConsolidateAndSleep(),
        "caps": Levels(caps=-0.1),
        **_set_points(),
        "storage": SelfConsumption(),
        "preprocess": ReduceAtEdge(),
    },
    "routing": lambda: {
        "sleep": ConsolidateAndSleep(headroom=0.1),
        "routing": LowestDollar(),
        "preprocess": ReduceAtEdge(),
    },
    "shifting": lambda: {"placement": CheapestEnergy(ahead_h=4), "admission": Levels(admission=0.6)},
    "dispatch": lambda: {"dispatch": DispatchLowestWindow(margin_h=1.0)},
    "cooling": _set_points,
    "storage": lambda: {"caps": Levels(caps=-0.3), "storage": SelfConsumption()},
}
"""What `python benchmarks/tune_stack.py stack --task TASK --windows 48` found for each built-in task.

In the other slots no rule was cheaper than the autopilot; `preprocess` is moot on the scenario of the search and was
chosen on windows of `global`. On Fleet no patience at all was a dollar cheaper, with a third more late jobs.
"""

OTHERWISE = "fleet"
"""Whose rules are used, slot by slot, for a task that drives other slots than any built-in one."""


def found_for(drives: Collection[str]) -> str:
    """The built-in task whose rules are used where these slots are driven."""
    return next((task for task in FOUND if set(load_task(task).drives) == set(drives)), OTHERWISE)


class Stack(Heuristic):
    """For each slot the rule that costs least beside the others, chosen by search on training windows, task by task.

    Slots are searched one after the other, over and over, on windows of the synthetic training year: see `FOUND`. What
    is best in one slot depends on what the others do: clocks are slow where idle chips draw on, and fast where they
    sleep as soon as work is done.

    Args:
        parts: The rule of each slot; slots left out stay with the autopilot. None for those found for the task.
    """

    name = "stack"
    source = "search on training windows, `benchmarks/tune_stack.py`"
    looks_at = "what its parts look at"

    def __init__(self, parts: Mapping[str, Heuristic] | None = None):
        self.given = None if parts is None else dict(parts)
        self.parts: Parts = {}

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Reset the rules it is made of."""
        super().reset(world, mask)
        if mask is None:
            self.parts = FOUND[found_for(world.task.drives)]() if self.given is None else self.given
        for part in self._rules():
            part.reset(world, mask)

    def act(self, observation: Observation, view: View) -> Action:
        """Take from each rule the slots that it was chosen for."""
        action = super().act(observation, view)
        for rule in self._rules():
            wanted = rule.act(observation, view)
            for slot, part in self.parts.items():
                if part is rule and slot in self.slots:
                    action[:, self.slots[slot]] = wanted[:, self.slots[slot]]
        return action

    def decide(self, action: Action, view: View) -> None:
        """Nothing: rules may have to read the observation."""

    def _rules(self) -> list[Heuristic]:
        """Every rule once, in the order of the slots: one that drives several slots keeps one memory."""
        return list({id(part): part for part in self.parts.values()}.values())
