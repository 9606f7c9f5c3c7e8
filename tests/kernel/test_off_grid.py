"""Sites on a thin grid connection or none: they live on sun, wind, battery and generator, and go dark without."""

import numpy as np
import pytest
from identities import TOLERANCE, Before, residuals
from numpy.testing import assert_allclose, assert_array_equal
from power_worlds import power_world, with_sites
from worlds import begin, policy_actions, slot_action, step, zeros

DALLAS = {
    "pv_kw": 8.0,
    "wind_kw": 1.0,
    "battery": {"kind": "lithium-ion", "energy_kwh": 12.0, "power_kw": 6.0, "reserve_share": 0.2},
}
"""An edge site of 8 L4 that gets through most nights."""
SITE, MODULE = 1, 2


def world_on(limit_kw, n_envs=1, days=7.0, **site):
    """Tiny with its edge site behind that connection."""
    return power_world(with_sites({"dallas": DALLAS | {"import_limit_kw": limit_kw} | site}), n_envs, episode_days=days)


@pytest.mark.parametrize("limit_kw", [0.0, 0.001, 0.4])
def test_everything_adds_up_whatever_the_policy(limit_kw):
    world = world_on(limit_kw, 4)
    begin(world, 3)
    everywhere = np.ones(4, np.bool_)
    seen = {"held back": 0, "dark": 0, "charging": 0, "discharging": 0, "dropped": 0}
    for _, actions in zip(range(2 * 288), policy_actions(world, 3), strict=False):
        before = Before.of(world)
        observation, reward, _ = world.step(actions, ~everywhere)
        found = residuals(world, before)
        assert {name: values.max() for name, values in found.items() if not values.max() <= TOLERANCE} == {}
        assert np.isfinite(observation).all()
        assert np.isfinite(reward).all()
        moved, modules = world.ledger.sites[:, SITE], world.state.modules[:, MODULE]
        assert (moved["import_kw"] <= limit_kw * (1.0 + 1e-9)).all()
        assert (moved["export_kw"] <= limit_kw * (1.0 + 1e-9)).all()
        seen["held back"] += (world.ledger.modules["ready"][:, MODULE] < 8).sum()
        seen["dark"] += (modules["up"] == 0).sum()
        seen["charging"] += (moved["charge_kw"] > 0.0).sum()
        seen["discharging"] += (moved["discharge_kw"] > 0.0).sum()
        seen["dropped"] += (world.ledger.requests["dropped"] > 0.0).sum()
    assert min(seen.values()) > 10, seen


def test_no_connection_is_a_feed_that_is_out_for_ever():
    """Bit for bit, but for the first observation and what the connection would be."""
    alone = world_on(0.0)
    document = with_sites({"dallas": DALLAS | {"import_limit_kw": 1.0}})
    document["events"] = [{"target": "feed", "name": "dallas", "begin_h": 0.0, "hours": 1000.0}]
    cut_off = power_world(document, episode_days=7.0)
    for world in (alone, cut_off):
        begin(world, 4)
    assert alone.state.sites["feed_up"][0].tolist() == [1, 0]
    assert cut_off.state.sites["feed_up"][0].tolist() == [1, 1]
    for _, (action, *_) in zip(range(400), policy_actions(alone, 4), strict=False):
        step(alone, action)
        step(cut_off, action)
        for name in ("sites", "modules", "totals"):
            assert_array_equal(getattr(alone.ledger, name), getattr(cut_off.ledger, name))


def test_a_sunny_day_fills_the_battery_without_being_told():
    for limit_kw in (0.0, 0.001):
        world = world_on(limit_kw, pv_kw=20.0)
        begin(world, 0, 180 * 288)
        charge = []
        for _ in range(3 * 288):
            step(world, zeros(world))
            charge.append(world.state.sites["soc_kwh"][0, SITE])
        assert max(charge) > 0.9 * 12.0
        assert_allclose(world.ledger.sites["import_kw"][0, SITE], 0.0, atol=0.0011)


