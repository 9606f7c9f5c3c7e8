"""What every plan needs of its arguments, refused in words where it does not hold."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def as_costs(cost: ArrayLike) -> Floats:
    """The forecast as floats `[n, H]`.

    Raises:
        ValueError: it has another number of axes, no slot, or holds a value that is not finite.
    """
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2 or costs.shape[1] == 0:
        raise ValueError(f"cost: got the shape {costs.shape}, must be [jobs, slots] with at least one slot")
    if not np.isfinite(costs).all():
        raise ValueError("cost: holds NaN or infinity; every slot needs a forecast")
    return costs


def as_jobs(length: ArrayLike, slack: ArrayLike, n_jobs: int, n_slots: int) -> tuple[Ints, Ints]:
    """Lengths and slacks as whole numbers `[n, 1]`, ready to be compared with slots.

    Raises:
        ValueError: a length below 1, a slack below 0, or a job that the forecast does not cover to its deadline.
    """
    lengths = np.broadcast_to(np.asarray(length, dtype=np.int64), (n_jobs,))[:, None]
    slacks = np.broadcast_to(np.asarray(slack, dtype=np.int64), (n_jobs,))[:, None]
    if (lengths < 1).any():
        raise ValueError(f"length: got {lengths.min()} slots, must be at least 1")
    if (slacks < 0).any():
        raise ValueError(f"slack: got {slacks.min()} slots, must be at least 0")
    if n_jobs and (lengths + slacks).max() > n_slots:
        longest = int((lengths + slacks).argmax())
        raise ValueError(
            f"cost: {n_slots} slots, but job {longest} may end {lengths[longest, 0]} + {slacks[longest, 0]} slots ahead"
        )
    return lengths, slacks
