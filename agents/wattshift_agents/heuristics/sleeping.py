"""Policies that put chips to sleep."""

from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.demand import Growth
from wattshift_agents.optimum.mpc_power import job_chip_kw
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class ConsolidateAndSleep(Heuristic):
    """Each module keeps awake what requests and jobs need in the coming hours, with head room; the rest sleeps.

    Needed are the chips that requests asked for in the last step, grown as the demand of the flows that the module may
    serve is forecast to grow, filled as the router fills them; the chips that jobs hold; and those of jobs that wait.
    These are gathered: each in turn is given to the module with room where its work costs least, energy and carbon by
    the forecast of the coming hours, and may not run on one where it costs more than `dearest` times as much as on the
    cheapest, unless its slack is below `patience_h`. So jobs wait for efficient chips at cheap sites while dear ones
    sleep. Before the first step nothing is known, all stay awake.

    Args:
        headroom: Chips for requests beyond those needed, relative.
        spare: Share of the chips on top of that, for requests that no neighbour takes any more and jobs that arrive.
        dearest: Cost of work over that on the cheapest module, at least 1; infinite runs jobs wherever there is room.
        patience_h: Slack below which a job may run anywhere.
    """

    name = "consolidate-and-sleep"
    source = "after dynamic right-sizing, Lin et al., INFOCOM 2011"
    looks_at = (
        "chips that requests asked for and jobs hold, waiting jobs, demand forecast, energy cost and its forecast"
    )

    PRICED_H = 6
    """Hours of the forecast over which sites are compared for jobs, about a job's length."""

    def __init__(self, headroom: float = 0.2, spare: float = 0.02, dearest: float = 1.3, patience_h: float = 1.0):
        for name, value in (("headroom", headroom), ("spare", spare), ("patience_h", patience_h)):
            if not value >= 0.0:
                raise ValueError(f"{name}: got {value}, must be at least 0")
        if not dearest >= 1.0:
            raise ValueError(f"dearest: got {dearest}, must be at least 1")
        self.headroom = headroom
        self.spare = spare
        self.dearest = dearest
        self.patience_h = patience_h

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn which jobs a module may take, and what their work draws there."""
        super().reset(world, mask)
        params = world.params
        self.growth = Growth(world)
        self.site = params.modules["site"].astype(np.int64)
        self.chips = params.modules["chips"].astype(np.float64)
        may_run = (params.stream_speed > 0.0) & (np.floor(params.modules["job_share"] * self.chips) >= 1.0)  # [G, M]
        full_clock = np.ones(len(self.chips))
        kw = job_chip_kw(params, full_clock, others_sleep=True) / np.where(may_run, params.stream_speed, 1.0)
        self.work_kw = np.where(may_run, kw, np.inf)
        self.serve_utilisation = params.rules["serve_utilisation"][0]

    def decide(self, action: Action, view: View) -> None:
        """Let sleep what is not needed."""
        if "sleep" not in self.slots:
            return
        for_requests = view.asked_chips * self.growth(view) * (1.0 + self.headroom) / self.serve_utilisation
        room = np.maximum(self.chips - view.held_chips - np.ceil(view.asked_chips), 0.0)
        for_jobs = view.held_chips + self._gathered(view, room)
        needed = np.ceil(for_requests) + for_jobs + np.ceil(self.spare * self.chips)
        has_seen = (view.flow_per_s > 0.0).any(axis=1, keepdims=True)
        self.fill(action, "sleep", np.where(has_seen, np.clip(1.0 - needed / self.chips, 0.0, 1.0), 0.0))

    def _gathered(self, view: View, room: Floats) -> Floats:
        """`[n, M]` chips of waiting jobs, first come first served, each at the module it is given to, or at none."""
        ahead = view.energy_forecast_usd_per_kwh[:, :, : self.PRICED_H].sum(axis=2)
        usd_per_kwh = (view.energy_usd_per_kwh + ahead) * view.outlook.overhead / (1.0 + self.PRICED_H)
        usd_per_kwh = usd_per_kwh[:, self.site]
        given = np.zeros_like(room)
        env = np.arange(len(room))
        waits = (view.jobs["chips"] > 0) & (view.jobs["module"] < 0)
        for nth in np.flatnonzero(waits.any(axis=0)):
            job = view.jobs[:, nth]
            usd = usd_per_kwh * self.work_kw[job["stream"]]
            limit_usd = np.where(job["slack_h"] < self.patience_h, np.inf, self.dearest * usd.min(axis=1))
            # As the scheduler does: a gang starts if at least half of it fits.
            fits = (room - given >= 0.5 * job["chips"][:, None]) & np.isfinite(usd) & (usd <= limit_usd[:, None])
            is_given = waits[:, nth] & fits.any(axis=1)
            given[env, np.where(fits, usd, np.inf).argmin(axis=1)] += np.where(is_given, job["chips"], 0.0)
        return given
