"""A head start by imitation: the policy learns a heuristic's actions before it learns from rewards.

The heuristic sees the view, the policy the observation alone. In the first round the heuristic drives; in later ones
the policy does, and the heuristic says what it would have done there, so that the policy also learns the way back from
its own mistakes: DAgger, Ross, Gordon and Bagnell (2011).
"""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.policies import BasePolicy
from torch import Tensor

from wattshift_agents.agent_config import AgentConfig, MaskablePPOConfig, OnPolicyConfig
from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.heuristics import HEURISTICS, Heuristic
from wattshift_agents.policies.jobwise import JobwisePolicy
from wattshift_agents.policy import Policy
from wattshift_agents.view import look

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv

LEARNING_RATE = 1e-3
"""Of the regression, falling to a tenth over a round: a supervised problem bears more than reinforcement does."""

HELD_OUT_SHARE = 1 / 8
"""Of the environments. Whole ones, since the decisions of one environment resemble each other."""

PATIENCE = 5
"""Passes without improvement on held-out pairs after which a round ends."""


class Pairs(NamedTuple):
    """What was seen and what the teacher did."""

    observations: Tensor  # [N, D]
    actions: Tensor  # [N, A]; of a discrete task its choices


@dataclass(frozen=True)
class Pass:
    """One pass over the pairs: mean squared error of the action, or of choices minus the log-likelihood."""

    number: int  # over all rounds, from 1
    loss: float
    held_out_loss: float


def head_start(settings: AgentConfig) -> "HeadStart | None":
    """The head start that the settings ask for, if any.

    Raises:
        SettingsError: There is no heuristic of that name, or a setting beside it is out of range.
    """
    if not isinstance(settings, OnPolicyConfig) or settings.imitate is None:
        return None
    for name, least in (("imitate_steps", 1), ("imitate_rounds", 1), ("imitate_passes", 1), ("num_envs", 2)):
        if getattr(settings, name) < least:
            raise SettingsError(f"agent.{name}: got {getattr(settings, name)}, imitation needs at least {least}")
    if settings.imitate not in HEURISTICS:
        known = ", ".join(HEURISTICS)
        raise SettingsError(
            f'agent.imitate: no heuristic "{settings.imitate}".{closest(settings.imitate, HEURISTICS)} Known: {known}'
        )
    return HeadStart(HEURISTICS[settings.imitate](), settings)


@dataclass(frozen=True)
class HeadStart:
    """Whom to imitate, and how."""

    teacher: Heuristic
    settings: OnPolicyConfig

    @property
    def most_passes(self) -> int:
        """Over all rounds."""
        return self.settings.imitate_rounds * self.settings.imitate_passes

    def imitate(
        self,
        policy: BasePolicy,
        student: Policy,
        fleet: "WattshiftVectorEnv",
        seed: int,
        report: Callable[[Pass], bool],
    ) -> float:
        """Train a policy's actor to act as the teacher does.

        Args:
            policy: What learns, an actor-critic one; its own optimiser is left as it is.
            student: The policy as it drives environments.
            fleet: On training traces, autoreset SAME_STEP.
            seed: Of the windows and of the order of the pairs.
            report: Told of every pass; where it gives False, imitation ends.

        Returns:
            Lowest loss of the last round on held-out pairs, which is that of the weights left in the policy.

        Raises:
            SettingsError: The teacher does nothing on this task.
        """
        generator = torch.Generator().manual_seed(seed)
        lessons, exams, number, lowest = [], [], 0, math.inf
        for turn in range(self.settings.imitate_rounds):
            driver = self.teacher if turn == 0 else student
            lesson, exam = _collect(fleet, driver, self.teacher, self.settings.imitate_steps, seed + turn)
            if not lesson.actions.any():
                raise SettingsError(
                    f"agent.imitate: {self.teacher.name} leaves everything to the autopilot on this task, which drives "
                    f"{', '.join(fleet.world.layout.actions)}; pick a heuristic that acts here, or null"
                )
            lessons.append(lesson)
            exams.append(exam)
            regression = _Regression(policy, _joined(lessons), _joined(exams), self.settings.batch_size, generator)
            lowest = math.inf
            for loss, held_out_loss in regression.passes(self.settings.imitate_passes):
                number, lowest = number + 1, min(lowest, held_out_loss)
                if not report(Pass(number, loss, held_out_loss)):
                    return lowest
        if isinstance(policy, JobwisePolicy) and isinstance(self.settings, MaskablePPOConfig):
            policy.sharpen(self.settings.imitate_sharpness)
        return lowest


