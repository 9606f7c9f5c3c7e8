"""A Box action cut into levels, for learners that pick one of a number of choices."""

import itertools
from typing import TYPE_CHECKING

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn, VecEnvWrapper

from wattshift_agents.errors import SettingsError

if TYPE_CHECKING:
    from wattshift_agents.agent_config import DQNConfig

MOST_CHOICES = 1024
"""More than these a Q-network has no hope of trying within its budget."""


def choices_of(settings: "DQNConfig", action: spaces.Space) -> NDArray[np.float32]:
    """Every combination of levels, one for each entry of the action: float32 [levels ** entries, entries].

    Raises:
        SettingsError: A level lies outside the action space, or there are too many combinations.
    """
    if not settings.levels or any(abs(level) > 1.0 for level in settings.levels):
        raise SettingsError(f"agent.levels: got {list(settings.levels)}, must be numbers in [-1, 1]")
    (entries,) = action.shape or (1,)
    n_levels = len(settings.levels)
    if n_levels**entries > MOST_CHOICES:
        fitting = next(n for n in itertools.count(0) if n_levels ** (n + 1) > MOST_CHOICES)
        raise SettingsError(
            f"agent.algorithm: dqn picks one of {n_levels} levels ^ {entries} entries of the action, at most "
            f"{MOST_CHOICES} combinations: {n_levels} levels fit tasks of up to {fitting} entries. "
            "For this one use ppo, ppo_equivariant or sac"
        )
    return np.array(list(itertools.product(settings.levels, repeat=entries)), dtype=np.float32)


class LevelsVecEnv(VecEnvWrapper):
    """Takes the number of a choice, and plays its action."""

    def __init__(self, venv: VecEnv, choices: NDArray[np.float32]):
        """Wrap a batch.

        Args:
            venv: With a Box action space.
            choices: [picks, A].
        """
        super().__init__(venv, action_space=spaces.Discrete(len(choices)))
        self.choices = choices

    def reset(self) -> VecEnvObs:
        """As the batch does."""
        observation = self.venv.reset()
        self.reset_infos = self.venv.reset_infos
        return observation

    def step_async(self, actions: np.ndarray) -> None:
        """Send the actions of the choices `[n]`."""
        self.venv.step_async(self.choices[actions])

    def step_wait(self) -> VecEnvStepReturn:
        """As the batch does."""
        return self.venv.step_wait()
