"""The best that simple rules do together: what a learned policy has to beat."""

from typing import TYPE_CHECKING

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.ranking import CheapestEnergy
from wattshift_agents.heuristics.storage import Arbitrage
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class Thrifty(Heuristic):
    """Jobs to the cheapest energy, gentle battery arbitrage, clocks a little slower and cooling a little colder.

    The two constants were picked on windows of the hybrid scenario's training year. Slower clocks pay because dynamic
    power falls faster than speed, until requests are dropped at busy hours; colder air and water pay because the server
    fans and leakage that they spare cost more than the plants then draw.

    Args:
        caps: Value of the caps slot, 0 full speed, -1 the lowest clock.
        cooling: Value of the cooling slot, 0 the usual set-point, -1 the coldest.
    """

    name = "thrifty"
    looks_at = "energy cost and its forecast"

    def __init__(self, caps: float = -0.2, cooling: float = -0.2):
        self.caps = caps
        self.cooling = cooling
        self.parts = (CheapestEnergy(), Arbitrage())

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Reset the rules it is made of."""
        super().reset(world, mask)
        for part in self.parts:
            part.reset(world, mask)

    def decide(self, action: Action, view: View) -> None:
        """Let each rule fill its slots."""
        for part in self.parts:
            part.decide(action, view)
        self.fill(action, "caps", self.caps)
        self.fill(action, "cooling", self.cooling)
