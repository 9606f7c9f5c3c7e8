"""Policies that decide waiting jobs one by one, for tasks that drive the dispatch slot; elsewhere the autopilot's."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift.kernel.state import AUTOPILOT, DEFERRED, FIRST_SITE
from wattshift_agents import shifting
from wattshift_agents.heuristics.base import Heuristic
from wattshift_agents.heuristics.pending import Ints, Pending, PendingJobs
from wattshift_agents.heuristics.temporal import DAY_SLOTS, slots_ahead
from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World


class JobByJob(Heuristic):
    """What rules that read the jobs shown share: a choice for each; jobs that are not shown yet wait until they are."""

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn where the jobs stand in the observation, and the ways between sites."""
        super().reset(world, mask)
        params = world.params
        n_classes = len(params.job_classes)
        self.n_sites = len(params.sites)
        self.distance_ms = np.where(np.eye(self.n_sites, dtype=np.bool_), 0.0, params.path_ms[:, :, 0])
        self.pace = np.ones(n_classes)
        np.maximum.at(self.pace, params.streams["job_class"], params.streams["pace"])
        self.reserve_h = params.rules["urgent_slack_h"][0]
        self.pending = PendingJobs.of(world)

    def act(self, observation: Observation, view: View) -> Action:
        """The rule's decision; zeros where jobs are not decided one by one."""
        action = super().act(observation, view)
        if self.pending is not None:
            shown = self.pending.read(observation)
            self.pending.write(action, np.where(shown.is_there, self.choose(shown, view), AUTOPILOT))
        return action

    def decide(self, action: Action, view: View) -> None:
        """Nothing: `act` reads the jobs from the observation."""

    @abstractmethod
    def choose(self, pending: Pending, view: View) -> Ints:
        """`[n, N]` choice for each job."""

    @staticmethod
    def least_open(quantity: Floats, pending: Pending) -> Ints:
        """`[n, N]` the open site where `quantity` [n, N, S] is least; the autopilot decides where none is open."""
        best = np.where(pending.is_open, quantity, np.inf).argmin(axis=2)
        return np.where(pending.is_open.any(axis=2), FIRST_SITE + best, AUTOPILOT)


class DispatchNearest(JobByJob):
    """Job by job, first come first served: to the open site nearest to its data."""

    name = "dispatch-nearest"
    looks_at = "jobs shown: where the data are, which sites are open"

    def choose(self, pending: Pending, view: View) -> Ints:
        """The nearest open site."""
        return self.least_open(self.distance_ms[pending.site], pending)


class DispatchLowestCarbon(JobByJob):
    """Job by job: to the open site whose grid is cleanest now."""

    name = "dispatch-lowest-carbon"
    looks_at = "jobs shown: which sites are open; carbon intensity"

    def choose(self, pending: Pending, view: View) -> Ints:
        """The cleanest open site."""
        return self.least_open(np.broadcast_to(view.carbon_kg_per_kwh[:, None], pending.is_open.shape), pending)


class DispatchLowestWindow(JobByJob):
    """Job by job: to the open site, and in the hours, in which its run costs least; put off until then.

    Considered are the sites open to the job and the one with its data. A job waits if starting later, within its slack
    less the margin, saves at least `least_saving` against the best start now.

    Args:
        margin_h: Slack that is kept, beside that below which a job is urgent anyway.
        least_saving: Of the energy cost of the run, relative; the default was cheapest of three on training windows.
    """

    name = "dispatch-lowest-window"
    source = "Let's Wait Awhile, Wiesner et al., Middleware 2021"
    looks_at = "jobs shown: work, slack, data, open sites; energy cost and its forecast"

    def __init__(self, margin_h: float = 2.0, least_saving: float = 0.3):
        if not margin_h >= 0.0:
            raise ValueError(f"margin_h: got {margin_h}, must be at least 0")
        if not 0.0 <= least_saving < 1.0:
            raise ValueError(f"least_saving: got {least_saving}, must be at least 0 and below 1")
        self.margin_h = margin_h
        self.least_saving = least_saving

    def choose(self, pending: Pending, view: View) -> Ints:
        """The cheapest open site, or waiting."""
        run_h = pending.work_h / np.maximum(pending.gang * self.pace[pending.job_class], 1e-9)
        length = np.ceil(run_h).clip(1, DAY_SLOTS).astype(np.int64)
        slack = np.floor(pending.slack_h - self.reserve_h - self.margin_h).clip(0, DAY_SLOTS).astype(np.int64)
        env, job = np.nonzero(pending.is_there)
        costs = slots_ahead(view, "energy")
        now, best = np.full(pending.is_open.shape, np.inf), np.full(pending.is_open.shape, np.inf)
        for site in range(self.n_sites):
            window = shifting.window_costs(costs[env, site], length[env, job], slack[env, job])
            now[env, job, site], best[env, job, site] = window[:, 0], window.min(axis=1)
        may_wait_for = pending.is_open | (pending.site[:, :, None] == np.arange(self.n_sites))
        least_now = np.where(pending.is_open, now, np.inf).min(axis=2)
        least_later = np.where(may_wait_for, best, np.inf).min(axis=2)
        waits = least_later < least_now - self.least_saving * np.where(np.isfinite(least_now), np.abs(least_now), 0.0)
        return np.where(waits & pending.is_open.any(axis=2), DEFERRED, self.least_open(now, pending))
