"""Every plant of the catalog: hotter weather, colder supply and more heat never come cheaper, and no free lunch."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import scenario_of

from wattshift import catalog
from wattshift.kernel import plant as stages
from wattshift.kernel.jit import compiled
from wattshift.scenario import compile_params, load_scenario

available_kw = compiled(stages.available_kw)
compressor_cop = compiled(stages.compressor_cop)
coolant_flow = compiled(stages.coolant_flow)
free_share = compiled(stages.free_share)
outdoors_c = compiled(stages.outdoors_c)
part_load_power = compiled(stages.part_load_power)
plant_power_kw = compiled(stages.plant_power_kw)
reachable_supply_c = compiled(stages.reachable_supply_c)
rejection_kw = compiled(stages.rejection_kw)
water_l_per_h = compiled(stages.water_l_per_h)


class Weather(NamedTuple):
    """Dry and wet bulb, C."""

    temp_c: float
    wet_bulb_c: float


def compiled(plant, **module):
    document = scenario_of("tiny").model_dump(mode="json", exclude_none=True)
    document["sites"][0]["modules"] = [
        old | {"plant": plant, "count": 200} | module for old in document["sites"][0]["modules"]
    ]
    return compile_params(load_scenario(document))


NAMES = sorted(catalog.plants())
PARAMS = {name: compiled(name) for name in NAMES}
PLANTS = st.sampled_from([(PARAMS[name].modules[0], PARAMS[name].plants[0, 0]) for name in NAMES])
DRY_C = st.floats(-25.0, 48.0)
DEPRESSIONS_K = st.floats(0.0, 20.0)
WARMTHS, LOADS = st.floats(0.0, 1.0), st.floats(0.0, 1.0)


def pairs(values):
    return st.tuples(values, values).map(sorted)


def supply_c(module, warmth):
    return module["supply_min_c"] + warmth * (module["supply_max_c"] - module["supply_min_c"])


def power_kw(plant, heat_kw, wanted_c, weather):
    """What the stages compute at a constant load, the set-point held as far as the weather allows."""
    reached_c = reachable_supply_c(plant, wanted_c, weather)
    outdoor_c = outdoors_c(plant, reached_c, weather)
    return plant_power_kw(plant, heat_kw, coolant_flow(plant, heat_kw, 1.0), reached_c, outdoor_c)


def at_least(more, less):
    return more >= less * (1.0 - 1e-12) - 1e-12


@given(PLANTS, LOADS, WARMTHS, pairs(DRY_C), DEPRESSIONS_K)
def test_hotter_air_is_never_cheaper(chosen, load, warmth, dry_c, depression_k):
    """At the same wet bulb, and with the wet bulb rising as much."""
    module, plant = chosen
    heat_kw, wanted_c = load * plant["capacity_kw"], supply_c(module, warmth)
    wet_c = dry_c[0] - depression_k
    cold_kw = power_kw(plant, heat_kw, wanted_c, Weather(dry_c[0], wet_c))
    assert at_least(power_kw(plant, heat_kw, wanted_c, Weather(dry_c[1], wet_c)), cold_kw)
    assert at_least(power_kw(plant, heat_kw, wanted_c, Weather(dry_c[1], dry_c[1] - depression_k)), cold_kw)


@given(PLANTS, LOADS, WARMTHS, DRY_C, pairs(DEPRESSIONS_K))
def test_damper_air_is_never_cheaper(chosen, load, warmth, dry_c, depressions_k):
    module, plant = chosen
    heat_kw, wanted_c = load * plant["capacity_kw"], supply_c(module, warmth)
    damp_kw, arid_kw = (power_kw(plant, heat_kw, wanted_c, Weather(dry_c, dry_c - k)) for k in depressions_k)
    assert at_least(damp_kw, arid_kw)


@given(PLANTS, LOADS, pairs(WARMTHS), DRY_C, DEPRESSIONS_K)
def test_warmer_supply_is_never_dearer(chosen, load, warmths, dry_c, depression_k):
    module, plant = chosen
    weather, heat_kw = Weather(dry_c, dry_c - depression_k), load * plant["capacity_kw"]
    colder_kw, warmer_kw = (power_kw(plant, heat_kw, supply_c(module, warmth), weather) for warmth in warmths)
    assert at_least(colder_kw, warmer_kw)


@given(PLANTS, pairs(LOADS), WARMTHS, DRY_C, DEPRESSIONS_K)
def test_more_heat_is_never_cheaper(chosen, loads, warmth, dry_c, depression_k):
    module, plant = chosen
    weather, wanted_c = Weather(dry_c, dry_c - depression_k), supply_c(module, warmth)
    less_kw, more_kw = (power_kw(plant, load * plant["capacity_kw"], wanted_c, weather) for load in loads)
    assert at_least(more_kw, less_kw)


@given(PLANTS, WARMTHS, pairs(DRY_C), DEPRESSIONS_K)
def test_capacity_falls_with_the_heat_outdoors_and_only_for_compressors(chosen, warmth, dry_c, depression_k):
    module, plant = chosen
    at_c = supply_c(module, warmth)
    mild_kw, hot_kw = (available_kw(plant, at_c, outdoors_c(plant, at_c, Weather(c, c - depression_k))) for c in dry_c)
    assert 0.0 < hot_kw <= mild_kw <= plant["capacity_kw"]
    if plant["carnot_share"] == 0.0 or dry_c[1] <= 35.0:
        assert hot_kw == plant["capacity_kw"]


def test_a_compressor_loses_its_capacity_by_the_kelvin():
    plant = PARAMS["air-chiller"].plants[0, 0]
    assert available_kw(plant, 20.0, 45.0) == pytest.approx(plant["capacity_kw"] * (1.0 - 10.0 * plant["derate_per_k"]))


@given(PLANTS, LOADS, WARMTHS, DRY_C, DEPRESSIONS_K)
def test_water_is_never_negative_and_drawn_only_by_what_evaporates(chosen, load, warmth, dry_c, depression_k):
    module, plant = chosen
    heat_kw = load * plant["capacity_kw"]
    litres = water_l_per_h(plant, heat_kw, supply_c(module, warmth), Weather(dry_c, dry_c - depression_k))
    # The compressor's heat is evaporated too, at a COP above one and a half.
    most = plant["makeup_l_per_kwh"] * heat_kw * 1.7 + plant["humidify_l_per_kwh"] * heat_kw
    assert 0.0 <= litres <= most + 1e-9


def test_the_assist_wets_only_while_the_dry_bulb_cannot_do_alone():
    plant = PARAMS["free-air-adiabatic"].plants[0, 0]
    at_c, approach_k = 24.0, plant["free_approach_k"]
    threshold_c = at_c - approach_k
    assert outdoors_c(plant, at_c, Weather(threshold_c - 1.0, 5.0)) == threshold_c - 1.0
    assert outdoors_c(plant, at_c, Weather(threshold_c + 2.0, 5.0)) == pytest.approx(threshold_c)
    assert outdoors_c(plant, at_c, Weather(40.0, 20.0)) == pytest.approx(40.0 - 0.7 * 20.0)
    dry_l = plant["humidify_l_per_kwh"] * 100.0
    assert water_l_per_h(plant, 100.0, at_c, Weather(threshold_c, 5.0)) == pytest.approx(dry_l)
    wet_l = water_l_per_h(plant, 100.0, at_c, Weather(threshold_c + 2.0, 5.0)) - dry_l
    # Air that takes up 100 kW over the rise, cooled by 2 K: 100 x 2 / rise of evaporation.
    assert wet_l == pytest.approx(plant["makeup_l_per_kwh"] * 100.0 * 2.0 / plant["rise_k"])
    assert plant["makeup_l_per_kwh"] == pytest.approx(1.47 * 4.0 / 3.0)


def test_a_tower_evaporates_the_heat_of_its_compressor_too():
    plant = PARAMS["air-tower"].plants[0, 0]
    weather, heat_kw = Weather(30.0, 24.0), 0.6 * PARAMS["air-tower"].plants[0, 0]["capacity_kw"]
    compressor_kw = (
        plant_power_kw(plant, heat_kw, 0.6, 20.0, 24.0)
        - (plant["transport_kw_per_kw"] + plant["rejection_kw_per_kw"]) * plant["capacity_kw"] * 0.6**3
    )
    expected_l = plant["makeup_l_per_kwh"] * (heat_kw + compressor_kw) + plant["humidify_l_per_kwh"] * heat_kw
    assert water_l_per_h(plant, heat_kw, 20.0, weather) == pytest.approx(expected_l)
    assert compressor_kw > 0.1 * heat_kw


@given(PLANTS, st.floats(0.01, 1.0), WARMTHS, DRY_C)
def test_power_is_below_the_heat_removed(chosen, load, warmth, dry_c):
    """No plant spends more on a kWh of heat than a resistive heater would make, but for the fans' least flow."""
    module, plant = chosen
    heat_kw = load * plant["capacity_kw"]
    fans_kw = (plant["transport_kw_per_kw"] + plant["rejection_kw_per_kw"]) * plant["capacity_kw"]
    power = power_kw(plant, heat_kw, supply_c(module, warmth), Weather(dry_c, dry_c - 5.0))
    assert 0.0 <= power < heat_kw + fans_kw