def test_behind_a_thin_connection_the_reserve_is_kept_and_without_one_it_is_used():
    least = {}
    for limit_kw in (0.0, 0.001):
        world = world_on(limit_kw, pv_kw=3.0)
        begin(world, 1)
        least[limit_kw] = 12.0
        for _ in range(3 * 288):
            step(world, zeros(world))
            least[limit_kw] = min(least[limit_kw], world.state.sites["soc_kwh"][0, SITE])
    assert least[0.0] < 1.0
    assert least[0.001] == pytest.approx(0.2 * 12.0, rel=1e-3)


def test_a_battery_behind_a_thin_connection_may_be_held_by_the_agent():
    world = world_on(0.001, pv_kw=20.0)
    begin(world, 0, 180 * 288)
    for _ in range(288):
        step(world, slot_action(world, storage=-1))
    assert world.state.sites["soc_kwh"][0, SITE] <= 0.5 * 12.0


def test_without_a_connection_the_generator_runs_as_long_as_the_tank_lasts():
    generator = {"kind": "diesel", "power_kw": 4.0, "fuel_l": 20.0}
    world = world_on(0.0, generator=generator, pv_kw=0.0, wind_kw=0.0)
    begin(world, 2)
    generated, up = [], []
    for _ in range(2 * 288):
        step(world, zeros(world))
        generated.append(world.ledger.sites["generator_kw"][0, SITE])
        up.append(world.state.modules["up"][0, MODULE])
    assert generated[1] > 0.5
    assert up[1] == 1
    # Then the tank is empty, the battery as well, and the site dark for good.
    assert world.state.sites["fuel_l"][0, SITE] < 1.0
    assert (np.array(up[-50:]) == 0).all()


def test_observations_of_power_are_measured_against_an_ample_connection():
    world = world_on(0.0)
    begin(world, 0, 180 * 288)
    ample_kw = world.params.sites["scale_kw"][SITE]
    assert ample_kw > world.params.modules["chips"][MODULE] * world.params.modules["chip_peak_w"][MODULE] / 1e3
    for _ in range(200):
        observation, *_ = step(world, zeros(world))
    seen = dict(zip(world.layout.names, world.layout.physical(observation[0]), strict=True))
    moved = world.ledger.sites[0, SITE]
    assert moved["it_kw"] > 0.0
    assert seen["site/dallas/it"] == pytest.approx(moved["it_kw"] / ample_kw, rel=1e-5)
    assert [seen[f"site/dallas/{name}"] for name in ("import", "peak", "feed_up", "allowed")] == pytest.approx(
        [0.0] * 4, abs=1e-6
    )


def test_a_connection_that_carries_idle_chips_is_its_own_scale():
    sites = world_on(2.0).params.sites
    assert sites["thin"].tolist() == [0, 0]
    assert_array_equal(sites["scale_kw"], sites["import_limit_kw"])


def test_a_coral_accelerator_may_live_on_a_panel_and_a_battery():
    """The site of the issue: a few watts, which no grid connection of a kilowatt has to carry."""
    document = with_sites(
        {
            "dallas": {
                "modules": [
                    {
                        "name": "coral",
                        "chip": "coral-edge-tpu",
                        "count": 4,
                        "plant": "edge-passive",
                        "power": "edge",
                        "job_share": 0.0,
                    }
                ],
                "pv_kw": 0.3,
                "battery": {"kind": "ups-lithium", "energy_kwh": 1.2, "power_kw": 0.3, "reserve_share": 0.0},
                "import_limit_kw": 0.001,
            }
        }
    )
    document["requests"]["vision"] |= {
        "memory_gb": 0.005,
        "efficiency": {"asic": 0.3, "npu": 0.3},
        "tera_ops": 0.01,
        "objective_ms": 60,
        "rate_per_s": {"dallas": 100.0},
    }
    world = power_world(document, episode_days=3.0)
    begin(world, 0, 180 * 288)
    up = []
    for _ in range(3 * 288):
        step(world, zeros(world))
        up.append(world.state.modules["up"][0, MODULE])
    assert np.mean(up) > 0.9
    kpis = world.kpis(np.arange(1))
    assert kpis["slo_share"][0] > 0.5
