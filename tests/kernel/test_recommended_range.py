"""Limits with their cost: too cold is charged as too warm is, nobody pays for what no set-point could avoid, and what
a wider thermal class changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from worlds import begin, slot_action, step, zeros

from wattshift import catalog
from wattshift.kernel.terms import SUMS
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World

PLANTS = sorted(catalog.plants())
PRICE_USD_PER_KWH_K = 0.02


def world_with(plant, envelope=None, temp_c=20.0, step_s=300.0, n_envs=1):
    """Tiny with one kind of plant and equipment everywhere, in constant weather."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    for site in document["sites"]:
        kind = {"plant": plant} | ({"envelope": envelope} if envelope is not None else {})
        site["modules"] = [module | kind for module in site["modules"]]
        site.pop("faults", None)
    scenario = load_scenario(document)
    traces = build_traces(scenario.demand(), TraceSpec(), step_s)
    zones = traces.zones.copy()
    zones["temp_c"], zones["wet_bulb_c"] = temp_c, temp_c - 3.0
    return World(n_envs, scenario, traces._replace(zones=zones), step_s=step_s, episode_days=4.0)


def settled(world, hours=6, **slots):
    """The world after some hours of one action."""
    begin(world, 5)
    for _ in range(round(hours * 3600.0 / float(world.params.rules["step_s"][0]))):
        step(world, slot_action(world, **slots))
    return world


def thermal_usd(world):
    return world.terms()["thermal_usd"][0]


def test_a_supply_below_the_recommended_minimum_is_charged_by_the_kelvin():
    world = settled(world_with("free-air", temp_c=5.0), cooling=-1.0)
    moved, modules = world.ledger.modules, world.params.modules
    assert (world.control.modules["supply_c"] == 16.0).all()
    assert (modules["supply_least_c"] == 18.0).all()
    assert_allclose(moved["beyond_k"], 2.0)
    assert_allclose(thermal_usd(world), moved["it_kw"].sum() / 12.0 * 2.0 * PRICE_USD_PER_KWH_K)


def test_a_degree_below_costs_as_much_as_a_degree_above():
    cold = settled(world_with("air-chiller"), cooling=-1.0)
    warm = settled(world_with("air-chiller"), cooling=1.0)
    loop_c = warm.state.modules["loop_c"]
    assert (loop_c > 27.0).all()
    for world, kelvin in ((cold, 2.0), (warm, loop_c - 27.0)):
        paid_usd = (world.ledger.modules["it_kw"] * kelvin).sum() / 12.0 * PRICE_USD_PER_KWH_K
        assert_allclose(thermal_usd(world), paid_usd)


def test_a_loop_that_a_cold_set_point_has_left_behind_still_counts():
    """The plant cannot heat: after a cold hour the air stays as cold as the loop until the chips have warmed it."""
    world = settled(world_with("air-chiller", step_s=60.0), cooling=-1.0)
    world.state.modules["loop_c"] = 16.5
    step(world, zeros(world))
    beyond_k, loop_c = world.ledger.modules["beyond_k"], world.state.modules["loop_c"]
    assert (loop_c < 18.0).all()
    assert_allclose(beyond_k, 18.0 - loop_c)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(PLANTS),
    st.sampled_from([None, *sorted(catalog.envelopes())]),
    st.floats(-30.0, 45.0),
    st.integers(0, 2**32 - 1),
)
def test_the_autopilots_set_point_and_any_warmer_never_pay_for_cold(plant, envelope, temp_c, seed):
    """In any weather, asleep, idle, dark, cooled or not: only what is too warm is charged."""
    world = world_with(plant, envelope, temp_c)
    begin(world, seed)
    rng = np.random.default_rng(seed)
    for _ in range(12):
        action = rng.uniform(-1.0, 1.0, len(world.layout.action_names))
        action[world.layout.actions["cooling"]] = rng.choice([0.0, 0.5, 1.0])
        world.state.modules["cooling_up"] = rng.random(world.state.modules.shape) < 0.8
        world.state.sites["feed_up"] = rng.random(world.state.sites.shape) < 0.8
        step(world, action)
        too_warm_k = np.maximum(world.state.modules["loop_c"] - world.params.modules["inlet_limit_c"], 0.0)
        assert_allclose(world.ledger.modules["beyond_k"], too_warm_k, atol=1e-9)


