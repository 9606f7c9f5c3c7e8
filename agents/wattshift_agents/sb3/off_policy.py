"""Learners from a replay buffer: SAC over Box actions, DQN over levels of them."""

from typing import TYPE_CHECKING, Any

from gymnasium import spaces
from stable_baselines3 import DQN, SAC
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.dqn.policies import DQNPolicy
from stable_baselines3.sac.policies import SACPolicy

from wattshift_agents.agent_config import DQNConfig, OffPolicyConfig, SACConfig
from wattshift_agents.sb3.algorithm import frozen
from wattshift_agents.sb3.levels import LevelsVecEnv, choices_of

if TYPE_CHECKING:
    from wattshift.world import World

SAME_NAMES = ("learning_rate", "buffer_size", "learning_starts", "batch_size", "gamma", "train_freq", "gradient_steps")
"""Settings that are arguments of Stable-Baselines3 as they are."""


def build_sac(settings: SACConfig, env: VecEnv, seed: int) -> SAC:
    """A SAC learner; its first policy is the autopilot plus wide noise."""
    ent_coef: Any = settings.ent_coef if settings.ent_coef.startswith("auto") else float(settings.ent_coef)
    return SAC(
        "MlpPolicy",
        env,
        tau=settings.tau,
        ent_coef=ent_coef,
        policy_kwargs=_perceptrons(settings),
        seed=seed,
        **_learning(settings),
    )


def sac_network(settings: SACConfig, observation: spaces.Space, action: spaces.Space, world: "World") -> Any:
    """The network of `build_sac` without the learner, untrained."""
    return SACPolicy(observation, action, frozen, **_perceptrons(settings))  # type: ignore[arg-type]


def build_dqn(settings: DQNConfig, env: VecEnv, seed: int) -> DQN:
    """A DQN learner over the levels of the environment's Box action.

    Raises:
        SettingsError: The action has too many entries for that.
    """
    return DQN(
        "MlpPolicy",
        LevelsVecEnv(env, choices_of(settings, env.action_space)),
        target_update_interval=settings.target_update_interval,
        exploration_fraction=settings.exploration_fraction,
        exploration_final_eps=settings.exploration_final_eps,
        max_grad_norm=settings.max_grad_norm,
        policy_kwargs=_perceptrons(settings),
        seed=seed,
        **_learning(settings),
    )


def dqn_network(settings: DQNConfig, observation: spaces.Space, action: spaces.Space, world: "World") -> Any:
    """The network of `build_dqn` without the learner, untrained."""
    picks: Any = spaces.Discrete(len(choices_of(settings, action)))
    return DQNPolicy(observation, picks, frozen, **_perceptrons(settings))


def _perceptrons(settings: OffPolicyConfig) -> dict[str, Any]:
    return {"net_arch": list(settings.hidden)}


def _learning(settings: OffPolicyConfig) -> dict[str, Any]:
    """The learner's arguments that SAC and DQN share."""
    return {name: getattr(settings, name) for name in SAME_NAMES} | {"device": "cpu"}
