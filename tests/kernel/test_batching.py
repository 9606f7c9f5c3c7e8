"""Batches and replicas: the formulas' limits and Little's law, and what a cold start takes from a step."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import assert_same_bits, begin, make_world, snapshot, step, zeros

from wattshift.kernel.batching import batch_share, replicas_needed, service_share, warm_chips
from wattshift.scenario import ScenarioError, compile_params, load_scenario
from wattshift.scenario.fleet import installed, service_ms
from wattshift.world import World

LOADS = st.floats(0.0, 1.0)
LONE_SHARES = st.floats(0.01, 1.0)
CHIPS = st.integers(0, 200)
SHARES = st.floats(0.0, 1.0)


def scenario_with(**requests):
    """`tiny` with fields of its conversation changed."""
    return {"extends": "tiny", "name": "batching", "requests": {"conversation": requests}}


@given(LOADS, LONE_SHARES)
def test_littles_law_holds_and_time_is_linear_in_the_batch(load, lone_share):
    """With the full batch B and the time s_B there as units, arrivals are `load`, and b = arrivals x service time."""
    service, batch = service_share(load, lone_share), batch_share(load, lone_share)
    assert batch == pytest.approx(load * service, rel=1e-12)
    assert service == pytest.approx(lone_share + (1.0 - lone_share) * batch, rel=1e-9)
    assert lone_share * (1 - 1e-12) <= service <= 1.0 + 1e-12
    assert 0.0 <= batch <= 1.0 + 1e-12


@given(LOADS)
def test_without_batching_time_does_not_depend_on_the_load(load):
    assert service_share(load, 1.0) == 1.0
    assert batch_share(load, 1.0) == load


@given(LONE_SHARES)
def test_the_lone_request_and_the_full_batch_are_the_ends(lone_share):
    assert service_share(0.0, lone_share) == lone_share
    assert batch_share(0.0, lone_share) == 0.0
    assert service_share(1.0, lone_share) == pytest.approx(1.0, rel=1e-12)
    assert batch_share(1.0, lone_share) == pytest.approx(1.0, rel=1e-12)


@given(LOADS, LOADS, LONE_SHARES)
def test_fuller_replicas_hold_larger_batches_and_take_longer(a, b, lone_share):
    less, more = sorted((a, b))
    assert service_share(less, lone_share) <= service_share(more, lone_share) * (1 + 1e-12)
    assert batch_share(less, lone_share) <= batch_share(more, lone_share) * (1 + 1e-12)


@given(CHIPS, CHIPS, st.floats(0.0, 1.0), st.floats(0.0, 1.0), SHARES)
def test_replicas_are_enough_for_what_was_served_and_fit(replicas, free, asked_part, served_part, cold_share):
    """What a step served never exceeds what its replicas could, loading subtracted."""
    utilisation = 0.85
    asked = asked_part * free * utilisation
    served = min(served_part * warm_chips(replicas, free, cold_share) * utilisation, asked)
    needed = replicas_needed(asked, served, replicas, free, utilisation, cold_share)
    assert 0 <= needed <= free
    assert needed >= asked / utilisation - 1e-6
    assert warm_chips(replicas, needed, cold_share) >= served / utilisation - 1e-6


@given(st.integers(0, 50), st.floats(0.0, 50.0), SHARES)
def test_warm_replicas_are_as_many_as_the_load_needs(free, asked, cold_share):
    """Loaded chips pay for no loading: the count is the load's, whatever a cold start takes."""
    asked = min(asked, free * 0.85)
    assert replicas_needed(asked, asked, free, free, 0.85, cold_share) == math.ceil(asked / 0.85 - 1e-9)


@given(CHIPS, CHIPS, SHARES, SHARES)
def test_a_longer_cold_start_leaves_less_room(replicas, free, a, b):
    less, more = sorted((a, b))
    assert warm_chips(replicas, free, more) <= warm_chips(replicas, free, less) <= free
    assert warm_chips(replicas, free, 1.0) == min(replicas, free)


def test_a_lone_share_of_one_is_the_default_bit_for_bit():
    worlds = [make_world(), World(1, scenario=scenario_with(lone_share=1.0), episode_days=0.25)]
    for world in worlds:
        begin(world, 3, start=1000)
        for _ in range(20):
            step(world, zeros(world))
    assert_same_bits(snapshot(worlds[0]), snapshot(worlds[1]))