def test_what_draws_nothing_pays_nothing():
    world = settled(world_with("air-chiller"), cooling=-1.0)
    world.state.modules["in_service"] = 0
    world.params.hazards["mttr_h"] = np.inf
    world.state.sites["soc_kwh"] = 0.0
    world.params.sites["import_limit_kw"] = 0.0
    world.params.sites["limited"] = 1
    step(world, slot_action(world, cooling=-1.0))
    assert (world.ledger.modules["it_kw"] == 0.0).all()
    assert thermal_usd(world) == 0.0


@pytest.mark.parametrize("plant", [name for name in PLANTS if catalog.plants()[name].carnot_share.value > 0.0])
def test_the_recommended_minimum_lies_inside_the_set_points_but_in_cabinets(plant):
    """So there is a set-point that is too cold, and its price is felt; ruggedised electronics in cabinets bear any."""
    modules = world_with(plant).params.modules
    if plant == "edge-dx":
        assert (modules["supply_least_c"] < modules["supply_min_c"]).all()
    else:
        assert (modules["supply_min_c"] < modules["supply_least_c"]).all()
        assert (modules["supply_least_c"] < modules["supply_max_c"]).all()


AIR = ("A1", "A2", "A3", "A4")


def test_wider_classes_cost_the_same_inside_the_range_they_share():
    """ASHRAE recommends 18 to 27 C to all of them: inside it a class is no matter."""
    worlds = [settled(world_with("air-chiller", name), hours=3) for name in AIR]
    costs = [world.ledger.totals["cost_usd"].sum() for world in worlds]
    assert_allclose(costs, costs[0], rtol=1e-12)


def test_a_wider_class_bears_the_heat_that_slows_and_stops_a_narrow_one():
    """Cabinets on fans, hot outdoors: the wider the class the faster the chips, up to full speed, and all pay."""
    worlds = [settled(world_with("edge-fan", name, temp_c=33.0), hours=12) for name in AIR]
    clocks = [world.ledger.modules["clock"].min() for world in worlds]
    assert clocks[0] == 0.5  # the chips' least
    assert clocks[3] == 1.0
    assert clocks == sorted(set(clocks))
    assert min(map(thermal_usd, worlds)) > 0.0
    # Five kelvin hotter the narrowest class shuts down, and comes back when it is cool, again and again.
    down_h = [
        settled(world_with("edge-fan", name, temp_c=38.0), hours=12).ledger.totals["sums"][
            0, SUMS.index("module_down_h")
        ]
        for name in ("A1", "A4")
    ]
    assert down_h[0] > 1.0
    assert down_h[1] == 0.0


def test_without_cooling_a_narrow_class_stops_first():
    hours = []
    for name in AIR:
        world = settled(world_with("air-chiller", name, step_s=60.0), hours=1)
        world.state.modules["cooling_up"] = 0
        for minute in range(600):
            step(world, zeros(world))
            if (world.state.modules["tripped"] == 1).all():
                hours.append(minute / 60.0)
                break
    assert len(hours) == len(AIR)
    assert hours == sorted(set(hours))


def test_a_wider_class_lets_the_supply_be_warmer():
    """Which spares the compressor on hot days; beyond 27 C at the inlet all classes pay for it."""
    widest = [world_with("free-air", name, temp_c=34.0).params.modules["supply_max_c"][0] for name in AIR]
    assert widest == [28.0, 31.0, 32.0, 32.0]  # allowable less 4 K of recirculation, and the machine's own 32 C
    narrow, wide = (settled(world_with("free-air", name, temp_c=34.0), cooling=1.0) for name in ("A1", "A4"))
    assert wide.ledger.modules["plant_kw"].sum() < narrow.ledger.modules["plant_kw"].sum()
    assert thermal_usd(wide) > thermal_usd(narrow) > 0.0


def test_the_dense_class_is_cooled_colder_and_pays_sooner():
    usual, dense = (settled(world_with("free-air", name), cooling=0.0) for name in ("A2", "H1"))
    assert (dense.control.modules["supply_c"] < usual.control.modules["supply_c"]).all()
    usual, dense = (settled(world_with("free-air", name), cooling=0.5) for name in ("A2", "H1"))
    assert dense.params.modules["inlet_limit_c"][0] == 22.0
    assert (dense.params.modules["supply_max_c"] < usual.params.modules["supply_max_c"]).all()
