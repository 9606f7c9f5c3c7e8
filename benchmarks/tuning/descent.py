"""Coordinate descent over named choices."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

Option = TypeVar("Option")


class Trial(NamedTuple):
    """One option of one part, beside the best options of the others at that time."""

    sweep: int
    part: str
    option: object
    cost_usd: float


def descend(
    options: Mapping[str, Sequence[Option]],
    cost_usd: Callable[[Mapping[str, Option]], float],
    sweeps: int,
    report: Callable[[Trial], None],
) -> dict[str, Option]:
    """Try every option of every part, one part after the other, until a sweep changes nothing.

    Args:
        options: Of every part; the first one is where the search begins, and stays where none is cheaper.
        cost_usd: Of a choice for every part.
        sweeps: Most rounds over all parts.
        report: Called with every trial.

    Returns:
        The chosen option of every part.
    """
    chosen = {part: values[0] for part, values in options.items()}
    least_usd = cost_usd(chosen)
    for sweep in range(1, sweeps + 1):
        before = dict(chosen)
        for part, values in options.items():
            for option in values:
                usd = cost_usd(chosen | {part: option})
                report(Trial(sweep, part, option, usd))
                if usd < least_usd:
                    least_usd, chosen[part] = usd, option
        if chosen == before:
            break
    return chosen
