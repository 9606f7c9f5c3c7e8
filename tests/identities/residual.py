"""Residuals of a whole batch: how far two sides of a law are apart, relative, for every environment."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.terms import SUMS
from wattshift.world import World

Floats = NDArray[np.float64]

TOLERANCE = 1e-9


class Before(NamedTuple):
    """What stood before a step."""

    state: Any
    ledger: Any
    row: NDArray[np.int64]  # [E] row of the traces that the step lives through

    @classmethod
    def of(cls, world: World) -> Before:
        """Copies of what the step will change."""
        return cls(copy.deepcopy(world.state), copy.deepcopy(world.ledger), world.row.copy())


Identity = Callable[[World, Before], Floats]


def unequal(ours: Any, theirs: Any, magnitude: Any = 1e-3) -> Floats:
    """[E] largest difference over all other axes, relative to the larger of both, or to `magnitude`."""
    ours, theirs = np.broadcast_arrays(np.asarray(ours, np.float64), np.asarray(theirs, np.float64))
    scale = np.maximum(np.maximum(np.abs(ours), np.abs(theirs)), magnitude)
    return _largest(np.abs(ours - theirs) / scale)


def above(values: Any, most: Any, magnitude: Any = 1e-3) -> Floats:
    """[E] largest excess over what is allowed, relative."""
    values, most = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(most, np.float64))
    return _largest(np.maximum(values - most, 0.0) / np.maximum(np.abs(most), magnitude))


def broken(rule_holds: Any) -> Floats:
    """[E] 1 where a rule without a measure is broken anywhere."""
    return _largest(~np.asarray(rule_holds, np.bool_))


def _largest(values: NDArray[Any]) -> Floats:
    return values.reshape(len(values), -1).max(axis=1, initial=0.0).astype(np.float64)


def worst(*residuals: Floats) -> Floats:
    """[E] the largest of several."""
    return np.max(residuals, axis=0)


def step_h(world: World) -> float:
    """Hours of a step."""
    return float(world.params.rules["step_s"][0]) / 3600.0


def by_index(values: Floats, index: NDArray[Any], size: int) -> Floats:
    """[E, size] sums of [E, N] values that belong to `index` [N]."""
    return values @ (index[:, None] == np.arange(size)).astype(np.float64)


def of_sites(world: World, values: Floats) -> Floats:
    """[E, S] sums of per-module values [E, M]."""
    return by_index(values, world.params.modules["site"], len(world.params.sites))


def of_classes(world: World, values: Floats) -> Floats:
    """[E, C] sums of per-flow values [E, F]."""
    return by_index(values, world.params.flows["request_class"], len(world.params.request_classes))


def at_sites(world: World, before: Before, quantity: str) -> Floats:
    """[E, S] a series of the sites' zones in the step."""
    return world.traces.zones[quantity][before.row].astype(np.float64)[:, world.params.sites["zone"]]


def at_links(world: World, before: Before, quantity: str) -> Floats:
    """[E, L] mean of a series over the zones of the links' ends."""
    return world.traces.zones[quantity][before.row].astype(np.float64)[:, world.params.links["zones"]].mean(axis=2)


def jobs_on_table(world: World) -> NDArray[np.bool_]:
    """[E, J] slots of the job table in use."""
    return np.arange(world.state.jobs.shape[1]) < world.state.episode["n_jobs"][:, None]


def grown(world: World, before: Before, name: str, by: Floats) -> Floats:
    """[E] residual of an episode's sum that should have grown by `by` [E]; its rounding is that of the sums."""
    column = SUMS.index(name)
    return unequal(world.ledger.totals["sums"][:, column], before.ledger.totals["sums"][:, column] + by)
