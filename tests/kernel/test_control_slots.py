"""Every slot: zero is the autopilot bit for bit, and each end does physically what the documentation says."""

import numpy as np
import pytest
from worlds import (
    assert_same_bits,
    begin,
    entry_action,
    make_world,
    slot_action,
    snapshot,
    step,
    zeros,
)

from wattshift.kernel.state import WAITING
from wattshift.kernel.terms import SLOTS, TERMS

SEEDS = np.arange(6)
EVERYTHING = ["clock", "sites", "modules", "forecast", "requests", "jobs", "links"]


def run(action_of, steps=72, **world_arguments):
    """A world of six episodes after `steps` of one action, with the per-step ledgers of sites and modules."""
    world = make_world(len(SEEDS), **world_arguments)
    begin(world, SEEDS)
    sites, modules = [], []
    for _ in range(steps):
        step(world, action_of(world))
        sites.append(world.ledger.sites.copy())
        modules.append(world.ledger.modules.copy())
    return world, np.array(sites), np.array(modules)


@pytest.fixture(scope="module")
def autopilot():
    return run(zeros)


@pytest.mark.parametrize("slot", SLOTS)
def test_zero_is_the_autopilot_bit_for_bit(slot):
    """A task that drives one slot, at zero, lives through the same as one that drives all, at zero."""
    task = {"summary": "one slot", "drives": [slot], "sees": EVERYTHING, "pays": dict.fromkeys(TERMS, 1.0)}
    worlds = [make_world(2, scenario="hybrid"), make_world(2, scenario="hybrid", task=task)]
    for world in worlds:
        begin(world, [4, 5])
    for _ in range(30):
        results = [step(world, zeros(world)) for world in worlds]
        for ours, theirs in zip(*results, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    for env in range(2):
        assert_same_bits(snapshot(worlds[0], env), snapshot(worlds[1], env))


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_reads_its_own_entries_wherever_they_stand(slot):
    """Driven alone or among the others, the same values of a slot have the same effect."""
    task = {"summary": "one slot", "drives": [slot], "sees": EVERYTHING}
    whole = make_world(scenario="hybrid", task=task | {"drives": SLOTS})
    alone = make_world(scenario="hybrid", task=task)
    values = np.random.default_rng(8).uniform(-1.0, 1.0, len(alone.layout.action_names))
    action = zeros(whole)
    action[whole.layout.actions[slot]] = values
    for world, own in ((whole, action), (alone, values)):
        begin(world, 6)
        for _ in range(12):
            step(world, own)
    ours, theirs = snapshot(whole), snapshot(alone)
    assert_same_bits(ours, theirs)


def test_routing_towards_a_site_draws_requests():
    def served_in_toronto(action_of):
        world, _, modules = run(action_of, steps=12, scenario="hybrid")
        return modules["serving_chips"][..., world.scenario.module_names.index("toronto/v6e")].mean()

    usual = served_in_toronto(zeros)
    assert served_in_toronto(lambda world: entry_action(world, routing__toronto=1)) > 1.2 * usual
    assert served_in_toronto(lambda world: entry_action(world, routing__toronto=-1)) < 0.8 * usual


def test_routing_never_prefers_a_site_that_misses_the_objective():
    """Vision must be answered within 20 ms, which only Dallas can: no preference moves it while there is room."""
    ours, _, _ = run(zeros, steps=1)
    theirs, _, _ = run(lambda world: entry_action(world, routing__dallas=-1, routing__toronto=1), steps=1)
    np.testing.assert_array_equal(ours.ledger.routes["per_s"][:, 0], theirs.ledger.routes["per_s"][:, 0])


def test_placement_draws_jobs():
    def held_share(action_of):
        world, *_ = run(action_of, scenario="hybrid")
        held = world.state.modules["held_chips"].sum(axis=0)
        frankfurt = world.params.modules["site"] == world.scenario.site_names.index("frankfurt")
        return held[frankfurt].sum() / held.sum()

    usual = held_share(zeros)
    assert held_share(lambda world: entry_action(world, placement__frankfurt=1)) > usual
    assert held_share(lambda world: entry_action(world, placement__frankfurt=-1)) < usual


def test_no_admission_starts_only_the_urgent():
    world, *_ = run(lambda world: slot_action(world, admission=-1))
    assert (world.control.modules["job_chips"] == 0).all()
    now_h = world.steps_per_episode * 300.0 / 3600.0
    for env in range(world.n_envs):
        jobs = world.state.jobs[env, : world.state.episode["n_jobs"][env]]
        holding = jobs[jobs["status"] != WAITING]
        slack_h = (
            holding["deadline_h"]
            - now_h
            - holding["work_h"] / (holding["gang"] * world.params.streams["pace"][holding["stream"]])
        )
        # A running job keeps its slack, and loading takes at most a tenth of an hour.
        assert (slack_h < world.params.rules["urgent_slack_h"][0] + 0.2).all()


def test_admission_moves_the_offer_from_none_to_all(autopilot):
    chips = autopilot[0].params.modules["chips"]
    usual = autopilot[0].control.modules["job_chips"][0]
    np.testing.assert_array_equal(usual, np.floor(autopilot[0].params.modules["job_share"] * chips))
    everything, *_ = run(lambda world: slot_action(world, admission=1), steps=1)
    np.testing.assert_array_equal(everything.control.modules["job_chips"][0], chips)


def test_less_admission_delays_work(autopilot):
    held, _, modules = run(lambda world: slot_action(world, admission=-1))
    assert modules["working_chips"].sum() < autopilot[2]["working_chips"].sum()
    assert (held.state.episode["n_jobs"] >= autopilot[0].state.episode["n_jobs"]).all()


def test_a_colder_set_point_cools_the_loops_at_the_plants_cost_and_a_warmer_one_at_the_fans(autopilot):
    warm, _, warm_modules = run(lambda world: slot_action(world, cooling=1))
    cold, _, cold_modules = run(lambda world: slot_action(world, cooling=-1))
    assert (warm.state.modules["loop_c"] > autopilot[0].state.modules["loop_c"]).all()
    assert (cold.state.modules["loop_c"] <= autopilot[0].state.modules["loop_c"]).all()
    # Second half: by then the loops have settled, so that what is removed is what is produced.
    settled = [modules[36:] for modules in (cold_modules, autopilot[2], warm_modules)]
    cold_share, usual_share, warm_share = (modules["plant_kw"].sum() / modules["it_kw"].sum() for modules in settled)
    assert max(usual_share, warm_share) < cold_share
    cold_kw, usual_kw, warm_kw = (modules["it_kw"].sum() for modules in settled)
    assert cold_kw < usual_kw < warm_kw


def test_the_cooling_set_point_spans_the_plants_range():
    warm, *_ = run(lambda world: slot_action(world, cooling=1), steps=1)
    cold, *_ = run(lambda world: slot_action(world, cooling=-1), steps=1)
    np.testing.assert_allclose(warm.control.modules["supply_c"][0], warm.params.modules["supply_max_c"])
    np.testing.assert_allclose(cold.control.modules["supply_c"][0], cold.params.modules["supply_min_c"])


def test_caps_slow_the_chips_and_save_power(autopilot):
    world, sites, modules = run(lambda world: slot_action(world, caps=-1))
    np.testing.assert_allclose(modules["clock"][-1, 0], world.params.modules["min_speed"])
    assert (autopilot[2]["clock"][-1] == 1.0).all()
    assert sites["it_kw"].sum() < autopilot[1]["it_kw"].sum()


def test_storage_charges_and_discharges_to_its_limits(autopilot):
    params = autopilot[0].params.sites
    np.testing.assert_array_equal(autopilot[0].state.sites["soc_kwh"], 0.5 * params["battery_kwh"] + np.zeros((6, 2)))
    full, *_ = run(lambda world: slot_action(world, storage=1))
    empty, *_ = run(lambda world: slot_action(world, storage=-1))
    up = full.state.sites["up"] == 1
    np.testing.assert_allclose(full.state.sites["soc_kwh"][up], np.broadcast_to(params["battery_kwh"], (6, 2))[up])
    reserve_kwh = params["battery_kwh"] * params["battery_reserve_share"]
    np.testing.assert_allclose(empty.state.sites["soc_kwh"][up], np.broadcast_to(reserve_kwh, (6, 2))[up])


def test_a_round_trip_through_the_battery_loses_both_efficiencies():
    world = make_world()
    begin(world, 2)
    energy_kwh = {"charge_kw": 0.0, "discharge_kw": 0.0}
    for value in [1.0] * 6 + [-1.0] * 72:
        if world.state.sites["soc_kwh"][0, 0] <= 30.0 and value < 0.0:
            break
        step(world, slot_action(world, storage=value))
        for name in energy_kwh:
            energy_kwh[name] += world.ledger.sites[name][0, 0] / 12.0
    site = world.params.sites[0]
    kept_kwh = world.state.sites["soc_kwh"][0, 0] - 0.5 * site["battery_kwh"]
    balance_kwh = (
        energy_kwh["charge_kw"] * site["battery_charge_efficiency"]
        - energy_kwh["discharge_kw"] / site["battery_discharge_efficiency"]
    )
    assert energy_kwh["discharge_kw"] > 0.0
    assert kept_kwh == pytest.approx(balance_kwh, abs=1e-9)
