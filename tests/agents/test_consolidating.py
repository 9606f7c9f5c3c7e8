"""Consolidation of jobs: they are gathered where their work is cheap, and the rest of the chips sleeps."""

import numpy as np

from wattshift_agents.heuristics.sleeping import ConsolidateAndSleep
from wattshift_agents.jobs import JOB_VIEW
from wattshift_agents.view import look


def asleep_chips(policy, env, view):
    policy.reset(env.world)
    action = policy.act(np.zeros(env.observation_space.shape, np.float32), view)
    return action[:, env.world.layout.actions["sleep"]] * env.world.params.modules["chips"]


def test_jobs_wait_for_the_chips_where_their_work_is_cheap_unless_their_slack_runs_out(make_tiny):
    """Batch inference runs on three kinds of chips; Toronto's are the cheapest, and full in the second environment."""
    env = make_tiny(2, scenario="hybrid", traces=None)
    env.reset(seed=0)
    env.step(np.zeros(env.action_space.shape, np.float32))
    world, view = env.world, look(env.world)
    cheap = world.scenario.module_names.index("toronto/v6e")
    stream = world.scenario.stream_names.index("frankfurt/batch_inference")

    def awake(slack_h, dearest=1.3):
        jobs = np.zeros((2, 1), JOB_VIEW)
        for name, value in {"stream": stream, "module": -1, "chips": 16, "slack_h": slack_h}.items():
            jobs[name] = value
        held = np.zeros_like(view.held_chips)
        held[1, cheap] = world.params.modules["chips"][cheap]
        price = np.where(world.params.sites["zone"] == world.params.sites["zone"][2], 0.05, 0.2)
        shown = view._replace(
            jobs=jobs,
            held_chips=held,
            energy_usd_per_kwh=np.tile(price, (2, 1)),
            energy_forecast_usd_per_kwh=np.tile(price[:, None], (2, 1, 24)),
        )
        policy = ConsolidateAndSleep(dearest=dearest)
        nobody = shown._replace(jobs=jobs[:, :0])
        return np.rint(asleep_chips(policy, env, nobody) - asleep_chips(policy, env, shown))

    patient = awake(slack_h=10.0)
    assert patient[0, cheap] == 16
    assert patient.sum() == 16, "where the cheap chips are taken it waits"
    for of_any_price in (awake(slack_h=0.5), awake(slack_h=10.0, dearest=np.inf)):
        assert of_any_price[0, cheap] == 16
        assert of_any_price[1].sum() == 16
        assert of_any_price[1, cheap] == 0
