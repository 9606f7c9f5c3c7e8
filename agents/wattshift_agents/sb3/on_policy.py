"""PPO in three forms: over a flat observation, with networks that treat all sites alike, over masked choices."""

from typing import TYPE_CHECKING, Any

from gymnasium import spaces
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecEnv

from wattshift_agents.agent_config import EquivariantPPOConfig, MaskablePPOConfig, OnPolicyConfig, PPOConfig
from wattshift_agents.errors import SettingsError
from wattshift_agents.policies.actor_critic import EquivariantPolicy
from wattshift_agents.policies.graph import graph_of
from wattshift_agents.policies.jobwise import JobwisePolicy, places_of
from wattshift_agents.sb3.algorithm import frozen

if TYPE_CHECKING:
    from wattshift.world import World

SAME_NAMES = (
    *("n_steps", "batch_size", "n_epochs", "gamma", "gae_lambda", "clip_range"),
    *("ent_coef", "vf_coef", "max_grad_norm", "target_kl"),
)
"""Settings that are arguments of Stable-Baselines3 as they are."""


def build_ppo(settings: PPOConfig, env: VecEnv, seed: int) -> PPO:
    """A PPO learner whose first policy is the autopilot plus exploration noise.

    The orthogonal initialisation of Stable-Baselines3 scales the last layer of the policy by 0.01, so the mean action
    starts within a few thousandths of zero, which is the autopilot.

    Raises:
        SettingsError: The mini-batches do not divide an update's data.
    """
    return PPO("MlpPolicy", env, policy_kwargs=_perceptrons(settings), seed=seed, **_learning(settings, env))


def ppo_network(settings: PPOConfig, observation: spaces.Space, action: spaces.Space, world: "World") -> Any:
    """The network of `build_ppo` without the learner, untrained."""
    return ActorCriticPolicy(observation, action, frozen, **_perceptrons(settings))


def build_equivariant(settings: EquivariantPPOConfig, env: VecEnv, seed: int) -> PPO:
    """A PPO learner with networks that treat all sites alike; its first policy is near the autopilot, too.

    Raises:
        SettingsError: The mini-batches do not divide an update's data, or the heads not the width.
    """
    arguments = _equivariant(settings, env.get_attr("world", [0])[0])
    return PPO(EquivariantPolicy, env, policy_kwargs=arguments, seed=seed, **_learning(settings, env))


def equivariant_network(
    settings: EquivariantPPOConfig, observation: spaces.Space, action: spaces.Space, world: "World"
) -> Any:
    """The network of `build_equivariant` without the learner, untrained, for the scenario of a world."""
    return EquivariantPolicy(observation, action, frozen, **_equivariant(settings, world))


def build_maskable(settings: MaskablePPOConfig, env: VecEnv, seed: int) -> MaskablePPO:
    """A PPO learner over choices for single jobs, of which those that the environment masks are never taken.

    Its first policy leaves most jobs to the autopilot.

    Raises:
        SettingsError: The mini-batches do not divide an update's data.
    """
    arguments = _jobwise(settings, env.get_attr("world", [0])[0])
    return MaskablePPO(JobwisePolicy, env, policy_kwargs=arguments, seed=seed, **_learning(settings, env))


def maskable_network(
    settings: MaskablePPOConfig, observation: spaces.Space, action: spaces.Space, world: "World"
) -> Any:
    """The network of `build_maskable` without the learner, untrained."""
    return JobwisePolicy(observation, action, frozen, **_jobwise(settings, world))


def _perceptrons(settings: PPOConfig) -> dict[str, Any]:
    return {"net_arch": list(settings.hidden), "log_std_init": settings.log_std_init}


def _jobwise(settings: MaskablePPOConfig, world: "World") -> dict[str, Any]:
    return {"places": places_of(world), "hidden": list(settings.hidden), "job_width": settings.job_width}


def _equivariant(settings: EquivariantPPOConfig, world: "World") -> dict[str, Any]:
    if settings.width % settings.heads:
        raise SettingsError(f"agent.heads: got {settings.heads}, must divide agent.width = {settings.width}")
    shape = {"width": settings.width, "heads": settings.heads, "layers": settings.layers}
    return {"graph": graph_of(world), "log_std_init": settings.log_std_init, **shape}


def _learning(settings: OnPolicyConfig, env: VecEnv) -> dict[str, Any]:
    """The learner's arguments that do not depend on the network."""
    rollout = settings.n_steps * env.num_envs
    if settings.batch_size > rollout or rollout % settings.batch_size:
        raise SettingsError(
            f"agent.batch_size: got {settings.batch_size}, must divide n_steps x num_envs = "
            f"{settings.n_steps} x {env.num_envs} = {rollout}"
        )
    arguments = {name: getattr(settings, name) for name in SAME_NAMES}
    falling = LinearSchedule(settings.learning_rate, settings.final_learning_rate, 1.0)
    return arguments | {"learning_rate": falling, "device": "cpu"}
