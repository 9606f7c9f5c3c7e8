"""Inverse distribution functions as tables: logarithms of quantiles at even normal scores.

What people publish of run times and tokens are quantiles, from the 1st to the 99.9th per cent, over several orders of
magnitude. At even normal scores both tails are as fine as the middle, and straight lines between logarithms make every
cell a piece of a log-normal.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_QUANTILES = 129
LARGEST_SCORE = 4.0
SCORES: Floats = np.linspace(-LARGEST_SCORE, LARGEST_SCORE, N_QUANTILES)
"""Normal scores of a table's points; beyond the ends (6 in 100,000) the ends hold."""

CELLS_OF_MEAN = 1600


def probability(score: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-score / math.sqrt(2.0))


def log_table(points: Sequence[tuple[float, float]]) -> Floats:
    """Logarithms of the quantiles at `SCORES`; logarithmic in between the given points.

    Args:
        points: (probability, value > 0), rising from probability 0 to 1.
    """
    probabilities, values = np.array(points, dtype=np.float64).T
    return np.interp([probability(score) for score in SCORES], probabilities, np.log(values))


def at_scores(table: Floats, scores: Floats) -> Floats:
    """Values at normal scores: of standard normal draws, draws from the distribution."""
    return np.exp(np.interp(scores, SCORES, table))


def mean_of(table: Floats) -> float:
    """Mean of the distribution, by the middles of narrow cells of the score."""
    middles, weights = _cells()
    return float(weights @ at_scores(table, middles))


@cache
def _cells() -> tuple[Floats, Floats]:
    edges = np.linspace(-LARGEST_SCORE, LARGEST_SCORE, CELLS_OF_MEAN + 1)
    weights = np.diff([probability(edge) for edge in edges])
    return 0.5 * (edges[1:] + edges[:-1]), weights / weights.sum()
