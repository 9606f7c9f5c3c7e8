"""Whatever feeds, weather and agents do, every site's electricity balances and its battery keeps its promises."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from power_worlds import EVERYTHING, outages, power_world, with_sites
from worlds import POLICIES, begin, slot_action, step, zeros

from wattshift.kernel.state import RUNNING, STAGING
from wattshift.kernel.terms import TERMS
from wattshift.world import World

EPS = 1e-9


@functools.cache
def world_of(step_s: float, generator_kw: float, fuel_l: float, import_kw: float) -> World:
    generator = {"kind": "gas-engine" if generator_kw < 15.0 else "diesel", "power_kw": generator_kw, "fuel_l": fuel_l}
    toronto = EVERYTHING["toronto"] | {"generator": generator, "import_limit_kw": import_kw}
    return power_world(with_sites(EVERYTHING | {"toronto": toronto}), len(POLICIES), step_s)


WORLDS = st.builds(
    world_of,
    st.sampled_from([60.0, 300.0, 3600.0]),
    st.sampled_from([8.0, 30.0]),
    st.sampled_from([0.0, 6.0, 60.0]),
    st.sampled_from([18.0, 100.0]),
)
SEEDS = st.integers(0, 2**31)


def electricity_balances(world, before):
    """The balance closes with the import that the feed allows: nothing is left unserved."""
    moved = world.ledger.sites
    supplies = ("import_kw", "solar_kw", "wind_kw", "generator_kw", "discharge_kw")
    demands = ("it_kw", "cooling_kw", "loss_kw", "charge_kw", "export_kw", "curtailed_kw")
    supply_kw, demand_kw = (sum(moved[name] for name in names) for names in (supplies, demands))
    assert_allclose(supply_kw, demand_kw, rtol=EPS, atol=EPS)
    feed_kw = world.params.sites["import_limit_kw"] * before.sites["feed_up"]
    assert (moved["import_kw"] <= feed_kw * (1 + EPS)).all()
    assert (moved["export_kw"] <= feed_kw * (1 + EPS)).all()
    for name in (*supplies, *demands, "fuel_l", "excess_kw", "ppa_kw", "matched_kw", "worn_share"):
        assert (moved[name] >= 0.0).all(), name


def the_battery_keeps_its_reserve_for_lost_feeds(world, before):
    sites, moved, soc_kwh = world.params.sites, world.ledger.sites, world.state.sites["soc_kwh"]
    hours = world.traces.step_s / 3600.0
    stored_kwh = moved["charge_kw"] * sites["battery_charge_efficiency"] * hours
    drawn_kwh = moved["discharge_kw"] / sites["battery_discharge_efficiency"] * hours
    assert_allclose(soc_kwh - before.sites["soc_kwh"], stored_kwh - drawn_kwh, atol=EPS)
    assert ((soc_kwh >= 0.0) & (soc_kwh <= sites["battery_kwh"])).all()
    assert (np.maximum(moved["charge_kw"], moved["discharge_kw"]) <= sites["battery_kw"] * (1 + EPS)).all()
    assert ((moved["charge_kw"] == 0.0) | (moved["discharge_kw"] == 0.0)).all()
    reserve_kwh = sites["battery_reserve_share"] * sites["battery_kwh"]
    is_fed = before.sites["feed_up"] == 1
    assert (soc_kwh >= np.minimum(before.sites["soc_kwh"], reserve_kwh) - EPS)[is_fed].all()
    assert (moved["charge_kw"] <= moved["solar_kw"] + moved["wind_kw"] + EPS)[~is_fed].all()


def generators_run_without_the_feed_only(world, before):
    sites, moved, is_fed = world.params.sites, world.ledger.sites, before.sites["feed_up"] == 1
    assert (moved["generator_kw"][is_fed] == 0.0).all()
    assert (moved["generator_kw"] <= sites["generator_kw"] * (1 + EPS)).all()
    assert_array_equal(moved["fuel_l"] > 0.0, moved["generator_kw"] > 0.0)
    fuel_l = world.state.sites["fuel_l"]
    assert (fuel_l >= 0.0).all()
    assert_allclose(before.sites["fuel_l"] - fuel_l, moved["fuel_l"], atol=1e-6)


def held_back_chips_do_not_work(world, before):
    moved, modules, jobs = world.ledger.modules, world.state.modules, world.state.jobs
    assert (moved["serving_chips"] + modules["held_chips"] <= moved["ready"] + 1e-6).all()
    is_dark = modules["up"] == 0
    for name in ("it_kw", "loss_kw", "plant_kw"):
        assert (moved[name][is_dark] == 0.0).all(), name
    on_table = np.arange(jobs.shape[1]) < world.state.episode["n_jobs"][:, None]
    held = np.zeros_like(modules["held_chips"])
    holds = on_table & np.isin(jobs["status"], (STAGING, RUNNING))
    np.add.at(held, (np.nonzero(holds)[0], jobs["module"][holds]), jobs["gang"][holds])
    assert_array_equal(modules["held_chips"], held)
    assert (moved["heat_removed_kw"][..., 0] <= moved["heat_limit_kw"] * (1 + EPS) + 1e-6).all()
    assert_allclose(moved["it_kw"], moved["heat_removed_kw"].sum(axis=2) + moved["heat_stored_kw"], rtol=EPS, atol=EPS)


def cost_is_that_of_sites_network_and_work(world, before):
    """Every term of a site is in its own cost, fuel and curtailment included."""
    terms, ledger = world.terms(), world.ledger
    price = world.traces.zones[world.row - 1]["price_usd_per_kwh"].astype(float)
    links_kwh = ledger.links["power_kw"] * world.traces.step_s / 3600.0
    network_usd = (links_kwh * price[:, world.params.links["zones"]].mean(axis=2)).sum(axis=1)
    network_usd += ledger.totals["network_carbon_kg"] * world.params.rules["carbon_usd_per_kg"][0]
    elsewhere_usd = network_usd + sum(terms[n] for n in ("sla_usd", "transfer_usd", "lateness_usd", "settlement_usd"))
    assert_allclose(sum(terms.values()), ledger.sites["cost_usd"].sum(axis=1) + elsewhere_usd, rtol=EPS, atol=EPS)


IDENTITIES = (
    electricity_balances,
    the_battery_keeps_its_reserve_for_lost_feeds,
    generators_run_without_the_feed_only,
    held_back_chips_do_not_work,
    cost_is_that_of_sites_network_and_work,
)


@given(WORLDS, SEEDS)
@settings(max_examples=40)
def test_identities_hold_under_random_feed_outages(world, seed):
    steps = 0
    for before in outages(world, seed, 40):
        for identity in IDENTITIES:
            identity(world, before)
        steps += 1
    assert steps == 40


def test_the_outages_of_these_tests_bite():
    """Some sites went dark, some held chips back, generators ran, batteries gave: the identities were not idle."""
    seen = dict.fromkeys(("dark", "held back", "generated", "bridged", "dropped"), 0)
    for world in (world_of(300.0, 8.0, 6.0, 18.0), world_of(3600.0, 30.0, 60.0, 18.0)):
        for before in outages(world, 5, 40):
            moved, modules = world.ledger, world.state.modules
            is_out = before.sites["feed_up"] == 0
            seen["dark"] += (modules["up"] == 0).sum()
            seen["held back"] += ((moved.modules["ready"] < world.params.modules["chips"]) & (modules["up"] == 1)).sum()
            seen["generated"] += (moved.sites["generator_kw"] > 0.0).sum()
            seen["bridged"] += (moved.sites["discharge_kw"] > 0.0)[is_out].sum()
            seen["dropped"] += (moved.requests["dropped"] > 0.0).sum()
    assert min(seen.values()) > 10, seen


def test_an_outage_draws_on_the_reserve_and_the_returned_feed_fills_it_again():
    world = power_world(with_sites({"toronto": {"pv_kw": 0.0}}))
    begin(world, 3)
    site = world.params.sites[0]
    reserve_kwh = site["battery_reserve_share"] * site["battery_kwh"]
    toronto = world.state.sites[0, 0]
    for _ in range(60):
        step(world, slot_action(world, storage=-1))
    assert toronto["soc_kwh"] == pytest.approx(reserve_kwh)
    world.state.sites["feed_up"] = 0
    step(world, zeros(world))
    assert toronto["soc_kwh"] < reserve_kwh - 0.5
    for _ in range(20):
        step(world, zeros(world))
    assert (world.state.modules["up"][0, :2] == 0).all()
    world.state.sites["feed_up"] = 1
    for _ in range(12):
        step(world, slot_action(world, storage=-1))
    assert toronto["soc_kwh"] == pytest.approx(reserve_kwh)
    assert (world.state.modules["up"] == 1).all()
    assert world.ledger.modules["serving_chips"].sum() > 0.0


def test_an_ample_connection_holds_nothing_back():
    """With feeds in service and the connection left out, every chip is ready and every plant free, bit for bit."""
    world = power_world(with_sites({}), 2)
    assert (world.params.sites["limited"] == 0).all()
    begin(world, 1)
    for _ in range(20):
        step(world, slot_action(world, admission=1))
        assert_array_equal(world.ledger.modules["ready"], world.params.modules["chips"] + np.zeros((2, 3), int))
        assert_array_equal(world.ledger.modules["heat_limit_kw"][0], world.params.plants["capacity_kw"][:, 0])


def ready_on(limit_kw, action_of=zeros):
    """Chips ready at once on a connection of that size, without battery and sun."""
    document = with_sites({"toronto": {"import_limit_kw": limit_kw, "pv_kw": 0.0}})
    del document["sites"][0]["battery"]
    world = power_world(document)
    begin(world, 0)
    step(world, action_of(world))
    return world.ledger.modules["ready"][0].copy()


def test_a_smaller_connection_never_lets_more_chips_work():
    ready = np.array([ready_on(kw) for kw in (18.0, 20.0, 25.0, 30.0, 40.0, 80.0)])
    assert (np.diff(ready, axis=0) >= 0).all()
    assert 0 < ready[0, 0] < 16
    assert ready[-1, 0] == 32


def test_slower_clocks_let_more_chips_work_on_a_short_supply():
    assert ready_on(20.0, lambda world: slot_action(world, caps=-1))[0] > ready_on(20.0)[0] > 0


def test_terms_of_an_outage_have_their_own_lines():
    world = world_of(300.0, 30.0, 60.0, 100.0)
    for _ in outages(world, 2, 60):
        pass
    cost = dict(zip(TERMS, world.ledger.totals["cost_usd"].T, strict=True))
    kpis = world.kpis(np.arange(world.n_envs))
    assert_allclose(cost["fuel_usd"], kpis["fuel_l"] * world.params.sites["fuel_usd_per_l"][0])
    assert (kpis["generator_kwh"] > 0.0).all()
    assert (kpis["battery_wear_share"] > 0.0).all()