@given(PLANTS, WARMTHS, DRY_C)
def test_the_compressor_stays_below_carnot(chosen, warmth, outdoor_c):
    module, plant = chosen
    cold_c = supply_c(module, warmth)
    if plant["carnot_share"] > 0.0 and outdoor_c > cold_c:
        assert 0.0 < compressor_cop(plant, cold_c, outdoor_c) < (cold_c + 273.15) / (outdoor_c - cold_c)


@pytest.mark.parametrize("name", NAMES)
def test_an_idle_plant_draws_nothing(name):
    plant = PARAMS[name].plants[0, 0]
    assert plant_power_kw(plant, 0.0, 0.3, 25.0, 30.0) == 0.0
    assert water_l_per_h(plant, 0.0, 25.0, Weather(30.0, 20.0)) == 0.0


def test_free_cooling_covers_everything_at_its_approach_and_nothing_at_the_return():
    plant = PARAMS["liquid-dry"].plants[0, 0]
    rise_k, approach_k = plant["rise_k"], plant["free_approach_k"]
    assert free_share(plant, 25.0, 25.0 - approach_k) == 1.0
    assert free_share(plant, 25.0, 25.0 + rise_k - 0.5 * (rise_k + approach_k)) == pytest.approx(0.5)
    assert free_share(plant, 25.0, 25.0 + rise_k) == 0.0


