"""What must hold at every step, whatever the agent does: energy, heat, requests, chips, storage, network, jobs."""

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from worlds import POLICIES, Moment, make_world, rollout, sum_of

from wattshift.kernel.paths import USABLE_LINK_SHARE
from wattshift.kernel.state import PUSHING, RUNNING, STAGING, WAITING
from wattshift.world import World

STEPS = 48
EPS = 1e-9


@functools.cache
def world_of(scenario: str, step_s: float, job_slots: int) -> World:
    return make_world(len(POLICIES), scenario=scenario, step_s=step_s, job_slots=job_slots, episode_days=2.0)


WORLDS = st.one_of(
    st.builds(
        world_of, st.sampled_from(["tiny", "faulty-tiny"]), st.sampled_from([60.0, 300.0, 900.0, 3600.0]), st.just(64)
    ),
    st.builds(
        world_of,
        st.sampled_from(["hybrid", "faulty-hybrid"]),
        st.sampled_from([300.0, 3600.0]),
        st.sampled_from([24, 256]),
    ),
)
SEEDS = st.integers(0, 2**63 - 1)


def step_h(world: World) -> float:
    return float(world.params.rules["step_s"][0]) / 3600.0


def of_sites(world: World, values: np.ndarray) -> np.ndarray:
    """[E, S] sums of per-module values [E, M]."""
    total = np.zeros((len(values), len(world.params.sites)))
    for module, site in enumerate(world.params.modules["site"]):
        total[:, site] += values[:, module]
    return total


def of_classes(world: World, values: np.ndarray) -> np.ndarray:
    """[E, C] sums of per-flow values [E, F]."""
    total = np.zeros((len(values), len(world.params.request_classes)))
    for flow, request_class in enumerate(world.params.flows["request_class"]):
        total[:, request_class] += values[:, flow]
    return total


def electricity_balances(world: World, moment: Moment) -> None:
    moved = world.ledger.sites
    supply_kw = sum(moved[name] for name in ("import_kw", "solar_kw", "wind_kw", "generator_kw", "discharge_kw"))
    demand_kw = sum(
        moved[name] for name in ("it_kw", "cooling_kw", "loss_kw", "charge_kw", "export_kw", "curtailed_kw")
    )
    assert_allclose(supply_kw, demand_kw, rtol=1e-9, atol=1e-9)
    assert (moved["import_kw"] <= world.params.sites["import_limit_kw"] * (1 + EPS)).all()
    for name in moved.dtype.names:
        if name != "cost_usd":
            assert (moved[name] >= 0.0).all(), name


def sites_are_the_sum_of_their_modules(world: World, moment: Moment) -> None:
    sites, modules = world.ledger.sites, world.ledger.modules
    assert_allclose(sites["it_kw"], of_sites(world, modules["it_kw"]), rtol=1e-12)
    assert_allclose(sites["loss_kw"], of_sites(world, modules["loss_kw"]), rtol=1e-12)
    assert_allclose(sites["cooling_kw"], of_sites(world, modules["plant_kw"].sum(axis=2)), rtol=1e-12)
    assert_allclose(sites["water_l"], of_sites(world, modules["water_l"]), rtol=1e-12)


def heat_is_removed_or_stored(world: World, moment: Moment) -> None:
    moved = world.ledger.modules
    assert_allclose(
        moved["it_kw"], moved["heat_removed_kw"].sum(axis=2) + moved["heat_stored_kw"], rtol=1e-9, atol=1e-9
    )
    warming_k = world.state.modules["loop_c"] - moment.before.modules["loop_c"]
    stored_kwh = moved["heat_stored_kw"] * step_h(world)
    assert_allclose(stored_kwh, world.params.modules["mass_kwh_per_k"] * warming_k, rtol=1e-9, atol=1e-9)
    capacity_kw = world.params.plants["capacity_kw"]
    assert (moved["heat_removed_kw"] >= -1e-6).all()
    assert (moved["heat_removed_kw"] <= capacity_kw * (1 + EPS) + 1e-6).all()


