"""The answer to a request of the grid operator: thrifty without one, and less import with one."""

import numpy as np
import pytest

from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.view import look

N = 2


@pytest.fixture
def env(make_tiny):
    env = make_tiny(N)
    env.reset(seed=0)
    return env


def act(name, env, view):
    (policy,) = make_heuristics([name])
    policy.reset(env.world)
    return policy.act(np.zeros(env.observation_space.shape, np.float32), view)


def test_without_a_request_it_is_thrifty(env):
    view = look(env.world)
    assert np.isinf(view.allowed_kw).all()
    np.testing.assert_array_equal(act("demand-response", env, view), act("thrifty", env, view))


def test_a_request_slows_defers_and_discharges_at_its_site_only(env):
    view, slots = look(env.world), env.world.layout.actions
    allowed_kw, drawn_kw = np.full_like(view.allowed_kw, np.inf), np.full_like(view.drawn_kw, 60.0)
    allowed_kw[:, 0] = 5.0
    held = np.full_like(view.job_occupancy, 0.8)
    view = view._replace(allowed_kw=allowed_kw, drawn_kw=drawn_kw, job_occupancy=held)
    action, usual = act("demand-response", env, view), act("thrifty", env, view)
    for slot in ("caps", "admission", "placement", "storage"):
        asked, other = action[:, slots[slot]][:, 0], action[:, slots[slot]][:, 1]
        assert (asked < 0.0).all(), slot
        np.testing.assert_array_equal(other, usual[:, slots[slot]][:, 1], err_msg=slot)
    assert (action[:, slots["admission"]][:, 0] < 0.8 - 1.0).all()  # running jobs too


def test_a_request_that_is_met_stops_no_running_job(env):
    view, slots = look(env.world), env.world.layout.actions
    held = np.full_like(view.job_occupancy, 0.8)
    met = {"allowed_kw": np.full_like(held, 30.0), "drawn_kw": np.full_like(held, 20.0), "job_occupancy": held}
    action = act("demand-response", env, view._replace(**met))
    np.testing.assert_allclose(action[:, slots["admission"]], 0.8 - 1.0, rtol=1e-6)
    np.testing.assert_array_equal(action[:, slots["storage"]], 0.0)


def test_the_battery_fills_on_notice(env):
    view, slots = look(env.world), env.world.layout.actions
    soon = view._replace(curtailment_in_h=np.full_like(view.curtailment_in_h, 4.0))
    charging = act("demand-response", env, soon)[:, slots["storage"]]
    assert (charging > 0.0).all()
    sooner = view._replace(curtailment_in_h=np.full_like(view.curtailment_in_h, 2.0))
    assert (act("demand-response", env, sooner)[:, slots["storage"]] > charging).all()
