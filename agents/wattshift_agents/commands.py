"""The two commands as functions: train and then test, and evaluate."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from wattshift_agents.config import EvaluateConfig, TaskConfig, TrainConfig
from wattshift_agents.environment import completed, make_fleet
from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import Heuristic, make_heuristics
from wattshift_agents.options import checked_options
from wattshift_agents.policy import Policy
from wattshift_agents.reporting import publish, run_policies
from wattshift_agents.results import REFERENCE
from wattshift_agents.run_folder import BEST, open_run
from wattshift_agents.table import make_console

CONFIDENCE = 0.95
"""Of the intervals in the table that ends a training run."""


def run_training(config: TrainConfig, folder: Path) -> bool:
    """Train, then compare the best checkpoint with the heuristics on the test split; the table comes last.

    With `test.windows=0` the test is left out.

    Args:
        config: The settings.
        folder: Of the run.

    Returns:
        Whether it got to the end; False after Ctrl-C, which skips the test.

    Raises:
        SettingsError: Something cannot be used; raised before training begins.
    """
    from wattshift_agents.sb3.learned import load_policy
    from wattshift_agents.training import Trainer

    console = make_console()
    config = replace(config, task=completed(config.task))
    heuristics = _with_autopilot(config.test.policies)
    test_env = None
    if config.test.windows != 0:
        _check_windows("test.windows", config.test.windows)
        # Made first: what is missing for the test should be missed before training, not after.
        test_env = make_fleet(config.task, config.traces.test, config.test.windows, "Disabled")
    trainer = Trainer(config, folder, console)
    outcome = trainer.run()
    trainer.close()
    if outcome.interrupted:
        console.print(f"Stopped after {outcome.steps:,} steps. To continue: python train.py resume={folder}")
        return False
    if test_env is None:
        console.print(f"Run in {folder}; not tested, as test.windows=0 asks")
        return True
    learned = load_policy(folder / BEST, test_env, taken=[policy.name for policy in heuristics])
    results = run_policies(test_env, config.test.seed, [learned, *heuristics], console)
    title = f"{_setting(config.task)}, held-out test windows ({config.traces.test.source})"
    publish(results, folder, title, asdict(config), CONFIDENCE, console)
    return True


def run_evaluation(config: EvaluateConfig, folder: Path) -> None:
    """Compare heuristics and checkpoints on one split and print the table.

    Args:
        config: The settings.
        folder: For the results.

    Raises:
        SettingsError: Something cannot be used; raised before the first episode.
    """
    console = make_console()
    config = replace(config, task=completed(config.task))
    policies: list[Policy] = list(_with_autopilot(config.policies, config.options))
    _check_windows("windows", config.windows)
    traces = getattr(config.traces, config.split.value)
    env = make_fleet(config.task, traces, config.windows, "Disabled")
    if config.checkpoints:
        from wattshift_agents.sb3.learned import load_policy  # torch, which heuristics do without
    for path in config.checkpoints:
        policies.append(load_policy(Path(path), env, [policy.name for policy in policies], config.any_pace))
    open_run(folder, config)
    results = run_policies(env, config.seed, policies, console)
    title = f"{_setting(config.task)}, {config.split.value} windows ({traces.source})"
    settings = asdict(config) | {"split": config.split.value}
    publish(results, folder, title, settings, config.confidence, console)


def _setting(task: TaskConfig) -> str:
    """Task, scenario and variant, for a title."""
    changes = "".join(f", {name} {value}" for name, value in task.variant.changes().items())
    return f"{task.title}, scenario {task.scenario}{changes}"


def _with_autopilot(names: list[str], options: dict[str, dict[str, Any]] | None = None) -> list[Heuristic]:
    """The named heuristics, and the one that all are compared with."""
    return make_heuristics([REFERENCE, *names], checked_options(options or {}))


def _check_windows(name: str, windows: int) -> None:
    if windows < 2:
        raise SettingsError(f"{name}: got {windows}, an interval needs at least 2")
