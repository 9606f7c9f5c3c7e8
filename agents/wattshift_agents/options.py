"""Options of heuristics, as people give them on a command line: checked before a heuristic is made of them.

Names and types are those of the constructor. What a constructor does not refuse itself is ranged here.
"""

import math
from collections.abc import Mapping
from inspect import signature
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from wattshift.kernel.terms import SLOTS
from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.heuristics import HEURISTICS
from wattshift_agents.ranges import Range

ENTRY = Range(at_least=-1, at_most=1)
"""Of an option that has the name of a slot: the entry of that slot."""

RANGES = {
    ("arbitrage", "power_share"): Range(above=0, at_most=1),
    ("demand-response", "margin"): Range(at_least=0, below=1),
    ("random", "seed"): Range(at_least=0),
}
"""What other options may be, by heuristic and option."""

KINDS: dict[Any, str] = {int: "a whole number", float: "a number"}


def checked_options(options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The options, ready to be given to constructors.

    Args:
        options: Arguments by the name of a heuristic; an unknown name is left for `make_heuristics` to refuse.

    Raises:
        SettingsError: An option is unknown, or its value of the wrong type or out of range.
    """
    return {name: _of_one(name, given) if name in HEURISTICS else dict(given) for name, given in options.items()}


def _of_one(heuristic: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise SettingsError(f"options.{heuristic}: got {given!r}, must be a mapping of options to values")
    known = list(signature(HEURISTICS[heuristic]).parameters)
    hints = get_type_hints(HEURISTICS[heuristic].__init__)
    for name in given:
        if name not in known:
            allowed = f"Known: {', '.join(known)}" if known else "It has none"
            raise SettingsError(f"options.{heuristic}.{name}: unknown option.{closest(name, known)} {allowed}")
    return {name: _value(heuristic, name, value, hints[name]) for name, value in given.items()}


def _value(heuristic: str, name: str, value: Any, kind: Any) -> Any:
    """One value of the type that the constructor takes, within its range."""
    where = f"options.{heuristic}.{name}: got {value!r}, must be"
    adapter = TypeAdapter(kind, config=ConfigDict(arbitrary_types_allowed=True))
    try:
        # Numbers as they are: neither "0.5" nor true is one. Lists are what YAML has for tuples.
        taken = adapter.validate_python(value, strict=kind in KINDS)
    except ValidationError as problem:
        said = problem.errors()[0]["msg"].removeprefix("Input should be ")
        raise SettingsError(f"{where} {KINDS.get(kind, said)}") from problem
    allowed = ENTRY if name in SLOTS else RANGES.get((heuristic, name), Range())
    if isinstance(taken, int | float) and not (math.isfinite(taken) and allowed.allows(taken)):
        raise SettingsError(f"{where} {allowed}")
    return taken
