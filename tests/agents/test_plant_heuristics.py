"""Cooling, storage and sleep by rule: set-points follow the weather, batteries the load, chips the demand."""

import itertools

import numpy as np
import pytest

from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.clocks import LoadFollowingClocks
from wattshift_agents.heuristics.cooling import AshraeFixed, BestStatic, OutdoorReset, found_levels
from wattshift_agents.heuristics.sleeping import ConsolidateAndSleep
from wattshift_agents.heuristics.storage import PeakShaving, SelfConsumption
from wattshift_agents.view import look

N = 2


@pytest.fixture
def env(make_tiny):
    env = make_tiny(N)
    env.reset(seed=0)
    return env


@pytest.fixture
def view(env):
    env.step(np.zeros(env.action_space.shape, np.float32))
    return look(env.world)


def entries(policy, env, view, slot):
    action = policy.act(np.zeros(env.observation_space.shape, np.float32), view)
    return action[:, env.world.layout.actions[slot]]


def ready(policy, env):
    policy.reset(env.world)
    return policy


def outdoors(view, temp_c):
    hot = np.full_like(view.dry_bulb_c, temp_c)
    return view._replace(dry_bulb_c=hot, wet_bulb_c=hot - 4.0)


def test_set_points_rise_with_the_weather_up_to_the_fixed_one(env, view):
    reset, fixed = ready(OutdoorReset(), env), ready(AshraeFixed(), env)
    at = [entries(reset, env, outdoors(view, temp_c), "cooling") for temp_c in (-10.0, 5.0, 20.0, 45.0)]
    for colder, warmer in itertools.pairwise(at):
        assert (warmer >= colder).all()
    assert (at[-1] > at[0]).all()
    np.testing.assert_array_equal(at[-1], entries(fixed, env, view, "cooling"))


def test_the_fixed_set_point_keeps_inlets_at_the_recommended_limit(env, view):
    """At full load the inlet lies the design rise above the supply: at most the limit less the margin, and for the
    module that must be coldest just there."""
    for margin_k in (0.0, 2.0):
        policy = ready(AshraeFixed(margin_k), env)
        wanted_c = np.clip(policy.supply_c(view), policy.coldest_c, policy.warmest_c)
        rise_k = env.world.params.plants[:, 0]["capacity_kw"] / env.world.params.modules["conductance_kw_per_k"]
        limit_c = env.world.params.modules["inlet_limit_c"] - margin_k
        assert (wanted_c + rise_k <= limit_c + 1e-9).all()
        within = (wanted_c > policy.coldest_c) & (wanted_c < policy.warmest_c)
        np.testing.assert_allclose((wanted_c + rise_k)[within], np.broadcast_to(limit_c, wanted_c.shape)[within])


def test_static_set_points_are_those_of_each_sites_plant(env, view):
    policy = ready(BestStatic({"liquid-dry": (0.5, -0.25)}), env)
    np.testing.assert_allclose(entries(policy, env, view, "cooling"), [[0.5, 0.0]] * N)
    np.testing.assert_allclose(entries(policy, env, view, "flow"), [[-0.25, 0.0]] * N)
    assert all(abs(level) <= 1.0 for pair in found_levels().values() for level in pair)


def test_only_own_surplus_is_stored_and_it_serves_the_load(env, view):
    policy = ready(SelfConsumption(), env)
    load_kw = np.full_like(view.load_kw, 2.0)
    sunny, dark, equal = (
        entries(policy, env, view._replace(load_kw=load_kw, own_kw=np.full_like(load_kw, own)), "storage")
        for own in (3.5, 0.5, 2.0)
    )
    battery_kw = env.world.params.sites["battery_kw"]
    np.testing.assert_allclose(sunny, np.broadcast_to(1.5 / battery_kw, sunny.shape), rtol=1e-6)
    np.testing.assert_allclose(dark, np.broadcast_to(-1.5 / battery_kw, dark.shape), rtol=1e-6)
    assert not equal.any()


def test_import_is_kept_below_the_peak_that_is_owed_and_batteries_refill_well_below_it(env, view):
    def act(now_kw, peak_kw, stored_kwh=0.0):
        shown = view._replace(
            drawn_kw=np.full_like(view.drawn_kw, now_kw),
            peak_kw=np.full_like(view.peak_kw, max(peak_kw, now_kw)),  # it contains the last step's import
            stored_kwh=np.full_like(view.stored_kwh, stored_kwh),
        )
        return entries(ready(PeakShaving(guard=0.1), env), env, shown, "storage")

    battery_kw = env.world.params.sites["battery_kw"]
    np.testing.assert_allclose(act(2.0, 2.0), np.broadcast_to(-0.2 / battery_kw, (N, 2)), rtol=1e-5)
    assert not act(1.7, 2.0).any(), "below the guarded line, too near to charge"
    assert (act(1.0, 2.0) > 0.0).all(), "it refills"
    assert not act(1.0, 2.0, stored_kwh=1e9).any(), "until it holds enough"


