"""Attribution: the shares of classes and idle add up to the ledger, go to who caused them, and change nothing else."""

import functools

import numpy as np
import pytest
from everything import everything_world
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from work import ELASTIC, H100, changed_world, jobless_world, put_job
from worlds import (
    POLICIES,
    assert_same_bits,
    begin,
    make_arguments,
    make_world,
    rollout,
    snapshot,
    step,
    traces_of,
    zeros,
)

from wattshift.env import WattshiftEnv
from wattshift.kpi import ATTRIBUTED, IDLE
from wattshift.vector import WattshiftVectorEnv
from wattshift.world import World

SEEDS = st.integers(0, 2**63 - 1)
CHANGES = {
    "jobs": {
        "training": {"elastic": ELASTIC, "result_gb": 40.0},
        "preprocessing": {"result_gb": 60.0, "late_usd_per_chip_h": 2.0, "slack_h": 0.1, "abandon_h": 1.0},
    },
    "links": [{"ends": ["toronto", "dallas"], "kind": "regional", "capacity_gbps": 1.0}],
}


@functools.cache
def attributing(kind, step_s):
    if kind == "changed":
        return changed_world(
            len(POLICIES), step_s, faulty=True, changes=CHANGES, attribution=True, job_slots=16, episode_days=1.0
        )
    if kind == "everything":
        return everything_world(len(POLICIES), step_s=step_s, episode_days=1.0)
    return make_world(len(POLICIES), scenario=kind, step_s=step_s, attribution=True, episode_days=1.0)


def shares(world, quantity, prefix=""):
    """[E] sum over classes and idle."""
    ledger = world.ledger
    classes = ledger.requests[prefix + quantity].sum(axis=1) + ledger.jobs[prefix + quantity].sum(axis=1)
    return classes + ledger.totals[f"{prefix}idle_{quantity}"]


def step_totals(world):
    """Energy, carbon and cost of the step by quantity, and the scale of what may cancel in them, each [E]."""
    sites, hours = world.ledger.sites, world.params.rules["step_s"][0] / 3600.0
    facility_kw = sites["it_kw"] + sites["cooling_kw"] + sites["loss_kw"]
    network_kw = world.ledger.links["power_kw"].sum(axis=1) + (sites["router_kw"] + sites["access_kw"]).sum(axis=1)
    energy_kwh = (facility_kw.sum(axis=1) + network_kw) * hours
    carbon_kg = sites["carbon_kg"].sum(axis=1) + world.ledger.totals["network_carbon_kg"]
    terms_usd = world.ledger.totals["terms_usd"]
    return {
        "energy_kwh": (energy_kwh, energy_kwh),
        "carbon_kg": (carbon_kg, carbon_kg),
        "cost_usd": (terms_usd.sum(axis=1), np.abs(terms_usd).sum(axis=1)),
    }


@given(st.sampled_from(["everything", "changed", "faulty-hybrid"]), st.sampled_from([300.0, 3600.0]), SEEDS)
@settings(max_examples=15)
def test_shares_add_up_to_the_ledger_at_every_step(kind, step_s, seed):
    world = attributing(kind, step_s)
    for _ in rollout(world, seed, 24):
        for quantity, (total, scale) in step_totals(world).items():
            assert (np.abs(shares(world, quantity) - total) <= 1e-9 * scale).all(), quantity
        modules = world.ledger.modules
        parts_kw = modules["idle_kw"] + modules["serving_kw"] + modules["working_kw"]
        assert_allclose(parts_kw, modules["it_kw"], rtol=1e-12)


def test_models_that_load_for_nobody_yet_are_idle():
    """A cold start as long as the step: replicas draw power, and no request is there to pay for it."""
    document = {"extends": "tiny", "name": "cold", "rules": {"cold_start_s": 300.0}}
    world = World(1, scenario=document, traces=traces_of("tiny"), episode_days=0.25, attribution=True)
    begin(world, 5)
    world.state.modules["replicas"] = 0
    step(world, zeros(world))
    assert world.ledger.modules["serving_kw"].sum() > 0.0
    assert world.ledger.modules["serving_chips"].sum() == 0.0
    assert (world.ledger.requests["energy_kwh"] == 0.0).all()
    for quantity, (total, _) in step_totals(world).items():
        assert_allclose(shares(world, quantity), total, rtol=1e-12, err_msg=quantity)


