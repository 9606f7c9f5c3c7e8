"""From hours to steps, one stated rule per kind of quantity. Series run from the start of their first hour.

* instants (temperature, wet bulb, cloud, wind speed): given at the start of each hour, linear in between;
* hour means (carbon): placed at the middle of the hour, linear in between, constant in the outer half hours;
* market intervals (price): the hour's value all through the hour.

Each function takes the times at which the steps' values are wanted: the middle of each step, so that a step
gets its own mean of the linear pieces.
"""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours, Seconds

Floats = NDArray[np.float64]


def step_middles_s(hours: Hours, step_s: int) -> Seconds:
    """Middle of every step, margin included; odd steps are rounded down half a second."""
    n_steps = hours.n_with_margin * (HOUR_S // step_s)
    return hours.start_s + step_s // 2 + step_s * np.arange(n_steps, dtype=np.int64)


def from_instants(times_s: Seconds, hours: Hours, values: Floats) -> Floats:
    """Linear between values at the start of each hour; constant after the last."""
    return np.interp(times_s, hours.begin_s(), values)


def from_hour_means(times_s: Seconds, hours: Hours, values: Floats) -> Floats:
    """Linear between values at the middle of each hour; constant before the first and after the last."""
    return np.interp(times_s, hours.middle_s(), values)


def from_intervals(times_s: Seconds, hours: Hours, values: Floats) -> Floats:
    """The value of the hour that the time lies in."""
    return values[(times_s - hours.start_s) // HOUR_S]


def hour_means(values: NDArray[np.floating], steps_per_hour: int) -> Floats:
    """Mean of each hour of a step series `[T * steps_per_hour, ...]`, as `[T, ...]`."""
    return values.reshape(-1, steps_per_hour, *values.shape[1:]).mean(axis=1, dtype=np.float64)
