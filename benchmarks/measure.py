"""Timing in interleaved rounds, so that whatever else the machine does falls on all cases alike."""

import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple


class Case(NamedTuple):
    """One thing to time."""

    name: str
    num_envs: int
    actions: str
    """Where the actions come from."""
    play: Callable[[], int]
    """Plays one round; returns the environment steps made, summed over the batch."""


class Rate(NamedTuple):
    """What a case reached."""

    name: str
    num_envs: int
    actions: str
    steps_per_s: float
    """Median over the rounds."""
    rounds_steps_per_s: tuple[float, ...]
    steps_per_round: int


def measure(cases: Sequence[Case], rounds: int, each: Callable[[Iterable[int]], Iterable[int]] = iter) -> list[Rate]:
    """Play every case once untimed, then `rounds` times in turn.

    Args:
        cases: what to time.
        rounds: timed rounds, at least 1.
        each: wraps the sequence of rounds, for a progress bar.
    """
    steps = dict.fromkeys(cases, 0)
    speeds: dict[Case, list[float]] = {case: [] for case in cases}
    for nth in each(range(rounds + 1)):
        for case in cases:
            began_s = time.perf_counter()
            steps[case] = case.play()
            elapsed_s = time.perf_counter() - began_s
            if nth > 0:  # the first round loads and warms what is lazy
                speeds[case].append(steps[case] / elapsed_s)
    return [
        Rate(case.name, case.num_envs, case.actions, median(speeds[case]), tuple(speeds[case]), steps[case])
        for case in cases
    ]
