"""`JobwisePolicy`: decides waiting jobs one by one with the same weights for each, sites by their position.

Which place a job has among those shown says nothing about it, so a network that reads them by position must learn
everything as often as there are places. Here one network reads each job beside a summary of the fleet and of all jobs
shown (a mean over them: Deep Sets, Zaheer et al. 2017), and scores that job's choices.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
from stable_baselines3.common.type_aliases import Schedule
from torch import Tensor, nn

from wattshift.kernel.state import AUTOPILOT, FIRST_SITE
from wattshift.kernel.terms import N_PENDING
from wattshift_agents.policies.equivariant import FIRST_ACTION_GAIN, linear

if TYPE_CHECKING:
    from wattshift.world import World

LEANING = 3.0
"""Of an untrained policy's logits towards leaving a job to the autopilot: it does so in three of four cases or more."""


class Places(NamedTuple):
    """Where an observation shows jobs, and where everything else."""

    jobs: NDArray[np.int64]  # [jobs, K]
    others: NDArray[np.int64]  # [D - jobs K]
    n_sites: int


def places_of(world: "World") -> Places:
    """The places in the observations of a task that dispatches jobs."""
    shown = world.layout.slices["pending"]
    entries = np.arange(len(world.layout.features))
    jobs = entries[shown].reshape(N_PENDING, -1)
    return Places(jobs, np.delete(entries, entries[shown]), len(world.params.sites))


class Jobwise(nn.Module):
    """From observations to the logits of every choice: those of job 1 first, ..., those of all other jobs last."""

    jobs: Tensor
    others: Tensor
    sharpness: Tensor

    def __init__(self, places: Places, width: int, job_width: int):
        super().__init__()
        shown = places.jobs.shape[1]
        self.read_jobs = linear(shown, job_width)
        self.read_others = linear(len(places.others), width)
        self.summarise = linear(width + job_width, width)
        self.meet_job, self.meet_fleet = linear(shown, job_width), linear(width, job_width)
        self.think = linear(job_width, job_width)
        self.score = linear(job_width, places.n_sites + FIRST_SITE, FIRST_ACTION_GAIN)
        self.score_others = linear(width, 2, FIRST_ACTION_GAIN)
        for layer in (self.score, self.score_others):
            nn.init.constant_(layer.bias[AUTOPILOT : AUTOPILOT + 1], LEANING)
        self.register_buffer("jobs", torch.as_tensor(places.jobs), persistent=False)
        self.register_buffer("others", torch.as_tensor(places.others), persistent=False)
        self.register_buffer("sharpness", torch.ones(()))

    def forward(self, observation: Tensor) -> Tensor:
        """`[n, D]` to `[n, choices]`."""
        jobs = observation[:, self.jobs]  # [n, jobs, K]
        all_jobs = torch.tanh(self.read_jobs(jobs)).mean(dim=1)
        fleet = torch.tanh(self.read_others(observation[:, self.others]))
        fleet = torch.tanh(self.summarise(torch.cat([fleet, all_jobs], dim=1)))
        known = torch.relu(self.meet_job(jobs) + self.meet_fleet(fleet)[:, None])
        scores = self.score(torch.relu(self.think(known)))
        return self.sharpness * torch.cat([scores.flatten(1), self.score_others(fleet)], dim=1)


class Split(nn.Module):
    """The observation as it is for the actor, a perceptron's last layer for the critic."""

    def __init__(self, size: int, hidden: list[int]):
        super().__init__()
        widths = [size, *hidden]
        self.critic = nn.Sequential(
            *(layer for ends in zip(widths, hidden, strict=False) for layer in (linear(*ends), nn.Tanh()))
        )

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """What the actor and the critic read."""
        return self.forward_actor(observation), self.forward_critic(observation)

    def forward_actor(self, observation: Tensor) -> Tensor:
        """The observation."""
        return observation

    def forward_critic(self, observation: Tensor) -> Tensor:
        """`[n, D]` to `[n, width]`."""
        return self.critic(observation)


class JobwisePolicy(MaskableActorCriticPolicy):
    """Actor-critic over the choices of the dispatch slot, of which the environment masks some.

    An untrained one leaves most jobs to the autopilot.

    Args:
        observation_space: of the environment.
        action_space: its choices.
        lr_schedule: of the optimiser.
        places: of jobs in the observation.
        hidden: widths of the critic's layers; the first is the width of the actor's summary of the fleet.
        job_width: width of the layers that read a job.
        others: as of `MaskableActorCriticPolicy`.
    """

    def __init__(
        self,
        observation_space: spaces.Space,
        action_space: spaces.Space,
        lr_schedule: Schedule,
        *,
        places: Places,
        hidden: list[int],
        job_width: int,
        **others: Any,
    ):
        self.places, self.hidden, self.job_width = (
            places,
            hidden,
            job_width,
        )  # the constructor below builds the networks
        super().__init__(observation_space, action_space, lr_schedule, **others)

    def _build(self, lr_schedule: Schedule) -> None:
        self.mlp_extractor = Split(self.features_dim, self.hidden)  # type: ignore[assignment]
        self.action_net = Jobwise(self.places, self.hidden[0], self.job_width)
        self.value_net = linear(self.hidden[-1], 1, gain=1.0)
        self.optimizer = self.optimizer_class(self.parameters(), lr=lr_schedule(1), **self.optimizer_kwargs)  # type: ignore[call-arg]

    def sharpen(self, factor: float) -> None:
        """Multiply all logits: the likeliest choices stay what they are, and others are taken less often.

        What a network could not learn of a teacher it leaves to chance, and a job put off by the one is sent off by the
        other within a few draws; choices are what a normal policy's mean is, and this is its noise.
        """
        self.action_net.get_buffer("sharpness").mul_(factor)
