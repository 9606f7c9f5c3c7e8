"""Draws are hashes of an address: uniform, independent along every axis, and shaped as the theory says."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from wattshift.kernel import rng as stages
from wattshift.kernel.jit import compiled

bits = compiled(stages.bits)
normal = compiled(stages.normal)
normal_quantile = compiled(stages.normal_quantile)
poisson = compiled(stages.poisson)
uniform = compiled(stages.uniform)

N = 4000
AXES = {
    "seed": lambda nth: (np.uint64(nth), 1, 0, 0),
    "stream": lambda nth: (np.uint64(nth // 200), nth % 200, 0, 0),
    "step": lambda nth: (np.uint64(7), 1, nth, 0),
    "late step": lambda nth: (np.uint64(7), 1, 2_000_000_000 + nth, 0),
    "index": lambda nth: (np.uint64(7), 1, 0, nth),
}


@pytest.mark.parametrize("axis", AXES)
def test_uniform_along_each_part_of_the_address(axis):
    draws = np.array([uniform(*AXES[axis](nth)) for nth in range(N)])
    assert draws.min() > 0.0
    assert draws.max() < 1.0
    assert stats.kstest(draws, "uniform").pvalue > 1e-3
    for lag in (1, 2, 7, 200):
        assert abs(np.corrcoef(draws[:-lag], draws[lag:])[0, 1]) < 4.5 / np.sqrt(N)


def test_neighbouring_addresses_have_different_bits():
    addresses = itertools.product((np.uint64(0), np.uint64(1), np.uint64(2**63 - 1)), (1, 2, 255), range(20), range(20))
    drawn = [bits(*address) for address in addresses]
    assert len(set(drawn)) == len(drawn)


def test_every_bit_is_set_half_of_the_time():
    words = np.array([bits(np.uint64(3), 1, step, 0) for step in range(N)], np.uint64)
    for place in range(64):
        share = float(np.mean((words >> np.uint64(place)) & np.uint64(1)))
        assert abs(share - 0.5) < 4.5 * 0.5 / np.sqrt(N)


def test_normal_is_standard_normal():
    draws = np.array([normal(np.uint64(5), 2, step, 3) for step in range(N)])
    assert stats.kstest(draws, "norm").pvalue > 1e-3


def test_normal_quantile_is_within_its_stated_error():
    below = np.concatenate([np.logspace(-15, -2, 60), np.linspace(0.01, 0.5, 200)])
    for p in np.concatenate([below, 1.0 - below[below > 1e-9]]):
        assert normal_quantile(p) == pytest.approx(ndtri(p), rel=2e-9, abs=1e-9)


@pytest.mark.parametrize("mean", [1e-6, 0.05, 0.7, 2.0, 9.0, 40.0])
def test_poisson_inverts_the_distribution(mean):
    for p in np.random.default_rng(0).uniform(size=300):
        assert poisson(mean, p) == stats.poisson.ppf(p, mean)


def test_poisson_of_nothing_is_nothing():
    assert poisson(0.0, 0.999999) == 0
