"""Intervals agree with scipy's, and do what a paired comparison needs."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wattshift_agents.statistics import (
    bootstrap,
    interquartile_mean,
    mean,
    mean_difference,
    paired_difference,
    relative_difference,
)

samples = arrays(np.float64, st.integers(2, 30), elements=st.floats(-1e6, 1e6))


@given(samples)
def test_interquartile_mean_is_scipys_trimmed_mean(values):
    assert interquartile_mean(values) == pytest.approx(scipy.stats.trim_mean(values, 0.25), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("method", ["percentile", "BCa"])
@pytest.mark.parametrize("skewed", [False, True])
def test_interval_agrees_with_scipy(method, skewed):
    values = np.random.default_rng(1).normal(10.0, 2.0, 40)
    values = np.exp(values / 4.0) if skewed else values
    ours = bootstrap([values], method=method.lower(), resamples=20_000)
    theirs = scipy.stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method=method, rng=np.random.default_rng(2)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.03 * width)


def test_paired_interval_agrees_with_scipy():
    random = np.random.default_rng(3)
    reference = random.gamma(5.0, 100.0, 30)
    values = reference * random.normal(0.95, 0.02, 30)
    ours = bootstrap([values, reference], relative_difference, resamples=20_000)
    theirs = scipy.stats.bootstrap(
        (values, reference),
        lambda a, b, axis: (a.sum(axis) - b.sum(axis)) / b.sum(axis),
        paired=True,
        n_resamples=20_000,
        rng=np.random.default_rng(4),
    ).confidence_interval
    assert ours.low == pytest.approx(theirs.low, abs=5e-4)
    assert ours.high == pytest.approx(theirs.high, abs=5e-4)


def test_pairing_removes_what_the_windows_have_in_common():
    random = np.random.default_rng(5)
    reference = random.normal(1000.0, 300.0, 20)
    values = reference - 10.0 + random.normal(0.0, 1.0, 20)
    difference = paired_difference(values, reference)
    alone = bootstrap([values], mean)
    assert difference.high < 0.0
    assert difference.high - difference.low < 0.02 * (alone.high - alone.low)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(6)
    covered = 0
    for seed in range(200):
        estimate = bootstrap([random.exponential(1.0, 30)], seed=seed, resamples=999, confidence=0.9)
        covered += estimate.low <= 1.0 <= estimate.high
    assert 0.80 < covered / 200 < 0.96


@given(samples, st.integers(0, 2**32))
def test_same_seed_same_interval_around_the_estimate(values, seed):
    first = bootstrap([values], resamples=99, method="percentile", seed=seed)
    assert first == bootstrap([values], resamples=99, method="percentile", seed=seed)
    tolerance = 1e-9 * max(1.0, np.abs(values).max())
    assert values.min() - tolerance <= first.low <= first.high <= values.max() + tolerance


def test_equal_policies_differ_by_exactly_nothing():
    cost = np.array([3.0, 1.0, 2.0])
    assert paired_difference(cost, cost) == (0.0, 0.0, 0.0)
    assert paired_difference(cost, cost, relative=True) == (0.0, 0.0, 0.0)


def test_relative_difference_keeps_its_sign_for_negative_totals():
    reference = np.array([-10.0, -10.0])
    assert relative_difference(reference + 1.0, reference) == pytest.approx(0.1)
    assert mean_difference(reference + 1.0, reference) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ([[1.0]], "at least two windows"),
        ([[1.0, 2.0], [1.0, 2.0, 3.0]], "equal length"),
        ([[1.0, np.nan]], "finite"),
    ],
)
def test_unusable_samples_are_refused(data, complaint):
    with pytest.raises(ValueError, match=complaint):
        bootstrap(data)


def test_confidence_must_be_a_probability():
    with pytest.raises(ValueError, match="between 0 and 1"):
        bootstrap([[1.0, 2.0]], confidence=95.0)
