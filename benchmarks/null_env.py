"""An environment that does nothing: what is left of a training's time with it is the learner's own."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv


class NullVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """Has the spaces of another vector environment and hands out copies of arrays made beforehand; never ends.

    Args:
        model: the environment whose spaces to take.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012 - as in Gymnasium

    def __init__(self, model: gymnasium.vector.VectorEnv):
        self.num_envs = model.num_envs
        self.observation_space, self.action_space = model.observation_space, model.action_space
        self.single_observation_space = model.single_observation_space
        self.single_action_space = model.single_action_space
        generator = np.random.default_rng(0)
        self._observation = generator.uniform(-1.0, 1.0, self.observation_space.shape).astype(np.float32)
        self._reward = generator.normal(0.0, 0.1, self.num_envs)
        self._never = np.zeros(self.num_envs, np.bool_)

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        """The one observation there is."""
        return self._observation.copy(), {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """The same again."""
        return self._observation.copy(), self._reward.copy(), self._never.copy(), self._never.copy(), {}
