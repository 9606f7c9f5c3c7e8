"""The reproduction: jobs and deadlines are the paper's, planted savings are found, the published ones are met."""

import os
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from wattshift.traces.clock import midnight_s
from wattshift.traces.readers.half_hours import HALF_HOUR_S, HalfHours

FOLDER = Path(__file__).parents[2] / "benchmarks"
YEAR = 2020
START_S = midnight_s(YEAR) - 86400
N_SLOTS = (midnight_s(YEAR + 1) + 9 * 86400 - START_S) // HALF_HOUR_S


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("awhile", "lets_wait_awhile", "validation")]:
        del sys.modules[name]


def drawn(seed=0):
    from awhile.jobs import draw_jobs

    return draw_jobs(YEAR, np.random.default_rng(seed))


def found(series, seed=0):
    from awhile.experiments import savings

    return {(case.work, case.interruptible, case.error): saved for case, saved in savings(series, YEAR, seed)}


def test_jobs_start_in_office_hours_of_workdays_and_no_two_at_once():
    jobs = drawn()
    assert len(jobs.start_s) == 3387
    assert len(np.unique(jobs.start_s)) == 3387
    moments = [datetime.fromtimestamp(int(start_s), UTC) for start_s in jobs.start_s]
    assert {moment.year for moment in moments} == {YEAR}
    assert max(moment.weekday() for moment in moments) == 4
    hours = [moment.hour + moment.minute / 60 for moment in moments]
    assert (min(hours), max(hours)) == (9.0, 16.5)
    assert (jobs.length.min(), jobs.length.max()) == (8, 179)
    assert jobs.length.mean() == pytest.approx(93.5, abs=3.0)
    np.testing.assert_array_equal(jobs.end_s - jobs.start_s, 1800 * jobs.length)


FRIDAY = datetime(2020, 5, 15, tzinfo=UTC)


def at(days, hour, minute=0):
    return FRIDAY + timedelta(days=days, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("rule", "end", "expected"),
    [
        ("next_workday", at(0, 12), at(0, 12)),
        ("next_workday", at(0, 17), at(0, 17)),
        ("next_workday", at(0, 17, 30), at(3, 9)),
        ("next_workday", at(1, 12), at(3, 9)),
        ("next_workday", at(3, 3), at(3, 9)),
        ("next_workday", at(3, 20), at(4, 9)),
        ("next_workday_as_published", at(0, 17, 30), at(1, 9)),
        ("next_workday_as_published", at(0, 12), at(0, 12)),
        ("next_workday_as_published", at(1, 12), at(3, 9)),
        ("next_workday_as_published", at(3, 20), at(4, 9)),
        ("semi_weekly", at(0, 12), at(3, 9)),
        ("semi_weekly", at(3, 9), at(3, 9)),
        ("semi_weekly", at(3, 9, 30), at(6, 9)),
        ("semi_weekly", at(6, 12), at(10, 9)),
    ],
)
def test_somebody_looks_when_the_rule_says(rule, end, expected):
    from awhile import jobs

    assert getattr(jobs, rule)(end) == expected


def test_an_even_grid_saves_nothing():
    flat = HalfHours(START_S, np.full(N_SLOTS, 200.0))
    for (work, _, error), saved in found(flat).items():
        assert saved == pytest.approx(0.0, abs=1e-12), (work, error)


def test_planted_savings_of_the_nights_are_found():
    """50 instead of 200 g/kWh at 05:00 of every other day: half the nights save three quarters."""
    grams = np.full(N_SLOTS, 200.0)
    hours = START_S // 3600 + np.arange(N_SLOTS) / 2
    grams[(hours % 24 == 5) & (hours // 24 % 2 == 0)] = 50.0
    assert found(HalfHours(START_S, grams))["nightly +-8 h", False, 0.0] == pytest.approx(0.375)


def test_freedom_saves_and_noise_costs():
    daily = 300.0 + 100.0 * np.sin(2 * np.pi * np.arange(N_SLOTS) / 48)
    slow = 60.0 * np.sin(2 * np.pi * np.arange(N_SLOTS) / 400)
    saved = found(HalfHours(START_S, daily + slow))
    for work in ("next workday", "semi-weekly"):
        assert saved[work, True, 0.0] > saved[work, False, 0.0] > 0.0
        assert saved[work, True, 0.0] >= saved[work, True, 0.05]
    for kind in (False, True):
        assert saved["semi-weekly", kind, 0.0] > saved["next workday, strict", kind, 0.0]
        assert saved["next workday, strict", kind, 0.0] > saved["next workday", kind, 0.0]


def test_a_repetition_follows_from_its_seed():
    from awhile.experiments import savings

    grams = 200.0 + 50.0 * np.random.default_rng(0).standard_normal(N_SLOTS)
    series = HalfHours(START_S, grams)
    once, again, other = (list(islice(savings(series, YEAR, seed), 4)) for seed in (3, 3, 4))
    assert once == again
    assert once[0] == other[0]  # the nights of an exact forecast leave nothing to chance
    assert all(saved != elsewhere for (_, saved), (_, elsewhere) in zip(once[1:], other[1:], strict=True))


@pytest.fixture
def switching_file(tmp_path):
    """Half-hours, from November on quarters of an hour, as Great Britain's file."""
    path = tmp_path / "elsewhere_ci.csv"
    switch_s, end_s = midnight_s(YEAR, 11), START_S + N_SLOTS * HALF_HOUR_S
    times_s = [*range(START_S, switch_s, 1800), *range(switch_s, end_s, 900)]
    texts = np.array(times_s, dtype="datetime64[s]").astype(str)
    rows = [f"{text.replace('T', ' ')},{200 + t // 1800 % 48}" for text, t in zip(texts, times_s, strict=True)]
    path.write_text("\n".join(["Time,Carbon Intensity", *rows]))
    return path


def test_the_command_takes_any_file_of_the_form_and_writes_its_page(switching_file, tmp_path, capsys):
    from lets_wait_awhile import main

    page = tmp_path / "page.md"
    assert main([str(switching_file), "--repetitions", "1", "--page", str(page)]) == 0
    assert "elsewhere_ci" in capsys.readouterr().out
    assert "| elsewhere_ci | semi-weekly | yes | 5% |" in page.read_text()


def test_the_command_names_what_is_wrong_with_a_file(switching_file, tmp_path, capsys):
    from lets_wait_awhile import main

    rows = switching_file.read_text().splitlines()
    switching_file.write_text("\n".join(rows[:9000]))
    assert main([str(switching_file), "--repetitions", "1", "--no-page"]) == 2
    assert "elsewhere_ci.csv: the series runs from 2019-12-31 00:00 UTC to" in capsys.readouterr().err
    assert main([str(tmp_path / "none.csv"), "--no-page"]) == 2
    assert "none.csv: no such file" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["fr", "ger"])
def test_published_savings_are_met(name):
    from awhile.page import rows_of
    from awhile.published import REGION_OF_FILE, TOLERANCE_POINTS

    from wattshift.traces.readers.half_hours import read_half_hours

    root = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not (root / "carbon_letswaitawhile_2020").is_dir():
        pytest.skip(f"no real data at {root}: set WATTSHIFT_DATA to run this test")
    from awhile.experiments import savings

    series = read_half_hours(root / "carbon_letswaitawhile_2020" / f"{name}_ci.csv")
    rows = rows_of(REGION_OF_FILE[name], {case: [saved] for case, saved in savings(series, YEAR, 0)})
    compared = [row for row in rows if row.published is not None]
    assert len(compared) == 10
    for row in compared:
        assert row.mean == pytest.approx(row.published, abs=TOLERANCE_POINTS), row
