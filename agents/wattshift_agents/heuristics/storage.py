"""Policies for batteries."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

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


class Dispatch(Heuristic):
    """What rules that know the power they want at the bus share: from kW to entries of the slot."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the batteries."""
        super().reset(world, mask)
        self.sites = world.params.sites
        self.has_battery = self.sites["battery_kwh"] > 0.0

    def decide(self, action: Action, view: View) -> None:
        """Set the storage slot."""
        wanted_kw = self.bus_kw(view)[:, self.has_battery]
        self.fill(action, "storage", np.clip(wanted_kw / self.sites["battery_kw"][self.has_battery], -1.0, 1.0))

    @abstractmethod
    def bus_kw(self, view: View) -> Floats:
        """`[n, S]` wanted at the bus: + charge, - discharge; limited to the battery's power afterwards."""


class PeakShaving(Dispatch):
    """Batteries keep the import below the highest that the billing period has seen, and refill well below that.

    What has been drawn once is owed for the whole period, so only more than that costs: the line is the peak so far, or
    the usual import where that is higher (a period has just begun). Loads jump within a decision, which a battery that
    holds its power meets too late; so it discharges down to `guard` below the line, ahead of the jump, and charges up
    to twice that below it. Refilling is slow and ends at `refill_to`, since a full battery ages fastest.

    Args:
        guard: Share of the line kept free for what load does until the next decision.
        refill_share: Of the battery's power.
        refill_to: Charge above the reserve that is kept for peaks, over what fits there.
    """

    name = "peak-shaving"
    source = "after Bar-Noy, Johnson and Liu, Peak shaving through resource buffering, WAOA 2008"
    looks_at = "import without the battery, peak of the billing period, charge"

    MEMORY_H = 24.0

    def __init__(self, guard: float = 0.1, refill_share: float = 0.1, refill_to: float = 0.25):
        if not 0.0 <= guard < 0.5:
            raise ValueError(f"guard: got {guard}, must be at least 0 and below 0.5")
        if not 0.0 < refill_share <= 1.0:
            raise ValueError(f"refill_share: got {refill_share}, must be above 0 and at most 1")
        if not 0.0 < refill_to <= 1.0:
            raise ValueError(f"refill_to: got {refill_to}, must be above 0 and at most 1")
        self.guard = guard
        self.refill_share = refill_share
        self.refill_to = refill_to

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Forget the usual import of the episodes that begin."""
        super().reset(world, mask)
        above_reserve_kwh = self.sites["battery_kwh"] * (1.0 - self.sites["battery_reserve_share"])
        self.room_kwh = above_reserve_kwh * self.sites["battery_discharge_efficiency"]
        self.forgotten = 1.0 - np.exp(-world.decision_h / self.MEMORY_H)
        if mask is None:
            self.usual_kw = np.zeros((world.n_envs, len(self.sites)))
        else:
            self.usual_kw[mask] = 0.0

    def bus_kw(self, view: View) -> Floats:
        """Discharge what lies above the guarded line, charge what fits well below it."""
        is_new = self.usual_kw == 0.0
        self.usual_kw = np.where(
            is_new, view.drawn_kw, self.usual_kw + self.forgotten * (view.drawn_kw - self.usual_kw)
        )
        line_kw = np.maximum(self.usual_kw, view.peak_kw)
        above_kw = view.drawn_kw - (1.0 - self.guard) * line_kw
        below_kw = (1.0 - 2.0 * self.guard) * line_kw - view.drawn_kw
        refill_kw = np.clip(below_kw, 0.0, self.refill_share * self.sites["battery_kw"])
        is_filled = view.stored_kwh >= self.refill_to * self.room_kwh
        return np.where(above_kw > 0.0, -above_kw, np.where(is_filled, 0.0, refill_kw))


class SelfConsumption(Dispatch):
    """Batteries store what own sun and wind give beyond the load, and give it back as soon as the load is higher.

    Power from the grid is never stored: the battery neither trades nor shaves peaks.
    """

    name = "self-consumption"
    source = "after Luthander et al., Photovoltaic self-consumption in buildings, Applied Energy 2015"
    looks_at = "own sun and wind, load"

    def bus_kw(self, view: View) -> Floats:
        """The surplus, or minus what is missing. Before the first step no load is known: nothing."""
        return np.where(view.load_kw > 0.0, view.own_kw - view.load_kw, 0.0)
