"""Ranges of settings, declared where the settings are: `gamma: float = ranged(at_least=0, at_most=1)`.

OmegaConf sees to names and types; what is within the type and still makes no sense is refused here, before anything
runs.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any

from omegaconf import MISSING

from wattshift_agents.errors import SettingsError

_ALLOWED = "allowed"


@dataclass(frozen=True)
class Range:
    """Numbers that are allowed: finite ones between the limits given."""

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def allows(self, value: Any) -> bool:
        """Whether a number lies within."""
        return (
            math.isfinite(value)
            and (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        """In words: "above 0 and at most 1"."""
        limits = (
            ("at least", self.at_least),
            ("above", self.above),
            ("at most", self.at_most),
            ("below", self.below),
        )
        return " and ".join(f"{word} {limit:.10g}" for word, limit in limits if limit is not None) or "a finite number"


@dataclass(frozen=True)
class Text:
    """Texts that are allowed: those that match a regular expression as a whole."""

    pattern: str
    words: str

    def allows(self, value: Any) -> bool:
        """Whether a text matches."""
        return re.fullmatch(self.pattern, str(value)) is not None

    def __str__(self) -> str:
        """In words."""
        return self.words


def ranged(allowed: Text | None = None, *, default: Any = MISSING, **limits: float) -> Any:
    """A field of a settings dataclass with what it may be; of a list, what each of its items may be.

    Args:
        allowed: a text's form.
        default: its default; without one it must be given.
        limits: those of `Range`.
    """
    return field(default=default, metadata={_ALLOWED: allowed or Range(**limits)})


def check(settings: Any, prefix: str = "") -> None:
    """Refuse a settings dataclass that holds a value out of its range, in it or in those that it holds.

    Args:
        settings: the dataclass; None is allowed wherever the type allows it.
        prefix: stands before the names in the message.

    Raises:
        SettingsError: names the first setting out of range, its value and what is allowed.
    """
    for one in fields(settings):
        value = getattr(settings, one.name)
        if is_dataclass(value):
            check(value, f"{prefix}{one.name}.")
        elif wrong := next(_refused(one, value), None):
            raise SettingsError(f"{prefix}{one.name}: got {value}, must be {wrong}")


def _refused(one: Field[Any], value: Any) -> Iterator[str]:
    """What is allowed instead, for everything in a field that is not."""
    allowed = one.metadata.get(_ALLOWED)
    if allowed is None or value is None:
        return
    for part in value if isinstance(value, list) else [value]:
        if not allowed.allows(part):
            yield f"{'numbers, each ' if isinstance(value, list) else ''}{allowed}"
