"""How much demand for requests grows in the coming hours, by module."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class Growth:
    """Forecast demand over the present one, for the modules that may serve it.

    Args:
        world: Gives the flows that each module may serve.
        horizon_h: Hours looked ahead.
    """

    def __init__(self, world: "World", horizon_h: int = 2):
        n_modules = len(world.params.modules)
        self.serves = (world.params.candidates["module"][:, :, None] == np.arange(n_modules)).any(axis=1)  # [F, M]
        self.horizon_h = horizon_h

    def __call__(self, view: View) -> Floats:
        """`[n, M]` highest demand ahead over the present one, of the flow that grows most; at least 1."""
        ahead = view.flow_forecast_per_s[:, :, : self.horizon_h].max(axis=2)
        growth = np.divide(ahead, view.flow_per_s, out=np.ones_like(ahead), where=view.flow_per_s > 0.0)
        return np.where(self.serves, np.maximum(growth, 1.0)[:, :, None], 1.0).max(axis=1)
