"""Straight lines that stay below a curve: what replaces every curve of the model in the linear program."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Lines(NamedTuple):
    """Lines `intercept + slope x`, along the last axis; the curve is nowhere below any of them."""

    intercept: Floats
    slope: Floats


def below_power(exponent: float, least: ArrayLike, count: int) -> Lines:
    """[..., count] lines below `z ** exponent` on [least, 1]: tangents of a convex power, the chord of a concave one.

    Args:
        exponent: of the power.
        least: [...] left end of the range, above 0.
        count: of lines.
    """
    low = np.asarray(least, np.float64)[..., None]
    if exponent < 1.0:
        room = 1.0 - low
        slope = np.divide(1.0 - low**exponent, room, out=np.zeros_like(room), where=room > 0.0)
        slope = np.broadcast_to(slope, (*slope.shape[:-1], count))
        return Lines(1.0 - slope, slope)
    touch = low + (1.0 - low) * np.linspace(0.0, 1.0, count)
    slope = exponent * touch ** (exponent - 1.0)
    return Lines(touch**exponent - slope * touch, slope)


def below_rising(x: Floats, y: Floats, touch: tuple[float, ...], from_zero: bool = True) -> Lines:
    """Lines below a rising curve of which only samples are known, right of 0 up to the last sample.

    Between two samples a rising curve is at least the left one, so no line is above it that passes at or below the
    points (x[i + 1], y[i]) where it rises. The slopes are those between neighbouring samples at `touch`, the intercepts
    the largest that these points allow.

    Args:
        x: [K] rising, from 0.
        y: [..., K] of the curve, y[..., 0] just right of 0.
        touch: places in 0..x[-1] at which lines should come close to the curve.
        from_zero: the lines stay below (0, 0), too.
    """
    at = np.clip(np.searchsorted(x, touch), 1, len(x) - 1)
    slope = np.maximum((y[..., at] - y[..., at - 1]) / (x[at] - x[at - 1]), 0.0)
    first = (y[..., :-1] / x[1:]).min(axis=-1, keepdims=True) if from_zero else np.zeros_like(y[..., :1])
    slope = np.concatenate([np.maximum(first, 0.0), slope], axis=-1)
    room = (y[..., None, :-1] - slope[..., None] * x[1:]).min(axis=-1)
    return Lines(np.minimum(room, 0.0) if from_zero else room, slope)
