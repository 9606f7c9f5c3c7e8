"""Algorithms by name: how to build the learner, and how to rebuild its network alone to act with."""

from collections.abc import Callable
from typing import Any, NamedTuple

from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecEnv

from wattshift_agents.config import AgentConfig, PPOConfig
from wattshift_agents.errors import SettingsError, closest


class Algorithm(NamedTuple):
    """The two things that training and evaluation need of an algorithm, and the type of its settings."""

    settings: type[AgentConfig]
    build: Callable[[Any, VecEnv, int], BaseAlgorithm]  # settings, environment, seed
    network: Callable[[Any, spaces.Space, spaces.Space], BasePolicy]  # settings, observation and action space


def algorithm(name: str) -> Algorithm:
    """The algorithm of that name.

    Raises:
        SettingsError: There is none.
    """
    if name not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise SettingsError(f'agent.algorithm: no algorithm "{name}".{closest(name, ALGORITHMS)} Known: {known}')
    return ALGORITHMS[name]


def build_ppo(settings: PPOConfig, env: VecEnv, seed: int) -> PPO:
    """A PPO learner whose first policy is the autopilot plus exploration noise.

    The orthogonal initialisation of Stable-Baselines3 scales the last layer of the policy by 0.01, so the mean action
    starts within a few thousandths of zero, which is the autopilot.

    Raises:
        SettingsError: The mini-batches do not divide an update's data.
    """
    rollout = settings.n_steps * env.num_envs
    if settings.batch_size > rollout or rollout % settings.batch_size:
        raise SettingsError(
            f"agent.batch_size: got {settings.batch_size}, must divide n_steps x num_envs = "
            f"{settings.n_steps} x {env.num_envs} = {rollout}"
        )
    return PPO(
        "MlpPolicy",
        env,
        learning_rate=LinearSchedule(settings.learning_rate, settings.final_learning_rate, 1.0),
        n_steps=settings.n_steps,
        batch_size=settings.batch_size,
        n_epochs=settings.n_epochs,
        gamma=settings.gamma,
        gae_lambda=settings.gae_lambda,
        clip_range=settings.clip_range,
        ent_coef=settings.ent_coef,
        vf_coef=settings.vf_coef,
        max_grad_norm=settings.max_grad_norm,
        target_kl=settings.target_kl,
        policy_kwargs=_network_arguments(settings),
        seed=seed,
        device="cpu",
    )


def ppo_network(settings: PPOConfig, observation: spaces.Space, action: spaces.Space) -> ActorCriticPolicy:
    """The network of `build_ppo` without the learner, untrained."""
    return ActorCriticPolicy(observation, action, lambda _: 0.0, **_network_arguments(settings))


def _network_arguments(settings: PPOConfig) -> dict[str, Any]:
    return {"net_arch": list(settings.hidden), "log_std_init": settings.log_std_init}


ALGORITHMS: dict[str, Algorithm] = {"ppo": Algorithm(PPOConfig, build_ppo, ppo_network)}
"""Every algorithm by its name."""
