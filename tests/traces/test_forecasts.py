"""Forecasts: as good as their table says, blind to the future but for their stated error, errors that go together."""

import numpy as np
import pytest

from wattshift.traces import LEADS
from wattshift.traces.clock import calendar_years
from wattshift.traces.forecast import Occasion, Subject, error_paths, expected, issue
from wattshift.traces.forecast_table import ForecastTable, forecast_table
from wattshift.traces.noise import unit_noise
from wattshift.traces.series import FORECAST_QUANTITIES

HOURS, PAST = calendar_years(2025, 1), calendar_years(2024, 1)
N_TARGETS = HOURS.n_hours + LEADS
TARGET = np.arange(HOURS.n_hours)[:, None] + np.arange(1, LEADS + 1)
CHANGED_H = 4000
QUANTITIES = tuple(forecast_table().quantities)


def daily(hours: np.ndarray) -> np.ndarray:
    return 50.0 + 5.0 * np.cos(2 * np.pi / 24 * hours)


def subject(quantity: str, unit: float = 1.0) -> Subject:
    """A day shape and weather of variance one around it, far from every bound but shares', in `unit`."""
    past = daily(np.arange(PAST.n_hours)) + unit_noise(0, "past", PAST, 20.0)[: PAST.n_hours]
    truth = daily(np.arange(N_TARGETS)) + unit_noise(0, "truth", HOURS, 20.0)[:N_TARGETS]
    return Subject(quantity, unit * past, unit * truth, "Europe/Berlin")


def issued(kind, *subjects: Subject, seed: int = 0) -> np.ndarray:
    result = np.empty((HOURS.n_hours, len(subjects), LEADS), np.float32)
    issue(kind, subjects, Occasion("somewhere", PAST, HOURS, seed), result)
    return result.astype(float)


def one(kind, what: Subject, seed: int = 0) -> np.ndarray:
    return issued(kind, what, seed=seed)[:, 0]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_table_is_met_at_every_lead_and_the_best_guess_is_the_forecast(quantity) -> None:
    what = subject(quantity, unit=0.01)
    forecast = one("realistic", what)
    usual = expected(what, Occasion("somewhere", PAST, HOURS, 0))
    target = what.truth[TARGET]
    explained = forecast_table().quantities[quantity].by_lead()
    assert (np.diff(explained) < 0.0).all()
    spread = np.sqrt(np.mean((what.truth - usual.mean) ** 2))
    rmse = np.sqrt(np.mean((forecast - target) ** 2, axis=0))
    np.testing.assert_allclose(rmse / spread, np.sqrt(1.0 - explained), rtol=0.1)
    assert (np.diff(rmse) > 0.0).all()
    for lead in (1, 12, 24):
        deviation = forecast[:, lead - 1] - usual.mean[TARGET[:, lead - 1]]
        anomaly = target[:, lead - 1] - usual.mean[TARGET[:, lead - 1]]
        assert np.mean(deviation * anomaly) / np.mean(deviation**2) == pytest.approx(1.0, abs=0.08)


@pytest.mark.parametrize("quantity", ["temperature", "wind"])
def test_a_forecast_depends_on_the_truth_of_its_target_alone_and_by_the_stated_share(quantity) -> None:
    what = subject(quantity, unit=0.01)
    changed = what.truth.copy()
    changed[CHANGED_H] += 0.05
    change = one("realistic", what._replace(truth=changed)) - one("realistic", what)
    share = np.broadcast_to(forecast_table().quantities[quantity].by_lead(), TARGET.shape)
    hit = TARGET == CHANGED_H
    assert hit.sum() == LEADS
    np.testing.assert_allclose(change[hit], 0.05 * share[hit], rtol=1e-3)
    assert (change[~hit] == 0.0).all()


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_another_future_reaches_a_forecast_through_the_target_alone(quantity) -> None:
    """From an issue time on everything changes: earlier targets keep their forecasts, later ones move by the share."""
    what = subject(quantity, unit=0.01)
    changed = what.truth.copy()
    changed[CHANGED_H:] += 0.02 * np.sin(np.arange(N_TARGETS - CHANGED_H)) + 0.03
    before, after = one("realistic", what), one("realistic", what._replace(truth=changed))
    assert (before[TARGET < CHANGED_H] == after[TARGET < CHANGED_H]).all()
    share = np.broadcast_to(forecast_table().quantities[quantity].by_lead(), TARGET.shape)
    issued_before = (np.arange(HOURS.n_hours)[:, None] <= CHANGED_H) & (TARGET >= CHANGED_H)
    moved = share * (changed - what.truth)[TARGET]
    np.testing.assert_allclose((after - before)[issued_before], moved[issued_before], rtol=1e-3, atol=1e-6)


def test_persistence_knows_nothing_from_its_issue_on() -> None:
    what = subject("price")
    changed = what.truth.copy()
    changed[CHANGED_H:] += 7.0
    before, after = one("persistence", what), one("persistence", what._replace(truth=changed))
    assert (before[: CHANGED_H + 1] == after[: CHANGED_H + 1]).all()
    assert (before[CHANGED_H + 1 :] != after[CHANGED_H + 1 :]).any()


