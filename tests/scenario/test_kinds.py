"""Kinds of workload: what a class takes over from the catalog, and how a wrong kind is refused."""

from typing import Any

import numpy as np
import pytest

from wattshift import catalog
from wattshift.catalog import CatalogError, Quantity, RequestKind
from wattshift.catalog.kinds import pairs
from wattshift.catalog.load import parse
from wattshift.catalog.quantiles import SCORES, at_scores, log_table, mean_of, probability
from wattshift.scenario import Scenario, ScenarioError, check_replayed_gangs, compile_params, load_scenario
from wattshift.scenario.tables import N_GANG_SIZES
from wattshift.traces.series import REPLAYED_JOB

CHAT = {
    "summary": "Chat",
    "priority": 9,
    "objective_ms": 1000.0,
    "precision": "bf16",
    "efficiency": {"gpu": 0.35},
    "batch": 2.0,
    "memory_gb": 20.0,
    "megabytes": 0.01,
    "late_usd": 0.0,
    "drop_usd": 0.001,
    "residency_bound": False,
    "rate_per_s": {"california": 10.0},
}


def with_class(section: str, document: dict[str, Any]) -> Scenario:
    return load_scenario({"extends": "hybrid", "name": "own", section: {"own": document}})


def job_class(**changes: Any) -> dict[str, Any]:
    silent = ("duration_h", "gangs", "shape", "hourly_burst_sd")
    fine_tuning = load_scenario("hybrid").jobs["training"].model_dump(exclude_none=True)
    return {name: value for name, value in fine_tuning.items() if name not in silent} | changes


@pytest.mark.parametrize("kind", ["conversation", "code"])
def test_a_class_takes_over_the_shape_and_the_work_of_its_kind(kind):
    own = with_class("requests", {**CHAT, "kind": kind, "model_giga_params": 8.0}).requests["own"]
    known = catalog.request_kinds()[kind]
    for name, value in known.shape().items():
        assert getattr(own.shape, name) == value
    assert own.minute_cv == known.minute_cv.value
    assert own.tera_ops == pytest.approx(2 * 8e9 * known.tokens_per_request() / 1e12)


def test_what_a_class_says_itself_stands_above_its_kind():
    own = with_class(
        "requests", {**CHAT, "kind": "code", "tera_ops": 3.0, "minute_cv": 0.5, "shape": {"peak_hour": 3.0}}
    ).requests["own"]
    assert (own.tera_ops, own.minute_cv, own.shape.peak_hour) == (3.0, 0.5, 3.0)
    assert own.shape.peak_to_trough == catalog.request_kinds()["code"].peak_to_trough.value


def test_a_job_class_takes_over_run_times_gangs_and_how_they_depend():
    kind = catalog.job_kinds()["pai-2020"]
    scenario = with_class("jobs", job_class(kind="pai-2020"))
    params = compile_params(scenario)
    row = params.job_classes[scenario.job_class_names.index("own")]
    assert row["log_hours"] == pytest.approx(log_table(pairs(kind.duration_h)))
    assert row["gang_size"].tolist() == [gang.chips for gang in kind.gangs]
    assert row["gang_hours"].tolist() == [gang.hours.value for gang in kind.gangs]
    assert np.diff(row["gang_cdf"], prepend=0.0) == pytest.approx([gang.share.value for gang in kind.gangs])


def test_gangs_of_its_own_have_run_times_of_their_own():
    own = with_class("jobs", job_class(kind="pai-2020", gangs=[[1, 0.5], [2, 0.5]])).jobs["own"]
    assert own.gang_hours is None
    assert len(own.gangs) == 2
    scaled = with_class("jobs", job_class(kind="pai-2020", gangs=[[1, 0.5], [2, 0.5]], gang_hours=[1.0, 3.0]))
    row = compile_params(scaled).job_classes[-1]
    assert row["gang_hours"].tolist() == [1.0] + [3.0] * (N_GANG_SIZES - 1)


