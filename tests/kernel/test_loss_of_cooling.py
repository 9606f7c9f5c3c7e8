"""Flow, loss of cooling, and the protective trip: heat is never lost, and what shut down comes back."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from worlds import begin, make_world, slot_action, step, zeros

from wattshift import catalog
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World

STEP_LENGTHS_S = (60.0, 300.0, 3600.0)


def world_with(plant, step_s=300.0, n_envs=1, temp_c=None, drop_k=8.0):
    """Tiny with one kind of plant everywhere, in constant weather if asked."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    for site in document["sites"]:
        site["modules"] = [module | {"plant": plant} for module in site["modules"]]
        site.pop("faults", None)
    scenario = load_scenario(document)
    traces = build_traces(scenario.demand(), TraceSpec(), step_s)
    if temp_c is not None:
        zones = traces.zones.copy()
        zones["temp_c"], zones["wet_bulb_c"] = temp_c, temp_c - drop_k
        traces = traces._replace(zones=zones)
    return World(n_envs, scenario=scenario, traces=traces, step_s=step_s, episode_days=4.0)


def heat_adds_up(world, loop_before_c):
    moved, hours = world.ledger.modules, float(world.params.rules["step_s"][0]) / 3600.0
    assert_allclose(
        moved["it_kw"], moved["heat_removed_kw"].sum(axis=2) + moved["heat_stored_kw"], rtol=1e-9, atol=1e-9
    )
    warmed_kwh = world.params.modules["mass_kwh_per_k"] * (world.state.modules["loop_c"] - loop_before_c)
    assert_allclose(moved["heat_stored_kw"] * hours, warmed_kwh, rtol=1e-9, atol=1e-9)


def hours_of(world, hours):
    return round(hours * 3600.0 / float(world.params.rules["step_s"][0]))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(catalog.plants())),
    st.sampled_from(STEP_LENGTHS_S),
    st.floats(-20.0, 48.0),
    st.integers(0, 2**32 - 1),
)
def test_heat_is_removed_or_stored_with_every_plant_flow_and_failure(plant, step_s, temp_c, seed):
    world = world_with(plant, step_s, temp_c=temp_c)
    begin(world, seed)
    rng = np.random.default_rng(seed)
    for _ in range(8):
        before_c = world.state.modules["loop_c"].copy()
        world.state.modules["cooling_up"] = rng.random(world.state.modules.shape) < 0.8
        step(world, rng.uniform(-1, 1, len(world.layout.action_names)))
        heat_adds_up(world, before_c)
        failed = world.state.modules["cooling_up"] == 0
        assert (world.ledger.modules["plant_kw"][failed] == 0.0).all()
        assert_allclose(world.ledger.modules["heat_removed_kw"][failed], 0.0, atol=1e-9)
        assert (world.ledger.modules["water_l"] >= 0.0).all()
        # Plant and throttling hold any loop within reach of the weather, however long the step.
        assert np.isfinite(world.state.modules["loop_c"]).all()


@pytest.mark.parametrize("step_s", STEP_LENGTHS_S)
def test_without_cooling_a_module_trips_and_with_it_comes_back(step_s):
    world = world_with("air-chiller", step_s, temp_c=20.0)
    begin(world, 3)
    step(world, zeros(world))
    trip_c, throttle_c = (world.params.modules[name] for name in ("trip_c", "throttle_c"))
    world.state.modules["cooling_up"] = 0
    for _ in range(hours_of(world, 12.0)):
        before_c = world.state.modules["loop_c"].copy()
        step(world, zeros(world))
        heat_adds_up(world, before_c)
        assert (world.state.modules["loop_c"] >= before_c - 1e-9).all()
    tripped = world.state.modules["tripped"][0] == 1
    assert (tripped == (world.state.modules["loop_c"][0] > trip_c)).all()
    assert tripped.all()
    step(world, zeros(world))
    assert (world.ledger.modules["it_kw"] == 0.0).all()
    assert (world.ledger.modules["ready"] == 0).all()

    world.state.modules["cooling_up"] = 1
    step(world, zeros(world))
    # Out of service and still hot: the plant runs, and what it removes is what the loop gives up.
    assert (world.ledger.modules["plant_kw"][..., 0] > 0.0).all()
    assert (world.ledger.modules["heat_removed_kw"][..., 0] > 0.0).all()
    for _ in range(hours_of(world, 12.0)):
        step(world, zeros(world))
        cool_enough = world.state.modules["loop_c"] < throttle_c
        assert (world.state.modules["tripped"][cool_enough] == 0).all()
    assert (world.state.modules["tripped"] == 0).all()
    assert (world.ledger.modules["ready"] == world.params.modules["chips"]).all()