@pytest.mark.parametrize("decision_every", [1, 5])
def test_shares_of_the_episode_add_up_with_its_settlement(decision_every):
    world = changed_world(
        len(POLICIES), 900.0, faulty=True, changes=CHANGES, attribution=True, decision_every=decision_every
    )
    for moment in rollout(world, 8, 30):
        if moment.truncated.all():
            break
    assert moment.truncated.all()
    assert (world.terms()["settlement_usd"] != 0.0).all()
    kpis = world.kpis(np.arange(world.n_envs))
    for quantity in ATTRIBUTED:
        parts = [values for name, values in kpis.items() if name.startswith(f"{quantity}/")]
        assert len(parts) == 5
        assert_allclose(sum(parts), kpis[quantity], rtol=1e-9)
    for quantity in ("energy_kwh", "carbon_kg"):
        assert all((values >= 0.0).all() for name, values in kpis.items() if name.startswith(f"{quantity}/"))


@pytest.mark.parametrize("kind", ["changed", "hybrid"])
def test_attribution_changes_nothing_else(kind):
    """Bit for bit, rewards included; and without it nothing is shared out."""
    if kind == "changed":
        worlds = [changed_world(len(POLICIES), faulty=True, changes=CHANGES, attribution=on) for on in (False, True)]
    else:
        worlds = [make_world(len(POLICIES), scenario=kind, accrual=True, attribution=on) for on in (False, True)]
    written = {"ledger.job_chips", "ledger.job_gbps"}
    for quantity in ATTRIBUTED:
        for span in ("", "episode_"):
            written |= {f"ledger.{table}.{span}{quantity}" for table in ("requests", "jobs")}
            written.add(f"ledger.totals.{span}idle_{quantity}")
    for moments in zip(*(rollout(world, 6, 30) for world in worlds), strict=True):
        np.testing.assert_array_equal(moments[0].reward, moments[1].reward)
        np.testing.assert_array_equal(moments[0].observation, moments[1].observation)
        for env in range(len(POLICIES)):
            off, on = (snapshot(world, env) for world in worlds)
            assert all((off.pop(name) == 0.0).all() for name in written)
            assert any((on.pop(name) != 0.0).any() for name in written)
            assert_same_bits(off, {name: on[name] for name in off})


def test_jobs_pay_for_their_chips_and_late_work_for_its_lateness():
    """One gang of 8, nothing else to do: its energy is the growth of its module over idle, with overhead."""
    world = jobless_world(attribution=True)
    world.traces = world.traces._replace(request_rate_per_s=np.zeros_like(world.traces.request_rate_per_s))
    put_job(world, gang=8, deadline_h=0.0)
    world.params.links["kw_per_gbps"] = 1.0
    step(world, zeros(world))
    module, site = world.ledger.modules[0, H100], world.ledger.sites[0, 0]
    facility_kw = module["it_kw"] + module["plant_kw"].sum() + module["loss_kw"]
    training = world.ledger.jobs[0, 0]
    assert module["serving_kw"] == 0.0
    share = module["working_kw"] / module["it_kw"]
    assert training["energy_kwh"] == pytest.approx(share * facility_kw * 300 / 3600)
    of_site = share * facility_kw / (site["it_kw"] + site["cooling_kw"] + site["loss_kw"])
    assert training["carbon_kg"] == pytest.approx(of_site * site["carbon_kg"])
    late_usd = 8 * 300 / 3600 * world.params.job_classes["late_usd_per_chip_h"][0]
    assert training["cost_usd"] == pytest.approx(of_site * site["cost_usd"] + late_usd)
    assert world.ledger.requests["energy_kwh"].sum() == 0.0
    assert world.ledger.jobs["energy_kwh"][0, 1] == 0.0


