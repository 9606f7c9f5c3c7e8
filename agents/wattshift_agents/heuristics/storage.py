"""Policies for batteries."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.world import World


class Arbitrage(Heuristic):
    """Batteries charge when energy is cheap for the day ahead and discharge when it is dear, beyond wear and losses.

    Cheap and dear are measured from the median of the forecast cost of a kWh, carbon priced in. The two sides of a
    cycle must together earn back the wear and the energy lost, so each needs half of that as its margin.

    Args:
        power_share: Share of a battery's power that is used. More raises the import peak, and demand charges eat what
            the cycle earns.
    """

    name = "arbitrage"
    looks_at = "energy cost and its forecast"

    def __init__(self, power_share: float = 0.1):
        self.power_share = power_share

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn where the batteries are, and what a cycle costs."""
        super().reset(world, mask)
        sites = world.params.sites
        self.has_battery = sites["battery_kwh"] > 0.0
        batteries = sites[self.has_battery]
        self.wear_usd_per_kwh = batteries["battery_wear_usd_per_kwh"]
        self.lost_share = 1.0 - batteries["battery_charge_efficiency"] * batteries["battery_discharge_efficiency"]

    def decide(self, action: Action, view: View) -> None:
        """Charge below the median, discharge above it."""
        now = view.energy_usd_per_kwh[:, self.has_battery]
        usual = np.median(view.energy_forecast_usd_per_kwh[:, self.has_battery], axis=2)
        margin = 0.5 * (self.wear_usd_per_kwh + self.lost_share * np.abs(usual))
        direction = (now < usual - margin).astype(np.float64) - (now > usual + margin)
        self.fill(action, "storage", self.power_share * direction)
