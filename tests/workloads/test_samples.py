"""Samples of a kind: rates as asked for, quantiles as published, bursts beyond Poisson, and few jobs with most work."""

import numpy as np
import pytest
from scipy.stats import norm

from wattshift import catalog
from wattshift.catalog.kinds import pairs
from wattshift.catalog.quantiles import log_table, mean_of
from wattshift.kernel.rng import poisson
from wattshift.workloads import JobSample, sample_jobs, sample_requests, sample_tokens

REQUEST_KINDS = sorted(catalog.request_kinds())
TOKEN_KINDS = [name for name in REQUEST_KINDS if catalog.request_kinds()[name].context_tokens is not None]
JOB_KINDS = sorted(catalog.job_kinds())


@pytest.fixture(scope="module", params=JOB_KINDS)
def jobs(request) -> tuple[str, JobSample]:
    """Some 30,000 jobs."""
    return request.param, sample_jobs(request.param, 30, seed=1, rate_per_h=40.0)


@pytest.mark.parametrize("kind", REQUEST_KINDS)
def test_the_mean_rate_is_the_one_asked_for(kind):
    """But for counts cut at zero: normal ones of a coefficient of variation c then have c phi(1/c) - Phi(-1/c) more."""
    counts = sample_requests(kind, 7 * 40, seed=2, rate_per_s=30.0)
    known = catalog.request_kinds()[kind]
    minute_cv = np.hypot(known.minute_cv.value, 1800.0**-0.5)
    cut = minute_cv * norm.pdf(1.0 / minute_cv) - norm.cdf(-1.0 / minute_cv)
    few_weeks = 4 * known.burst_sd.value * np.sqrt(2 * 6 / (40 * 168))
    assert counts.mean() / 60 == pytest.approx(30.0 * (1.0 + cut), rel=0.01 + few_weeks)
    assert (counts >= 0).all()


def test_requests_grow_by_as_much_a_year_as_asked():
    still = sample_requests("code", 2 * 364, seed=3).reshape(2, -1).mean(axis=1)
    growing = sample_requests("code", 2 * 364, seed=3, growth_per_year=0.5).reshape(2, -1).mean(axis=1)
    assert growing[1] / growing[0] == pytest.approx(1.5 * still[1] / still[0], rel=0.01)
    assert growing[0] / still[0] == pytest.approx(0.5 / np.log(1.5), rel=0.01)


@pytest.mark.parametrize("kind", ["code", "conversation"])
def test_minutes_vary_as_much_as_azure_s(kind):
    """Index of dispersion 17-30 at 1,700-2,700 a minute; Poisson's is 1."""
    counts = sample_requests(kind, 14, seed=4).astype(float)
    assert 17.0 * 0.8 < (np.diff(counts) ** 2).mean() / 2 / counts.mean() < 30.0 * 1.2


@pytest.mark.parametrize("kind", TOKEN_KINDS)
def test_tokens_have_the_published_quantiles_and_are_independent(kind):
    drawn = sample_tokens(kind, 100_000, seed=5)
    for name, lengths in drawn._asdict().items():
        for point in getattr(catalog.request_kinds()[kind], f"{name}_tokens"):
            if 0.0 < point.at <= 0.99 and point.grade == "A":
                assert np.quantile(lengths, point.at) == pytest.approx(point.value, rel=0.15, abs=1.0)
    assert abs(np.corrcoef(drawn.context, drawn.output)[0, 1]) < 0.02
    mean = drawn.context.mean() + drawn.output.mean()
    assert catalog.request_kinds()[kind].tokens_per_request() == pytest.approx(mean, rel=0.02)


def test_requests_without_tokens_say_so():
    with pytest.raises(ValueError, match="requests of 'vision' have no tokens"):
        sample_tokens("vision", 10, seed=0)


def test_run_times_and_gangs_are_those_of_the_kind(jobs):
    name, drawn = jobs
    kind = catalog.job_kinds()[name]
    for gang in kind.gangs:
        assert (drawn.gang == gang.chips).mean() == pytest.approx(gang.share.value, abs=0.006)
    mean_h = mean_of(log_table(pairs(kind.duration_h))) * sum(
        gang.share.value * gang.hours.value for gang in kind.gangs
    )
    spread = drawn.duration_h.std() / np.sqrt(len(drawn.gang))
    assert drawn.duration_h.mean() == pytest.approx(mean_h, abs=5 * spread)
    for point in kind.duration_h:
        if 0.05 <= point.at <= 0.95:
            assert np.quantile(drawn.duration_h, point.at) == pytest.approx(point.value, rel=0.15)


def test_jobs_come_in_bursts(jobs):
    _, drawn = jobs
    hourly = np.bincount(drawn.arrival_h.astype(int), minlength=720)
    assert hourly.var() / hourly.mean() > 5.0
    assert (np.diff(drawn.arrival_h) >= 0.0).all()
    assert drawn.arrival_h.max() < 720.0


def test_a_twentieth_of_pai_s_jobs_is_half_of_its_work():
    drawn = sample_jobs("pai-2020", 60, seed=6, rate_per_h=40.0)
    work = drawn.gang * drawn.duration_h
    one, large = drawn.gang == 1, drawn.gang > 16
    assert one.mean() == pytest.approx(0.735, rel=0.05)
    assert work[one].sum() / work.sum() == pytest.approx(0.155, rel=0.15)
    assert large.mean() == pytest.approx(0.044, rel=0.15)
    assert work[large].sum() / work.sum() == pytest.approx(0.52, rel=0.15)


def test_a_seed_gives_the_same_sample_and_a_longer_one_begins_with_it():
    short, long = sample_jobs("pai-2020", 3, seed=7), sample_jobs("pai-2020", 9, seed=7)
    for a, b in zip(short, long, strict=True):
        assert (a == b[: len(a)]).all()
    assert (sample_requests("code", 2, 7) == sample_requests("code", 5, 7)[: 2 * 1440]).all()
    assert len(sample_jobs("pai-2020", 3, seed=8).gang) != len(short.gang)


def test_no_demand_gives_no_jobs():
    assert [len(column) for column in sample_jobs("pai-2020", 1, seed=0, rate_per_h=1e-9)] == [0, 0, 0]
    assert poisson(0.0, 0.999) == 0