def test_a_site_without_power_neither_heats_nor_cools():
    world = world_with("air-chiller", temp_c=20.0)
    begin(world, 3)
    step(world, zeros(world))
    world.state.sites["up"] = 0
    before_c = world.state.modules["loop_c"].copy()
    step(world, zeros(world))
    assert (world.ledger.modules["plant_kw"] == 0.0).all()
    assert_allclose(world.state.modules["loop_c"], before_c, atol=1e-12)


def settled(plant, hours=6.0, **slots):
    """A world after some hours of one action, and its plants' energy in that time."""
    world = world_with(plant, temp_c=15.0)
    begin(world, 5)
    plant_kwh = 0.0
    for _ in range(hours_of(world, hours)):
        step(world, slot_action(world, **slots))
        plant_kwh += world.ledger.modules["plant_kw"].sum() / 12.0
    return world, plant_kwh


def test_flow_trades_pumping_for_temperature():
    """At zero the loop sits `loop_rise_k` above the supply; more flow brings it nearer at the cube of the power."""
    (usual, usual_kwh), (more, more_kwh), (less, less_kwh) = (
        settled("air-chiller", flow=value) for value in (0.0, 1.0, -1.0)
    )
    flow = usual.ledger.modules["coolant_flow"][0]
    free = flow > 1.01 * usual.params.plants["least_flow"][:, 0]
    assert free.any()
    rise_k = catalog.plants()["air-chiller"].loop_rise_k.value
    above_k = usual.state.modules["loop_c"][0] - usual.control.modules["supply_c"][0]
    assert_allclose(above_k[free], rise_k, rtol=0.1)
    assert_allclose(more.ledger.modules["coolant_flow"][0][free], np.minimum(1.5 * flow[free], 1.0), rtol=0.05)
    assert (more.state.modules["loop_c"] < usual.state.modules["loop_c"]).all()
    assert (less.state.modules["loop_c"][0][free] > usual.state.modules["loop_c"][0][free]).all()
    assert less_kwh < usual_kwh < more_kwh


def test_beyond_its_capacity_a_plant_leaves_the_heat_in_the_loop():
    """A tenth of the capacity: the rest of the heat warms the loop until the chips slow and shut down."""
    world = world_with("air-chiller", temp_c=40.0)
    world.params.plants["capacity_kw"] *= 0.1
    begin(world, 5)
    before_c = world.state.modules["loop_c"].copy()
    step(world, zeros(world))
    heat_adds_up(world, before_c)
    derated = 1.0 - 5.0 * world.params.plants["derate_per_k"][:, 0]
    most_kw = world.params.plants["capacity_kw"][:, 0] * derated
    assert (world.ledger.modules["heat_removed_kw"][0, :, 0] <= most_kw * (1 + 1e-9)).all()
    assert (world.ledger.modules["heat_stored_kw"] > 0.0).all()


def test_the_trip_is_part_of_a_snapshot():
    world = make_world()
    begin(world, 1)
    world.state.modules["tripped"] = 1
    world.state.modules["loop_c"] = world.params.modules["trip_c"]
    twin = copy.deepcopy(world)
    for _ in range(5):
        step(world, zeros(world))
        step(twin, zeros(twin))
    for name in world.state.modules.dtype.names:
        np.testing.assert_array_equal(world.state.modules[name], twin.state.modules[name])
    begin(world, 1)
    assert (world.state.modules["tripped"] == 0).all()
    assert (world.state.modules["cooling_up"] == 1).all()
