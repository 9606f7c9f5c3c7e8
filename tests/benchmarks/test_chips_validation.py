"""The chips' validation: fits recover known laws, predict what was measured, and absent data is said to be absent."""

import numpy as np
import pytest


def test_a_fit_recovers_the_law_that_made_the_points():
    from validation.mlenergy import Fit, Group, fit

    law = Fit(full_batch=256.0, full_token_ms=40.0, lone_share=0.25, floor_w=400.0, peak_w=640.0)
    batch = np.array([8.0, 32.0, 96.0, 256.0])
    group = Group("law", "H100", 2, batch, 1e3 * batch / law.token_ms(batch), law.gpu_w(batch))
    found = fit(group, slice(None))
    for name in ("full_batch", "full_token_ms", "lone_share", "floor_w", "peak_w"):
        assert getattr(found, name) == pytest.approx(getattr(law, name), rel=1e-4), name
    # tau(b) = tau_0 + tau_1 b, tau_0 = 10 ms, tau_1 = 30 ms / 256.
    np.testing.assert_allclose(law.token_ms(batch), 10.0 + 30.0 * batch / 256.0, rtol=1e-9)
    assert law.lone_share_at(64.0) == pytest.approx(10.0 / 17.5)
    np.testing.assert_allclose(group.j_per_token, law.j_per_token(batch, 2), rtol=1e-9)


def test_h100_measurements_are_predicted_within_ten_percent():
    from validation.chips import predict
    from validation.mlenergy import data_folder, read_groups

    groups = [group for group in read_groups(data_folder()) if group.gpu == "H100"]
    if not groups:
        pytest.skip(f"no real data at {data_folder()}: set WATTSHIFT_DATA to run this test")
    for group in groups:
        result = predict(group)
        assert result.power_error < 0.1, group.name
        assert result.energy_error < 0.1, group.name
        assert result.time_error < 0.1, group.name


def test_without_the_measurements_the_page_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("WATTSHIFT_DATA", str(tmp_path))
    from validation.chips import section

    found = section()
    assert "set WATTSHIFT_DATA" in found.text
    assert [check.holds for check in found.checks] == [True]
    assert not found.pictures
