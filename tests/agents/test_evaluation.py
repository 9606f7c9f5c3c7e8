"""Every policy meets the same windows, spread without overlap, whatever runs before it."""

import numpy as np
import pytest

from wattshift_agents.errors import SettingsError
from wattshift_agents.evaluation import EvaluationSet, evaluate
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.validation import Validator


def test_windows_are_spread_over_the_traces_without_overlap(make_tiny):
    env = make_tiny(5)
    windows = EvaluationSet.spread(env, seed=10)
    assert windows.seeds == [10, 11, 12, 13, 14]
    assert windows.rows[0] == env.world.rows[0]
    assert windows.rows[-1] == env.world.rows[-1]
    assert (np.diff(windows.rows) >= env.world.steps_per_episode).all()
    assert np.ptp(np.diff(windows.rows)) <= 1
    assert windows.windows[0].start_utc == "2025-01-01T00:00:00Z"


def test_more_windows_than_fit_are_refused(make_tiny):
    env = make_tiny(3, episode_days=150)
    with pytest.raises(SettingsError, match="windows: got 3, the traces hold 2"):
        EvaluationSet.spread(env, seed=0)


def test_results_do_not_depend_on_the_other_policies(make_tiny):
    env = make_tiny(2)
    windows = EvaluationSet.spread(env, seed=0)
    together = evaluate(env, windows, make_heuristics(["random", "lowest-carbon", "autopilot"]))
    alone = evaluate(make_tiny(2), windows, make_heuristics(["lowest-carbon"]))
    for name, values in alone.kpis["lowest-carbon"].items():
        np.testing.assert_array_equal(values, together.kpis["lowest-carbon"][name])
    assert together.kinds == dict.fromkeys(("random", "lowest-carbon", "autopilot"), "heuristic")


def test_a_planner_is_known_and_every_policy_is_timed(make_tiny):
    env = make_tiny(2, decision_every=36)
    results = evaluate(env, EvaluationSet.spread(env, seed=0), make_heuristics(["autopilot", "mpc"]))
    assert results.kinds == {"autopilot": "heuristic", "mpc": "planner"}
    assert 0.0 < results.decision_ms["autopilot"] < results.decision_ms["mpc"]


def test_policies_that_mean_the_autopilot_cost_the_same(make_tiny):
    env = make_tiny(2)
    results = evaluate(env, EvaluationSet.spread(env, 3), make_heuristics(["autopilot", "middle", "nearest-site"]))
    for policy in ("middle", "nearest-site"):
        np.testing.assert_array_equal(results.objective_usd(policy), results.objective_usd("autopilot"))


@pytest.mark.parametrize(("decision_every", "decisions"), [(1, 72), (12, 6), (7, 11)])
def test_episodes_end_for_every_pace_of_decisions(make_tiny, decision_every, decisions):
    env = make_tiny(2, decision_every=decision_every)
    seen = []
    evaluate(env, EvaluationSet.spread(env, 0), make_heuristics(["random"]), lambda *step: seen.append(step))
    assert seen == [("random", i, decisions) for i in range(1, decisions + 1)]


def test_misuse_is_refused(make_tiny):
    env = make_tiny(2)
    windows = EvaluationSet.spread(env, 0)
    with pytest.raises(ValueError, match="different names"):
        evaluate(env, windows, make_heuristics(["random"]) * 2)
    with pytest.raises(ValueError, match="for 2 windows"):
        evaluate(make_tiny(3), windows, make_heuristics(["random"]))
    with pytest.raises(ValueError, match="Disabled"):
        evaluate(make_tiny(2, "SameStep"), windows, make_heuristics(["random"]))


def test_validator_measures_against_the_autopilot(make_tiny):
    validator = Validator(make_tiny(2), seed=0)
    autopilot, noise = make_heuristics(["autopilot", "random"])
    assert validator.judge(autopilot).saving_share == 0.0
    verdict = validator.judge(noise)
    assert verdict.saving_share == pytest.approx(1.0 - verdict.objective_usd / validator.autopilot_cost_usd)
    assert verdict.objective_usd == verdict.kpis["objective_usd"] == verdict.kpis["cost_usd"]


def test_checkpoints_are_picked_by_what_the_task_pays_for(make_tiny):
    task = {"summary": "carbon", "drives": ["admission"], "sees": ["clock"], "pays": {"carbon_usd": 2.0}}
    verdict = Validator(make_tiny(2, task=task), seed=0).judge(make_heuristics(["random"])[0])
    assert verdict.objective_usd == pytest.approx(2.0 * verdict.kpis["carbon_usd"])
    assert verdict.objective_usd < verdict.kpis["cost_usd"]
