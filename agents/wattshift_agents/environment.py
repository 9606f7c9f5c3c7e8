"""Environments from settings: the only place in which agents make one."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import gymnasium

from wattshift import ENVIRONMENTS
from wattshift.traces.series import Traces
from wattshift_agents.config import TaskConfig, TraceConfig
from wattshift_agents.errors import SettingsError, closest

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv

ANY = "wattshift/Fleet-v0"
"""Id under which a task of one's own is made: all ids stand for one environment, and differ in their task alone."""


def completed(task: TaskConfig) -> TaskConfig:
    """The settings of a task with what they leave to it: scenario, pace and length of an episode.

    Raises:
        SettingsError: The id is not one of wattshift's, a task of one's own stands beside an id or is not there at all,
            or its file is refused.
    """
    if task.id is None and task.task is None:
        raise SettingsError("task.task: missing. A task of your own: task=own task.task=my.yaml")
    if task.id is not None and task.task is not None:
        raise SettingsError(
            f"task.task: got {task.task}, which would run at the scenario and the pace of {task.id}. A task of your "
            f"own goes with task=own: task=own task.task={task.task}"
        )
    if task.id is not None and task.id not in ENVIRONMENTS:
        raise SettingsError(
            f"task.id: got {task.id}, must be one of {', '.join(ENVIRONMENTS)}.{closest(task.id, ENVIRONMENTS)}"
        )
    from wattshift.tasks import load_task

    try:
        written = load_task(task.task or ENVIRONMENTS[task.id or ANY])
    except (ValueError, OSError) as problem:
        raise SettingsError(f"task.task: {problem}") from problem
    left = ("scenario", "decision_every", "episode_days")
    return replace(task, **{name: getattr(written, name) for name in left if getattr(task, name) is None})


def make_fleet(
    task: TaskConfig, traces: TraceConfig | Traces, num_envs: int, autoreset: str, accrual: bool = False
) -> "WattshiftVectorEnv":
    """The native batch of environments for a task on one source of traces.

    Args:
        task: Task, scenario and pace.
        traces: Source of the exogenous series, or the series of another environment of the same task.
        num_envs: Size of the batch.
        autoreset: "SameStep" for Stable-Baselines3, "Disabled" for episodes that are run once.
        accrual: Rewards count what unfinished work owes: for learning, never for judging.

    Raises:
        SettingsError: The scenario, traces or sizes are refused, with the environment's own words.
    """
    given: Any = traces
    if isinstance(traces, TraceConfig):
        given = {key: value for key, value in asdict(traces).items() if value is not None}
    own_task: dict[str, Any] = {} if task.task is None else {"task": task.task}
    try:
        env = gymnasium.make_vec(
            task.id or ANY,
            num_envs=num_envs,
            scenario=task.scenario,
            traces=given,
            step_s=task.step_s,
            decision_every=task.decision_every,
            episode_days=task.episode_days,
            autoreset_mode=autoreset,
            accrual=accrual,
            variant=task.variant.changes(),
            **own_task,
        )
        return cast("WattshiftVectorEnv", env)
    except (ValueError, OSError, gymnasium.error.Error) as problem:
        # While an environment is being made, whatever is wrong is wrong with what was asked for.
        raise SettingsError(str(problem)) from problem
