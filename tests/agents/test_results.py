"""Comparisons are paired and sorted, and the files hold what the table says."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from wattshift_agents.results import Results, Window
from wattshift_agents.table import results_table

WINDOWS = tuple(Window(row=100 * i, seed=i, start_utc=f"2025-01-{i + 1:02d}T00:00:00Z") for i in range(6))
AUTOPILOT_USD = np.array([100.0, 300.0, 150.0, 250.0, 120.0, 280.0])


@pytest.fixture
def results():
    costs = {"autopilot": AUTOPILOT_USD, "thrifty": 0.9 * AUTOPILOT_USD, "random": AUTOPILOT_USD + 50.0}
    costs["learned"] = 0.8 * AUTOPILOT_USD + np.array([1.0, -1.0, 0.5, 0.0, 2.0, -2.0])
    kpis = {name: {"objective_usd": cost, "cost_usd": cost, "pue": np.full(6, 1.25)} for name, cost in costs.items()}
    kinds = dict.fromkeys(costs, "heuristic") | {"learned": "learned"}
    return Results(WINDOWS, kpis, kinds, decision_ms=dict.fromkeys(costs, 0.125))


def test_cheapest_comes_first(results):
    assert [entry.policy for entry in results.comparisons()] == ["learned", "thrifty", "autopilot", "random"]


def test_differences_are_paired_with_the_autopilot(results):
    entry = results.compare("random")
    assert entry.to_autopilot_usd == pytest.approx((50.0, 50.0, 50.0))
    assert entry.to_autopilot_share.value == pytest.approx(50.0 / AUTOPILOT_USD.mean())


def test_best_other_heuristic_excludes_the_policy_itself_and_learned_ones(results):
    assert results.compare("learned").best_other_heuristic == "thrifty"
    assert results.compare("thrifty").best_other_heuristic == "autopilot"
    assert results.compare("learned").to_best_share.high < 0.0


def test_a_lone_autopilot_has_nothing_to_be_compared_with(results):
    alone = replace(results, kpis={"autopilot": results.kpis["autopilot"]}, kinds={"autopilot": "heuristic"})
    assert alone.compare("autopilot").to_best_share is None
    assert results_table(alone, "alone").row_count == 1


def test_csv_holds_every_window_exactly(results, tmp_path):
    results.write_csv(tmp_path / "results.csv")
    with (tmp_path / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * (3 * 6 + 1)
    assert [row["value"] for row in rows if row["kpi"] == "decision_ms"] == ["0.125"] * 4
    costs = [float(row["value"]) for row in rows if (row["policy"], row["kpi"]) == ("thrifty", "cost_usd")]
    assert costs == list(results.kpis["thrifty"]["cost_usd"])


def test_json_holds_the_comparisons(results, tmp_path):
    results.write_json(tmp_path / "results.json", settings={"seed": 3})
    summary = json.loads((tmp_path / "results.json").read_text())
    assert summary["settings"] == {"seed": 3}
    assert summary["windows"] == 6
    learned = summary["policies"][0]
    assert learned["policy"] == "learned"
    assert learned["to_autopilot_share"]["low"] <= learned["to_autopilot_share"]["value"] < 0.0
    assert learned["means"]["pue"] == 1.25
    assert learned["decision_ms"] == 0.125
    assert learned["kind"] == "learned"


def test_table_shows_every_policy_with_intervals(results):
    console = Console(width=170, file=io.StringIO())
    console.print(results_table(results, "a title"))
    text = console.file.getvalue()
    assert "a title" in text
    assert all(policy in text for policy in results.kpis)
    assert "-10.00 [-10.00, -10.00]" in text
    assert "1.250" in text
    assert "0.12" in text


def test_planners_are_no_heuristics_and_have_a_column_of_their_own(results):
    kpis = results.kpis | {"mpc": {"objective_usd": 0.5 * AUTOPILOT_USD, "cost_usd": 0.5 * AUTOPILOT_USD}}
    kinds = results.kinds | {"mpc": "planner"}
    planned = replace(results, kpis=kpis, kinds=kinds, decision_ms=dict.fromkeys(kpis, 1.0))
    assert planned.compare("learned").best_other_heuristic == "thrifty"
    assert planned.compare("learned").best_other_planner == "mpc"
    assert planned.compare("autopilot").to_planner_share.value == pytest.approx(1.0)
    assert planned.compare("mpc").to_planner_share is None
    assert planned.compare("mpc").to_best_share.value == pytest.approx(0.5 / 0.9 - 1.0)
    table = results_table(planned, "planned")
    assert "to mpc %" in [column.header for column in table.columns]
    assert "Best heuristic: thrifty" in table.caption
    assert "to mpc %" not in [column.header for column in results_table(results, "none").columns]


@pytest.fixture
def weighed(results):
    """A task that pays for carbon alone: `learned` costs less, `random` emits less."""
    objectives = {"autopilot": 10.0, "thrifty": 9.0, "learned": 12.0, "random": 4.0}
    kpis = {name: values | {"objective_usd": np.full(6, objectives[name])} for name, values in results.kpis.items()}
    return replace(results, kpis=kpis)


def test_policies_are_judged_by_the_objective_and_the_money_is_shown(weighed):
    assert [entry.policy for entry in weighed.comparisons()] == ["random", "thrifty", "autopilot", "learned"]
    learned = weighed.compare("learned")
    assert learned.best_other_heuristic == "random"
    assert learned.to_autopilot_share.value == pytest.approx(0.2)
    assert learned.to_autopilot_usd.value == pytest.approx(2.0)
    assert learned.objective_usd.value == pytest.approx(12.0)
    assert learned.cost_usd.value == pytest.approx(weighed.kpis["learned"]["cost_usd"].mean())
    headings = [column.header for column in results_table(weighed, "weighed").columns]
    assert headings[1:3] == ["objective USD", "cost USD"]


def test_a_share_of_nothing_is_left_out(weighed):
    kpis = {name: values | {"objective_usd": np.zeros(6)} for name, values in weighed.kpis.items()}
    nothing = replace(weighed, kpis=kpis)
    assert nothing.compare("learned").to_autopilot_share is None
    assert results_table(nothing, "nothing").row_count == 4


def test_tensorboard_holds_one_run_for_each_policy(results, tmp_path):
    results.write_tensorboard(tmp_path, "test")
    events = EventAccumulator(str(tmp_path / "learned"))
    events.Reload()
    (event,) = events.Tensors("test/cost_usd")
    assert make_ndarray(event.tensor_proto) == pytest.approx(results.objective_usd("learned").mean(), rel=1e-6)
