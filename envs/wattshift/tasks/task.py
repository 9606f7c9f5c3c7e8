"""`Task`: the control slots an agent drives, the blocks it sees, the weights of its objective."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..kernel.observe import BLOCKS, UNASKED_BLOCKS
from ..kernel.terms import SLOTS, TERMS
from ..scenario.errors import ScenarioError, from_validation
from ..scenario.yaml_text import read_yaml


class TaskError(ValueError):
    """A task description that cannot be used; says which field, what it was, what is allowed."""


class Task(BaseModel):
    """A task, as written in YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    summary: str
    """One line for tables."""
    description: str = ""
    """What is decided and what it trades off, for the documentation."""
    drives: tuple[str, ...] = Field(min_length=1)
    """Control slots in the order of the action; the autopilot sets the others."""
    sees: tuple[str, ...] = Field(min_length=1)
    """Observation blocks in the order of the observation."""
    pays: dict[str, float] = Field(default_factory=lambda: dict.fromkeys(TERMS, 1.0))
    """Weight of each cost term in the objective, 0 or more; terms left out weigh nothing. Without `pays` all weigh 1.

    The built-in tasks pay for everything: chips, heat, power and links are shared, so that every slot moves every term.
    """
    discrete: bool = False
    """Actions are choices (`wattshift.choices`) instead of a Box; for a task that drives `dispatch` alone."""
    scenario: str = "hybrid"
    """Where the task is set if nothing else is asked for."""
    decision_every: int = Field(default=1, ge=1)
    """Physics steps per decision, likewise."""
    episode_days: float = Field(default=7.0, gt=0.0)
    """Length of an episode, likewise."""

    @field_validator("drives")
    @classmethod
    def _known_slots(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _known(names, SLOTS)

    @field_validator("sees")
    @classmethod
    def _known_blocks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unasked = [name for name in names if name in UNASKED_BLOCKS]
        if unasked:
            raise ValueError(f"{unasked[0]!r} is not named: it follows the others where the scenario has one")
        return _known(names, tuple(block for block in BLOCKS if block not in UNASKED_BLOCKS))

    @field_validator("pays")
    @classmethod
    def _known_terms(cls, weights: dict[str, float]) -> dict[str, float]:
        _known(tuple(weights), TERMS)
        for term, weight in weights.items():
            if not (math.isfinite(weight) and weight >= 0.0):
                raise ValueError(f"the weight of {term} is {weight}, must be a number of 0 or more")
        if not any(weights.values()):
            raise ValueError("some term must weigh more than 0; leave 'pays' out to pay for all terms alike")
        return weights

    @model_validator(mode="after")
    def _choices_are_of_jobs_seen(self) -> "Task":
        if self.discrete and (self.drives != ("dispatch",) or "pending" not in self.sees):
            raise ValueError("a discrete task must drive 'dispatch' alone and see 'pending'")
        return self


def builtin_tasks() -> tuple[str, ...]:
    """Names of the tasks that come with the package."""
    files_here = files(__package__).iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in files_here if entry.name.endswith(".yaml")))


def load_task(source: str | Path | Mapping[str, Any] | Task) -> Task:
    """Read a task: a built-in name, a YAML file, or a mapping.

    Raises:
        TaskError: unknown name, unreadable file, unknown or missing field.
    """
    if isinstance(source, Task):
        return source
    if isinstance(source, Mapping):
        return _parse(source, "task")
    if not isinstance(source, str | Path):
        raise TaskError(f"task: got {source!r}, must be a built-in name, the path of a YAML file, a mapping or a Task")
    names = builtin_tasks()
    file = files(__package__).joinpath(f"{source}.yaml") if str(source) in names else Path(source)
    if not file.is_file():
        raise TaskError(f"task {str(source)!r} is neither built in ({', '.join(names)}) nor a YAML file")
    try:
        content = read_yaml(file.read_text(encoding="utf-8"), str(source))
    except UnicodeDecodeError as error:
        raise TaskError(f"{source}: not UTF-8 text: {error.reason} at byte {error.start}") from error
    except ScenarioError as error:
        raise TaskError(str(error)) from error
    if not isinstance(content, Mapping):
        raise TaskError(f"{source}: got {type(content).__name__}, must be a mapping with summary, drives and sees")
    return _parse(content, str(source))


def _parse(content: Mapping[str, Any], where: str) -> Task:
    try:
        return Task.model_validate(content)
    except ValidationError as error:
        raise TaskError(str(from_validation(where, content, Task, error))) from None


def _known(names: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in allowed:
            near = get_close_matches(name, allowed, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{name!r} is not one of {', '.join(allowed)}{hint}")
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice")
    return names
