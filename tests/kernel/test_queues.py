"""Queues: the chance to wait is near Erlang's, and the latency quantile is near that of the sample."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift.kernel.serve import latency_bin, link_wait_ms, waiting_probability
from wattshift.kernel.state import LATENCY_BINS, LATENCY_RATIO
from wattshift.kpi import latency_quantile_ms


def erlang_c(rho: float, servers: int) -> float:
    """Exact chance to wait in M/M/c, by the recursion of Erlang B."""
    load, blocked = rho * servers, 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1.0 - rho * (1.0 - blocked))


@pytest.mark.parametrize("servers", [1, 2, 8, 32, 128, 512])
@pytest.mark.parametrize("rho", [0.3, 0.6, 0.8, 0.85, 0.95])
def test_waiting_probability_is_near_erlang_c(rho, servers):
    assert waiting_probability(rho, servers) == pytest.approx(erlang_c(rho, servers), abs=0.06)


def test_one_server_is_exact():
    for rho in (0.1, 0.5, 0.9):
        assert waiting_probability(rho, 1) == pytest.approx(rho)


@given(st.floats(0.01, 0.99), st.integers(1, 1000))
def test_pooling_servers_shortens_queues(rho, servers):
    assert 0.0 <= waiting_probability(rho, servers + 1) <= waiting_probability(rho, servers) <= 1.0


@given(st.floats(0.0, 400.0), st.floats(0.0, 400.0))
def test_fuller_links_are_slower(a_gbps, b_gbps):
    less, more = sorted((a_gbps, b_gbps))
    assert 0.0 <= link_wait_ms(less, 400.0) <= link_wait_ms(more, 400.0) < 1.0


def counts_of(latencies_ms) -> np.ndarray:
    counts = np.zeros((1, LATENCY_BINS))
    for latency_ms in latencies_ms:
        counts[0, latency_bin(latency_ms)] += 1.0
    return counts


@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_latency_quantile_is_within_a_bin_of_the_sample(share):
    sample = np.exp(np.random.default_rng(1).normal(math.log(60.0), 0.8, 20_000))
    estimate = latency_quantile_ms(counts_of(sample), share)[0]
    assert 1.0 / LATENCY_RATIO < estimate / np.quantile(sample, share) < LATENCY_RATIO


@given(st.floats(0.01, 1e7))
def test_every_latency_lies_in_the_bin_that_claims_it(latency_ms):
    nth = latency_bin(latency_ms)
    assert 0 <= nth < LATENCY_BINS
    assert nth == LATENCY_BINS - 1 or latency_ms <= LATENCY_RATIO**nth * (1 + 1e-9)
    assert nth == 0 or latency_ms >= LATENCY_RATIO ** (nth - 1) * (1 - 1e-9)


@given(st.lists(st.floats(0.5, 9000.0), min_size=1, max_size=50), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_latency_quantiles_rise_with_the_share(latencies_ms, a, b):
    low, high = sorted((a, b))
    counts = counts_of(latencies_ms)
    assert latency_quantile_ms(counts, low)[0] <= latency_quantile_ms(counts, high)[0] * (1 + 1e-12)


def test_no_request_has_no_latency():
    assert latency_quantile_ms(np.zeros((2, LATENCY_BINS)), 0.95).tolist() == [0.0, 0.0]
