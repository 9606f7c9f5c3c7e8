"""The policy around the program: bounds, batches, periods, and slots that go back through `decode`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift.kernel.decode import depart
from wattshift_agents.errors import SettingsError
from wattshift_agents.evaluation import EvaluationSet
from wattshift_agents.evaluation import play as evaluate_play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.predictive import ModelPredictive
from wattshift_agents.optimum.mpc_actions import admission, depart_inverse, sleep
from wattshift_agents.view import look

STEPS = 14


def play(env, policy, starts, seeds, n_steps=STEPS):
    observation, _ = env.reset(seed=seeds, options={"start_row": np.array(starts)})
    policy.reset(env.world)
    actions = []
    for _ in range(n_steps):
        actions.append(policy.act(observation, look(env.world)))
        observation, *_ = env.step(actions[-1])
    return np.array(actions)


def test_actions_stay_in_the_action_space_and_do_something(make_tiny):
    env = make_tiny(2)
    actions = play(env, ModelPredictive(peak_weight=1.0), [0, 4000], [5, 6])
    assert all(env.action_space.contains(action) for action in actions)
    for slot in ("sleep", "storage", "caps"):
        assert actions[:, :, env.world.layout.actions[slot]].any(), slot


def test_a_row_of_a_batch_decides_as_the_environment_alone(make_tiny):
    together = play(make_tiny(2), ModelPredictive(), [0, 4000], [5, 6])
    for row, (start, seed) in enumerate([(0, 5), (4000, 6)]):
        alone = play(make_tiny(1), ModelPredictive(), [start], [seed])
        assert (together[:, row] == alone[:, 0]).all()


def test_a_plan_stands_for_its_period_and_set_points_follow_the_weather(make_tiny):
    env = make_tiny(1)
    actions = play(env, ModelPredictive(horizon_h=6), [0], [5])
    follows = np.zeros(actions.shape[2], bool)
    for slot in ("cooling", "flow"):
        follows[env.world.layout.actions[slot]] = True
    planned, followed = actions[:, 0, ~follows], actions[:, 0, follows]
    assert (planned[:12] == planned[0]).all()
    assert (planned[12] != planned[0]).any()
    assert (followed[1:12] != followed[1]).any()


def test_where_a_plan_begins_changes_nothing_but_the_time(make_tiny):
    """Of two optima either may be found, so the weeks' costs are held against each other, not the actions."""
    env = make_tiny(2)
    windows = EvaluationSet.spread(env, 3)
    costs = [evaluate_play(env, windows, ModelPredictive(warm=warm))["cost_usd"] for warm in (True, False)]
    np.testing.assert_allclose(*costs, rtol=1e-3)


def test_the_same_seed_makes_the_same_plans(make_tiny):
    env, policy = make_tiny(2), ModelPredictive()
    first, again = (play(env, policy, [0, 4000], [5, 6], n_steps=30) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_what_the_task_does_not_drive_is_left_out(make_tiny):
    only = {"summary": "Batteries alone", "drives": ["storage"], "sees": ["clock"], "pays": {"electricity_usd": 1}}
    env = make_tiny(1, task=only)
    actions = play(env, ModelPredictive(), [0], [5], n_steps=2)
    assert actions.shape[2] == 2
    assert env.action_space.contains(actions[0])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_depart_inverse_inverts_the_slot(value, middle):
    entry = depart_inverse(np.array([value]), np.array([middle]), 0.0, 1.0)[0]
    assert depart(middle, 0.0, 1.0, entry) == pytest.approx(value, abs=1e-9)


def test_offers_and_sleep_come_out_as_whole_chips_after_decoding(make_tiny):
    env = make_tiny(1)
    env.reset(seed=0)
    world, slots = env.world, env.world.layout.actions
    modules = world.params.modules
    action = np.zeros(env.action_space.shape, np.float32)
    for wanted in range(int(modules["chips"][0])):
        chips = np.zeros((1, len(modules)))
        chips[0, 0] = wanted
        action[:, slots["admission"]] = admission(chips, modules, 2)
        action[:, slots["sleep"]] = sleep(chips, modules)
        env.reset(seed=0)
        env.step(action)
        assert world.control.modules["job_chips"][0, 0] == wanted
        assert world.control.modules["sleep_chips"][0, 0] == modules["chips"][0] - wanted


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"horizon_h": 25}, "horizon_h"),
        ({"horizon_h": 24, "period_h": 5}, "period_h"),
        ({"serving_margin": 0.5}, "serving_margin"),
        ({"power_share": 2.0}, "power_share"),
        ({"caps_awake": 0.5}, "caps_awake"),
        ({"most_jobs": -1}, "most_jobs"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(settings, named):
    with pytest.raises(ValueError, match=named):
        ModelPredictive(**settings)


def test_options_reach_the_policy_and_wrong_ones_are_refused():
    (policy,) = make_heuristics(["mpc"], {"mpc": {"horizon_h": 12}, "arbitrage": {"power_share": 0.2}})
    assert policy.settings.horizon_h == 12
    with pytest.raises(SettingsError, match=r"options\.mpc.*horizon_h"):
        make_heuristics(["mpc"], {"mpc": {"horizon_h": 99}})
    with pytest.raises(SettingsError, match=r"options\.mpc.*nonsense"):
        make_heuristics(["mpc"], {"mpc": {"nonsense": 1}})
    with pytest.raises(SettingsError, match=r"options.*mcp.*mpc"):
        make_heuristics(["mpc"], {"mcp": {}})