@pytest.mark.parametrize(
    ("section", "document", "complaint"),
    [
        (
            "requests",
            {**CHAT, "kind": "conversatoin", "tera_ops": 1.0},
            "requests.own.kind.*did you mean 'conversation'",
        ),
        ("requests", {**CHAT, "kind": 3, "tera_ops": 1.0}, "requests.own.kind"),
        ("requests", {**CHAT, "tera_ops": 1.0}, "requests.own.shape: missing"),
        ("requests", {**CHAT, "kind": "code"}, "requests.own.tera_ops: missing"),
        ("requests", {**CHAT, "kind": "vision", "model_giga_params": 8.0}, "needs a kind with tokens.*conversation"),
        ("requests", {**CHAT, "model_giga_params": 8.0}, "needs a kind with tokens"),
        ("requests", {**CHAT, "kind": "code", "model_giga_params": 8.0, "tera_ops": 1.0}, "must be one of the two"),
        (
            "requests",
            {**CHAT, "kind": "code", "tera_ops": 1.0, "shape": {"peek_hour": 3.0}},
            "did you mean 'peak_hour'",
        ),
        ("jobs", job_class(kind="pai"), "jobs.own.kind.*pai-2020"),
        (
            "jobs",
            job_class(kind="pai-2020", gang_hours=[1.0, 2.0]),
            "gang_hours has 2 items, must be one for each of 8",
        ),
    ],
)
def test_a_wrong_kind_is_refused_with_what_is_allowed(section, document, complaint):
    with pytest.raises(ScenarioError, match=complaint):
        with_class(section, document)


def test_every_number_of_a_distribution_has_a_grade_and_a_source():
    points = [
        point
        for kind in (*catalog.request_kinds().values(), *catalog.job_kinds().values())
        for name in ("context_tokens", "output_tokens", "duration_h", "gangs")
        for item in getattr(kind, name, None) or ()
        for point in ((item.share, item.hours) if name == "gangs" else (item,))
    ]
    assert len(points) > 100
    for point in points:
        assert isinstance(point, Quantity)
        assert len(point.source) > 15
    for kind in catalog.job_kinds().values():
        assert sum(gang.share.value for gang in kind.gangs) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "tokens",
    [
        "[[0, 1, A, maker], [0.9, 5, A, maker]]",
        "[[0, 5, A, maker], [1, 3, A, maker]]",
        "[[0, 0, A, maker], [1, 3, A, maker]]",
    ],
)
def test_a_distribution_that_is_none_is_refused(tokens):
    text = f"""
sources: {{maker: a data sheet}}
entries:
  chat:
    summary: Chat
    rate_per_s: [1, A, maker]
    peak_hour: [1, A, maker]
    peak_to_trough: [1, A, maker]
    weekend_ratio: [1, A, maker]
    burst_sd: [1, A, maker]
    drift_sd: [1, A, maker]
    minute_cv: [1, A, maker]
    context_tokens: {tokens}
"""
    with pytest.raises(CatalogError, match="must rise from probability 0 to 1"):
        parse(text, "requests.yaml", RequestKind)


def test_a_table_of_quantiles_goes_through_its_points_and_keeps_its_mean():
    points = [(0.0, 0.1), (probability(-1.0), 0.5), (0.5, 2.0), (probability(2.0), 30.0), (1.0, 100.0)]
    table = log_table(points)
    assert at_scores(table, np.array([-1.0, 0.0, 2.0])) == pytest.approx([0.5, 2.0, 30.0])
    assert at_scores(table, np.array([-9.0, 9.0])) == pytest.approx(np.exp(table[[0, -1]]))
    draws = at_scores(table, np.random.default_rng(0).standard_normal(400_000))
    assert mean_of(table) == pytest.approx(draws.mean(), rel=0.01)
    assert len(table) == len(SCORES)


def test_a_replayed_gang_that_fits_nowhere_is_refused():
    scenario = load_scenario("tiny")
    params = compile_params(scenario)
    jobs = np.zeros(2, REPLAYED_JOB)
    jobs["gang"], jobs["run_h"] = (1, 2), 1.0
    check_replayed_gangs(params, scenario.stream_names, jobs)
    jobs["gang"][1] = 100_000
    with pytest.raises(ValueError, match=f"a gang of 100000 of {scenario.stream_names[0]} fits no module: at most"):
        check_replayed_gangs(params, scenario.stream_names, jobs)
