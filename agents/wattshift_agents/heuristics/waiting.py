"""Policies that move work in time instead of space."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class WaitForGreen(Heuristic):
    """Jobs wait at a site while its forecast promises clearly lower carbon before their slack runs out.

    A site takes no new jobs (but the urgent, which start all the same) while some hour of the forecast within the
    horizon lies at least `clearly_lower` below the present carbon intensity, and otherwise admits as the autopilot
    does. Jobs that run go on: a closed site offers the chips that jobs hold, since offering less would evict them
    and cost their work since the last checkpoint. The horizon is the median over the job classes of the mean slack
    granted, within the 24 h that forecasts cover. The idea is that of Wiesner et al., "Let's Wait Awhile" (Middleware
    2021).

    Args:
        clearly_lower: Relative difference that is worth waiting for. The default of 0.1 is about twice the
            error of a forecast a few hours ahead, so that noise alone seldom closes a site.
    """

    name = "wait-for-green"
    source = "after Let's Wait Awhile, Wiesner et al., Middleware 2021"
    looks_at = "carbon intensity and its forecast; chips that jobs hold"

    def __init__(self, clearly_lower: float = 0.1):
        if not 0.0 < clearly_lower < 1.0:
            raise ValueError(f"clearly_lower: got {clearly_lower}, must be between 0 and 1")
        self.clearly_lower = clearly_lower

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn how long jobs can wait, hours."""
        super().reset(world, mask)
        self.horizon_h = max(1, int(np.median(world.params.job_classes["slack_h"])))

    def decide(self, action: Action, view: View) -> None:
        """Close the sites where waiting pays."""
        greenest_ahead = view.carbon_forecast_kg_per_kwh[:, :, : self.horizon_h].min(axis=2)
        waiting_pays = greenest_ahead < (1.0 - self.clearly_lower) * view.carbon_kg_per_kwh
        only_what_runs = np.minimum(view.job_occupancy, 1.0) - 1.0
        self.fill(action, "admission", np.where(waiting_pays, only_what_runs, 0.0))
