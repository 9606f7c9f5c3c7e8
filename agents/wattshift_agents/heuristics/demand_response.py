"""Policies that answer the requests of grid operators."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.combined import Thrifty
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class DemandResponse(Heuristic):
    """Thrifty, and where the grid operator asks for less: charge ahead, then slow down, defer jobs, discharge.

    On notice the battery fills by the time the request begins, and an hour before it no further jobs are drawn to the
    site. While it holds, clocks fall, the battery gives an even share of its charge for the hours that are left, and
    jobs are put back to their checkpoints as far as the import still lies above what is allowed. Users' requests stay
    where they are: moving them costs more in transit than it saves. Without a request it is thrifty, bit for bit.

    Args:
        caps: Value of the caps slot while a request holds, 0 full speed, -1 the lowest clock.
        margin: Share of the allowed import that is left free, for what moves between one decision and the next.
    """

    name = "demand-response"
    looks_at = "requests of grid operators, import, charge; and as thrifty"

    def __init__(self, caps: float = -0.5, margin: float = 0.04):
        self.caps = caps
        self.margin = margin
        self.usual = Thrifty()

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn the batteries and the length of requests, and forget those of episodes that begin."""
        super().reset(world, mask)
        self.usual.reset(world, mask)
        sites = world.params.sites
        self.has_battery = sites["battery_kwh"] > 0.0
        self.battery_kw = np.maximum(sites["battery_kw"], 1e-9)
        self.room_kwh = sites["battery_kwh"] * (1.0 - sites["battery_reserve_share"])
        self.charge_efficiency = sites["battery_charge_efficiency"]
        self.discharge_efficiency = sites["battery_discharge_efficiency"]
        self.request_h = sites["curtail_h"]
        self.decision_h = world.decision_h
        if mask is None:
            self.asked_h = np.zeros((world.n_envs, len(sites)))
        else:
            self.asked_h[mask] = 0.0

    def decide(self, action: Action, view: View) -> None:
        """Thrifty first, then the sites with a request that holds or is announced."""
        self.usual.decide(action, view)
        is_asked = np.isfinite(view.allowed_kw)
        is_near = is_asked | ((view.curtailment_in_h > 0.0) & (view.curtailment_in_h <= 1.0))
        target_kw = (1.0 - self.margin) * np.where(is_asked, view.allowed_kw, np.inf)
        discharge_kw = self._discharge_kw(view, target_kw)
        beyond_kw = np.maximum(view.drawn_kw - discharge_kw - target_kw, 0.0)
        kept_share = np.clip(1.0 - 2.0 * beyond_kw / np.maximum(view.drawn_kw, 1e-9), 0.0, 1.0)
        running = np.minimum(view.job_occupancy, 1.0)
        self.put(action, "caps", is_asked, self.caps)
        self.put(action, "placement", is_near, -1.0)
        self.put(action, "admission", is_asked, running * kept_share - 1.0)
        self._dispatch(action, view, is_asked, discharge_kw)
        self.asked_h = np.where(is_asked, self.asked_h + self.decision_h, 0.0)

    def _discharge_kw(self, view: View, target_kw: Floats) -> Floats:
        left_h = np.maximum(self.request_h - self.asked_h, self.decision_h)
        return np.clip(view.drawn_kw - target_kw, 0.0, np.minimum(view.stored_kwh / left_h, self.battery_kw))

    def _dispatch(self, action: Action, view: View, is_asked: Mask, discharge_kw: Floats) -> None:
        is_ahead = view.curtailment_in_h > 0.0
        missing_kwh = np.maximum(self.room_kwh - view.stored_kwh / self.discharge_efficiency, 0.0)
        left_h = np.where(is_ahead, np.maximum(view.curtailment_in_h, self.decision_h), np.inf)
        charge_kw = missing_kwh / self.charge_efficiency / left_h
        wanted = np.where(is_asked, -discharge_kw, charge_kw) / self.battery_kw
        chosen = (is_asked | is_ahead)[:, self.has_battery]
        self.put(action, "storage", chosen, np.clip(wanted, -1.0, 1.0)[:, self.has_battery])
