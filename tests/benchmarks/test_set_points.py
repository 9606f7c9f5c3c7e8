"""The validation of set-points: where the least cost lies, over weathers and flows."""

import numpy as np
import pytest


@pytest.fixture
def set_points():
    from validation import set_points

    return set_points


def test_all_weathers_are_ordinary_and_the_usual_flow_is_in_the_middle(set_points):
    assert set_points.FLOWS % 2 == 1
    assert np.linspace(-1.0, 1.0, set_points.FLOWS)[set_points.USUAL_FLOW] == 0.0


def test_the_recommended_range_ends_what_pays_in_the_cold_and_physics_in_the_heat():
    from validation.one_site import scenario_of, sweep

    scenario = scenario_of("DE", "free-air", "h100-sxm", 1000, "delta-conversion", 0.6)
    cold, hot = (sweep(scenario, *weather) for weather in ((8.0, 6.0), (28.0, 20.0)))
    assert cold.power_kw.shape == (len(cold.supply_c), 1)
    assert cold.power_kw.argmin() == 0
    assert cold.supply_c[cold.usd_per_h.argmin()] == pytest.approx(18.0, abs=0.1)
    assert 0 < hot.power_kw.argmin() < len(hot.supply_c) - 1


def test_a_place_at_an_end_is_not_inside(set_points):
    assert set_points.all_inside("x", [1, 2, 3], 5, "").holds
    assert not set_points.all_inside("x", [1, 4], 5, "").holds
    assert not set_points.all_inside("x", [0], 5, "").holds
