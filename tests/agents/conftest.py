"""A tiny fleet whose traces are built once, and settings small enough for tests."""

import functools

import gymnasium
import pytest
import torch

import wattshift  # noqa: F401  (registers the environments)
from wattshift.env import spaces
from wattshift_agents.agent_config import DQNConfig, EquivariantPPOConfig, MaskablePPOConfig, PPOConfig, SACConfig
from wattshift_agents.config import TaskConfig, TestConfig, TraceConfig, TracesConfig, TrainConfig
from wattshift_agents.config import ValidationConfig as Validation

torch.set_num_threads(1)

EPISODE_DAYS = 0.25


@functools.cache
def tiny_traces():
    return gymnasium.make_vec("wattshift/Fleet-v0", num_envs=1, scenario="tiny", episode_days=EPISODE_DAYS).world.traces


@pytest.fixture
def decisions():
    """Decisions of an episode, 300 s each."""
    return 72


@pytest.fixture
def make_tiny():
    """Makes a native batch of the tiny scenario, episodes of six hours."""

    def make(num_envs, autoreset="Disabled", **arguments):
        arguments = {"scenario": "tiny", "traces": tiny_traces(), "episode_days": EPISODE_DAYS} | arguments
        return gymnasium.make_vec("wattshift/Fleet-v0", num_envs=num_envs, autoreset_mode=autoreset, **arguments)

    return make


@pytest.fixture
def make_single():
    """Makes a single environment of the tiny scenario, episodes of six hours."""
    return lambda: gymnasium.make(
        "wattshift/Fleet-v0",
        scenario="tiny",
        traces=tiny_traces(),
        episode_days=EPISODE_DAYS,
        disable_env_checker=True,
    )


LEARNER = {"total_steps": 512, "num_envs": 4, "against": "autopilot", "accrual": True, "gamma": 0.99}
ON_POLICY = LEARNER | {
    "n_steps": 32,
    "batch_size": 64,
    "n_epochs": 2,
    "learning_rate": 1e-3,
    "final_learning_rate": 0.0,
    "gae_lambda": 0.95,
    "clip_range": 0.2,
    "ent_coef": 0.0,
    "vf_coef": 0.5,
    "max_grad_norm": 0.5,
    "imitate_steps": 128,
    "imitate_rounds": 2,
    "imitate_passes": 20,
    "imitate_value_steps": 128,
}
OFF_POLICY = LEARNER | {
    "buffer_size": 1_000,
    "learning_starts": 16,
    "train_freq": 8,
    "gradient_steps": 2,
    "batch_size": 32,
    "learning_rate": 1e-3,
    "hidden": [16],
}


@pytest.fixture
def equivariant_config():
    """Settings of a small equivariant learner."""
    return EquivariantPPOConfig("ppo_equivariant", **ON_POLICY, width=8, heads=2, layers=1, log_std_init=-1.0)


@pytest.fixture
def maskable_config():
    """Settings of a small learner under masks."""
    return MaskablePPOConfig("maskable_ppo", **ON_POLICY, hidden=[16], job_width=16, imitate_sharpness=1.0)


@pytest.fixture
def sac_config():
    """Settings of a small soft actor-critic."""
    return SACConfig("sac", **OFF_POLICY, tau=0.005, ent_coef="auto_0.001")


@pytest.fixture
def dqn_config():
    """Settings of a small Q-network."""
    return DQNConfig(
        "dqn",
        **OFF_POLICY,
        levels=[-0.5, 0.0, 0.5],
        target_update_interval=100,
        exploration_fraction=0.5,
        exploration_final_eps=0.05,
        max_grad_norm=10.0,
    )


@pytest.fixture
def make_spaces():
    """Observation and action space of a world, each for one environment."""
    return spaces


@pytest.fixture
def train_config():
    """Settings of a training run of a few updates."""
    synthetic = TraceConfig(source="synthetic")
    return TrainConfig(
        name="test",
        seed=5,
        total_steps=512,
        torch_threads=1,
        task=TaskConfig("wattshift/Fleet-v0", "tiny", 300, 1, EPISODE_DAYS),
        agent=PPOConfig("ppo", **ON_POLICY, hidden=[16], log_std_init=-1.0),
        traces=TracesConfig(train=synthetic, validation=synthetic, test=synthetic),
        validation=Validation(windows=2, seed=100, every_steps=256),
        test=TestConfig(windows=2, seed=200, policies=["all"]),
    )
