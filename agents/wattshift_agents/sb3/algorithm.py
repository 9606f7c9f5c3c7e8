"""`Algorithm`: what training and evaluation need of a learner."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.vec_env import VecEnv

from wattshift_agents.agent_config import AgentConfig


class Algorithm(NamedTuple):
    """How to build the learner, and how to rebuild its network alone to act with."""

    settings: type[AgentConfig]
    build: Callable[[Any, VecEnv, int], BaseAlgorithm]  # settings, environment, seed
    network: Callable[[Any, spaces.Space, spaces.Space, Any], BasePolicy]  # settings, the two spaces, world
    shape: tuple[str, ...]  # settings that the network's weights depend on
    drives: tuple[type[spaces.Space], ...] = (spaces.Box,)  # action spaces that it fits
    choices: Callable[[Any, spaces.Space], NDArray[np.float32]] | None = None
    """Where the network picks one of many: settings and action space to the action of each pick, [picks, A]."""
    is_masked: bool = False  # acts under the environment's masks
    is_portable: bool = False  # weights fit every scenario with the same task


def frozen(_: float) -> float:
    """The learning rate of a network that only acts."""
    return 0.0
