"""Reward against the autopilot: what the agent saved, not what the weather cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env.base_vec_env import VecEnvWrapper

from wattshift_agents.sb3.adapter import FleetVecEnv


class SavingsVecEnv(VecEnvWrapper):
    """Subtracts from every reward that of the autopilot, run beside it in the same window with the same seed.

    Most of a window's cost is demand, weather and prices, which no action changes. Random numbers here are common:
    they depend on the seed and the step only, so a second batch under zero actions has the very same demand and
    weather, and its reward is a baseline that does not depend on the agent's actions. Subtracting it changes no
    gradient in expectation and removes most of its variance; zero means "as good as the autopilot".

    An episode's end info gains `autopilot_kpi`, the KPIs of the autopilot in the same window. The returns under
    `episode` stay the environment's own.
    """

    venv: FleetVecEnv

    def __init__(self, venv: FleetVecEnv, autopilot: FleetVecEnv):
        """Pair two batches.

        Args:
            venv: What the agent drives.
            autopilot: A second batch, made with the same arguments.
        """
        if venv.num_envs != autopilot.num_envs:
            raise ValueError(f"the batches must be of one size, got {venv.num_envs} and {autopilot.num_envs}")
        self.autopilot = autopilot
        space = venv.action_space
        self._zeros = np.zeros((venv.num_envs, *space.shape), dtype=space.dtype)  # type: ignore[misc]
        self._paired = False
        super().__init__(venv)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed both batches alike."""
        seeds = self.venv.seed(seed)
        self.autopilot.seed(seeds[0])
        self._paired = True
        return seeds

    def set_options(self, options: list[dict] | dict | None = None) -> None:
        """Give both batches the same options at the next reset."""
        self.venv.set_options(options)
        self.autopilot.set_options(options)

    def reset(self) -> np.ndarray:
        """Start both batches in the same windows."""
        if not self._paired:
            self.seed()
        self.autopilot.reset()
        observation = self.venv.reset()
        self.reset_infos = self.venv.reset_infos
        return observation

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the agent's actions; the autopilot's are zero."""
        self.venv.step_async(actions)
        self.autopilot.step_async(self._zeros)

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Step both; rewards are differences."""
        observation, rewards, dones, infos = self.venv.step_wait()
        _, baseline, baseline_dones, baseline_infos = self.autopilot.step_wait()
        if not np.array_equal(dones, baseline_dones):
            raise RuntimeError("the two batches are out of step: episodes ended in one and not in the other")
        for env in np.flatnonzero(dones):
            infos[env]["autopilot_kpi"] = baseline_infos[env]["kpi"]
        return observation, rewards - baseline, dones, infos

    def close(self) -> None:
        """Close both batches."""
        self.venv.close()
        self.autopilot.close()
