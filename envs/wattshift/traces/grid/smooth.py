"""A first-order lag, which looks only back: a longer build begins with the bits of a shorter one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def lagged(series: Floats, time_constant_h: float) -> Floats:
    """Exponentially weighted mean of the past, y_t = phi y_(t-1) + (1 - phi) x_t, phi = exp(-1 h / time constant)."""
    from scipy.signal import lfilter

    phi = np.exp(-1.0 / time_constant_h)
    smooth, _ = lfilter([1.0 - phi], [1.0, -phi], series, zi=[phi * series[0]])
    return np.asarray(smooth)
