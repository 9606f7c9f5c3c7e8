"""`Plan`: what a leaderboard runs, read from YAML, and the jobs that this takes."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hydra import compose
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wattshift_agents.config import EvaluateConfig, as_object
from wattshift_agents.environment import completed
from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.leaderboard.jobs import BoundJob, PlayJob, Scene, TrainJob
from wattshift_agents.options import checked_options
from wattshift_agents.results import REFERENCE

VALIDATIONS = 5
"""Of a training; more would pick the best checkpoint more finely and cost more time."""


@dataclass(frozen=True)
class AgentPlan:
    """Training of one agent on one task."""

    seeds: int  # trainings, seeds 0, 1, ...
    total_steps: int  # decisions of each
    overrides: list[str] = field(default_factory=list)  # of train.py


@dataclass(frozen=True)
class Plan:
    """Everything that decides what a leaderboard says; the fields are those of `configs/leaderboard.yaml`."""

    sets: list[str]  # options of configs/traces, judged on their test splits
    windows: int  # of each set
    bound_windows: int  # of those, with a certified bound
    policies: list[str]  # heuristics by name
    overrides: list[str]  # of train.py and evaluate.py
    training: list[str]  # overrides of train.py only
    tasks: dict[str, dict[str, AgentPlan]]  # options of configs/task -> options of configs/agent

    def __post_init__(self) -> None:
        """Refuse numbers that give no table."""
        if self.windows < 2:
            raise SettingsError(f"windows: got {self.windows}, an interval needs at least 2")
        if not 2 <= self.bound_windows <= self.windows:
            raise SettingsError(f"bound_windows: got {self.bound_windows}, must be 2 to windows, {self.windows}")
        for task, agents in self.tasks.items():
            for agent, asked in agents.items():
                if asked.seeds < 1 or asked.total_steps < 1:
                    raise SettingsError(f"tasks.{task}.{agent}: seeds and total_steps must be at least 1, got {asked}")

    def narrowed(self, tasks: list[str] | None, seeds: int | None, steps_scale: float) -> "Plan":
        """The plan for some of its tasks, another number of seeds, and longer or shorter trainings.

        Raises:
            SettingsError: A task is not in the plan, or the scale is not positive.
        """
        if not steps_scale > 0.0:
            raise SettingsError(f"steps-scale: got {steps_scale}, must be positive")
        for task in tasks or []:
            if task not in self.tasks:
                raise SettingsError(f"tasks: no {task} in the plan.{closest(task, self.tasks)} It has {[*self.tasks]}")
        narrowed = {
            task: {
                agent: replace(
                    asked,
                    seeds=asked.seeds if seeds is None else seeds,
                    total_steps=max(1, round(asked.total_steps * steps_scale)),
                )
                for agent, asked in agents.items()
            }
            for task, agents in self.tasks.items()
            if tasks is None or task in tasks
        }
        return replace(self, tasks=narrowed)


def read_plan(path: Path) -> Plan:
    """The plan of a YAML file.

    Raises:
        SettingsError: A key is missing or unknown, or a value is out of range.
    """
    try:
        given: Any = OmegaConf.to_container(OmegaConf.load(path), resolve=True)
        tasks = {
            task: {agent: AgentPlan(**asked) for agent, asked in agents.items()}
            for task, agents in given.pop("tasks").items()
        }
        return Plan(tasks=tasks, **given)
    except (OmegaConfBaseException, AttributeError, KeyError, TypeError) as problem:
        raise SettingsError(f"{path}: not a plan: {problem}") from problem


@dataclass(frozen=True)
class Contest:
    """One task on one set: who plays, and the bounds of its windows."""

    task: str
    traces: str
    scene: Scene
    heuristics: list[PlayJob]
    learned: dict[str, list[PlayJob]]  # agent -> one a training seed
    trainings: dict[str, list[TrainJob]]
    bounds: list[BoundJob]

    @property
    def jobs(self) -> list[TrainJob | PlayJob | BoundJob]:
        """All, trainings first."""
        plays = [job for jobs in self.learned.values() for job in jobs]
        return [*(job for jobs in self.trainings.values() for job in jobs), *self.bounds, *self.heuristics, *plays]


def contests(plan: Plan, work: Path, train_script: Path) -> list[Contest]:
    """Every task of the plan on every set. Hydra must be initialised with `configs/`.

    Args:
        plan: What to run.
        work: Folder for what the jobs leave.
        train_script: Path of train.py.

    Raises:
        SettingsError: A policy, task or agent is unknown.
    """
    return [_contest(plan, task, traces, work, train_script) for task in plan.tasks for traces in plan.sets]


def _contest(plan: Plan, task: str, traces: str, work: Path, train_script: Path) -> Contest:
    judged = [f"task={task}", f"traces={traces}", f"windows={plan.windows}", *plan.overrides]
    config: EvaluateConfig = as_object(compose("evaluate", judged))
    scene = Scene(completed(config.task), config.traces.test, plan.windows, config.seed)
    trainings = {
        agent: [_training(plan, task, agent, asked, seed, work, train_script) for seed in range(asked.seeds)]
        for agent, asked in plan.tasks[task].items()
    }
    command = f"python evaluate.py {' '.join(judged)}"
    options = checked_options(config.options)
    return Contest(
        task=task,
        traces=traces,
        scene=scene,
        heuristics=[
            PlayJob(work, f"{task}-{traces}", scene, rule.name, options.get(rule.name, {}), None, command)
            for rule in make_heuristics([REFERENCE, *plan.policies])
        ],
        learned={
            agent: [PlayJob(work, f"{task}-{traces}", scene, agent, {}, job, command) for job in jobs]
            for agent, jobs in trainings.items()
        },
        trainings=trainings,
        bounds=[BoundJob(work, scene, window) for window in spread(plan.bound_windows, plan.windows)],
    )


def _training(
    plan: Plan, task: str, agent: str, asked: AgentPlan, seed: int, work: Path, train_script: Path
) -> TrainJob:
    overrides = [
        f"task={task}",
        f"agent={agent}",
        f"seed={seed}",
        f"total_steps={asked.total_steps}",
        f"validation.every_steps={max(1, asked.total_steps // VALIDATIONS)}",
        "test.windows=0",
        *plan.overrides,
        *plan.training,
        *asked.overrides,
    ]
    settings = OmegaConf.to_container(compose("train", overrides), resolve=True, enum_to_str=True)
    return TrainJob(work, f"{task}-{agent}-s{seed}", train_script, overrides, settings)


def spread(chosen: int, windows: int) -> list[int]:
    """Indices of some windows, first to last at even distances."""
    return sorted({round(i * (windows - 1) / (chosen - 1)) for i in range(chosen)})
