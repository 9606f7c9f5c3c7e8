"""Replayed demand in a world: the counts and the jobs that were recorded arrive, whatever the episode's seed."""

import numpy as np
import pytest
from work import PREPROCESSING, TRAINING, changed_world
from worlds import STEP_S, begin, traces_of

from wattshift.traces import Counts, Jobs, Traces, replay_counts, replay_jobs
from wattshift.world import World

ROW, STEPS = 600, 72
FLOW = 1
FIRST_S, LENGTH_S = ROW * STEP_S, STEPS * STEP_S
MINUTES = np.random.default_rng(0).poisson(900.0, int(2 * LENGTH_S / 60)).astype(float)


def without_jobs() -> Traces:
    traces = traces_of("tiny")
    return traces._replace(job_rate_per_h=np.zeros_like(traces.job_rate_per_h))


def play(traces: Traces, seed: int) -> tuple[World, np.ndarray]:
    """An episode of the autopilot from the row on; requests per step of every flow [steps, F]."""
    world = changed_world(traces=traces)
    begin(world, seed, ROW)
    per_s = []
    for _ in range(STEPS):
        world.step(np.zeros((1, len(world.layout.action_names))), np.zeros(1, np.bool_))
        per_s.append(world.ledger.flows["per_s"][0].copy())
    return world, np.array(per_s) * STEP_S


@pytest.mark.parametrize("seed", [0, 1])
def test_recorded_counts_arrive_step_by_step_and_other_flows_are_as_before(seed):
    drawn = without_jobs()
    recorded = Counts(drawn.start_s + FIRST_S, 60.0, MINUTES)
    replayed = replay_counts(drawn, FLOW, recorded, every_h=12)
    _, before = play(drawn, seed)
    _, after = play(replayed, seed)
    expected = MINUTES.reshape(-1, 5).sum(axis=1)[:STEPS]
    assert after[:, FLOW] == pytest.approx(expected, rel=1e-5)
    others = np.arange(after.shape[1]) != FLOW
    assert (after[:, others] == before[:, others]).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_recorded_jobs_and_no_others_arrive(seed):
    """Thirty in the episode on one stream; on the others one job each, after its end."""
    traces = traces_of("tiny")
    first_s = traces.start_s + FIRST_S
    during_s = first_s + np.random.default_rng(0).uniform(0.0, LENGTH_S, 30)
    after_s = np.array([first_s + LENGTH_S + 7200.0])
    for stream in range(len(traces.stream_drawn)):
        arrival_s = during_s if stream == TRAINING else after_s
        n_jobs = len(arrival_s)
        traces = replay_jobs(traces, stream, Jobs(arrival_s, np.full(n_jobs, 50.0), np.full(n_jobs, 4)))
    world, _ = play(traces, seed)
    assert world.kpis(np.array([0]))["jobs_arrived"][0] == 30.0
    table = world.state.jobs[0][: world.state.episode["n_jobs"][0]]
    assert len(table) == 30
    assert set(table["stream"]) == {TRAINING}
    assert set(table["gang"]) == {4}


def test_of_the_day_before_only_what_is_not_done_is_on_the_table():
    """Jobs of 10 hours that arrived up to 24 hours ago: those of the last 10, with what is left of their work."""
    traces = without_jobs()
    hours_ago = np.array([1.0, 5.0, 9.0, 11.0, 23.0, 30.0])
    arrival_s = traces.start_s + FIRST_S - 3600.0 * hours_ago
    traces = replay_jobs(traces, PREPROCESSING, Jobs(arrival_s, np.full(6, 10.0), np.full(6, 2)))
    world = changed_world(traces=traces)
    begin(world, 3, ROW)
    table = world.state.jobs[0][: world.state.episode["n_jobs"][0]]
    assert table["work_h"] == pytest.approx(2 * np.array([1.0, 5.0, 9.0]))
    assert world.kpis(np.array([0]))["jobs_arrived"][0] == 3.0