def requests_are_served_or_dropped(world: World, moment: Moment) -> None:
    counts, step_s = world.ledger.requests, step_h(world) * 3600.0
    assert_allclose(counts["arrived"], counts["served"] + counts["dropped"], rtol=1e-9)
    assert_allclose(counts["arrived"], of_classes(world, world.ledger.flows["per_s"]) * step_s, rtol=1e-9)
    routed_per_s = world.ledger.routes["per_s"].sum(axis=2)
    assert_allclose(counts["served"], of_classes(world, routed_per_s) * step_s, rtol=1e-9)
    assert (routed_per_s <= world.ledger.flows["per_s"] * (1 + EPS)).all()
    assert (counts["late"] <= counts["served"] * (1 + EPS)).all()


def latency_is_at_least_the_unloaded_one(world: World, moment: Moment) -> None:
    routes = world.ledger.routes
    params = world.params
    shortest_ms = params.path_ms[params.flows["origin"][:, None], params.candidates["site"], 0]
    least_ms = np.broadcast_to(params.candidates["local_ms"] + 2.0 * shortest_ms, routes.shape)
    used = routes["per_s"] > 0.0
    assert (routes["latency_ms"][used] >= least_ms[used] * (1 - EPS)).all()
    assert (routes["latency_ms"][~used] == 0.0).all()


def chips_are_held_once(world: World, moment: Moment) -> None:
    chips, moved = world.params.modules["chips"], world.ledger.modules
    jobs = world.state.jobs
    on_table = np.arange(jobs.shape[1]) < world.state.episode["n_jobs"][:, None]
    holds = on_table & np.isin(jobs["status"], (STAGING, RUNNING))
    pushing = jobs["status"] == PUSHING
    assert np.isin(jobs["status"][on_table], (WAITING, STAGING, RUNNING, PUSHING)).all()
    assert_array_equal(jobs["module"][on_table] >= 0, holds[on_table])
    assert_array_equal(jobs["held"][on_table] > 0, holds[on_table])
    assert_array_equal(jobs["work_h"][on_table] == 0.0, pushing[on_table])
    held = np.zeros_like(world.state.modules["held_chips"])
    np.add.at(held, (np.nonzero(holds)[0], jobs["module"][holds]), jobs["held"][holds])
    assert_array_equal(world.state.modules["held_chips"], held)
    assert (held <= moved["ready"]).all()
    assert (moved["serving_chips"] + held <= chips + 1e-6).all()
    assert (moved["serving_chips"] + moved["working_chips"] <= moved["ready"] + 1e-6).all()


def batteries_stay_within_limits(world: World, moment: Moment) -> None:
    sites, moved = world.params.sites, world.ledger.sites
    soc_kwh, hours = world.state.sites["soc_kwh"], step_h(world)
    stored_kwh = moved["charge_kw"] * sites["battery_charge_efficiency"] * hours
    drawn_kwh = moved["discharge_kw"] / sites["battery_discharge_efficiency"] * hours
    assert_allclose(soc_kwh - moment.before.sites["soc_kwh"], stored_kwh - drawn_kwh, atol=1e-9)
    assert ((soc_kwh >= 0.0) & (soc_kwh <= sites["battery_kwh"])).all()
    assert (np.maximum(moved["charge_kw"], moved["discharge_kw"]) <= sites["battery_kw"] * (1 + EPS)).all()
    assert ((moved["charge_kw"] == 0.0) | (moved["discharge_kw"] == 0.0)).all()
    reserve_kwh = sites["battery_reserve_share"] * sites["battery_kwh"]
    assert (soc_kwh >= reserve_kwh - 1e-9)[moved["discharge_kw"] > 0.0].all()
    # A battery never feeds the grid.
    assert ((moved["discharge_kw"] == 0.0) | (moved["export_kw"] <= 1e-9)).all()


def links_stay_within_capacity(world: World, moment: Moment) -> None:
    links = world.params.links
    assert (world.ledger.links["gbps"] >= 0.0).all()
    assert (world.ledger.links["gbps"] <= USABLE_LINK_SHARE * links["capacity_gbps"] * (1 + EPS)).all()


def what_is_down_does_nothing(world: World, moment: Moment) -> None:
    sites, modules = world.state.sites, world.ledger.modules
    is_down = sites["up"] == 0
    for name in ("it_kw", "loss_kw", "charge_kw", "discharge_kw", "export_kw", "import_kw"):
        assert (world.ledger.sites[name][is_down] == 0.0).all(), name
    module_is_down = is_down[:, world.params.modules["site"]]
    assert (modules["serving_chips"][module_is_down] == 0.0).all()
    assert (world.state.modules["held_chips"][module_is_down] == 0).all()
    assert (world.ledger.links["gbps"][world.state.links["up"] == 0] == 0.0).all()
    assert (world.ledger.links["gbps"][world.state.links["asleep"] == 1] == 0.0).all()


