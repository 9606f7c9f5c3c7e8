"""From a plan back to slots of the action: the inverses of `wattshift.kernel.decode`."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF_CHIP = 0.5
"""Added to a whole number of chips, so that no rounding takes one away."""


def depart_inverse(value: Floats, middle: Floats, low: float, high: float) -> Floats:
    """Entry whose `decode.depart` is `value`: 0 at the autopilot's `middle`, -1 at `low`, +1 at `high`, clipped there.

    Where the middle is an end itself, the entry on that side is 0.
    """
    span = np.where(value > middle, high - middle, middle - low)
    moved = np.clip(value, low, high) - middle
    return np.divide(moved, span, out=np.zeros_like(moved), where=(moved != 0.0) & (span > 0.0))


def admission(chips: Floats, modules: NDArray[np.void], n_sites: int) -> Floats:
    """`[n, S]` entries of a site that offer `[n, M]` chips to jobs, met exactly at the site's neediest module.

    Args:
        chips: To offer; halves are rounded to even.
        modules: [M] of the world's `Params`; those on which the autopilot offers nothing do not count.
        n_sites: S.
    """
    whole = np.rint(chips)
    share = np.where(whole > 0.0, np.minimum((whole + HALF_CHIP) / modules["chips"], 1.0), 0.0)
    entry = depart_inverse(share, np.broadcast_to(modules["job_share"], share.shape), 0.0, 1.0)
    entry = np.where(modules["job_share"] * modules["chips"] >= 1.0, entry, -1.0)
    by_site = np.full((len(chips), n_sites), -1.0)
    for module, site in enumerate(modules["site"]):
        by_site[:, site] = np.maximum(by_site[:, site], entry[:, module])
    return by_site


def sleep(needed: Floats, modules: NDArray[np.void]) -> Floats:
    """`[n, M]` entries that leave at least `needed` `[n, M]` chips awake."""
    asleep: Floats = np.floor(np.maximum(modules["chips"] - needed, 0.0)) / modules["chips"]
    return asleep
