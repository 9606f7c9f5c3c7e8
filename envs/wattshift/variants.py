"""Variants of a task: the same decisions in a world, or with a view of it, that differs in one respect."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from .kernel.observe import FORECAST_BLOCKS
from .scenario import Scenario
from .scenario.errors import ScenarioError, from_validation
from .scenario.fields import NonNegative, Section
from .scenario.schema import CarbonBudget
from .tasks import Task


class Variant(Section):
    """What differs from the task and the scenario as written; left out, nothing does."""

    forecasts: bool = Field(default=True, description="false: the blocks that hold forecasts are not seen")
    residency: bool = Field(default=True, description="false: requests and jobs may be served in any residency")
    faults: bool = Field(default=True, description="false: nothing fails at random; what is scripted or planned stays")
    carbon_usd_per_t: NonNegative | None = Field(default=None, description="the price of carbon; left out: as it is")
    carbon_signal: Literal["average", "marginal"] | None = Field(
        default=None, description="the intensity of the grid that carbon is charged at; left out: the scenario's"
    )
    carbon_budget: CarbonBudget | None = Field(default=None, description="left out: the scenario's, if it has one")


def load_variant(source: Variant | Mapping[str, Any] | None) -> Variant:
    """A validated variant.

    Raises:
        ScenarioError: unknown keys, or values out of range.
    """
    if isinstance(source, Variant):
        return source
    if source is not None and not isinstance(source, Mapping):
        raise ScenarioError("variant", [f"got {source!r}, must be a mapping such as {{'carbon_signal': 'marginal'}}"])
    document = dict(source or {})
    try:
        return Variant.model_validate(document)
    except ValidationError as error:
        raise from_validation("variant", document, Variant, error) from error


def vary_task(task: Task, variant: Variant) -> Task:
    """The task, without forecasts if the variant has none."""
    if variant.forecasts:
        return task
    return task.model_copy(update={"sees": tuple(block for block in task.sees if block not in FORECAST_BLOCKS)})


def vary_scenario(scenario: Scenario, variant: Variant) -> Scenario:
    """The scenario with the changes of the variant."""
    changes: dict[str, Any] = {}
    if not variant.residency:
        for kind in ("requests", "jobs"):
            classes = getattr(scenario, kind)
            changes[kind] = {name: one.model_copy(update={"residency_bound": False}) for name, one in classes.items()}
    if not variant.faults:
        changes["rules"] = scenario.rules.model_copy(update={"random_faults": False})
    money = variant.model_dump(include={"carbon_usd_per_t", "carbon_signal"}, exclude_none=True)
    if variant.carbon_budget is not None:
        money["carbon_budget"] = variant.carbon_budget
    if money:
        changes["money"] = scenario.money.model_copy(update=money)
    return scenario.model_copy(update=changes) if changes else scenario
