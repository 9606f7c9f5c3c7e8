"""Each rule does what its name says, for whole batches, on what a view shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wattshift.traces.series import CARBON, LEADS, PRICE
from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import HEURISTICS, make_heuristics, summaries
from wattshift_agents.heuristics.ranking import preference_by_rank
from wattshift_agents.heuristics.waiting import WaitForGreen
from wattshift_agents.policy import Policy
from wattshift_agents.view import look

N = 2


@pytest.fixture
def env(make_tiny):
    env = make_tiny(N)
    env.reset(seed=0)
    return env


@pytest.fixture
def view(env):
    return look(env.world)


def act(name, env, view):
    (policy,) = make_heuristics([name])
    policy.reset(env.world)
    observation = np.zeros(env.observation_space.shape, np.float32)
    return policy.act(observation, view)


@pytest.mark.parametrize("name", HEURISTICS)
def test_every_heuristic_is_a_policy_within_the_action_space(name, env, view):
    action = act(name, env, view)
    assert isinstance(make_heuristics([name])[0], Policy)
    assert action.dtype == np.float32
    assert env.action_space.contains(action)


@pytest.mark.parametrize("name", ["autopilot", "middle", "nearest-site"])
def test_those_that_leave_all_to_the_autopilot_are_zero(name, env, view):
    assert not act(name, env, view).any()


@pytest.mark.parametrize(
    ("name", "field"), [("lowest-carbon", "carbon_kg_per_kwh"), ("lowest-price", "price_usd_per_kwh")]
)
def test_work_goes_where_the_quantity_is_lowest(name, field, env, view):
    slots = env.world.layout.actions
    n_sites = len(env.world.params.sites)
    quantity = np.stack([np.arange(n_sites, dtype=np.float64), np.arange(n_sites, dtype=np.float64)[::-1]])
    action = act(name, env, view._replace(**{field: quantity}))
    for slot in ("routing", "placement"):
        assert list(action[:, slots[slot]].argmax(axis=1)) == [0, n_sites - 1]
    action[:, slots["routing"]] = action[:, slots["placement"]] = 0.0
    assert not action.any()


quantities = arrays(np.float64, st.tuples(st.just(1), st.integers(1, 8)), elements=st.integers(0, 5).map(float))


@given(quantities)
def test_preference_follows_rank_and_favours_nobody_among_equals(quantity):
    preference = preference_by_rank(quantity)
    assert np.abs(preference).max() <= 1.0
    assert preference.sum() == pytest.approx(0.0, abs=1e-12)
    order = np.argsort(quantity[0])
    assert (np.diff(preference[0, order]) <= 1e-12).all()
    for i in range(quantity.shape[1]):
        assert (preference[0, quantity[0] == quantity[0, i]] == preference[0, i]).all()


@given(quantities.filter(lambda quantity: len(set(quantity[0])) == quantity.shape[1] > 1))
def test_preference_spans_the_whole_range_where_no_two_are_equal(quantity):
    preference = preference_by_rank(quantity)
    assert preference.min() == -1.0
    assert preference.max() == 1.0


def test_jobs_wait_only_for_clearly_greener_hours_within_their_slack(env, view):
    policy = WaitForGreen(clearly_lower=0.2)
    policy.reset(env.world)
    assert 1 <= policy.horizon_h <= LEADS
    flat = np.ones_like(view.carbon_forecast_kg_per_kwh)
    view = view._replace(
        carbon_kg_per_kwh=np.ones_like(view.carbon_kg_per_kwh), job_occupancy=np.full_like(view.job_occupancy, 0.25)
    )
    greener, slightly, too_late = flat.copy(), flat.copy(), flat.copy()
    greener[:, 0, policy.horizon_h - 1] = 0.7
    slightly[:, 0, 0] = 0.9
    too_late[:, 0, policy.horizon_h :] = 0.1
    admission = env.world.layout.actions["admission"]
    observation = np.zeros(env.observation_space.shape, np.float32)
    for forecast, expected in ((flat, 0.0), (greener, -0.75), (slightly, 0.0), (too_late, 0.0)):
        action = policy.act(observation, view._replace(carbon_forecast_kg_per_kwh=forecast))
        assert (action[:, admission][:, 0] == expected).all()
        action[:, admission.start] = 0.0
        assert not action.any()


def test_only_jobs_follow_the_cheapest_energy(env, view):
    slots = env.world.layout.actions
    action = act("cheapest-energy", env, view)
    cheapest = view.energy_usd_per_kwh.argmin(axis=1)
    assert list(action[:, slots["placement"]].argmax(axis=1)) == list(cheapest)
    action[:, slots["placement"]] = 0.0
    assert not action.any()


@pytest.mark.parametrize(("now", "direction"), [(0.05, 1.0), (0.1, 0.0), (0.101, 0.0), (0.5, -1.0)])
def test_batteries_buy_low_and_sell_high_beyond_wear_and_losses(now, direction, env, view):
    storage = env.world.layout.actions["storage"]
    view = view._replace(
        energy_usd_per_kwh=np.full_like(view.energy_usd_per_kwh, now),
        energy_forecast_usd_per_kwh=np.full_like(view.energy_forecast_usd_per_kwh, 0.1),
    )
    action = act("arbitrage", env, view)
    assert (np.sign(action[:, storage]) == direction).all()


def test_thrifty_is_the_sum_of_its_rules(env, view):
    slots = env.world.layout.actions
    action = act("thrifty", env, view)
    for name, slot in (("cheapest-energy", "placement"), ("arbitrage", "storage")):
        np.testing.assert_array_equal(action[:, slots[slot]], act(name, env, view)[:, slots[slot]])
    assert (action[:, slots["caps"]] < 0.0).all()
    assert not action[:, slots["routing"]].any()


def test_a_slot_that_the_task_does_not_drive_stays_with_the_autopilot(make_tiny):
    task = {"summary": "x", "drives": ["cooling"], "sees": ["clock"], "pays": {"electricity_usd": 1}}
    env = make_tiny(N, task=task)
    env.reset(seed=0)
    assert act("lowest-carbon", env, look(env.world)).shape == (N, 2)
    assert not act("lowest-carbon", env, look(env.world)).any()
    assert act("thrifty", env, look(env.world)).any()


def test_random_repeats_itself_after_reset(env, view):
    (policy,) = make_heuristics(["random"])
    observation = np.zeros(env.observation_space.shape, np.float32)
    sequences = []
    for _ in range(2):
        policy.reset(env.world)
        sequences.append([policy.act(observation, view) for _ in range(3)])
    np.testing.assert_array_equal(*sequences)
    assert not np.array_equal(sequences[0][0], sequences[0][1])


def test_view_shows_this_row_and_this_hours_forecast(env):
    rows = np.array([5, 30])
    env.reset(seed=0, options={"start_row": rows})
    view, world = look(env.world), env.world
    zone, traces = world.params.sites["zone"], world.traces
    for i, row in enumerate(rows):
        hour = row // 12
        np.testing.assert_array_equal(view.carbon_kg_per_kwh[i], traces.carbon_kg_per_kwh[row, zone].astype(np.float64))
        np.testing.assert_array_equal(view.carbon_forecast_kg_per_kwh[i], traces.forecast[hour, CARBON][zone])
        adder = world.params.sites["price_adder_usd_per_kwh"]
        np.testing.assert_allclose(view.price_usd_per_kwh[i], traces.price_usd_per_kwh[row, zone] + adder, rtol=1e-6)
        np.testing.assert_allclose(
            view.price_forecast_usd_per_kwh[i], traces.forecast[hour, PRICE][zone] + adder[:, None], rtol=1e-6
        )


def test_energy_costs_its_price_and_its_carbon(view, env):
    usd_per_kg = env.world.params.rules["carbon_usd_per_kg"][0]
    for energy, price, carbon in (
        (view.energy_usd_per_kwh, view.price_usd_per_kwh, view.carbon_kg_per_kwh),
        (view.energy_forecast_usd_per_kwh, view.price_forecast_usd_per_kwh, view.carbon_forecast_kg_per_kwh),
    ):
        np.testing.assert_allclose(energy, price + usd_per_kg * carbon)


def test_occupancy_is_that_of_the_fullest_module(env):
    modules = env.world.params.modules
    env.world.state.modules["held_chips"][:] = 0
    env.world.state.modules["held_chips"][1] = np.floor(modules["job_share"] * modules["chips"])
    occupancy = look(env.world).job_occupancy
    assert not occupancy[0].any()
    assert (occupancy[1][np.unique(modules["site"][modules["job_share"] > 0.0])] == 1.0).all()


def fields_of(view):
    return [*view._replace(outlook=view.clock), *view.outlook]


def test_view_is_a_copy(env):
    view = look(env.world)
    before = [field.copy() for field in fields_of(look(env.world))]
    for field in fields_of(view):
        field[:] = -1.0
    for field, original in zip(fields_of(look(env.world)), before, strict=True):
        np.testing.assert_array_equal(field, original)


def test_all_stands_for_every_heuristic_once():
    assert [policy.name for policy in make_heuristics(["middle", "all"])] == [
        "middle",
        *(name for name in HEURISTICS if name != "middle"),
    ]
    assert set(summaries()) == set(HEURISTICS)
    assert all(text.endswith(".") for text in summaries().values())


def test_unknown_names_are_refused_with_the_nearest_known_one():
    with pytest.raises(SettingsError, match=r'no heuristic "lowest-carbn".*mean "lowest-carbon"'):
        make_heuristics(["lowest-carbn"])


def test_threshold_must_be_a_share():
    with pytest.raises(ValueError, match="between 0 and 1"):
        WaitForGreen(clearly_lower=10.0)
