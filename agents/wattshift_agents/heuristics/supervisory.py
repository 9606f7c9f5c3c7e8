"""A policy for cooling that knows the plants: it searches set-points and flows on a model of them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.optimum.set_points import LOAD, WEATHER, SetPointModel
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class OptimalSetPoint(Heuristic):
    """Set-point and flow of least cost for chips, fans, plants and water, on a model of the plants at the present load.

    The model is that of `wattshift_agents.optimum.set_points`, the plants' own formulas in steady state. Loads are
    those of the last step with all chips at full clock, since nothing of a power cap is metered; a cap of a fifth moves
    hardly any set-point. Before the first step nothing is known, and set-points stay as they are.
    """

    name = "optimal-set-point"
    source = "after Braun et al., Methodologies for optimal control of chilled water systems, ASHRAE Transactions 1989"
    looks_at = "dry and wet bulb, energy cost, chips that requests asked for and jobs hold, chips awake; nameplates"

    STEP = 0.5
    """Of the first grid, which spans the slots."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the plants."""
        super().reset(world, mask)
        self.chips = world.params.modules["chips"].astype(np.float64)
        self.model = SetPointModel(world.params)

    def decide(self, action: Action, view: View) -> None:
        """Search every site's pair."""
        steps = self.STEP * ("cooling" in self.slots), self.STEP * ("flow" in self.slots)
        if not any(steps):
            return
        weather = np.zeros(view.dry_bulb_c.shape, WEATHER)
        weather["temp_c"], weather["wet_bulb_c"] = view.dry_bulb_c, view.wet_bulb_c
        usual = np.zeros((*view.dry_bulb_c.shape, 2))
        entries, _ = self.model.search(self.loads(view), weather, view.energy_usd_per_kwh, usual, steps)
        entries[~(view.load_kw > 0.0).any(axis=1)] = 0.0
        self.fill(action, "cooling", entries[:, :, 0])
        self.fill(action, "flow", entries[:, :, 1])

    def loads(self, view: View) -> NDArray[np.void]:
        """`[n, M]` LOAD as far as a screen shows it."""
        loads = np.zeros(view.awake_chips.shape, LOAD)
        loads["asleep"], loads["powered"] = self.chips - view.awake_chips, view.awake_chips
        loads["serving"] = np.minimum(view.asked_chips, np.maximum(view.awake_chips - view.held_chips, 0.0))
        loads["replicas"] = view.outlook.replicas
        loads["working"] = view.held_chips
        return loads
