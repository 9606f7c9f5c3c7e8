"""Forecasts: calibrated, worse with lead, consistent between issues, blind to what lies beyond the target."""

import numpy as np
import pytest

from wattshift.traces import CARBON, LEADS, PRICE, SOLAR, TEMPERATURE
from wattshift.traces.clock import calendar_years
from wattshift.traces.forecast import climatology, issue, skill
from wattshift.traces.noise import unit_noise

HOURS = calendar_years(2025, 1)
QUANTITIES = (CARBON, PRICE, TEMPERATURE, SOLAR)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    daily = np.cos(2 * np.pi / 24 * np.arange(HOURS.n_with_margin))
    return 50.0 + 5.0 * daily + unit_noise(0, "truth", HOURS, 20.0)


def issued(truth: np.ndarray, mean: np.ndarray, sd: np.ndarray, seed: int = 0) -> np.ndarray:
    return issue(truth, mean, sd, TEMPERATURE, "somewhere", HOURS, seed).astype(float)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_skill_falls_with_lead_from_97_percent(quantity) -> None:
    a = skill(quantity)
    assert a.shape == (LEADS,)
    assert a[0] == pytest.approx(0.97)
    assert (np.diff(a) < 0).all()
    assert a[-1] > 0.3


def test_error_and_spread_are_those_of_a_calibrated_forecast(truth) -> None:
    mean, sd = climatology(truth, HOURS.begin_s())
    forecast = issued(truth, mean, sd)
    for lead in (1, 12, 24):
        a = skill(TEMPERATURE)[lead - 1]
        target = slice(lead, lead + HOURS.n_hours)
        error = forecast[:, lead - 1] - truth[target]
        deviation = forecast[:, lead - 1] - mean[target]
        variance = np.mean(sd[target] ** 2)
        assert np.mean(error**2) == pytest.approx((1 - a) * variance, rel=0.15)
        assert np.mean(deviation**2) == pytest.approx(a * variance, rel=0.1)
        slope = np.mean(deviation * (truth[target] - mean[target])) / np.mean(deviation**2)
        assert slope == pytest.approx(1.0, abs=0.05)


def test_nothing_beyond_the_target_leaks_in(truth) -> None:
    """The truth changes from hour h on: only forecasts for those hours may change, whenever they were issued."""
    mean, sd = climatology(truth, HOURS.begin_s())
    h = 4000
    changed = truth.copy()
    changed[h:] += 3.0
    before, after = issued(truth, mean, sd), issued(changed, mean, sd)
    target = np.arange(HOURS.n_hours)[:, None] + np.arange(1, LEADS + 1)
    assert (before[target < h] == after[target < h]).all()
    assert (before[target >= h] != after[target >= h]).all()


def test_consecutive_issues_for_one_target_differ_little(truth) -> None:
    mean, sd = climatology(truth, HOURS.begin_s())
    forecast = issued(truth, mean, sd)
    revision = forecast[1:, 10] - forecast[:-1, 11]  # the same target, issued an hour apart
    error = forecast[:, 10] - truth[11 : 11 + HOURS.n_hours]
    assert revision.std() < 0.2 * error.std()


def test_neighbouring_targets_err_alike(truth) -> None:
    mean, sd = climatology(truth, HOURS.begin_s())
    error = issued(truth, mean, sd)[:, 11] - truth[12 : 12 + HOURS.n_hours]
    assert np.corrcoef(error[1:], error[:-1])[0, 1] > 0.6


def test_errors_follow_the_seed(truth) -> None:
    mean, sd = climatology(truth, HOURS.begin_s())
    assert (issued(truth, mean, sd, 1) == issued(truth, mean, sd, 1)).all()
    assert (issued(truth, mean, sd, 1) != issued(truth, mean, sd, 2)).any()


def test_climatology_is_that_of_the_first_year() -> None:
    two = calendar_years(2025, 2)
    truth = unit_noise(0, "truth", two, 20.0)
    mean, sd = climatology(truth, two.begin_s())
    truth[8760:] += 100.0
    again, sd_again = climatology(truth, two.begin_s())
    assert (mean == again).all()
    assert (sd == sd_again).all()