def _collect(
    fleet: "WattshiftVectorEnv", driver: Policy, teacher: Heuristic, steps: int, seed: int
) -> tuple[Pairs, Pairs]:
    """Pairs of `steps` decisions in every environment, those of the held-out environments apart."""
    observation, _ = fleet.reset(seed=seed)
    teacher.reset(fleet.world)
    observations, actions = [], []
    for _ in range(steps):
        view = look(fleet.world)
        taught = teacher.act(observation, view)
        observations.append(torch.tensor(observation))
        actions.append(torch.tensor(taught))
        played = taught if driver is teacher else driver.act(observation, view)
        observation, _, terminated, truncated, _ = fleet.step(played)
        done = terminated | truncated
        if done.any():
            teacher.reset(fleet.world, done)
    seen, done_there = torch.stack(observations), torch.stack(actions)
    learn = fleet.num_envs - max(1, round(HELD_OUT_SHARE * fleet.num_envs))
    return _flat(seen[:, :learn], done_there[:, :learn]), _flat(seen[:, learn:], done_there[:, learn:])


def _flat(observations: Tensor, actions: Tensor) -> Pairs:
    return Pairs(observations.flatten(0, 1), actions.flatten(0, 1))


def _joined(rounds: list[Pairs]) -> Pairs:
    return Pairs(*(torch.cat(part) for part in zip(*rounds, strict=True)))


class _Regression:
    """Fits a policy's actor to pairs by Adam over mini-batches, and keeps the weights that were best on others."""

    def __init__(self, policy: BasePolicy, lesson: Pairs, exam: Pairs, batch_size: int, generator: torch.Generator):
        self.policy: Any = policy  # Stable-Baselines3 has no common type for those with `get_distribution`
        self.lesson, self.exam = lesson, exam
        self.batch_size, self.generator = batch_size, generator

    def passes(self, most: int) -> Iterator[tuple[float, float]]:
        """Loss on the lesson and on the exam after each of at most so many passes; at the end the best is loaded."""
        # Of the actor alone a loss gives gradients, and Adam leaves parameters without one where they are.
        optimizer = torch.optim.Adam(self.policy.parameters(), lr=LEARNING_RATE)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, most, LEARNING_RATE / 10)
        lowest, best, since = np.inf, copy.deepcopy(self.policy.state_dict()), 0
        try:
            while most > 0 and since < PATIENCE:
                most, since = most - 1, since + 1
                loss = self._learn_once(optimizer)
                held_out_loss = self._held_out_loss()
                falling.step()
                if held_out_loss < lowest:
                    lowest, best, since = held_out_loss, copy.deepcopy(self.policy.state_dict()), 0
                yield loss, held_out_loss
        finally:
            self.policy.load_state_dict(best)

    def _learn_once(self, optimizer: torch.optim.Optimizer) -> float:
        self.policy.set_training_mode(True)
        order = torch.randperm(len(self.lesson.actions), generator=self.generator)
        total = 0.0
        for chosen in order.split(self.batch_size):
            loss = self._loss(Pairs(*(part[chosen] for part in self.lesson)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        return total / len(order)

    def _held_out_loss(self) -> float:
        self.policy.set_training_mode(False)
        with torch.no_grad():
            parts = zip(*(part.split(self.batch_size) for part in self.exam), strict=True)
            total = sum(self._loss(Pairs(*part)).item() * len(part[0]) for part in parts)
        return total / len(self.exam.actions)

    def _loss(self, pairs: Pairs) -> Tensor:
        distribution = self.policy.get_distribution(pairs.observations)
        if isinstance(self.policy.action_space, spaces.Box):
            return torch.nn.functional.mse_loss(distribution.mode(), pairs.actions)
        return -distribution.log_prob(pairs.actions).mean()


class ActorRest(BaseCallback):
    """Lets the value function alone learn for a while, so that its first wild guesses do not spoil what was imitated.

    Where no action is better than another the policy's gradient is zero, but for a bonus for entropy. The optimiser
    starts afresh afterwards: Adam, having seen zeros for long, would make the actor's first steps several times too
    large.

    Args:
        until_step: Decisions after which the actor learns, too.
    """

    model: OnPolicyAlgorithm

    def __init__(self, until_step: int):
        super().__init__()
        self.until_step = until_step
        self.is_resting = False

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        was_resting, self.is_resting = self.is_resting, self.num_timesteps <= self.until_step
        if self.is_resting:
            self.model.rollout_buffer.advantages[:] = 0.0
        elif was_resting:
            self.model.policy.optimizer.state.clear()
