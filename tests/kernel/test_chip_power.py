"""Chip power: three parts that add up, monotone in everything, and what was published about real nodes."""

import functools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from worlds import begin, make_world, step, zeros

from wattshift import catalog
from wattshift.kernel import chips as stages
from wattshift.kernel.jit import compiled
from wattshift.scenario import compile_params, load_scenario

module_power_kw = compiled(stages.module_power_kw)

CHIPS = sorted(catalog.chips())
NAMES = st.sampled_from(CHIPS)
COUNT = 40
SHARES = st.floats(0.0, 1.0)
CLOCKS = st.floats(0.35, 1.0)
INLETS_C = st.floats(10.0, 60.0)


@functools.cache
def module_of(chip, count=COUNT, plant="air-chiller"):
    """The record of a module of `count` such chips."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    module = {"chip": chip, "count": count, "plant": plant, "power": "edge", "job_share": 0.5, "name": "under-test"}
    document["sites"][0]["modules"].append(module)
    return compile_params(load_scenario(document)).modules[2]


def power_kw(chip, asleep=0, serving=0.0, replicas=0, working=0.0, clock=1.0, inlet_c=25.0, **module):
    described = module_of(chip, **module)
    return module_power_kw(
        described, asleep, int(described["chips"]) - asleep, serving, replicas, working, clock, inlet_c
    )


@pytest.mark.parametrize("chip", CHIPS)
def test_a_module_whose_chips_all_sleep_draws_just_that(chip):
    parts_kw = power_kw(chip, asleep=COUNT, inlet_c=40.0)
    assert parts_kw[0] == pytest.approx(COUNT * catalog.chips()[chip].sleep_w.value * 1e-3, rel=1e-12)
    assert parts_kw[1:] == (0.0, 0.0)


@given(NAMES, st.integers(0, COUNT), CLOCKS, INLETS_C)
def test_without_work_all_is_idle_power(chip, asleep, clock, inlet_c):
    idle_kw, serving_kw, working_kw = power_kw(chip, asleep=asleep, clock=clock, inlet_c=inlet_c)
    assert idle_kw > 0.0
    assert serving_kw == working_kw == 0.0


@given(NAMES, st.integers(0, COUNT), SHARES, SHARES, CLOCKS, INLETS_C)
def test_idle_power_does_not_know_of_the_work(chip, asleep, replicas_share, load, clock, inlet_c):
    awake = COUNT - asleep
    replicas = int(replicas_share * awake)
    arguments = {"asleep": asleep, "clock": clock, "inlet_c": inlet_c}
    busy = power_kw(chip, serving=load * replicas, replicas=replicas, working=awake - replicas, **arguments)
    assert busy[0] == power_kw(chip, **arguments)[0]
    assert min(busy) >= 0.0


@given(NAMES, SHARES, SHARES, SHARES, CLOCKS, INLETS_C)
def test_more_load_never_draws_less(chip, a, b, working_share, clock, inlet_c):
    less, more = sorted((a, b))
    replicas = COUNT // 2
    arguments = {"replicas": replicas, "working": working_share * replicas, "clock": clock, "inlet_c": inlet_c}
    assert sum(power_kw(chip, serving=less * replicas, **arguments)) <= sum(
        power_kw(chip, serving=more * replicas, **arguments)
    ) * (1 + 1e-12)


@given(NAMES, SHARES, SHARES, CLOCKS, INLETS_C)
def test_more_jobs_never_draw_less(chip, a, b, clock, inlet_c):
    less, more = sorted((a, b))
    arguments = {"replicas": 10, "serving": 5.0, "clock": clock, "inlet_c": inlet_c}
    assert sum(power_kw(chip, working=less * 30, **arguments)) <= sum(
        power_kw(chip, working=more * 30, **arguments)
    ) * (1 + 1e-12)


@given(NAMES, st.integers(0, COUNT), st.integers(0, COUNT), SHARES, SHARES, CLOCKS, INLETS_C)
def test_more_sleep_never_draws_more_at_the_same_work(chip, a, b, replicas_share, load, clock, inlet_c):
    fewer, more = sorted((a, b))
    assume(fewer < more)
    awake = COUNT - more
    replicas = int(replicas_share * awake)
    arguments = {"serving": load * replicas, "replicas": replicas, "working": float(awake - replicas)}
    arguments |= {"clock": clock, "inlet_c": inlet_c}
    assert sum(power_kw(chip, asleep=more, **arguments)) <= sum(power_kw(chip, asleep=fewer, **arguments)) * (1 + 1e-12)


@given(NAMES, st.floats(0.1, 20.0), st.floats(0.1, 20.0), INLETS_C)
def test_nodes_and_fans_are_split_by_chips(chip, serving, working, inlet_c):
    """The growth of nodes and fans is what the two parts hold beyond their chips, in the ratio of these."""
    module = module_of(chip)
    leakage = 1.0 + module["leakage_per_k"] * (inlet_c - 25.0)
    _, serving_kw, working_kw = power_kw(chip, serving=serving, replicas=20, working=working, inlet_c=inlet_c)
    floor_w, peak_w = (module[name] - module["chip_idle_w"] for name in ("chip_floor_w", "chip_peak_w"))
    serving_w = (floor_w * 20 + (peak_w - floor_w) * serving) * leakage
    working_w = peak_w * module["job_power_share"] * working * leakage
    rest_w = serving_kw * 1e3 - serving_w, working_kw * 1e3 - working_w
    assert min(rest_w) >= -1e-9
    assert rest_w[0] * working == pytest.approx(rest_w[1] * serving, rel=1e-6, abs=1e-6)


def test_the_parts_add_up_to_the_ledgers_it_power():
    world = make_world(4, scenario="hybrid")
    begin(world, np.arange(4))
    for _ in range(10):
        step(world, zeros(world))
        moved = world.ledger.modules
        np.testing.assert_allclose(
            moved["idle_kw"] + moved["serving_kw"] + moved["working_kw"], moved["it_kw"], rtol=1e-12
        )
    assert (moved["serving_kw"].sum(axis=1) > 0.0).all()
    assert (moved["working_kw"].sum(axis=1) > 0.0).all()
    busy = (moved["serving_chips"] > 0.0) | (world.state.modules["replicas"] > 0)
    assert (moved["serving_kw"][~busy] == 0.0).all()
    assert (moved["working_kw"][moved["working_chips"] == 0.0] == 0.0).all()


def test_an_h100_node_draws_what_was_measured_at_full_load():
    """8.4 kW at most, of 10.2 kW rated; its fans an eighth of it or so, in air at 25 C."""
    node_kw = sum(power_kw("h100-sxm", count=8, serving=8.0, replicas=8))
    assert node_kw == pytest.approx(8.4, rel=0.05)


def test_an_h100_serves_at_the_power_that_was_measured():
    """ML.ENERGY, Llama-3.1-8B: 486 W at 11 % of full throughput, 688 W at full; nodes and fans aside, within 5 %."""
    module = module_of("h100-sxm")
    floor_w, peak_w = module["chip_floor_w"], module["chip_peak_w"]
    for load, measured_w in ((0.109, 486.0), (1.0, 688.0)):
        assert floor_w + (peak_w - floor_w) * load == pytest.approx(measured_w, rel=0.05)


def test_full_replicas_serve_a_request_with_the_least_energy():
    """The active floor makes consolidation pay: energy per request falls with the load of a replica."""
    loads = np.array([0.1, 0.25, 0.5, 1.0])
    power = np.array([power_kw("h100-sxm", serving=load * 10, replicas=10)[1] for load in loads])
    energy = power / loads
    assert (np.diff(energy) < 0.0).all()
    assert energy[0] / energy[-1] > 5.0


def test_the_catalog_spans_kinds_and_sizes():
    chips = catalog.chips()
    assert len(chips) >= 16
    assert {chip.kind for chip in chips.values()} == {"gpu", "tpu", "npu", "fpga", "asic", "cpu"}
    assert sum(chip.kind == "cpu" for chip in chips.values()) >= 2
    assert min(chip.peak_w.value for chip in chips.values()) <= 2.0
    assert max(chip.peak_w.value for chip in chips.values()) >= 1000.0
    for chip in chips.values():
        assert chip.sleep_w.value < 0.2 * (chip.idle_w.value + chip.node_idle_w.value)
        assert chip.wake_s.value > 0.0
