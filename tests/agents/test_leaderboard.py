"""The leaderboard: scores, intervals over seeds and windows, the check of the bound, plans, and what is left to do."""

import csv
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from wattshift_agents.errors import SettingsError
from wattshift_agents.kinds import HEURISTIC, LEARNED, PLANNER
from wattshift_agents.leaderboard.jobs import Job
from wattshift_agents.leaderboard.page import verdict
from wattshift_agents.leaderboard.plan import read_plan, spread
from wattshift_agents.leaderboard.pool import Paces, outstanding, ready
from wattshift_agents.leaderboard.standings import (
    BoundBrokenError,
    Entrant,
    check_bounds,
    crossed,
    idle,
    score,
    standings,
)
from wattshift_agents.statistics import Estimate, relative_difference

ROOT = Path(__file__).parents[2]
AUTOPILOT = [100.0, 120.0, 80.0, 110.0]


def entrant(policy, *costs, kind=HEURISTIC):
    return Entrant(policy, kind, {"objective_usd": np.array(costs), "cost_usd": np.array(costs)}, 0.0, 0.0, 0.0, "")


def field():
    """Autopilot, a better and a worse rule, a planner, and an agent of three seeds."""
    base = np.array(AUTOPILOT)
    return [
        entrant("autopilot", base),
        entrant("good", 0.9 * base),
        entrant("bad", 1.5 * base),
        entrant("mpc", 0.7 * base, kind=PLANNER),
        entrant("ppo", 0.78 * base, 0.8 * base, 0.82 * base, kind=LEARNED),
    ]


def test_score_is_zero_for_the_autopilot_and_one_for_the_bound():
    autopilot, bound = np.array(AUTOPILOT), 0.5 * np.array(AUTOPILOT)
    assert score(autopilot, autopilot, bound) == 0.0
    assert score(bound, autopilot, bound) == 1.0
    assert score(0.75 * autopilot, autopilot, bound) == pytest.approx(0.5)


def test_intervals_hold_both_seeds_and_windows():
    base = np.array(AUTOPILOT)
    same = crossed(relative_difference, np.array([0.9 * base] * 3), base)
    assert same == pytest.approx((-0.1, -0.1, -0.1))
    seeds = crossed(relative_difference, np.array([0.8 * base, 0.9 * base, base]), base)
    assert seeds.value == pytest.approx(-0.1)
    assert seeds.low == pytest.approx(-0.2)  # all resampled seeds are the best one in 1 of 27: beyond 2.5 %
    assert seeds.high == pytest.approx(0.0)
    windows = crossed(relative_difference, (base - [0.0, 0.0, 0.0, 40.0])[None], base)
    assert windows.low < windows.value < windows.high


def test_lines_are_ranked_and_held_against_the_best_other_rule_but_not_the_planner():
    lines = standings(field(), [0, 3], np.array([50.0, 55.0]))
    assert [line.entrant.policy for line in lines] == ["mpc", "ppo", "good", "autopilot", "bad"]
    by_name = {line.entrant.policy: line for line in lines}
    assert by_name["ppo"].rival == "good"
    assert by_name["good"].rival == "autopilot"
    assert by_name["ppo"].to_rival.value == pytest.approx(0.8 / 0.9 - 1.0)
    assert by_name["ppo"].to_planner.value == pytest.approx(0.8 / 0.7 - 1.0)
    assert by_name["mpc"].to_planner is None
    assert by_name["ppo"].score.value == pytest.approx(0.4)
    assert by_name["autopilot"].score == (0.0, 0.0, 0.0)


def test_lines_are_ranked_by_the_objective_and_scored_by_the_money():
    entrants = field()
    carbon_usd = {"autopilot": 9.0, "good": 8.0, "bad": 2.0, "mpc": 5.0, "ppo": 6.0}
    for one in entrants:
        one.kpis["objective_usd"] = np.full(one.cost_usd.shape, carbon_usd[one.policy])
    lines = standings(entrants, [0, 3], np.array([50.0, 55.0]))
    assert [line.entrant.policy for line in lines] == ["bad", "mpc", "ppo", "good", "autopilot"]
    ppo = lines[2]
    assert (ppo.rival, ppo.objective_usd, ppo.score.value) == ("bad", 6.0, pytest.approx(0.4))
    assert ppo.to_rival.value == pytest.approx(2.0)
    assert ppo.cost_usd == pytest.approx(0.8 * np.mean(AUTOPILOT))


def test_a_policy_below_the_bound_is_named():
    check_bounds(field(), [0, 3], np.array([70.0, 77.0]), "fleet, real")
    with pytest.raises(BoundBrokenError, match=r"fleet, real, window 3: mpc costs 77\.0+ USD, .* 77\.1") as broken:
        check_bounds(field(), [0, 3], np.array([70.0, 77.1]), "fleet, real")
    assert str(broken.value).count("\n") == 0


