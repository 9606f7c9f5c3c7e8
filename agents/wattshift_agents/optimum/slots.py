"""The time grid of the bound: steps grouped into slots of one clock hour at most, where prices hardly change."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.series import Traces

Floats = NDArray[np.float64]


class Slots(NamedTuple):
    """Steps of an episode in groups; axes: H steps, N slots."""

    first: NDArray[np.int64]  # [N] first step of each slot
    of_step: NDArray[np.int64]  # [H]
    n_steps: NDArray[np.int64]  # [N]
    step_h: float

    @property
    def hours(self) -> Floats:
        """[N] length."""
        return np.asarray(self.n_steps * self.step_h, np.float64)

    @property
    def begin_h(self) -> Floats:
        """[N] hours from the episode's beginning."""
        return np.asarray(self.first * self.step_h, np.float64)

    def least(self, series: NDArray) -> Floats:
        """Smallest step of each slot, [H, ...] -> [N, ...]."""
        return np.minimum.reduceat(np.asarray(series, np.float64), self.first, axis=0)

    def most(self, series: NDArray) -> Floats:
        """Largest step of each slot."""
        return np.maximum.reduceat(np.asarray(series, np.float64), self.first, axis=0)

    def total(self, series: NDArray) -> Floats:
        """Sum over the steps of each slot."""
        return np.add.reduceat(np.asarray(series, np.float64), self.first, axis=0)

    def total_h(self, series: NDArray) -> Floats:
        """Integral over each slot: kW -> kWh, chips -> chip-hours."""
        return self.total(series) * self.step_h


def make_slots(traces: Traces, start: int, steps: int, slot_s: float) -> Slots:
    """Slots that end where a multiple of `slot_s` on the traces' clock does.

    Raises:
        ValueError: `slot_s` is not a divisor of an hour and a multiple of a step: months begin with an hour.
    """
    step_s = traces.step_s
    if slot_s <= 0.0 or 3600.0 % slot_s != 0.0 or slot_s % step_s != 0.0:
        raise ValueError(f"slot_s: got {slot_s}, must divide 3600 and be a multiple of the step of {step_s} s")
    number = ((start + np.arange(steps)) * step_s // slot_s).astype(np.int64)
    of_step = number - number[0]
    first = np.searchsorted(of_step, np.arange(of_step[-1] + 1))
    return Slots(first, of_step, np.diff(first, append=steps), step_s / 3600.0)
