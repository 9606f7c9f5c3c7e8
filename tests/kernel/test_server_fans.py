"""Server fans and leakage: the catalog's power holds at 25 C, and a warmer inlet always costs more at the servers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import scenario_of

from wattshift.kernel import chips as stages
from wattshift.kernel.chips import fan_flow
from wattshift.kernel.jit import compiled
from wattshift.scenario import compile_params

leakage, module_power_kw = compiled(stages.leakage), compiled(stages.module_power_kw)

MODULES = compile_params(scenario_of("hybrid")).modules
LOADS, INLETS_C = st.floats(0.0, 1.0), st.tuples(st.floats(-20.0, 60.0), st.floats(-20.0, 60.0)).map(sorted)


def power_kw(module, load, inlet_c):
    """IT power of a module that only serves, on all of its chips."""
    chips = int(module["chips"])
    return sum(module_power_kw(module, 0, chips, load * chips, chips, 0.0, 1.0, inlet_c))


@pytest.mark.parametrize("nth", range(len(MODULES)))
def test_full_load_at_25_c_draws_the_catalogs_power(nth):
    module = MODULES[nth]
    full_w = module["chip_peak_w"] + module["node_peak_w"] + module["fan_w"]
    assert power_kw(module, 1.0, 25.0) == pytest.approx(module["chips"] * full_w / 1e3)
    assert leakage(module, 25.0) == 1.0


def test_the_fan_ramp_is_steeper_the_warmer_the_inlet():
    assert fan_flow(1.0, 25.0) == pytest.approx(1.0)
    per_k = [fan_flow(0.6, c + 0.5) - fan_flow(0.6, c - 0.5) for c in (10.0, 20.0, 25.0, 30.0)]
    assert per_k == sorted(per_k)
    assert per_k[0] == 0.0
    assert fan_flow(1.0, 80.0) == 1.3


def test_fans_draw_a_tenth_of_an_air_cooled_node_and_a_few_percent_of_a_cold_plate_one():
    """10-15 % of IT in dense air-cooled nodes at the inlets they run at, 2-4 % with direct-to-chip."""
    shares = {}
    for module in MODULES[MODULES["chip_peak_w"] == 700.0]:
        fans_kw = module["fan_w"] * module["chips"] / 1e3 * fan_flow(1.0, 25.0) ** 3
        shares[int(module["air_cooled"])] = fans_kw / power_kw(module, 1.0, 25.0)
    assert 0.10 < shares[1] < 0.15
    assert 0.02 < shares[0] < 0.04


@given(st.sampled_from(list(MODULES)), LOADS, INLETS_C)
def test_a_warmer_inlet_never_draws_less(module, load, inlets_c):
    cold_kw, warm_kw = (power_kw(module, load, c) for c in inlets_c)
    assert warm_kw >= cold_kw * (1.0 - 1e-12)
    assert cold_kw > 0.0
