"""Estimates with bootstrap intervals for paired comparisons, vectorised over resamples.

Policies are compared on the same windows with the same random numbers, so the uncertainty that matters is that of
the difference within a window, not that of either cost alone: resampling draws windows and keeps the pairs.
"""

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Statistic = Callable[..., Floats]
"""Takes one array [..., n] per sample and reduces the last axis."""

Method = Literal["percentile", "bca"]


class Estimate(NamedTuple):
    """A number and the interval that holds it with the confidence asked for."""

    value: float
    low: float
    high: float


def mean(values: Floats) -> Floats:
    """Arithmetic mean over the last axis."""
    return np.mean(values, axis=-1)


def interquartile_mean(values: ArrayLike) -> Floats:
    """Mean of the middle half of the values over the last axis: the 25 % trimmed mean.

    As robust as the median against outlying windows, with less variance. Agarwal et al., "Deep Reinforcement
    Learning at the Edge of the Statistical Precipice" (NeurIPS 2021), sec. 4.3. As there (and in
    `scipy.stats.trim_mean`), the number cut at each end is n / 4 rounded down.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=-1)
    cut = ordered.shape[-1] // 4
    return np.mean(ordered[..., cut : ordered.shape[-1] - cut], axis=-1)


def mean_difference(values: Floats, reference: Floats) -> Floats:
    """Mean over the last axis of `values - reference`, in the unit of both."""
    return np.mean(values - reference, axis=-1)


def relative_difference(values: Floats, reference: Floats) -> Floats:
    """Difference of the totals over the last axis as a share of the reference's: -0.1 is ten per cent less."""
    total = np.sum(reference, axis=-1)
    return (np.sum(values, axis=-1) - total) / np.abs(total)


def bootstrap(
    samples: Sequence[ArrayLike],
    statistic: Statistic = mean,
    *,
    confidence: float = 0.95,
    resamples: int = 9999,
    method: Method = "bca",
    seed: int = 0,
) -> Estimate:
    """A statistic of paired samples with its bootstrap interval; the same seed gives the same interval.

    Args:
        samples: Arrays of length n >= 2. Element i of each belongs to the same window; windows are drawn with
            replacement and the pairs stay together.
        statistic: Reduces the last axis of its arguments, one per sample.
        confidence: Probability of the two-sided interval, between 0 and 1.
        resamples: Number of bootstrap resamples.
        method: "percentile", or "bca": bias-corrected and accelerated, Efron (1987), "Better bootstrap confidence
            intervals", Journal of the American Statistical Association 82, 171-185.
        seed: Of the resampling.

    Raises:
        ValueError: Fewer than two windows, unequal lengths, or a value that is not finite.
    """
    data = [np.asarray(sample, dtype=np.float64) for sample in samples]
    _check(data, confidence)
    n = len(data[0])
    drawn = np.random.default_rng(seed).integers(0, n, (resamples, n))
    replicates = statistic(*[sample[drawn] for sample in data])
    value = float(statistic(*data))
    if np.all(replicates == value):
        return Estimate(value, value, value)
    tails = np.array([(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    if method == "bca":
        tails = _bca_probabilities(tails, value, replicates, _jackknife(data, statistic))
    low, high = np.quantile(replicates, tails)
    return Estimate(value, float(low), float(high))


def paired_difference(
    values: ArrayLike, reference: ArrayLike, *, relative: bool = False, confidence: float = 0.95, seed: int = 0
) -> Estimate:
    """How much `values` lie above `reference` on the same windows (negative: below), with a BCa interval.

    Args:
        values: [n], one figure per window.
        reference: [n], the same windows.
        relative: As a share of the reference's total instead of the mean difference in their unit.
        confidence: Probability of the interval.
        seed: Of the resampling.
    """
    statistic = relative_difference if relative else mean_difference
    return bootstrap([values, reference], statistic, confidence=confidence, seed=seed)


def _check(data: list[Floats], confidence: float) -> None:
    lengths = {sample.shape for sample in data}
    if len(lengths) != 1 or len(data[0].shape) != 1:
        raise ValueError(f"samples must be one-dimensional and of equal length, got shapes {sorted(lengths)}")
    if len(data[0]) < 2:
        raise ValueError("an interval needs at least two windows")
    if not all(np.isfinite(sample).all() for sample in data):
        raise ValueError("samples must be finite")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence: got {confidence}, must be between 0 and 1")


def _jackknife(data: list[Floats], statistic: Statistic) -> Floats:
    """The statistic with each window left out in turn, [n]."""
    n = len(data[0])
    others = np.array([[j for j in range(n) if j != i] for i in range(n)])
    return statistic(*[sample[others] for sample in data])


def _bca_probabilities(tails: Floats, value: float, replicates: Floats, left_out: Floats) -> Floats:
    """Probabilities at which to read the bootstrap distribution, corrected for bias and skewness.

    Efron (1987), eq. 3.8; replicates equal to the estimate count half, as for any discrete distribution.
    """
    normal = NormalDist()
    below = (np.mean(replicates < value) + np.mean(replicates <= value)) / 2.0
    smallest = 0.5 / len(replicates)
    bias = normal.inv_cdf(float(np.clip(below, smallest, 1.0 - smallest)))
    deviation = left_out.mean() - left_out
    spread = np.sum(deviation**2)
    acceleration = np.sum(deviation**3) / (6.0 * spread**1.5) if spread > 0.0 else 0.0
    shifted = [bias + normal.inv_cdf(float(tail)) for tail in tails]
    return np.array([normal.cdf(bias + z / (1.0 - acceleration * z)) for z in shifted])
