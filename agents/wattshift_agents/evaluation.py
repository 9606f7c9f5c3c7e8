"""Fixed evaluation sets, and running policies over them: every policy meets the same windows and random numbers."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from gymnasium.vector import AutoresetMode

from wattshift.traces.series import Traces
from wattshift_agents.errors import SettingsError
from wattshift_agents.kinds import kind_of
from wattshift_agents.policy import Action, Mask, Observation, Policy
from wattshift_agents.results import Results, Window
from wattshift_agents.statistics import Floats
from wattshift_agents.view import View, look

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv
    from wattshift.world import World

Progress = Callable[[str, int, int], None]
"""Called with the policy's name, the decisions made and the decisions of an episode."""


@dataclass(frozen=True)
class EvaluationSet:
    """Windows of the traces, each with the seed of its random numbers."""

    windows: tuple[Window, ...]

    @classmethod
    def spread(cls, env: "WattshiftVectorEnv", seed: int) -> "EvaluationSet":
        """One window for each environment of the batch, spread evenly over the traces without overlap.

        Args:
            env: Gives the number of windows, the valid start rows and the length of an episode.
            seed: Window i is played with seed + i.

        Raises:
            SettingsError: The traces are too short for so many windows; overlapping ones would not be independent.
        """
        world = env.world
        first, last = world.rows[0], world.rows[-1]
        fit = 1 + (last - first) // world.steps_per_episode
        if env.num_envs > fit:
            raise SettingsError(f"windows: got {env.num_envs}, the traces hold {fit} that do not overlap")
        starts = np.linspace(first, last, env.num_envs).astype(np.int64)
        return cls(
            tuple(
                Window(row=int(row), seed=seed + i, start_utc=_utc(world.traces, int(row)))
                for i, row in enumerate(starts)
            )
        )

    @property
    def rows(self) -> np.ndarray:
        """First trace row of each window, int64 [W]."""
        return np.array([window.row for window in self.windows], dtype=np.int64)

    @property
    def seeds(self) -> list[int]:
        """Seed of each window, [W]."""
        return [window.seed for window in self.windows]


def evaluate(
    env: "WattshiftVectorEnv",
    evaluation_set: EvaluationSet,
    policies: Sequence[Policy],
    progress: Progress | None = None,
) -> Results:
    """Run every policy once over every window and collect the episodes' KPIs.

    Args:
        env: A batch of as many environments as there are windows, autoreset disabled.
        evaluation_set: The windows.
        policies: Under unique names.
        progress: Called after every decision.

    Raises:
        ValueError: The batch does not fit, or two policies share a name.
    """
    if env.num_envs != len(evaluation_set.windows):
        raise ValueError(f"{env.num_envs} environments for {len(evaluation_set.windows)} windows")
    if env.metadata["autoreset_mode"] is not AutoresetMode.DISABLED:
        raise ValueError("evaluation runs every episode once: make the environment with autoreset_mode='Disabled'")
    names = [policy.name for policy in policies]
    if len(set(names)) != len(names):
        raise ValueError(f"policies must have different names, got {names}")
    timed = [Timed(policy) for policy in policies]
    return Results(
        windows=evaluation_set.windows,
        kpis={policy.name: play(env, evaluation_set, policy, progress) for policy in timed},
        kinds={policy.name: kind_of(policy) for policy in policies},
        decision_ms={policy.name: policy.decision_ms for policy in timed},
    )


class Timed:
    """A policy that counts the time it takes to decide, without the world's."""

    def __init__(self, policy: Policy):
        self.policy, self.name = policy, policy.name
        self._seconds, self._decisions = 0.0, 0

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Begin episodes."""
        self.policy.reset(world, mask)

    def act(self, observation: Observation, view: View) -> Action:
        """The policy's decision."""
        began_s = time.perf_counter()
        action = self.policy.act(observation, view)
        self._seconds += time.perf_counter() - began_s
        self._decisions += len(observation)
        return action

    @property
    def decision_ms(self) -> float:
        """Mean time of a decision of one environment so far, ms; 0 before the first."""
        return 1e3 * self._seconds / max(self._decisions, 1)


def play(
    env: "WattshiftVectorEnv", evaluation_set: EvaluationSet, policy: Policy, progress: Progress | None = None
) -> dict[str, Floats]:
    """One policy over all windows at once; the KPIs of the finished episodes by name, each [W]."""
    world = env.world
    observation, _ = env.reset(seed=evaluation_set.seeds, options={"start_row": evaluation_set.rows})
    policy.reset(world)
    decisions = decisions_per_episode(world)
    for decision in range(1, decisions + 1):
        observation, _, _, truncated, info = env.step(policy.act(observation, look(world)))
        if progress is not None:
            progress(policy.name, decision, decisions)
    if not truncated.all():
        raise RuntimeError(f"episodes did not end after {decisions} decisions")
    return {name: np.array(values, dtype=np.float64) for name, values in info["kpi"].items() if name[0] != "_"}


def decisions_per_episode(world: "World") -> int:
    """Decisions from the start of an episode to its truncation; the last one may be cut short by the horizon."""
    return math.ceil(world.steps_per_episode / world.decision_every)


def _utc(traces: Traces, row: int) -> str:
    return datetime.fromtimestamp(int(traces.start_s + row * traces.step_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