def jobs_are_accounted_for(world: World, moment: Moment) -> None:
    sums = world.ledger.totals["sums"]
    gone = sum(sum_of(sums, name) for name in ("jobs_finished", "jobs_rejected", "jobs_abandoned"))
    assert_array_equal(sum_of(sums, "jobs_arrived"), gone + world.state.episode["n_jobs"])


def carbon_is_the_sum_over_sites_and_network(world: World, moment: Moment) -> None:
    moved, totals = world.ledger.sites, world.ledger.totals
    zones = world.traces.zones[moment.row]
    carbon = zones["carbon_kg_per_kwh"].astype(float)
    assert_allclose(moved["carbon_kg"], moved["import_kw"] * step_h(world) * carbon[:, world.params.sites["zone"]])
    links_kg = world.ledger.links["power_kw"] * step_h(world) * carbon[:, world.params.links["zones"]].mean(axis=2)
    assert_allclose(totals["network_carbon_kg"], links_kg.sum(axis=1))
    counted_kg = sum_of(totals["sums"], "carbon_kg") - sum_of(moment.sums_before, "carbon_kg")
    assert_allclose(counted_kg, moved["carbon_kg"].sum(axis=1) + totals["network_carbon_kg"], rtol=1e-7)


def cost_is_the_sum_over_sites_network_and_work(world: World, moment: Moment) -> None:
    terms, rules, ledger = world.terms(), world.params.rules[0], world.ledger
    price = world.traces.zones[moment.row]["price_usd_per_kwh"].astype(float)
    links_kwh = ledger.links["power_kw"] * step_h(world)
    network_usd = (links_kwh * price[:, world.params.links["zones"]].mean(axis=2)).sum(axis=1)
    network_usd += ledger.totals["network_carbon_kg"] * rules["carbon_usd_per_kg"]
    classes = world.params.request_classes
    sla_usd = ledger.requests["late"] @ classes["late_usd"] + ledger.requests["dropped"] @ classes["drop_usd"]
    transfer_usd = ledger.links["gbps"] / 8.0 * rules["step_s"] @ world.params.links["usd_per_gb"]
    assert_allclose(terms["sla_usd"], sla_usd, rtol=1e-9)
    assert_allclose(terms["transfer_usd"], transfer_usd, rtol=1e-9)
    elsewhere_usd = network_usd + sla_usd + transfer_usd + terms["lateness_usd"] + terms["settlement_usd"]
    assert_allclose(sum(terms.values()), ledger.sites["cost_usd"].sum(axis=1) + elsewhere_usd, rtol=1e-9, atol=1e-9)


def reward_is_minus_the_cost(world: World, moment: Moment) -> None:
    assert_allclose(moment.reward, -sum(world.terms().values()) / world.reward_scale_usd, rtol=1e-12, atol=1e-15)


def observation_is_inside_the_space(world: World, moment: Moment) -> None:
    assert moment.observation.dtype == np.float32
    assert np.isfinite(moment.observation).all()
    assert (np.abs(moment.observation) <= 10.0).all()


def nothing_is_nan(world: World, moment: Moment) -> None:
    for group in (world.state, world.control, world.ledger):
        for table in group:
            for name in table.dtype.names or (None,):
                assert np.isfinite(table if name is None else table[name]).all(), name


IDENTITIES = (
    electricity_balances,
    sites_are_the_sum_of_their_modules,
    heat_is_removed_or_stored,
    requests_are_served_or_dropped,
    latency_is_at_least_the_unloaded_one,
    chips_are_held_once,
    batteries_stay_within_limits,
    links_stay_within_capacity,
    what_is_down_does_nothing,
    jobs_are_accounted_for,
    carbon_is_the_sum_over_sites_and_network,
    cost_is_the_sum_over_sites_network_and_work,
    reward_is_minus_the_cost,
    observation_is_inside_the_space,
    nothing_is_nan,
)


@given(WORLDS, SEEDS)
@settings(max_examples=60)
def test_identities_hold_at_every_step(world, seed):
    """All of them at once: what costs time is the rollout."""
    moments = 0
    for moment in rollout(world, seed, STEPS):
        for identity in IDENTITIES:
            identity(world, moment)
        moments += 1
    assert moments == STEPS
