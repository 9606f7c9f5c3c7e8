"""Bridging, fuel and wear: a generator's start to the second, a battery's ageing to the cycle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from power_worlds import power_world, with_sites
from worlds import begin, slot_action, step, zeros

from wattshift import catalog
from wattshift.kernel import battery as battery_stages
from wattshift.kernel import generator as generator_stages
from wattshift.kernel.jit import compiled
from wattshift.kernel.state import SITE_LEDGER, SITE_STATE
from wattshift.kernel.terms import SUMS
from wattshift.scenario.tables import SITE

islanded_limit_kw, generate = compiled(battery_stages.islanded_limit_kw), compiled(generator_stages.generate)

POWERS = st.floats(0.0, 200.0)
STEP_H = st.sampled_from([1 / 60, 1 / 12, 1.0])


def record(kind, **fields):
    row = np.zeros(1, kind)
    for name, value in fields.items():
        row[name] = value
    return row[0]


def a_site(battery_kw=50.0, engine_kw=40.0):
    return record(
        SITE,
        battery_kwh=100.0,
        battery_kw=battery_kw,
        battery_discharge_efficiency=0.9,
        generator_kw=engine_kw,
        generator_least_kw=0.3 * engine_kw,
        generator_idle_l_per_h=0.08 * engine_kw,
        generator_l_per_kwh=0.25,
    )


@given(st.floats(0.0, 100.0), POWERS, POWERS, st.just(0.0) | st.floats(0.01, 1.0), STEP_H)
def test_the_islanded_limit_is_the_largest_load_that_battery_and_engine_carry(soc_kwh, battery, engine, bridged, hours):
    site = a_site(battery_kw=battery)
    limit_kw = islanded_limit_kw(site, soc_kwh, bridged, engine, hours)

    def carries(load_kw):
        after_kw = max(load_kw - engine, 0.0)
        drawn_kwh = (load_kw * bridged + after_kw * (1.0 - bridged)) * hours / 0.9
        strongest_kw = max(load_kw if bridged > 0.0 else 0.0, after_kw)
        return drawn_kwh <= soc_kwh + 1e-9 and strongest_kw <= battery + 1e-9

    assert carries(limit_kw)
    assert not carries(limit_kw * 1.001 + 1e-3)


@given(POWERS, st.floats(0.0, 400.0), st.floats(0.0, 20.0), st.sampled_from([1 / 12, 1.0]))
def test_fuel_follows_the_curve_and_never_runs_below_empty(load_kw, left_s, fuel_l, hours):
    site, moved = a_site(), record(SITE_LEDGER)
    now = record(SITE_STATE, generator_left_s=left_s, fuel_l=fuel_l)
    battery_kw = generate(site, now, moved, load_kw, hours)
    assert moved["generator_kw"] + battery_kw == pytest.approx(load_kw)
    assert now["fuel_l"] >= 0.0
    assert now["fuel_l"] + moved["fuel_l"] == pytest.approx(fuel_l)
    running = 1.0 - min(left_s / (3600.0 * hours), 1.0)
    if moved["generator_kw"] > 0.0:
        output_kw = max(moved["generator_kw"] / running, 0.3 * 40.0)
        assert moved["fuel_l"] == pytest.approx((0.08 * 40.0 + 0.25 * output_kw) * running * hours)
        assert output_kw <= 40.0 * (1 + 1e-9)


def test_the_battery_bridges_the_start_and_the_generator_serves_from_then_on():
    generator = {"kind": "diesel", "power_kw": 60.0, "fuel_l": 100.0}
    world = power_world(with_sites({"toronto": {"generator": generator, "pv_kw": 0.0}}))
    begin(world, 4)
    step(world, zeros(world))
    start_s = catalog.generators()["diesel"].start_s.value
    assert world.state.sites["generator_left_s"][0, 0] == start_s
    world.state.sites["feed_up"] = 0
    step(world, zeros(world))
    moved = world.ledger.sites[0, 0]
    load_kw = moved["it_kw"] + moved["cooling_kw"] + moved["loss_kw"]
    assert moved["discharge_kw"] == pytest.approx(load_kw * start_s / 300.0)
    assert moved["generator_kw"] == pytest.approx(load_kw * (1.0 - start_s / 300.0))
    assert moved["import_kw"] == 0.0
    step(world, slot_action(world, storage=-1))
    assert world.ledger.sites["discharge_kw"][0, 0] == 0.0
    assert world.ledger.sites["generator_kw"][0, 0] > 0.0
    site, burnt_l = world.params.sites[0], world.ledger.sites["fuel_l"][0, 0]
    assert world.ledger.sites["carbon_kg"][0, 0] == pytest.approx(burnt_l * site["fuel_kg_per_l"])
    world.state.sites["feed_up"] = 1
    step(world, zeros(world))
    assert world.ledger.sites["generator_kw"][0, 0] == 0.0
    assert world.state.sites["generator_left_s"][0, 0] == start_s


def test_without_a_battery_the_start_is_dark_and_the_next_step_is_not():
    generator = {"kind": "diesel", "power_kw": 60.0, "fuel_l": 100.0}
    document = with_sites({"toronto": {"generator": generator, "pv_kw": 0.0}})
    del document["sites"][0]["battery"]
    world = power_world(document)
    begin(world, 4)
    world.state.sites["feed_up"][0, 0] = 0
    step(world, zeros(world))
    assert (world.state.modules["up"][0, :2] == 0).all()
    assert world.ledger.sites["it_kw"][0, 0] == 0.0
    step(world, zeros(world))
    assert (world.state.modules["up"][0] == 1).all()
    assert world.ledger.sites["generator_kw"][0, 0] > 0.0


def test_an_empty_tank_ends_the_supply():
    """A tank of litres ends in the dark, once the battery is down as well; what was burnt is what was there."""
    generator = {"kind": "diesel", "power_kw": 60.0, "fuel_l": 5.0}
    world = power_world(with_sites({"toronto": {"generator": generator, "pv_kw": 0.0}}))
    begin(world, 4)
    world.state.sites["feed_up"][0, 0] = 0
    for _ in range(72):
        step(world, zeros(world))
    assert (world.state.modules["up"][0, :2] == 0).all()
    burnt_l = world.ledger.totals["sums"][0, SUMS.index("fuel_l")]
    assert burnt_l + world.state.sites["fuel_l"][0, 0] == pytest.approx(5.0)
    assert burnt_l > 4.0


def test_a_life_of_cycles_or_of_years_costs_a_fifth_of_the_capacity():
    for name, battery in catalog.batteries().items():
        installed = {"kind": name, "energy_kwh": 60, "power_kw": 30, "reserve_share": 0.1}
        document = with_sites({"toronto": {"battery": installed}})
        site = power_world(document).params.sites[0]
        cycles, years = battery.cycle_life.value, battery.calendar_life_y.value
        assert site["battery_worn_per_kwh"] * cycles * 60.0 == pytest.approx(0.2)
        assert site["battery_worn_per_h"] * years * 8766.0 == pytest.approx(0.2)
        assert site["battery_usd_per_worn"] * 0.2 == pytest.approx(battery.replacement_usd_per_kwh.value * 60.0)
        assert 0.03 <= site["battery_wear_usd_per_kwh"] <= 0.08  # published range per kWh through


def test_wear_is_charged_by_the_kwh_and_by_the_hour():
    """Discharging costs what the column for heuristics says on top of time; time costs more at a high charge."""
    worlds = {value: power_world(with_sites({})) for value in (-1.0, 0.0, 1.0)}
    for value, world in worlds.items():
        begin(world, 8)
        step(world, slot_action(world, storage=value))
    site = worlds[0.0].params.sites[0]
    worn = {value: world.ledger.sites["worn_share"][0, 0] for value, world in worlds.items()}
    idle = site["battery_worn_per_h"] / 12.0
    assert worn[0.0] == pytest.approx(idle)
    assert worn[1.0] > worn[0.0]
    discharged = worlds[-1.0].ledger.sites["discharge_kw"][0, 0] / 12.0
    mean_charge = 0.25 + 0.5 * worlds[-1.0].state.sites["soc_kwh"][0, 0] / 60.0
    by_cycling_usd = (worn[-1.0] - idle * (0.5 + mean_charge)) * site["battery_usd_per_worn"]
    assert by_cycling_usd == pytest.approx(discharged * site["battery_wear_usd_per_kwh"])
    assert worlds[-1.0].terms()["wear_usd"][0] > worlds[0.0].terms()["wear_usd"][0]
