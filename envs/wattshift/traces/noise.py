"""Seeded noise that is the same however much of it, or of anything else, is asked for.

White noise is drawn a calendar year at a time from a generator seeded with (seed, year, name of the series).
So the first year of a long build equals the only year of a short one, and a zone's noise does not depend on
which other zones exist.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours, hours_in_year, midnight_s, year_of

Floats = NDArray[np.float64]


def generator(seed: int, year: int, name: str) -> np.random.Generator:
    """A generator for one year of one series; `name` is hashed, stable over processes and platforms."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
    return np.random.default_rng(np.random.SeedSequence([seed, year, *(int(word) for word in words)]))


def years_of(hours: Hours) -> range:
    """Calendar years that the hours touch, margin included."""
    first_s, last_s = hours.begin_s()[[0, -1]]
    return range(year_of(int(first_s)), year_of(int(last_s)) + 1)


def white(seed: int, name: str, hours: Hours) -> Floats:
    """Independent standard normals, one an hour, margin included."""
    years = years_of(hours)
    origin_s = midnight_s(years[0])
    first = (hours.start_s - origin_s) // HOUR_S
    end = first + hours.n_with_margin

    def drawn(year: int) -> Floats:
        year_first = (midnight_s(year) - origin_s) // HOUR_S
        return generator(seed, year, name).standard_normal(min(hours_in_year(year), end - year_first))

    return np.concatenate([drawn(year) for year in years])[first:]


def autoregressive(shocks: Floats, time_constant_h: float) -> Floats:
    """Stationary first-order autoregression of unit variance: correlation exp(-lag / time constant).

    x_0 = w_0, x_t = phi x_(t-1) + sqrt(1 - phi^2) w_t with phi = exp(-1 h / time constant).
    """
    from scipy.signal import lfilter

    phi = np.exp(-1.0 / time_constant_h)
    scale = np.sqrt(1.0 - phi * phi)
    filtered, _ = lfilter([scale], [1.0, -phi], shocks, zi=[(1.0 - scale) * shocks[0]])
    return np.asarray(filtered)


def unit_noise(seed: int, name: str, hours: Hours, time_constant_h: float) -> Floats:
    """Hourly noise of zero mean and unit variance that forgets over `time_constant_h`."""
    return autoregressive(white(seed, name, hours), time_constant_h)
