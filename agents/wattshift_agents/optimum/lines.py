"""Straight lines that stay below a curve: what replaces every curve of the model in the linear program."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Lines(NamedTuple):
    """Lines `intercept + slope x`, one along the last axis; the curve is nowhere below any of them."""

    intercept: Floats
    slope: Floats


def below_power(exponent: float, least: float, count: int) -> Lines:
    """Lines below `z ** exponent` on [least, 1]: tangents of a convex power, the chord of a concave one."""
    if exponent < 1.0:
        slope = (1.0 - least**exponent) / (1.0 - least) if least < 1.0 else 0.0
        return Lines(np.array([1.0 - slope]), np.array([slope]))
    touch = np.linspace(least, 1.0, count)
    slope = exponent * touch ** (exponent - 1.0)
    return Lines(touch**exponent - slope * touch, slope)


def below_rising(x: Floats, y: Floats, touch: tuple[float, ...]) -> Lines:
    """Lines below a rising curve through (0, 0), of which only samples are known, up to the last sample.

    Between two samples a rising curve is at least the left one, so no line is above it that passes at or below the
    points (x[i + 1], y[i]) and below (0, 0) where it rises. The slopes are those between neighbouring samples at
    `touch`, the intercepts the largest that these points allow.

    Args:
        x: [K] rising, from 0.
        y: [..., K] of the curve, y[..., 0] just right of 0.
        touch: places in 0..x[-1] at which lines should come close to the curve.
    """
    at = np.clip(np.searchsorted(x, touch), 1, len(x) - 1)
    slope = np.maximum((y[..., at] - y[..., at - 1]) / (x[at] - x[at - 1]), 0.0)
    through_origin = (y[..., :-1] / x[1:]).min(axis=-1, keepdims=True)
    slope = np.concatenate([np.maximum(through_origin, 0.0), slope], axis=-1)
    room = y[..., None, :-1] - slope[..., None] * x[1:]
    return Lines(np.minimum(room.min(axis=-1), 0.0), slope)
