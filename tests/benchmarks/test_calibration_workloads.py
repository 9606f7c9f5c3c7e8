"""Calibration of requests and jobs: the statistics measure what they say, and on real data the bars hold."""

import numpy as np
import pytest


def test_the_dispersion_of_minutes_is_blind_to_the_day():
    from calibration.workloads import dispersion_of_minutes

    rate = 1000.0 + 800.0 * np.sin(2 * np.pi * np.arange(14400) / 1440)
    counts = np.random.default_rng(0).poisson(rate)
    assert dispersion_of_minutes(counts) == pytest.approx(1.0, abs=0.1)
    assert counts.var() / counts.mean() > 100.0


def test_lag_24_is_one_of_a_pure_day_and_falls_with_noise():
    from calibration.workloads import lag_24, mean_lag_24

    day = np.tile(np.cos(2 * np.pi * np.arange(24) / 24), 7)
    assert lag_24(day) == pytest.approx(1.0)
    noise = np.random.default_rng(0).standard_normal((50, 168)) * np.sqrt(0.5)
    assert mean_lag_24(day + noise) == pytest.approx(0.5, abs=0.05)


def test_arrivals_are_counted_in_whole_windows():
    from calibration.workloads import hourly

    arrival_h = np.repeat(np.arange(100) + 0.5, 2)
    assert hourly(arrival_h, 2).shape == (2, 48)
    assert hourly(arrival_h, 30).shape == (1, 100)
    assert (hourly(arrival_h, 2) == 2.0).all()


def test_a_generator_that_is_off_is_a_miss():
    from calibration.workloads import close

    assert close("code", "p50", "", 100.0, 114.9, 0.15).holds
    assert not close("code", "p50", "", 100.0, 115.1, 0.15).holds
    assert not close("code", "p50", "", 100.0, np.nan, 0.15).holds


def test_generators_agree_with_the_recorded_traces(real_root):
    from calibration.workloads import section

    checks = section(real_root).checks
    assert len(checks) > 80
    assert [check.what for check in checks if not check.holds] == []
