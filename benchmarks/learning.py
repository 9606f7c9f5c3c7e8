"""Cases of learning: the PPO of this repository as configured, on the fleet and on an environment that does nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import gymnasium
from hydra import compose, initialize_config_dir
from measure import Case
from null_env import NullVectorEnv
from stable_baselines3 import PPO
from stepping import ENVIRONMENT, SCENARIO

from wattshift.world import World
from wattshift_agents.config import PPOConfig, TrainConfig, as_object, register_schemas
from wattshift_agents.policy import Action, Observation
from wattshift_agents.sb3.adapter import FleetVecEnv
from wattshift_agents.sb3.builders import build_ppo
from wattshift_agents.sb3.savings import SavingsVecEnv

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
NUM_ENVS = 64
NULL, PLAIN = "PPO, null environment", "PPO, plain reward"
PAIRED, SELF_PAIRED = "PPO, reward against the autopilot", "PPO, reward against itself"


def learning_cases(world: World) -> Iterator[Case]:
    """PPO at 64 environments, one update a round: without an environment, with the fleet, and with the fleet twice.

    Rewards against a twin, as `agent.against` asks, need a second batch that runs beside the first (`SavingsVecEnv`);
    against itself, the network decides twice, too.

    Args:
        world: gives scenario, traces and episode length.
    """
    settings = ppo_settings()

    def fleet() -> gymnasium.vector.VectorEnv:
        return gymnasium.make_vec(
            ENVIRONMENT,
            num_envs=NUM_ENVS,
            autoreset_mode="SameStep",
            scenario=world.scenario,
            traces=world.traces,
            episode_days=world.steps_per_episode * world.traces.step_s / 86400.0,
            accrual=settings.accrual,
        )

    environments = {
        NULL: FleetVecEnv(NullVectorEnv(fleet())),
        PLAIN: FleetVecEnv(fleet()),
        PAIRED: SavingsVecEnv(FleetVecEnv(fleet()), FleetVecEnv(fleet())),
        SELF_PAIRED: SavingsVecEnv(FleetVecEnv(fleet()), FleetVecEnv(fleet())),
    }
    for name, environment in environments.items():
        model = build_ppo(settings, environment, 0)
        if name == SELF_PAIRED:
            environment.pilot = partial(_mean_action, model)
        yield Case(name, NUM_ENVS, "policy", _learner(settings, model))


def ppo_settings() -> PPOConfig:
    """The settings of `configs/agent/ppo.yaml`, at 64 environments."""
    register_schemas()
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        config: TrainConfig = as_object(compose("train", ["agent=ppo", f"task.scenario={SCENARIO}"]))
    if not isinstance(config.agent, PPOConfig):
        raise TypeError(f"agent=ppo composes to {type(config.agent).__name__}, expected PPOConfig")
    return replace(config.agent, num_envs=NUM_ENVS)


def _mean_action(model: PPO, observation: Observation) -> Action:
    return model.predict(observation, deterministic=True)[0]


def _learner(settings: PPOConfig, model: PPO) -> Callable[[], int]:
    rollout = settings.n_steps * settings.num_envs

    def play() -> int:
        model.learn(rollout, log_interval=2, reset_num_timesteps=False)  # of one update: logs nothing
        return rollout

    return play
