"""Cooling plants of the catalog: hotter weather, colder supply and more heat never come cheaper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import scenario_of

from wattshift.kernel.cool import compressor_cop, free_share, part_load_power, plant_power_kw
from wattshift.scenario import builtin_scenarios, compile_params


def _plants():
    for name in builtin_scenarios():
        params = compile_params(scenario_of(name))
        for module, pair in zip(params.modules, params.plants, strict=True):
            for plant in pair:
                if plant["capacity_kw"] > 0.0:
                    yield module, plant


PLANTS = st.sampled_from(list(_plants()))
OUTDOORS_C = st.tuples(st.floats(-25.0, 48.0), st.floats(-25.0, 48.0)).map(sorted)
SHARES = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(sorted)


def supply_c(module, share):
    return module["supply_min_c"] + share * (module["supply_max_c"] - module["supply_min_c"])


@given(PLANTS, st.floats(0.0, 1.0), st.floats(0.0, 1.0), OUTDOORS_C)
def test_hotter_outdoors_is_never_cheaper(chosen, load, warmth, outdoors_c):
    module, plant = chosen
    cold_kw, hot_kw = (
        plant_power_kw(plant, load * plant["capacity_kw"], supply_c(module, warmth), c) for c in outdoors_c
    )
    assert hot_kw >= cold_kw * (1.0 - 1e-12)


@given(PLANTS, st.floats(0.0, 1.0), SHARES, st.floats(-25.0, 48.0))
def test_warmer_supply_is_never_dearer(chosen, load, warmths, outdoor_c):
    module, plant = chosen
    colder_kw, warmer_kw = (
        plant_power_kw(plant, load * plant["capacity_kw"], supply_c(module, share), outdoor_c) for share in warmths
    )
    assert warmer_kw <= colder_kw * (1.0 + 1e-12)


@given(PLANTS, SHARES, st.floats(0.0, 1.0), st.floats(-25.0, 48.0))
def test_more_heat_is_never_cheaper(chosen, loads, warmth, outdoor_c):
    module, plant = chosen
    less_kw, more_kw = (
        plant_power_kw(plant, load * plant["capacity_kw"], supply_c(module, warmth), outdoor_c) for load in loads
    )
    assert more_kw >= less_kw * (1.0 - 1e-12)


@given(PLANTS, st.floats(0.01, 1.0), st.floats(0.0, 1.0), st.floats(-25.0, 48.0))
def test_power_is_below_the_heat_removed(chosen, load, warmth, outdoor_c):
    """No plant spends more on a kWh of heat than a resistive heater would make, but for the fans' least flow."""
    module, plant = chosen
    heat_kw = load * plant["capacity_kw"]
    least_kw = plant["transport_kw_per_kw"] * plant["capacity_kw"]
    assert 0.0 < plant_power_kw(plant, heat_kw, supply_c(module, warmth), outdoor_c) < heat_kw + least_kw


@given(PLANTS, st.floats(0.0, 1.0), st.floats(-25.0, 48.0))
def test_compressor_stays_below_carnot(chosen, warmth, outdoor_c):
    module, plant = chosen
    cold_c = supply_c(module, warmth)
    if plant["carnot_share"] > 0.0 and outdoor_c > cold_c:
        assert 0.0 < compressor_cop(plant, cold_c, outdoor_c) < (cold_c + 273.15) / (outdoor_c - cold_c)


def test_an_idle_plant_draws_nothing():
    for module, plant in _plants():
        assert plant_power_kw(plant, 0.0, supply_c(module, 0.5), 30.0) == 0.0


def test_free_cooling_gives_way_to_the_compressor_over_the_rise():
    plant = next(
        plant for _, plant in _plants() if plant["carnot_share"] > 0.0 and np.isfinite(plant["free_approach_k"])
    )
    coldest_c = 25.0 - plant["free_approach_k"]
    assert free_share(plant, 25.0, coldest_c) == 1.0
    assert free_share(plant, 25.0, coldest_c + 0.5 * plant["rise_k"]) == pytest.approx(0.5)
    assert free_share(plant, 25.0, coldest_c + plant["rise_k"]) == 0.0


def test_part_load_curve_is_continuous_and_full_at_full_load():
    assert part_load_power(0.0) == 0.0
    assert part_load_power(1.0) == pytest.approx(1.0, abs=1e-3)
    assert part_load_power(0.15 - 1e-9) == pytest.approx(part_load_power(0.15 + 1e-9), rel=1e-6)
