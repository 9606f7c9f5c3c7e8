"""Set-points by model: the model is the plants', the search finds its best, and the fleet costs less for it."""

import gymnasium
import numpy as np
import pytest

import wattshift  # noqa: F401  (registers the environments)
from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.supervisory import OptimalSetPoint
from wattshift_agents.optimum.set_points import LOAD, WEATHER, SetPointModel
from wattshift_agents.view import look

N = 8


@pytest.fixture(scope="module")
def env():
    arguments = {"scenario": "hybrid", "autoreset_mode": "Disabled", "episode_days": 1.0}
    return gymnasium.make_vec("wattshift/Cooling-v0", num_envs=N, **arguments)


@pytest.fixture
def view(env):
    env.reset(seed=3, options={"start_row": np.linspace(1_000, 100_000, N).astype(np.int64)})
    for _ in range(8):
        env.step(np.zeros(env.action_space.shape, np.float32))
    return look(env.world)


def weather_of(view):
    weather = np.zeros(view.dry_bulb_c.shape, WEATHER)
    weather["temp_c"], weather["wet_bulb_c"] = view.dry_bulb_c, view.wet_bulb_c
    return weather


def ready(env):
    policy = OptimalSetPoint()
    policy.reset(env.world)
    return policy


def test_the_model_draws_what_the_world_draws_in_steady_state(env, view):
    """Loops have settled for two hours; what is left is that load and weather move in the last step."""
    ledger, params = env.world.ledger, env.world.params
    loads = np.zeros(ledger.modules.shape, LOAD)
    state = env.world.state.modules
    loads["asleep"] = params.modules["chips"] - state["awake"] - state["waking"]
    loads["powered"] = state["awake"] + state["waking"] - state["failed_chips"]
    loads["serving"], loads["replicas"] = ledger.modules["serving_chips"], state["replicas"]
    loads["working"] = ledger.modules["working_chips"]
    model = SetPointModel(env.world.params)
    one_usd = np.ones(view.energy_usd_per_kwh.shape)
    zero = np.zeros((*one_usd.shape, 2))
    _, usd = model.search(loads, weather_of(view), one_usd, zero, (0.0, 0.0))
    sites, step_h = ledger.sites, params.rules["step_s"][0] / 3600.0
    drawn = sites["it_kw"] + sites["cooling_kw"] + sites["loss_kw"]
    drawn += sites["water_l"] / step_h * params.rules["water_usd_per_l"][0]
    is_up = (env.world.state.sites["up"] == 1) & (view.load_kw > 0.0)
    np.testing.assert_allclose(usd[is_up], drawn[is_up], rtol=0.02)


def test_the_search_finds_the_cheapest_pair_of_a_fine_grid(env, view):
    policy = ready(env)
    loads, weather, usd_per_kwh = policy.loads(view), weather_of(view), view.energy_usd_per_kwh
    at = loads, weather, usd_per_kwh
    _, found = policy.model.search(*at, np.zeros((*usd_per_kwh.shape, 2)), (0.5, 0.5))
    least = np.full(found.shape, np.inf)
    for pair in np.ndindex(21, 21):
        entries = np.broadcast_to(np.array(pair) / 10.0 - 1.0, (*found.shape, 2))
        least = np.minimum(least, policy.model.search(*at, entries, (0.0, 0.0))[1])
    assert (found <= 1.001 * least).all()


def test_what_the_task_does_not_drive_stays_with_the_autopilot(env, view):
    policy = ready(env)
    loads, weather, usd_per_kwh = policy.loads(view), weather_of(view), view.energy_usd_per_kwh
    usual = np.zeros((*usd_per_kwh.shape, 2))
    only_cooling, _ = policy.model.search(loads, weather, usd_per_kwh, usual, (0.5, 0.0))
    assert only_cooling[:, :, 0].any()
    assert not only_cooling[:, :, 1].any()
    only_flow, _ = policy.model.search(loads, weather, usd_per_kwh, usual, (0.0, 0.5))
    assert only_flow[:, :, 1].any()
    assert not only_flow[:, :, 0].any()


def test_no_supply_is_colder_than_the_equipment_is_recommended(env, view):
    """However cold the weather is: below that, a kelvin costs more than fans and leakage save."""
    policy = ready(env)
    weather = weather_of(view)
    weather["temp_c"], weather["wet_bulb_c"] = -15.0, -17.0
    usd_per_kwh, usual = np.full(view.dry_bulb_c.shape, 0.1), np.zeros((*view.dry_bulb_c.shape, 2))
    best, _ = policy.model.search(policy.loads(view), weather, usd_per_kwh, usual, (0.5, 0.5))
    modules, usual_c = env.world.params.modules, env.world.params.plants["supply_c"][:, 0]
    entry = best[:, modules["site"], 0]
    span_k = np.where(entry > 0.0, modules["supply_max_c"] - usual_c, usual_c - modules["supply_min_c"])
    below_k = modules["supply_least_c"] - (usual_c + entry * span_k)
    alone = np.bincount(modules["site"])[modules["site"]] == 1  # the modules of a site share an entry
    assert (below_k[:, alone] <= 0.1).all()


def test_it_costs_less_than_static_set_points_and_the_autopilot(env):
    windows = EvaluationSet.spread(env, 7_000)
    policies = make_heuristics(["autopilot", "best-static", "optimal-set-point"])
    autopilot, static, optimal = (play(env, windows, policy)["cost_usd"] for policy in policies)
    assert (optimal < autopilot).all()
    assert optimal.mean() < static.mean()


def test_before_the_first_step_set_points_stay(env):
    env.reset(seed=0)
    assert not ready(env).act(np.zeros(env.observation_space.shape, np.float32), look(env.world)).any()