def test_policies_that_do_what_the_autopilot_does_are_left_out():
    twin = entrant("twin", np.array(AUTOPILOT))
    almost = entrant("almost", np.array([*AUTOPILOT[:3], AUTOPILOT[3] + 1e-9]))
    assert idle([*field(), twin, almost]) == ["twin"]


@pytest.mark.parametrize(
    ("low", "high", "said"), [(-0.2, -0.1, "yes"), (-0.1, 0.1, "**not shown**"), (0.1, 0.2, "**no, dearer**")]
)
def test_only_an_interval_without_zero_decides(low, high, said):
    assert verdict(Estimate((low + high) / 2.0, low, high)) == said


def test_windows_with_a_bound_are_spread_over_all():
    assert spread(4, 16) == [0, 5, 10, 15]
    assert spread(16, 16) == list(range(16))


def test_plans_are_narrowed_and_mistakes_named(tmp_path):
    plan = read_plan(ROOT / "configs" / "leaderboard.yaml")
    assert set(plan.tasks) == {path.stem for path in (ROOT / "configs" / "task").glob("*.yaml")} - {"own"}
    assert all(asked.seeds >= 3 for agents in plan.tasks.values() for asked in agents.values())
    smaller = plan.narrowed(["storage"], 2, 0.25)
    assert list(smaller.tasks) == ["storage"]
    assert smaller.tasks["storage"]["ppo"].seeds == 2
    assert smaller.tasks["storage"]["ppo"].total_steps == plan.tasks["storage"]["ppo"].total_steps // 4
    with pytest.raises(SettingsError, match=r"no stroage in the plan\..*storage"):
        plan.narrowed(["stroage"], None, 1.0)
    (tmp_path / "plan.yaml").write_text("windows: 2\ntasks: {fleet: {ppo: {sead: 1}}}\n")
    with pytest.raises(SettingsError, match=r"plan\.yaml: not a plan: .*sead"):
        read_plan(tmp_path / "plan.yaml")


@dataclass(frozen=True)
class Sum(Job):
    """Adds numbers."""

    work: Path
    terms: tuple[int, ...]
    first: tuple[Job, ...] = ()

    @property
    def label(self):
        return "sum"

    @property
    def pace(self):
        return f"play {len(self.terms)}"

    @property
    def units(self):
        return float(len(self.terms))

    @property
    def settings(self):
        return {"terms": self.terms}

    @property
    def needs(self):
        return self.first

    def perform(self):
        return {"sum": sum(self.terms)}


def test_a_job_is_done_once_and_others_wait_for_it(tmp_path):
    one = Sum(tmp_path, (1, 2))
    two = Sum(tmp_path, (3,), first=(one,))
    assert outstanding([two, one, Sum(tmp_path, (1, 2))]) == [two, one]
    assert ready([two, one]) is one
    one.run()
    assert one.read()["sum"] == 3
    assert ready([two]) is two
    assert outstanding([two, one]) == [two]
    assert outstanding([Sum(tmp_path, (1, 3))]), "another setting is another job"


def test_time_left_follows_from_jobs_that_are_done(tmp_path):
    done = Sum(tmp_path, (1, 2))
    done.run()
    seconds = done.read()["seconds"]
    paces = Paces()
    paces.learn(done)
    assert paces.estimate_s([Sum(tmp_path, (5, 6))]) == pytest.approx(seconds)
    assert paces.estimate_s([Sum(tmp_path, (1, 2, 3, 4))]) == pytest.approx(2.0 * seconds), "as others of its kind"


def test_quick_leaderboard_from_end_to_end_and_nothing_to_do_the_second_time(tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("leaderboard", ROOT / "benchmarks" / "leaderboard.py")
    command = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(command)
    asked = ["--quick", "--seeds", "1", "--steps-scale", "0.25", "--work", str(tmp_path)]
    assert command.main(asked) == 0
    with (tmp_path / "leaderboard.csv").open() as file:
        rows = {row["policy"]: row for row in csv.DictReader(file)}
    assert {"autopilot", "stack", "mpc", "ppo"} <= set(rows)
    assert float(rows["autopilot"]["score"]) == 0.0
    assert all(float(row["score"]) < 1.0 for row in rows.values())
    assert float(rows["ppo"]["training_s"]) > 0.0
    page = (tmp_path / "leaderboard.md").read_text()
    assert 'make leaderboard ARGS="--quick --seeds 1 --steps-scale 0.25"' in page
    assert str(tmp_path) not in page
    assert (tmp_path / "leaderboard" / "score-synthetic.png").stat().st_size > 0
    capsys.readouterr()
    assert command.main(asked) == 0
    assert "0 jobs to do" in capsys.readouterr().out
