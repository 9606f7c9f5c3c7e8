"""Counter-based random numbers: a draw is a hash of (episode seed, stream, step, index).

So a draw depends on nothing but its address: not on the policy, the batch size or what the neighbours drew. The hash
is SplitMix64 read at a random position of its sequence (Steele, Lea & Flood, OOPSLA 2014).
"""

import math

import numpy as np

from .jit import njit

REQUESTS, JOB_RATE, JOB_COUNT, JOB_SHAPE, SITE_FAULT, LINK_FAULT, START, CURTAILMENT = range(1, 9)
FEED_FAULT, MODULE_FAULT, COOLING_FAULT, CHIP_FAULT, CHIP_REPAIR, PATIENCE = range(9, 15)
"""Streams: one per kind of draw."""

LARGEST_INVERTED_MEAN = 50.0
"""Of a binomial count; inversion sums up to it term by term."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_STREAM, _STEP = np.uint64(56), np.uint64(24)


@njit
def mix(x):
    """Finaliser of SplitMix64: a bijection of 64 bits that looks random."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@njit
def bits(seed, stream, step, index):
    """64 random bits; stream < 2^8, step < 2^32, index < 2^24."""
    address = (np.uint64(stream) << _STREAM) | (np.uint64(step) << _STEP) | np.uint64(index)
    return mix(seed + _GOLDEN * address)


@njit
def uniform(seed, stream, step, index):
    """A number in the open interval (0, 1)."""
    return (np.float64(bits(seed, stream, step, index) >> _S11) + 0.5) * (1.0 / 9007199254740992.0)


@njit
def normal_quantile(p):
    """Inverse of the standard normal distribution, relative error below 1.2e-9 (Acklam's rational approximation)."""
    if p < 0.02425 or p > 0.97575:
        q = math.sqrt(-2.0 * math.log(min(p, 1.0 - p)))
        tail = (
            (
                (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734)
                * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q
            + 1.0
        )
        return tail if p < 0.5 else -tail
    q = p - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
        / (
            (
                (
                    ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                    + 6.680131188771972e01
                )
                * r
                - 1.328068155288572e01
            )
            * r
            + 1.0
        )
    )


@njit
def normal(seed, stream, step, index):
    """A standard normal number."""
    return normal_quantile(uniform(seed, stream, step, index))


@njit
def poisson(mean, u):
    """The Poisson count at probability `u`, by inversion: meant for means of a few."""
    if u <= 1.0 - mean:  # 1 - x <= exp(-x): most draws of a small mean are settled without the exponential
        return 0
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and count < 1000:
        count += 1
        term *= mean / count
        total += term
    return count


@njit
def binomial(n, chance, u):
    """How many of `n` independent events of the same chance happen, at probability `u`: exact, by inversion.

    Of the event or its opposite, whichever is rarer; beyond a mean of 50 by the normal distribution instead.
    """
    rare = min(chance, 1.0 - chance)
    at = u if chance <= 0.5 else 1.0 - u
    mean = n * rare
    count = 0
    if mean > LARGEST_INVERTED_MEAN:
        spread = math.sqrt(mean * (1.0 - rare))
        count = min(max(math.floor(mean + spread * normal_quantile(at) + 0.5), 0), n)
    else:
        term = (1.0 - rare) ** n
        total = term
        while at > total and count < n:
            count += 1
            term *= (n - count + 1) / count * rare / (1.0 - rare)
            total += term
    return count if chance <= 0.5 else n - count