def test_batches_shorten_the_service_by_the_formula():
    """The same requests at the same chips: each is answered earlier by what the batch that is not full saves."""
    lone_share = 0.3
    usual = World(1, scenario=scenario_with(), episode_days=0.25)
    batched = World(1, scenario=scenario_with(lone_share=lone_share), episode_days=0.25, traces=usual.traces)
    for world in (usual, batched):
        begin(world, 3)
        step(world, zeros(world))
    np.testing.assert_array_equal(usual.ledger.routes["per_s"], batched.ledger.routes["per_s"])
    conversation = usual.scenario.request_class_names.index("conversation")
    compared = 0
    for nth_flow, flow in enumerate(usual.params.flows):
        for nth, module in enumerate(usual.params.candidates["module"][nth_flow]):
            if flow["request_class"] != conversation or usual.ledger.routes["per_s"][0, nth_flow, nth] == 0.0:
                continue
            load = usual.ledger.modules["serving_chips"][0, module] / usual.state.modules["replicas"][0, module]
            full_ms = usual.params.services["service_ms"][module, conversation]
            saved_ms = full_ms * (1.0 - service_share(load, lone_share))
            latency_ms = [world.ledger.routes["latency_ms"][0, nth_flow, nth] for world in (usual, batched)]
            assert latency_ms[0] - latency_ms[1] == pytest.approx(saved_ms, rel=1e-9)
            assert 0.0 < saved_ms < full_ms * (1.0 - lone_share)
            compared += 1
    assert compared > 0


def test_the_objective_is_held_against_the_service_of_a_filled_replica():
    scenario = load_scenario(scenario_with(lone_share=0.2))
    params = compile_params(scenario)
    request = scenario.requests["conversation"]
    modules = installed(scenario)
    used = params.candidates["module"] >= 0
    local_ms, busy_ms = params.candidates["local_ms"], params.candidates["busy_ms"]
    assert (busy_ms[used] >= local_ms[used]).all()
    for nth_flow, flow in enumerate(scenario.flows):
        for nth, module in enumerate(params.candidates["module"][nth_flow]):
            if flow.kind == "conversation" and module >= 0:
                chip = modules[module].chip
                lone_ms, filled_ms = (
                    service_ms(chip, request, load) for load in (0.0, scenario.rules.serve_utilisation)
                )
                assert lone_ms == pytest.approx(0.2 * params.services["service_ms"][module, 1])
                assert busy_ms[nth_flow, nth] - local_ms[nth_flow, nth] == pytest.approx(filled_ms - lone_ms)


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1])
def test_an_impossible_lone_share_is_refused(wrong):
    with pytest.raises(ScenarioError, match=r"requests\.conversation\.lone_share"):
        load_scenario(scenario_with(lone_share=wrong))


def cold_world(cold_start_s, step_s=300.0):
    """A world whose models have just been unloaded everywhere."""
    document = {"extends": "tiny", "name": "cold", "rules": {"cold_start_s": cold_start_s}}
    world = World(1, scenario=document, step_s=step_s, episode_days=0.25)
    begin(world, 5, start=100)
    world.state.modules["replicas"] = 0
    return world


def test_a_cold_start_as_long_as_the_step_serves_nothing_and_then_everything():
    world = cold_world(300.0)
    step(world, zeros(world))
    assert world.ledger.requests["served"].sum() == 0.0
    assert world.ledger.requests["dropped"].sum() == pytest.approx(world.ledger.requests["arrived"].sum())
    assert world.state.modules["replicas"].sum() > 0, "the models were loaded for those who asked"
    step(world, zeros(world))
    assert world.ledger.requests["served"].sum() > 0.9 * world.ledger.requests["arrived"].sum()


def test_replicas_that_load_for_part_of_the_step_are_more_for_the_same_load():
    worlds = [cold_world(seconds) for seconds in (0.0, 100.0)]
    for world in worlds:
        step(world, zeros(world))
        assert world.ledger.requests["dropped"].sum() == 0.0
    served = [world.ledger.modules["serving_chips"][0] for world in worlds]
    np.testing.assert_array_equal(*served)
    warm, cold = (world.state.modules["replicas"][0] for world in worlds)
    assert (cold >= warm).all()
    np.testing.assert_array_equal(
        cold[served[0] > 0.0], np.ceil(served[0][served[0] > 0.0] / 0.85 / (1.0 - 100.0 / 300.0))
    )


def test_an_episode_begins_with_the_models_that_its_mean_rates_need():
    world = make_world(4)
    begin(world, np.arange(4))
    replicas, chips = world.state.modules["replicas"], world.params.modules["chips"]
    assert (replicas <= chips).all()
    rates = world.ledger.flows["per_s"]
    for env in range(4):
        needed = np.zeros(len(chips))
        for flow, per_s in zip(world.params.flows, rates[env], strict=True):
            fastest = world.params.services["rate_per_s"][:, flow["request_class"]].max()
            needed += per_s / fastest / 0.85 / len(chips)
        assert replicas[env].sum() >= needed.sum() - 1e-9
    assert (world.ledger.modules["serving_chips"] == 0.0).all()
    assert (world.ledger.requests["arrived"] == 0.0).all()