def test_warm_water_turns_the_dry_coolers_fans_down():
    """Twice the temperature difference, half the air, an eighth of the fan power; not below the least flow."""
    plant = PARAMS["liquid-dry"].plants[0, 0]
    full_k = plant["rise_k"] + plant["free_approach_k"]
    return_c = 30.0 + plant["rise_k"]
    once, twice, cold = (
        rejection_kw(plant, plant["capacity_kw"], 30.0, return_c - times * full_k) for times in (1.0, 2.0, 50.0)
    )
    assert once == pytest.approx(plant["rejection_kw_per_kw"] * plant["capacity_kw"])
    assert twice == pytest.approx(once / 8.0)
    assert cold == pytest.approx(once * plant["least_flow"] ** 3)


@pytest.mark.parametrize("name", ["edge-fan", "edge-passive"])
def test_a_plant_without_a_compressor_follows_the_outdoors(name):
    plant = PARAMS[name].plants[0, 0]
    approach_k = plant["free_approach_k"]
    assert reachable_supply_c(plant, plant["supply_c"], Weather(42.0, 20.0)) == pytest.approx(42.0 + approach_k)
    assert reachable_supply_c(plant, plant["supply_c"], Weather(-20.0, -21.0)) == plant["supply_c"]


def test_a_passive_enclosure_draws_nothing():
    plant = PARAMS["edge-passive"].plants[0, 0]
    assert power_kw(plant, plant["capacity_kw"], 10.0, Weather(40.0, 20.0)) == 0.0
    assert (PARAMS["edge-passive"].modules["fan_w"][:2] == 0.0).all()


def test_part_load_curve_is_energyplus_and_passes_zero():
    """EIR(PLR) of the water-cooled chiller example of EnergyPlus 24.1; below 15 % the compressor cycles."""
    assert part_load_power(1.0) == pytest.approx(1.00003)
    assert part_load_power(0.5) == pytest.approx(0.03303 + 0.3426 + 0.07045)
    assert part_load_power(0.0) == 0.0
    loads = np.linspace(0.0, 1.0, 201)
    assert (np.diff([part_load_power(load) for load in loads]) > 0.0).all()


@settings(max_examples=30)
@given(st.sampled_from(NAMES), st.sampled_from(sorted(catalog.envelopes())))
def test_an_envelope_sets_the_limits_and_the_range(name, chosen):
    """The recommended limit charges, the allowable one throttles, and every set-point keeps the inlet allowable."""
    envelope, plant = catalog.envelopes()[chosen], catalog.plants()[name]
    params = compiled(name, envelope=chosen)
    module, main = params.modules[0], params.plants[0, 0]
    assert module["inlet_limit_c"] == envelope.recommended_max_c.value
    assert module["throttle_c"] == envelope.allowable_max_c.value
    assert module["trip_c"] == module["throttle_c"] + 15.0
    assert module["supply_min_c"] <= main["supply_c"] <= module["supply_max_c"]
    assert module["supply_min_c"] >= max(plant.supply_min_c.value, envelope.allowable_min_c.value)
    if module["supply_max_c"] > module["supply_min_c"]:
        assert module["supply_max_c"] + plant.loop_rise_k.value <= envelope.allowable_max_c.value + 1e-9


def test_an_unknown_envelope_is_refused_with_a_suggestion():
    with pytest.raises(ValueError, match=r"envelope: got 'A5', must be a thermal envelope.*Known: A1, A2"):
        compiled("free-air", envelope="A5")
