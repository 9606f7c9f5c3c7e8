"""The jobs that a task with a dispatch slot shows, and the choices that its action makes of them."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import DEFERRED, FIRST_SITE
from wattshift_agents.policy import Action, Observation
from wattshift_agents.view import Floats

if TYPE_CHECKING:
    from wattshift.world import World

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

N_NUMBERS = 5
"""Entries of a pending job before those by class and by site: is there, gang, work, slack, data."""


class Pending(NamedTuple):
    """The jobs shown, N a decision; of rows without a job all is zero."""

    is_there: Flags  # [n, N]
    gang: Floats  # [n, N] chips
    work_h: Floats  # [n, N] reference chip-hours
    slack_h: Floats  # [n, N]
    job_class: Ints  # [n, N]
    site: Ints  # [n, N] where the data are
    is_open: Flags  # [n, N, S] the gang could start there now


class PendingJobs:
    """Reads the jobs shown from observations and writes choices into actions.

    Of a discrete task the action holds the choices themselves, of a Box task choice / last choice.

    Args:
        world: Of a task that drives the dispatch slot and sees the pending jobs.
    """

    def __init__(self, world: "World"):
        self.n_sites, self.n_classes = len(world.params.sites), len(world.params.job_classes)
        self.place = world.layout.actions["dispatch"]
        self.shown = world.layout.slices["pending"]
        self.scale = np.array([feature.scale for feature in world.layout.features[self.shown]])
        last_choice = FIRST_SITE + self.n_sites - 1.0
        self.per_choice = 1.0 if world.task.discrete else 1.0 / last_choice

    @classmethod
    def of(cls, world: "World") -> "PendingJobs | None":
        """For a world, or None if its task decides no jobs one by one, or does not show them."""
        is_shown = "dispatch" in world.layout.actions and "pending" in world.layout.slices
        return cls(world) if is_shown else None

    def read(self, observation: Observation) -> Pending:
        """The jobs shown."""
        physical = observation[:, self.shown].astype(np.float64) / self.scale
        jobs = physical.reshape(len(observation), -1, N_NUMBERS + self.n_classes + 2 * self.n_sites)
        by_class, at, is_open = np.split(jobs[:, :, N_NUMBERS:], np.cumsum([self.n_classes, self.n_sites]), axis=2)
        return Pending(
            is_there=jobs[:, :, 0] > 0.5,
            gang=jobs[:, :, 1],
            work_h=jobs[:, :, 2],
            slack_h=jobs[:, :, 3],
            job_class=by_class.argmax(axis=2),
            site=at.argmax(axis=2),
            is_open=is_open > 0.5,
        )

    def write(self, action: Action, choices: Ints, others: Ints | int = DEFERRED) -> None:
        """Set the choices [n, N] of the jobs shown, and that of all others, which wait until they are shown."""
        action[:, self.place.start : self.place.stop - 1] = choices * self.per_choice
        action[:, self.place.stop - 1] = others


def allowed_choices(pending: Pending) -> Flags:
    """`[n, N, 2 + S]` which choices may come about: the autopilot's and putting off always, a site where it is open."""
    always = np.ones((*pending.is_there.shape, FIRST_SITE), np.bool_)
    return np.concatenate([always, pending.is_open], axis=2)
