"""From plan to choices: who is shown, who may wait, and that a plan is dispatched as it was made."""

import gymnasium
import numpy as np
import pytest

import wattshift  # noqa: F401  (registers the environments)
from wattshift.kernel.state import AUTOPILOT, DEFERRED, FIRST_SITE
from wattshift.kernel.terms import N_PENDING
from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.pending import PendingJobs
from wattshift_agents.heuristics.predictive import ModelPredictive
from wattshift_agents.jobs import JOB_VIEW
from wattshift_agents.optimum.mpc_dispatch import choices, shown
from wattshift_agents.optimum.mpc_program import no_starts
from wattshift_agents.view import look

N_SITES = 3


def table(*rows):
    jobs = np.zeros(len(rows), JOB_VIEW)
    for job, (chips, module, slack_h) in zip(jobs, rows, strict=True):
        job["chips"], job["module"], job["slack_h"] = chips, module, slack_h
    return jobs


def test_shown_are_the_first_that_wait_without_hurry():
    jobs = table((4, -1, 9.0), (8, 0, 9.0), (0, -1, 0.0), (2, -1, 0.5), (1, -1, 1.0))
    is_open = np.eye(N_PENDING, N_SITES, dtype=bool)
    waiting = shown(jobs, is_open, urgent_slack_h=1.0)
    assert list(waiting.jobs["chips"]) == [4, 1]
    np.testing.assert_array_equal(waiting.is_open, is_open[:2])
    assert not waiting.must.any()


def test_none_may_be_put_off_while_others_are_not_shown():
    jobs = table(*[(1, -1, 9.0)] * (N_PENDING + 1))
    waiting = shown(jobs, np.ones((N_PENDING, N_SITES), bool), 1.0)
    assert len(waiting.jobs) == N_PENDING
    assert waiting.must.all()


def test_a_plan_becomes_a_site_or_putting_off():
    """The first job starts now at site 2, the second mostly later, the third nowhere, the fourth in halves."""
    job, site, period = np.array([[0, 2, 0], [0, 1, 5], [1, 0, 0], [1, 0, 3], [3, 1, 0], [3, 2, 0]]).T
    starts = no_starts(4, 24)._replace(jobs=table(*[(1, -1, 9.0)] * 4), job=job, site=site, period=period)
    started = np.array([0.9, 0.1, 0.3, 0.7, 0.5, 0.5])
    expected = [FIRST_SITE + 2, DEFERRED, DEFERRED, FIRST_SITE + 1]
    assert list(choices(starts, started, N_SITES)) == expected + [AUTOPILOT] * (N_PENDING - 4)


@pytest.fixture(scope="module")
def env():
    return gymnasium.make_vec(
        "wattshift/Dispatch-v0", num_envs=4, scenario="hybrid", episode_days=1.0, autoreset_mode="Disabled"
    )


def test_the_jobs_planned_are_those_the_world_shows(env):
    """The planner reads the job table, the choices go to the observation's rows: the same jobs in the same order."""
    observation, _ = env.reset(seed=2)
    world = env.world
    reader, policy = PendingJobs(world), ModelPredictive()
    policy.reset(world)
    urgent_slack_h = world.params.rules["urgent_slack_h"][0]
    seen = 0
    for _ in range(40):
        pending, view = reader.read(observation), look(world)
        for env_nth in range(4):
            waiting = shown(view.jobs[env_nth], pending.is_open[env_nth], urgent_slack_h)
            assert len(waiting.jobs) == pending.is_there[env_nth].sum()
            np.testing.assert_allclose(waiting.jobs["chips"], pending.gang[env_nth, : len(waiting.jobs)], rtol=1e-4)
            seen += len(waiting.jobs)
        observation, *_ = env.step(policy.act(observation, view))
    assert seen > 100


def test_it_costs_less_than_the_autopilot(env):
    windows = EvaluationSet.spread(env, 7_000)
    autopilot, mpc = (play(env, windows, policy)["cost_usd"] for policy in make_heuristics(["autopilot", "mpc"]))
    assert mpc.sum() < 0.97 * autopilot.sum()
