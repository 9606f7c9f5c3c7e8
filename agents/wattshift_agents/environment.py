"""Environments from settings: the only place in which agents make one."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import gymnasium

import wattshift  # noqa: F401  (registers the environments)
from wattshift.traces.series import Traces
from wattshift_agents.config import TaskConfig, TraceConfig
from wattshift_agents.errors import SettingsError

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv


def make_fleet(
    task: TaskConfig, traces: TraceConfig | Traces, num_envs: int, autoreset: str, accrual: bool = False
) -> "WattshiftVectorEnv":
    """The native batch of environments for a task on one source of traces.

    Args:
        task: Environment, scenario and pace.
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
            task.id,
            num_envs=num_envs,
            scenario=task.scenario,
            traces=given,
            step_s=task.step_s,
            decision_every=task.decision_every,
            episode_days=task.episode_days,
            autoreset_mode=autoreset,
            accrual=accrual,
            variant=task.variant,
            **own_task,
        )
        return cast("WattshiftVectorEnv", env)
    except (ValueError, OSError, gymnasium.error.Error) as problem:
        # While an environment is being made, whatever is wrong is wrong with what was asked for.
        raise SettingsError(str(problem)) from problem
