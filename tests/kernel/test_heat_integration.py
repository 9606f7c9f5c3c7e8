"""The loop's temperature is integrated exactly: it agrees with an ODE solver and with itself at any step length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from wattshift.kernel.heat import integrate


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


LOOPS = st.fixed_dictionaries(
    {
        "produced_kw": between(0.0, 200.0),
        "supply_c": between(5.0, 45.0),
        "conductance_kw_per_k": between(0.5, 30.0),
        "capacity_kw": st.one_of(st.just(0.0), between(1.0, 300.0)),
        "mass_kwh_per_k": between(1.0, 10.0),
    }
)
TEMPERATURES = between(0.0, 80.0)
STEPS_H = between(1.0 / 60.0, 1.0)


def moved(temp_c, loop, step_h):
    return integrate(temp_c, **loop, step_h=step_h)


def removed_kw(temp_c, loop):
    wanted = loop["conductance_kw_per_k"] * (temp_c - loop["supply_c"])
    return np.clip(wanted, 0.0, loop["capacity_kw"])


@given(TEMPERATURES, LOOPS, STEPS_H)
@settings(max_examples=40)
def test_agrees_with_a_solver_of_differential_equations(temp_c, loop, step_h):
    solution = solve_ivp(
        lambda _, temp: (loop["produced_kw"] - removed_kw(temp, loop)) / loop["mass_kwh_per_k"],
        (0.0, step_h),
        [temp_c],
        rtol=1e-6,
        atol=1e-6,
        max_step=step_h / 20,
    )
    assert moved(temp_c, loop, step_h) == pytest.approx(solution.y[0, -1], abs=2e-3)


@given(TEMPERATURES, LOOPS, STEPS_H, st.integers(2, 60))
def test_many_short_steps_equal_a_long_one(temp_c, loop, step_h, n):
    in_steps_c = temp_c
    for _ in range(n):
        in_steps_c = moved(in_steps_c, loop, step_h / n)
    assert moved(temp_c, loop, step_h) == pytest.approx(in_steps_c, abs=1e-8)


@given(TEMPERATURES, LOOPS, STEPS_H)
def test_plant_neither_heats_nor_exceeds_its_capacity(temp_c, loop, step_h):
    stored_kw = loop["mass_kwh_per_k"] * (moved(temp_c, loop, step_h) - temp_c) / step_h
    mean_removed_kw = loop["produced_kw"] - stored_kw
    assert -1e-6 <= mean_removed_kw <= loop["capacity_kw"] + 1e-6


@given(TEMPERATURES, LOOPS, STEPS_H, between(0.0, 20.0), between(0.0, 50.0))
def test_warmer_supply_or_more_heat_never_cools_the_loop(temp_c, loop, step_h, warmer_k, more_kw):
    after_c = moved(temp_c, loop, step_h)
    assert moved(temp_c, loop | {"supply_c": loop["supply_c"] + warmer_k}, step_h) >= after_c - 1e-9
    assert moved(temp_c, loop | {"produced_kw": loop["produced_kw"] + more_kw}, step_h) >= after_c - 1e-9


def test_settles_where_removal_equals_production():
    assert integrate(20.0, 100.0, 20.0, 10.0, 150.0, 1.0, 100.0) == pytest.approx(30.0)


@pytest.mark.parametrize("temp_c", [26.0, 35.0])
def test_heats_without_end_when_the_plant_is_too_small(temp_c):
    """Full at 26 C; the 40 kW beyond its capacity heat 2 kWh/K for an hour."""
    assert integrate(temp_c, 100.0, 20.0, 10.0, 60.0, 2.0, 1.0) == pytest.approx(temp_c + 40.0 / 2.0)
