"""Policies that stop jobs and let them go on later."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents import shifting
from wattshift_agents.heuristics.temporal import DAY_SLOTS, Candidates, Flags, Signal, TemporalPolicy
from wattshift_agents.policy import Mask
from wattshift_agents.shifting import elastic_greedy, scaling_blocks
from wattshift_agents.view import Floats

if TYPE_CHECKING:
    from wattshift.world import World


class SuspendingPolicy(TemporalPolicy):
    """Running jobs are planned as well, and stopped where they want to wait; plans are made anew at every decision.

    A stopped job goes back to its last checkpoint and loads anew, which the papers leave out: so a job is not stopped
    for less than `least_gap_h`. The world stops the latest arrivals of a site, not those that wanted to wait. The less
    is stopped the less these rules cost: of gaps of 3, 6 and 12 hours the longest was cheapest on training windows, and
    a gap of a whole day, which stops nothing, cheaper still.

    Args:
        signal: What is kept low.
        margin_h: Slack that is kept for queues and restarts.
        least_gap_h: Hours of break below which a running job goes on, at least 1.
    """

    suspends = True

    def __init__(self, signal: Signal = "energy", margin_h: float = 4.0, least_gap_h: int = 12):
        super().__init__(signal, margin_h)
        if least_gap_h < 1:
            raise ValueError(f"least_gap_h: got {least_gap_h}, must be at least 1")
        self.least_gap_h = least_gap_h


class HourlyPolicy(SuspendingPolicy):
    """A job runs on all of its chips if this hour is one of its planned hours."""

    def chips_now(self, jobs: Candidates) -> Floats:
        """All chips of those that run this hour, or ran and soon will again."""
        planned = self.plan(jobs)
        is_held = jobs.job["held"] > 0.0
        runs = planned[:, 0] | (is_held & planned[:, : self.least_gap_h].any(axis=1))
        return np.where(runs, np.where(is_held, jobs.job["held"], jobs.job["chips"]), 0.0)

    @abstractmethod
    def plan(self, jobs: Candidates) -> Flags:
        """`[K, 49]` the hours in which each job runs."""


class WaitAwhile(HourlyPolicy):
    """Jobs run in the cheapest hours before their deadline, and are suspended in between."""

    name = "wait-awhile"
    source = "Let's Wait Awhile (interruptible), Wiesner et al., Middleware 2021"
    looks_at = "energy cost and its forecast; slack and run time of waiting and running jobs"

    def plan(self, jobs: Candidates) -> Flags:
        """The cheapest slots."""
        return shifting.cheapest_slots(jobs.cost, jobs.length, jobs.slack)


class Threshold(HourlyPolicy):
    """Jobs run while a kWh costs less than a percentile of the day ahead, and when their deadline leaves no choice.

    Args:
        share: Of the hours ahead, those in which jobs run; 0.3 runs in the cheapest third.
        signal: What is kept low.
        margin_h: Slack that is kept for queues and restarts.
        least_gap_h: Hours of break below which a running job goes on.
    """

    name = "threshold"
    source = "Ecovisor, Souza et al., ASPLOS 2023"
    looks_at = "energy cost and its forecast; slack and run time of waiting and running jobs"

    def __init__(self, share: float = 0.3, signal: Signal = "energy", margin_h: float = 4.0, least_gap_h: int = 12):
        super().__init__(signal, margin_h, least_gap_h)
        if not 0.0 < share < 1.0:
            raise ValueError(f"share: got {share}, must be between 0 and 1")
        self.share = share

    def plan(self, jobs: Candidates) -> Flags:
        """The slots below the percentile of the forecast day."""
        ceiling = np.quantile(jobs.cost[:, : 1 + DAY_SLOTS], self.share, axis=1)
        return shifting.threshold_slots(jobs.cost, jobs.length, jobs.slack, ceiling)


class ElasticGreedy(SuspendingPolicy):
    """Elastic jobs hold more chips in cheap hours and fewer in dear ones, each chip where its work costs least.

    Rigid jobs are suspended as by `wait-awhile`. An elastic gang meets a site's offer to the chip, whoever it was meant
    for; work is that of the run time left on the nominal gang.

    Args:
        n_blocks: Steps between the least and the most chips of a gang.
        signal: What is kept low.
        margin_h: Slack that is kept for queues and restarts.
        least_gap_h: Hours of break below which a running job goes on.
    """

    name = "elastic-greedy"
    source = "CarbonScaler, Hanafy et al., 2023"
    looks_at = "energy cost and its forecast; slack, run time and scaling curve of waiting and running jobs"

    LEAST_COST = 1e-3
    """USD or kg per kWh; hours that cost less, or pay, are nearly free to a plan by cost per work."""

    def __init__(self, n_blocks: int = 6, signal: Signal = "energy", margin_h: float = 4.0, least_gap_h: int = 12):
        super().__init__(signal, margin_h, least_gap_h)
        if n_blocks < 2:
            raise ValueError(f"n_blocks: got {n_blocks}, must be at least 2")
        self.n_blocks = n_blocks

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Learn how each class scales."""
        super().reset(world, mask)
        self.scaling = world.params.job_classes[world.params.streams["job_class"]]  # by stream

    def chips_now(self, jobs: Candidates) -> Floats:
        """The chips of the plan's first hour; a running job that pauses for less than the gap keeps its least."""
        planned = self.plan_chips(jobs)
        now = np.rint(planned[:, 0])
        least = np.ceil(self.scaling["least_share"][jobs.job["stream"]] * jobs.job["chips"])
        goes_on = (jobs.job["held"] > 0.0) & (now == 0.0) & (planned[:, : self.least_gap_h] > 0.0).any(axis=1)
        return np.where(goes_on, least, now)

    def plan_chips(self, jobs: Candidates) -> Floats:
        """`[K, 49]` chips by hour."""
        scaling = self.scaling[jobs.job["stream"]]
        gang = np.maximum(jobs.job["chips"], 1.0)
        least = np.maximum(np.ceil(scaling["least_share"] * gang), 1.0)
        most = np.maximum(np.floor(scaling["most_share"] * gang), least)
        chips, gain = scaling_blocks(gang, least, most, scaling["exponent"], self.n_blocks)
        cost = np.maximum(jobs.cost, self.LEAST_COST)
        return elastic_greedy(cost, gang * jobs.length, jobs.length + jobs.slack, chips, gain)