def test_peaks_are_shaved_on_weeks_of_the_hybrid_world(make_tiny):
    """In the closed loop: batteries work, against the load, and what the peaks cost falls."""
    env = make_tiny(8, scenario="hybrid", traces=None, decision_every=12, episode_days=7.0)
    windows = EvaluationSet.spread(env, 7_000)
    usual, shaved = (play(env, windows, policy) for policy in make_heuristics(["autopilot", "peak-shaving"]))
    assert (shaved["battery_cycles"] > 0.2).all()
    assert shaved["demand_usd"].mean() < 0.99 * usual["demand_usd"].mean()
    assert shaved["cost_usd"].mean() < usual["cost_usd"].mean()

    observation, _ = env.reset(seed=windows.seeds, options={"start_row": windows.rows})
    policy = ready(PeakShaving(), env)
    drawn_kw, bus_kw = [], []
    for _ in range(72):
        observation, *_ = env.step(policy.act(observation, look(env.world)))
        moved = env.world.ledger.sites
        bus_kw.append(moved["charge_kw"] - moved["discharge_kw"])
        drawn_kw.append(moved["import_kw"] - bus_kw[-1])
    for load, bus in zip(np.array(drawn_kw)[:, :, 0].T, np.array(bus_kw)[:, :, 0].T, strict=True):
        assert load[bus < 0.0].mean() > load[bus >= 0.0].mean()


def test_sleep_leaves_what_is_needed_awake(env, view):
    policy = ready(ConsolidateAndSleep(headroom=0.2, spare=0.0), env)
    modules = env.world.params.modules
    asked, held = 0.2 * modules["chips"] * np.ones((N, 1)), 0.1 * modules["chips"] * np.ones((N, 1))
    flat = np.repeat(view.flow_per_s[:, :, None], view.flow_forecast_per_s.shape[2], axis=2)
    quiet = view._replace(asked_chips=asked, held_chips=held, flow_forecast_per_s=flat, jobs=view.jobs[:, :0])
    asleep = entries(policy, env, quiet, "sleep") * modules["chips"]
    needed = asked * 1.2 / env.world.params.rules["serve_utilisation"][0] + held
    np.testing.assert_array_less(asleep, modules["chips"] - needed + 1e-3)
    np.testing.assert_array_less(modules["chips"] - needed - 1.0 - 1e-3, asleep)
    growing = entries(policy, env, quiet._replace(flow_forecast_per_s=2.0 * flat), "sleep")
    serves = (env.world.params.services["rate_per_s"] > 0.0).any(axis=1)
    assert (growing < asleep / modules["chips"])[:, serves].all()
    np.testing.assert_allclose(growing[:, ~serves], (asleep / modules["chips"])[:, ~serves], rtol=1e-6)


def test_nothing_sleeps_or_slows_before_demand_is_seen(env):
    at_start = look(env.world)._replace(flow_per_s=np.zeros((N, len(env.world.params.flows))))
    assert not entries(ready(ConsolidateAndSleep(), env), env, at_start, "sleep").any()
    assert not entries(ready(LoadFollowingClocks(), env), env, at_start, "caps").any()


def test_clocks_fall_with_room_and_stay_up_without(env, view):
    policy = ready(LoadFollowingClocks(depth=0.5), env)
    idle, full = 0.0 * view.awake_chips, view.awake_chips
    nobody = np.zeros_like(view.held_chips)
    np.testing.assert_allclose(entries(policy, env, view._replace(asked_chips=idle, held_chips=nobody), "caps"), -0.5)
    assert not entries(policy, env, view._replace(asked_chips=full, held_chips=nobody), "caps").any()


def test_sleeping_chips_save_energy_and_drop_hardly_more(make_tiny):
    env = make_tiny(N)
    windows = EvaluationSet.spread(env, 5_000)
    usual, sleeping = (play(env, windows, policy) for policy in make_heuristics(["autopilot", "consolidate-and-sleep"]))
    assert (sleeping["energy_kwh"] < 0.99 * usual["energy_kwh"]).all()
    more = (sleeping["requests_dropped"] - usual["requests_dropped"]) / usual["requests_arrived"]
    assert more.max() < 1e-3


@pytest.mark.parametrize(
    "build",
    [
        lambda: AshraeFixed(margin_k=-1.0),
        lambda: OutdoorReset(most_drop_k=-1.0),
        lambda: PeakShaving(guard=0.5),
        lambda: PeakShaving(refill_share=0.0),
        lambda: PeakShaving(refill_to=2.0),
        lambda: ConsolidateAndSleep(spare=-0.1),
        lambda: ConsolidateAndSleep(dearest=0.5),
        lambda: LoadFollowingClocks(depth=2.0),
        lambda: LoadFollowingClocks(headroom=-1.0),
    ],
)
def test_parameters_out_of_range_are_refused(build):
    with pytest.raises(ValueError, match="must be"):
        build()