def test_persistence_is_the_same_hour_of_the_last_day_known() -> None:
    what = subject("price")
    known = np.concatenate([what.past, what.truth])
    lag = np.where(np.arange(1, LEADS + 1) < LEADS, 24, 48)
    np.testing.assert_allclose(one("persistence", what), known[len(what.past) + TARGET - lag], rtol=1e-6)


def test_perfect_is_the_truth() -> None:
    what = subject("price")
    np.testing.assert_allclose(one("perfect", what), what.truth[TARGET], rtol=1e-6)


def test_climatology_follows_a_level_that_has_been_seen_and_none_that_has_not() -> None:
    """Prices double for good on day 100: expected from two weeks later on, not on the day itself."""
    what = subject("price")
    truth = what.truth.copy()
    truth[100 * 24 :] *= 2.0
    occasion = Occasion("somewhere", PAST, HOURS, 0)
    usual, doubled = (expected(what._replace(truth=series), occasion) for series in (what.truth, truth))
    assert (doubled.mean[: 102 * 24] == usual.mean[: 102 * 24]).all()
    np.testing.assert_allclose(doubled.mean[116 * 24 :], 2.0 * usual.mean[116 * 24 :], rtol=1e-9)
    steady = what._replace(quantity="temperature", truth=truth)
    assert (expected(steady, occasion).mean == expected(what._replace(quantity="temperature"), occasion).mean).all()


def test_consecutive_issues_for_one_target_differ_little() -> None:
    forecast = one("realistic", subject("temperature"))
    revision = forecast[1:, 10] - forecast[:-1, 11]  # the same target, issued an hour apart
    error = forecast[:, 10] - subject("temperature").truth[TARGET[:, 10]]
    assert revision.std() < 0.2 * error.std()


def test_neighbouring_targets_err_alike() -> None:
    what = subject("temperature")
    error = one("realistic", what)[:, 11] - what.truth[TARGET[:, 11]]
    assert np.corrcoef(error[1:], error[:-1])[0, 1] > 0.6


def test_errors_of_a_zone_go_together_as_the_table_says() -> None:
    stated = forecast_table().correlations(FORECAST_QUANTITIES)
    found = np.mean(
        [
            np.corrcoef(path)
            for zone in range(4)
            for path in error_paths(FORECAST_QUANTITIES, Occasion(f"zone {zone}", PAST, HOURS, 0))
        ],
        axis=0,
    )
    np.testing.assert_allclose(found, stated, atol=0.05)
    carbon, price, _, solar, wind = range(5)
    for clean in (solar, wind):
        assert stated[carbon, clean] < 0.0
        assert stated[price, clean] < 0.0
    assert stated[carbon, price] > 0.0


def test_errors_follow_the_seed_and_not_the_company() -> None:
    what = subject("carbon")
    assert (one("realistic", what, 1) == one("realistic", what, 1)).all()
    assert (one("realistic", what, 1) != one("realistic", what, 2)).any()
    together = issued("realistic", what, subject("price"))
    assert (together[:, 0] == one("realistic", what)).all()


def test_a_sky_is_never_forecast_clearer_than_clear() -> None:
    what = subject("solar", unit=0.01)._replace(highest=np.where(np.arange(N_TARGETS) % 24 < 12, 0.52, 0.0))
    forecast = one("realistic", what)
    assert (forecast <= np.broadcast_to(what.highest, N_TARGETS)[TARGET] + 1e-6).all()
    assert (forecast[TARGET % 24 >= 12] == 0.0).all()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"explained": {1: 0.9, 24: 0.95}}, "shares must fall"),
        ({"explained": {2: 0.9, 24: 0.5}}, "leads must ascend from 1 to 24"),
        ({"explained": {1: 1.0, 24: 0.5}}, "shares must fall with lead within 0..1"),
        ({"grade": "C", "source": "a guess"}, "must say 'estimate'"),
    ],
)
def test_an_impossible_table_is_refused(change, complaint) -> None:
    table = forecast_table().model_dump()
    table["quantities"]["wind"] |= change
    with pytest.raises(ValueError, match=complaint):
        ForecastTable.model_validate(table)


def test_impossible_correlations_are_refused() -> None:
    table = forecast_table().model_dump()
    table["correlation"]["pairs"] = [
        {"of": ("carbon", "price"), "rho": 0.9},
        {"of": ("carbon", "wind"), "rho": 0.9},
        {"of": ("price", "wind"), "rho": -0.9},
    ]
    with pytest.raises(ValueError, match="no errors can be correlated so"):
        ForecastTable.model_validate(table)
    table["correlation"]["pairs"] = [{"of": ("carbon", "snow"), "rho": 0.1}]
    with pytest.raises(ValueError, match="unknown quantities \\['snow'\\]"):
        ForecastTable.model_validate(table)
