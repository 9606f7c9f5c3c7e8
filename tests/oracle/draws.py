"""Random numbers: a draw is a hash of its address (seed, stream, step, index), by SplitMix64.

Steele, Lea & Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014: the n-th number of the sequence that
begins at `seed` is the finaliser of `seed + n x golden`; here n is the address, stream x 2^56 + step x 2^24 + index.
"""

import math

WORD = 2**64
GOLDEN = 0x9E3779B97F4A7C15

REQUESTS, JOB_RATE, JOB_COUNT, JOB_SHAPE, SITE_FAULT, LINK_FAULT, START, CURTAILMENT = range(1, 9)
FEED_FAULT, MODULE_FAULT, COOLING_FAULT, CHIP_FAULT, CHIP_REPAIR, PATIENCE = range(9, 15)


def finalise(word: int) -> int:
    """The mixing function of SplitMix64."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % WORD
    word = (word ^ word >> 27) * 0x94D049BB133111EB % WORD
    return word ^ word >> 31


def uniform(seed: int, stream: int, step: int, index: int) -> float:
    """The middle of one of 2^53 equal parts of (0, 1)."""
    address = stream * 2**56 + step * 2**24 + index
    return ((finalise((seed + GOLDEN * address) % WORD) >> 11) + 0.5) / 2**53


def polynomial(coefficients: list[float], x: float) -> float:
    """Highest power first."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


# P. J. Acklam, An algorithm for computing the inverse normal cumulative distribution function, 2003.
CENTRE_ABOVE = [
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239,
]
CENTRE_BELOW = [
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
    1.0,
]
TAIL_ABOVE = [
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838,
    -2.549732539343734,
    4.374664141464968,
    2.938163982698783,
]
TAIL_BELOW = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1.0]
TAIL = 0.02425


def normal_quantile(p: float) -> float:
    """Standard normal quantile by Acklam's rational functions."""
    if TAIL <= p <= 1.0 - TAIL:
        q = p - 0.5
        return q * polynomial(CENTRE_ABOVE, q * q) / polynomial(CENTRE_BELOW, q * q)
    q = math.sqrt(-2.0 * math.log(min(p, 1.0 - p)))
    lower_tail = polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q)
    return math.copysign(lower_tail, p - 0.5)


def normal(seed: int, stream: int, step: int, index: int) -> float:
    return normal_quantile(uniform(seed, stream, step, index))


def poisson(mean: float, u: float) -> int:
    """The least count, up to 1000, whose cumulative probability is at least `u`."""
    probability = cumulative = math.exp(-mean)
    for count in range(1000):
        if cumulative >= u:
            return count
        probability *= mean / (count + 1)
        cumulative += probability
    return 1000


def binomial(n: int, p: float, u: float) -> int:
    """How many of `n` happen: the least count whose cumulative probability is at least `u`.

    Counted from the rarer side, and by the normal distribution where that has a mean above 50.
    """
    if p > 0.5:
        return n - binomial(n, 1.0 - p, 1.0 - u)
    if n * p > 50.0:
        spread = math.sqrt(n * p * (1.0 - p))
        return min(max(math.floor(n * p + spread * normal_quantile(u) + 0.5), 0), n)
    cumulative = 0.0
    for count in range(n):
        cumulative += math.comb(n, count) * p**count * (1.0 - p) ** (n - count)
        if cumulative >= u:
            return count
    return n
