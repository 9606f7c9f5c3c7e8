"""Small smooth functions that the generators share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def logit(share: float) -> float:
    """Inverse of `logistic`, for a share strictly between 0 and 1."""
    return float(np.log(share / (1.0 - share)))


def softplus(x: Floats) -> Floats:
    """log(1 + exp(x)): smooth, positive, near x for large x and near 0 for very negative x."""
    return np.logaddexp(0.0, x)


def hump(hour: Floats, peak_hour: float, width_h: float) -> Floats:
    """A bump on the 24-h circle: 1 at `peak_hour`, near a Gaussian of standard deviation `width_h`."""
    angle = 2 * np.pi / 24
    return np.exp((np.cos(angle * (hour - peak_hour)) - 1.0) / (angle * width_h) ** 2)


def weekend(week_hour: Floats, ramp_h: float = 2.0) -> Floats:
    """0 on working days, 1 from Saturday to Sunday night, smooth over about `ramp_h` at both midnights."""
    saturday, monday = 120.0, 168.0
    into = 0.5 * (np.tanh((week_hour - saturday) / ramp_h) - np.tanh((week_hour - monday) / ramp_h))
    after_monday = 0.5 * (1.0 - np.tanh(week_hour / ramp_h))  # the same ramp, seen from the other side of Monday
    return into + after_monday
