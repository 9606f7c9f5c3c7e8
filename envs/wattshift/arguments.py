"""Arguments of a world as people give them: each is checked here, and what cannot be used is named with what can."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .scenario import Scenario, load_scenario
from .scenario.errors import from_validation
from .traces import TraceError, Traces, TraceSpec

TraceSource = Traces | TraceSpec | Mapping[str, Any] | None
ScenarioSource = str | Path | Mapping[str, Any] | Scenario


def require(holds: bool, message: str) -> None:
    """Refuse an argument.

    Raises:
        ValueError: it does not hold, in the words of the message.
    """
    if not holds:
        raise ValueError(message)


def flag(name: str, value: Any) -> bool:
    """True or false; other things that Python takes for either would compile the kernel anew."""
    require(isinstance(value, bool | np.bool_), f"{name}: got {value!r}, must be True or False")
    return bool(value)


def count(name: str, value: Any) -> int:
    """A whole number of 1 or more."""
    is_count = isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 1
    require(bool(is_count), f"{name}: got {value!r}, must be a whole number, at least 1")
    return int(value)


def number(name: str, value: Any) -> float:
    """A number of any size."""
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    require(is_number, f"{name}: got {value!r}, must be a number")
    return float(value)


def scenario(source: Any) -> Scenario:
    """A loaded scenario: see `load_scenario`."""
    known = isinstance(source, str | Path | Mapping | Scenario)
    allowed = "a built-in name, the path of a YAML file, a mapping or a Scenario"
    require(known, f"scenario: got {source!r}, must be {allowed}")
    try:
        return load_scenario(source)
    except UnicodeDecodeError as error:
        raise ValueError(f"{source}: not UTF-8 text: {error.reason} at byte {error.start}") from error


def traces(source: Any) -> Traces | TraceSpec:
    """Series, or the spec of series to be built."""
    if source is None:
        return TraceSpec()
    if isinstance(source, Traces | TraceSpec):
        return source
    require(
        isinstance(source, Mapping),
        f"traces: got {source!r}, must be Traces, a TraceSpec or a mapping of its fields, such as "
        "{'source': 'synthetic', 'seed': 1}",
    )
    document = dict(source)
    try:
        return TraceSpec.model_validate(document)
    except ValidationError as error:
        raise TraceError(str(from_validation("traces", document, TraceSpec, error))) from error