def test_a_link_charges_by_data_and_its_idle_power_to_nobody():
    """Data of one job class only: power beyond idle and transit are its own."""
    world = jobless_world(attribution=True, changes={"jobs": {"preprocessing": {"result_gb": 500.0}}})
    world.traces = world.traces._replace(request_rate_per_s=np.zeros_like(world.traces.request_rate_per_s))
    world.params.links["usd_per_gb"] = 0.07
    put_job(world, stream=2, gang=1, module=1, work_h=1e-3)  # of Dallas, runs in Toronto
    step(world, zeros(world))
    before_usd = world.ledger.jobs["episode_cost_usd"][0, 1]
    step(world, zeros(world))
    link, moved, own = world.params.links[0], world.ledger.links[0, 0], world.ledger.jobs[0, 1]
    assert moved["gbps"] > 0.0
    beyond_kw = link["kw_per_gbps"] * moved["gbps"]
    assert own["energy_kwh"] == pytest.approx(beyond_kw * 300 / 3600)
    assert own["carbon_kg"] == pytest.approx(moved["carbon_kg"] * beyond_kw / moved["power_kw"])
    transit_usd = moved["gbps"] / 8 * 300 * 0.07
    assert own["cost_usd"] == pytest.approx(moved["energy_usd"] * beyond_kw / moved["power_kw"] + transit_usd)
    assert own["episode_cost_usd"] - before_usd == pytest.approx(own["cost_usd"])


def test_more_of_a_class_is_more_of_the_bill_and_none_is_none():
    """Requests of one class alone: the other's energy is zero, and grows with its rate."""
    energies = []
    for factor in (0.0, 0.5, 1.0):
        world = jobless_world(attribution=True)
        rates = world.traces.request_rate_per_s.copy()
        conversation = world.params.flows["request_class"] == 1
        rates[:, conversation] *= factor
        world.traces = world.traces._replace(request_rate_per_s=rates)
        step(world, zeros(world))
        energies.append(world.ledger.requests["energy_kwh"][0])
    vision, talk = np.array(energies).T
    assert talk[0] == 0.0
    assert (np.diff(talk) > 0.0).all()
    assert (vision > 0.0).all()


def test_kpis_by_class_are_in_info_of_both_faces():
    arguments = make_arguments(attribution=True, episode_days=0.05)
    names = {f"{quantity}/{name}" for quantity in ATTRIBUTED for name in (*NAMES, IDLE)}
    single = WattshiftEnv(**arguments)
    single.reset(seed=0)
    truncated = False
    while not truncated:
        *_, truncated, info = single.step(np.zeros(single.action_space.shape, np.float32))
    assert names <= info["kpi"].keys()
    assert all(isinstance(info["kpi"][name], float) for name in names)
    batch = WattshiftVectorEnv(2, **arguments)
    batch.reset(seed=0)
    ended = False
    while not ended:
        *_, truncations, infos = batch.step(np.zeros(batch.action_space.shape, np.float32))
        ended = truncations.all()
    for name in names:
        assert infos["kpi"][name][0] == info["kpi"][name]
    plain = make_world()
    assert not any("/" in name for name in plain.kpis(np.arange(1)))


NAMES = ("vision", "conversation", "training", "preprocessing")


def test_an_episode_begins_with_empty_accounts():
    world = changed_world(len(POLICIES), changes=CHANGES, attribution=True)
    for _ in rollout(world, 3, 10):
        pass
    begin(world, 3)
    for quantity in ATTRIBUTED:
        assert (shares(world, quantity) == 0.0).all()
        assert (shares(world, quantity, "episode_") == 0.0).all()


def test_classes_of_one_name_cannot_be_told_apart():
    scenario = make_arguments()["scenario"].model_dump(mode="json", exclude_none=True)
    scenario["jobs"]["vision"] = scenario["jobs"].pop("training")
    traces = make_arguments()["traces"]
    World(1, scenario=scenario, traces=traces)
    with pytest.raises(ValueError, match=r"attribution: needs different names.*\['vision'\]"):
        World(1, scenario=scenario, traces=traces, attribution=True)
