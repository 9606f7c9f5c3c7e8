"""Policies that choose when jobs start, and then let them run."""

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents import shifting
from wattshift_agents.heuristics.temporal import Candidates, Ints, TemporalPolicy
from wattshift_agents.policy import Action, Mask
from wattshift_agents.view import Floats, View

if TYPE_CHECKING:
    from wattshift.world import World

Key = tuple[int, int, float, int]
"""Environment, stream, deadline and site: a job beside a site where it may run."""


class StartingPolicy(TemporalPolicy):
    """A job's start is planned when it is first seen, for each site where it may run; until then it waits.

    The plan is kept, as in the papers: were it made anew at every decision, a job would wait whenever some later start
    looked better at all, whatever the rule.
    """

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Forget the plans of the environments that begin."""
        super().reset(world, mask)
        if mask is None:
            self.planned: dict[Key, int] = {}
            self.hours = np.zeros(world.n_envs, dtype=np.int64)
            self.hour_of_day = np.full(world.n_envs, -1)
        else:
            self.planned = {key: hour for key, hour in self.planned.items() if not mask[key[0]]}
            self.hours[mask] = 0
            self.hour_of_day[mask] = -1

    def decide(self, action: Action, view: View) -> None:
        """Count the hours of the clock, then plan."""
        turn = np.arctan2(view.clock[:, 0], view.clock[:, 1]) / (2.0 * np.pi)
        now = np.floor(24.0 * turn + 1e-3).astype(np.int64) % 24
        self.hours += np.where(self.hour_of_day < 0, 0, (now - self.hour_of_day) % 24)
        self.hour_of_day = now
        super().decide(action, view)

    def chips_now(self, jobs: Candidates) -> Floats:
        """All chips of those whose planned hour has come."""
        keys = list(
            zip(
                jobs.env.tolist(),
                jobs.job["stream"].tolist(),
                jobs.job["deadline_h"].tolist(),
                jobs.site.tolist(),
                strict=True,
            )
        )
        known = np.array([key in self.planned for key in keys], dtype=np.bool_)
        begin = np.array([self.planned.get(key, 0) for key in keys], dtype=np.int64)
        if not known.all():
            new = jobs.only(~known)
            begin[~known] = self.hours[new.env] + self.start(new)
        self.planned = dict(zip(keys, begin.tolist(), strict=True))
        return np.where(begin <= self.hours[jobs.env], jobs.job["chips"], 0.0)

    @abstractmethod
    def start(self, jobs: Candidates) -> Ints:
        """`[K]` hours from now to the planned start."""


class LowestSlot(StartingPolicy):
    """Jobs start in the hour of their slack in which a kWh is forecast to cost least, however long they run."""

    name = "lowest-slot"
    source = "GAIA, Hanafy et al., ASPLOS 2024"
    looks_at = "energy cost and its forecast; slack of waiting jobs"

    def start(self, jobs: Candidates) -> Ints:
        """The lowest slot within the slack."""
        return shifting.lowest_slot(jobs.cost, jobs.slack)


class LowestWindow(StartingPolicy):
    """Jobs start so that the hours they run cost least together, within their slack."""

    name = "lowest-window"
    source = "Let's Wait Awhile, Wiesner et al., Middleware 2021; GAIA"
    looks_at = "energy cost and its forecast; slack and run time of waiting jobs"

    def start(self, jobs: Candidates) -> Ints:
        """The lowest window within the slack."""
        return shifting.lowest_window(jobs.cost, jobs.length, jobs.slack)


class CarbonTime(StartingPolicy):
    """Jobs start where they save most for each hour until they are done, so that small savings buy no long waits."""

    name = "carbon-time"
    source = "GAIA, Hanafy et al., ASPLOS 2024"
    looks_at = "energy cost and its forecast; slack and run time of waiting jobs"

    def start(self, jobs: Candidates) -> Ints:
        """The window of the highest saving by time."""
        return shifting.carbon_time(jobs.cost, jobs.length, jobs.slack)
