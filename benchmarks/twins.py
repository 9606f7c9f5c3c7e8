"""How much of the noise of training rewards each twin takes out: `python benchmarks/twins.py shifting`.

A policy near the stack acts with exploration noise; its rewards are taken as they are, less the autopilot's, and less
those of the same policy without noise, in the same windows. What is left to vary is what learning has to average out.
"""

import argparse
from pathlib import Path

import numpy as np
from hydra import compose, initialize_config_dir
from rich.console import Console
from rich.table import Table

from wattshift_agents.config import TrainConfig, as_object, register_schemas
from wattshift_agents.environment import make_fleet
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.policy import Policy
from wattshift_agents.statistics import Floats
from wattshift_agents.view import look

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
SEED = 5
SUMS = (1, 6, 24)
"""Decisions over which rewards are summed."""


def rewards(config: TrainConfig, envs: int, policy: Policy, noise: float) -> Floats:
    """`[decisions, envs]` rewards of one episode, of a policy with normal noise on its actions."""
    fleet = make_fleet(config.task, config.traces.train, envs, "Disabled", config.agent.accrual)
    observation, _ = fleet.reset(seed=SEED)
    policy.reset(fleet.world)
    drawn, earned, done = np.random.default_rng(0), [], False
    while not done:
        action = policy.act(observation, look(fleet.world))
        action = np.clip(action + noise * drawn.standard_normal(action.shape), -1.0, 1.0).astype(np.float32)
        observation, reward, _, truncated, _ = fleet.step(action)
        earned.append(reward)
        done = bool(truncated.all())
    return np.array(earned)


def main(arguments: list[str] | None = None) -> int:
    """Play and print; 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="+", metavar="TASK", help="options of configs/task with a Box of actions")
    parser.add_argument("--noise", type=float, default=0.1, help="standard deviation (default: %(default)g)")
    parser.add_argument("--envs", type=int, default=64, help="windows (default: %(default)s)")
    options = parser.parse_args(arguments)
    register_schemas()
    table = Table(title=f"Standard deviation of summed rewards, noise {options.noise:g}")
    for heading in ("task", "rewards less those of", *(f"of {decisions}" for decisions in SUMS)):
        table.add_column(heading)
    for task in options.tasks:
        with initialize_config_dir(str(CONFIGS), version_base="1.3"):
            config: TrainConfig = as_object(compose("train", [f"task={task}"]))
        autopilot, stack = make_heuristics(["autopilot", "stack"])
        noisy = rewards(config, options.envs, stack, options.noise)
        twins = {
            "nobody": np.zeros_like(noisy),
            "the autopilot": rewards(config, options.envs, autopilot, 0.0),
            "itself without noise": rewards(config, options.envs, stack, 0.0),
        }
        for name, twin in twins.items():
            table.add_row(task, name, *(f"{_summed(noisy - twin, decisions).std():.3f}" for decisions in SUMS))
    Console().print(table)
    return 0


def _summed(series: Floats, decisions: int) -> Floats:
    """`[whole sums, envs]` over so many decisions each."""
    whole = len(series) // decisions * decisions
    return series[:whole].reshape(-1, decisions, series.shape[1]).sum(axis=1)


if __name__ == "__main__":
    main()
