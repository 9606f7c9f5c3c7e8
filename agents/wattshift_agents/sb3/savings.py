"""Reward against a twin: what the agent saved, not what the weather cost."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env.base_vec_env import VecEnvWrapper

from wattshift_agents.policy import Action, Observation
from wattshift_agents.sb3.adapter import FleetVecEnv

AUTOPILOT, ITSELF = "autopilot", "itself"
"""Whom `agent.against` may name: the autopilot, or the policy that learns, without its exploration noise."""

Pilot = Callable[[Observation], Action]
"""Decides for a whole batch from its observations."""


class SavingsVecEnv(VecEnvWrapper):
    """Subtracts from every reward that of a twin, run beside it in the same window with the same seed.

    Most of a window's cost is demand, weather and prices, which no action changes. Random numbers here are common:
    they depend on the seed and the step only, so a second batch has the very same demand and weather. Its reward does
    not depend on what the agent does in its own batch, so subtracting it changes no gradient in expectation; it takes
    the more variance out, the more alike the two are driven.

    An episode's end info gains `twin_kpi`, the KPIs of the twin in the same window. The returns under `episode` stay
    the environment's own.

    Attributes:
        pilot: Drives the twin; None for the autopilot, whose action is zero. May be set later: a policy that learns in
            this environment is built after it.
    """

    venv: FleetVecEnv

    def __init__(self, venv: FleetVecEnv, twin: FleetVecEnv, pilot: Pilot | None = None):
        """Pair two batches.

        Args:
            venv: What the agent drives.
            twin: A second batch, made with the same arguments.
            pilot: Drives the second batch; None for the autopilot.
        """
        if venv.num_envs != twin.num_envs:
            raise ValueError(f"the batches must be of one size, got {venv.num_envs} and {twin.num_envs}")
        self.twin = twin
        self.pilot = pilot
        space = venv.action_space
        self._zeros = np.zeros((venv.num_envs, *space.shape), dtype=space.dtype)  # type: ignore[misc]
        self._paired = False
        super().__init__(venv)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed both batches alike."""
        seeds = self.venv.seed(seed)
        self.twin.seed(seeds[0])
        self._paired = True
        return seeds

    def set_options(self, options: list[dict] | dict | None = None) -> None:
        """Give both batches the same options at the next reset."""
        self.venv.set_options(options)
        self.twin.set_options(options)

    def reset(self) -> np.ndarray:
        """Start both batches in the same windows."""
        if not self._paired:
            self.seed()
        self._seen = self.twin.reset()
        observation = self.venv.reset()
        self.reset_infos = self.venv.reset_infos
        return observation

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the agent's actions, and let the pilot decide on its own batch."""
        self.venv.step_async(actions)
        self.twin.step_async(self._zeros if self.pilot is None else self.pilot(self._seen))

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Step both; rewards are differences."""
        observation, rewards, dones, infos = self.venv.step_wait()
        self._seen, twin_rewards, twin_dones, twin_infos = self.twin.step_wait()
        if not np.array_equal(dones, twin_dones):
            raise RuntimeError("the two batches are out of step: episodes ended in one and not in the other")
        for env in np.flatnonzero(dones):
            infos[env]["twin_kpi"] = twin_infos[env]["kpi"]
        return observation, rewards - twin_rewards, dones, infos

    def close(self) -> None:
        """Close both batches."""
        self.venv.close()
        self.twin.close()
