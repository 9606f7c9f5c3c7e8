"""`LearnedPolicy`: a trained network under the same interface as the heuristics."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.policies import BasePolicy

from wattshift_agents import checkpoint
from wattshift_agents.agent_config import AgentConfig
from wattshift_agents.errors import SettingsError
from wattshift_agents.policy import Action, Mask, Observation
from wattshift_agents.sb3.algorithm import Algorithm
from wattshift_agents.sb3.builders import algorithm
from wattshift_agents.view import View

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv
    from wattshift.world import World


class LearnedPolicy:
    """The mean or likeliest action of a network; it sees the observation and, where choices are masked, the masks.

    Args:
        name: In tables.
        network: Trained.
        kind: Its algorithm.
        settings: Of the algorithm.
        env: The batch that it drives, which gives the action space and the masks.
    """

    def __init__(
        self, name: str, network: BasePolicy, kind: Algorithm, settings: AgentConfig, env: "WattshiftVectorEnv"
    ):
        self.name = name
        self.network = network
        self.masks: Callable[[], Mask] | None = getattr(env, "action_masks", None) if kind.is_masked else None
        self.choices = None if kind.choices is None else kind.choices(settings, env.single_action_space)

    def reset(self, world: "World", mask: Mask | None = None) -> None:
        """Nothing to begin: the network has no memory."""

    def act(self, observation: Observation, view: View) -> Action:
        """The network's action, whatever the view shows."""
        return self.choose(observation)

    def choose(self, observation: Observation) -> Action:
        """The network's action: float32 [n, A] within a Box, integers where the task offers choices."""
        masks: dict[str, Any] = {} if self.masks is None else {"action_masks": self.masks()}
        action, _ = self.network.predict(observation, deterministic=True, **masks)
        return np.asarray(action) if self.choices is None else self.choices[action]


def load_policy(
    path: Path, env: "WattshiftVectorEnv", taken: Iterable[str] = (), any_pace: bool = False
) -> LearnedPolicy:
    """The policy of a checkpoint, fitted to an environment.

    Args:
        path: Run folder, checkpoint folder or `model.zip`.
        env: The vector environment that it shall drive.
        taken: Names of policies already in the evaluation; a clash is resolved by a number.
        any_pace: Let it decide at another pace than it was trained at.

    Raises:
        SettingsError: There is no checkpoint, it is damaged, or it was trained for another layout.
    """
    folder = checkpoint.find(path)
    card = checkpoint.read_card(folder)
    kind = algorithm(card.algorithm)
    card.check_fits(env.world, folder, kind.is_portable, any_pace)
    settings = kind.settings(**card.agent)
    observation: spaces.Space = env.single_observation_space
    network = kind.network(settings, observation, env.single_action_space, env.world)
    try:
        network.load_state_dict(checkpoint.read_weights(folder))
    except RuntimeError as problem:
        raise SettingsError(f"{folder}: weights and policy.json disagree: {problem}") from problem
    return LearnedPolicy(_free_name(card.name, set(taken)), network, kind, settings, env)


def _free_name(name: str, taken: set[str]) -> str:
    numbered = (f"{name}-{i}" for i in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)
