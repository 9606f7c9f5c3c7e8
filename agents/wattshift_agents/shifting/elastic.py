"""How many chips an elastic job holds in each slot: more where energy is cheap, as long as they still speed it up.

After Hanafy et al., "CarbonScaler", Proc. ACM Meas. Anal. Comput. Syst. 2023: chips are added block by block where
their marginal work costs least.
"""

import numpy as np
from numpy.typing import ArrayLike

from wattshift_agents.shifting.checks import Floats, as_costs

TOLERANCE = 1e-9
"""Relative; sums of work are rounded."""


def scaling_blocks(gang: Floats, least: Floats, most: Floats, exponent: Floats, n_blocks: int) -> tuple[Floats, Floats]:
    """Blocks in which an elastic gang grows from its least to its most chips, and the work that each adds.

    A gang of nominal size g does the work of g (chips / g) ** exponent chips (`wattshift.kernel.gangs`), and nothing
    below its least size; so the first block is the least size, and the rest are alike.

    Args:
        gang: `[n]` nominal chips.
        least: `[n]` fewest chips, at least 1.
        most: `[n]` most chips, at least `least`.
        exponent: `[n]` in (0, 1].
        n_blocks: K, at least 2.

    Returns:
        Chips of each block `[n, K]` (0 where a rigid gang has no more to add), and the work of each in nominal
        chip-slots `[n, K]`.
    """
    share = np.concatenate([[0.0], np.linspace(0.0, 1.0, n_blocks)])
    chips = least[:, None] + share * (most - least)[:, None]
    chips[:, 0] = 0.0  # the first block goes from nothing to the least
    work = gang[:, None] * (chips / gang[:, None]) ** exponent[:, None]
    return np.diff(chips, axis=1), np.diff(work, axis=1)


def elastic_greedy(cost: ArrayLike, work: ArrayLike, within: ArrayLike, chips: ArrayLike, gain: ArrayLike) -> Floats:
    """Chips by slot: blocks are taken in the order of their cost per work until the work is done.

    No plan that does at least the work of this one costs less. The last block may do a little more than what is left.
    Where all blocks of all slots do not suffice, all are taken.

    Args:
        cost: `[n, H]` forecast cost of a chip's slot; above 0.
        work: `[n]` nominal chip-slots to do, at least 0.
        within: `[n]` slots until the deadline, 0..H.
        chips: `[n, K]` of each block, at least 0.
        gain: `[n, K]` work per slot of each block, by chip not more than that of the block before.

    Returns:
        `[n, H]` chips.

    Raises:
        ValueError: the shapes do not fit, a cost is not above 0, or a block gains more by chip than the one before.
    """
    costs = as_costs(cost)
    if not (costs > 0.0).all():
        raise ValueError(f"cost: got {costs.min()}, must be above 0 in every slot")
    n_jobs, n_slots = costs.shape
    slots_left = np.broadcast_to(np.asarray(within, dtype=np.int64), (n_jobs,))[:, None, None]
    if n_jobs and not 0 <= slots_left.min() <= slots_left.max() <= n_slots:
        raise ValueError(f"within: got {slots_left.min()}..{slots_left.max()} slots, must lie in 0..{n_slots}")
    sizes, per_chip = _by_chip(np.asarray(chips, dtype=np.float64), np.asarray(gain, dtype=np.float64))
    to_do = np.broadcast_to(np.asarray(work, dtype=np.float64), (n_jobs,))[:, None]

    usable = (np.arange(n_slots) < slots_left) & (sizes > 0.0)[:, :, None]  # [n, K, H]
    flat = (n_jobs, sizes.shape[1] * n_slots)
    inverse = np.divide(1.0, per_chip, out=np.ones_like(per_chip), where=per_chip > 0.0)
    cost_of_work = np.where(usable, inverse[:, :, None] * costs[:, None, :], np.inf).reshape(flat)
    added = np.where(usable, (per_chip * sizes)[:, :, None], 0.0).reshape(flat)
    order = cost_of_work.argsort(axis=1, kind="stable")  # of equal ones the lower block, then the earlier slot
    done = np.cumsum(np.take_along_axis(added, order, axis=1), axis=1)
    done_before = done - np.take_along_axis(added, order, axis=1)
    taken = np.zeros(order.shape, dtype=np.bool_)
    np.put_along_axis(taken, order, done_before < to_do - TOLERANCE * np.maximum(to_do, 1.0), axis=1)
    by_block: Floats = sizes[:, :, None] * (taken.reshape(usable.shape) & usable)
    return by_block.sum(axis=1)


def _by_chip(sizes: Floats, gains: Floats) -> tuple[Floats, Floats]:
    """Sizes of the blocks that add work, and their work by chip, which never rises from block to block.

    Blocks that only rounding tells from nothing are nothing.
    """
    adds = (sizes > TOLERANCE * sizes.sum(axis=1, keepdims=True)) & (gains > 0.0)
    per_chip = np.divide(gains, sizes, out=np.zeros_like(gains), where=adds)
    if (np.diff(per_chip, axis=1) > TOLERANCE * per_chip[:, :1]).any():
        raise ValueError("gain: a block does more work by chip than the block before; the scaling must be concave")
    return np.where(adds, sizes, 0.0), np.minimum.accumulate(per_chip, axis=1)
