"""Replay: recorded counts and jobs arrive as they were recorded, as dated or again and again."""

import numpy as np
import pytest
from trace_samples import demand

from wattshift.traces import Counts, Jobs, TraceError, Traces, TraceSpec, build_traces, replay_counts, replay_jobs
from wattshift.traces.readers.recorded import read_counts, read_jobs, time_s
from wattshift.traces.series import FORECAST_QUANTITIES, LEADS, ZONE, nothing_replayed

STEP_S, DAYS, START_S = 300.0, 3, 19_800 * 86400
ROWS = int(DAYS * 86400 / STEP_S)
END_S = START_S + DAYS * 86400


def blank() -> Traces:
    """Three days without weather, of two flows and two streams."""
    return Traces(
        step_s=STEP_S,
        start_s=START_S,
        clock=np.zeros((ROWS, 6), np.float32),
        month=np.zeros(ROWS, np.int64),
        zones=np.zeros((ROWS, 1), ZONE),
        request_rate_per_s=np.ones((ROWS, 2), np.float32),
        job_rate_per_h=np.ones((ROWS, 2), np.float32),
        forecast=np.zeros((24 * DAYS, len(FORECAST_QUANTITIES), 1, LEADS), np.float32),
        request_forecast_per_s=np.full((24 * DAYS, 2, LEADS), -1.0, np.float32),
        job_forecast_per_h=np.full((24 * DAYS, 2, LEADS), -1.0, np.float32),
        mean_price_usd_per_kwh=np.zeros(1),
        mean_carbon_kg_per_kwh=np.zeros(1),
        mean_marginal_kg_per_kwh=np.zeros(1),
        **nothing_replayed(ROWS, 2, 2),
    )


def counted(traces: Traces, flow: int) -> np.ndarray:
    return traces.request_rate_per_s[:, flow] * STEP_S


def test_counts_as_dated_arrive_in_their_steps_and_nothing_else_changes() -> None:
    minutes = np.random.default_rng(0).poisson(300.0, DAYS * 1440).astype(float)
    traces = replay_counts(blank(), 1, Counts(START_S, 60.0, minutes))
    assert counted(traces, 1) == pytest.approx(minutes.reshape(-1, 5).sum(axis=1), rel=1e-6)
    assert traces.flow_drawn.tolist() == [1, 0]
    assert (traces.request_rate_per_s[:, 0] == 1.0).all()


def test_replayed_requests_are_forecast_by_the_same_hour_of_the_last_day_known() -> None:
    hourly = np.random.default_rng(2).uniform(1.0, 50.0, 24 * DAYS)
    traces = replay_counts(blank(), 1, Counts(START_S, 3600.0, hourly * 3600.0))
    issued = traces.request_forecast_per_s[:, 1]
    assert (traces.request_forecast_per_s[:, 0] == -1.0).all()
    assert (issued[:23, 0] == -1.0).all()
    assert issued[30, 0] == pytest.approx(hourly[30 + 1 - 24], rel=1e-6)
    assert issued[30, 22] == pytest.approx(hourly[29], rel=1e-6)
    assert issued[30, 23] == pytest.approx(hourly[30 + 24 - 48], rel=1e-6)


@pytest.mark.parametrize("interval_s", [7.0, 60.0, 1000.0, 3600.0])
def test_no_request_is_lost_between_intervals_and_steps(interval_s) -> None:
    n_intervals = int(DAYS * 86400 / interval_s) + 2
    counts = np.random.default_rng(1).uniform(0.0, 50.0, n_intervals)
    recorded = Counts(START_S - 0.5 * interval_s, interval_s, counts)
    expected = recorded.until(np.array([END_S]))[0] - recorded.until(np.array([START_S]))[0]
    assert counted(replay_counts(blank(), 0, recorded), 0).sum(dtype=np.float64) == pytest.approx(expected, rel=1e-6)


def test_a_recorded_day_repeats_at_its_own_hours() -> None:
    hours = np.arange(1.0, 31.0)  # the last six are beyond the day and are not used
    recorded = Counts(START_S - 400 * 86400 + 5 * 3600, 3600.0, hours)
    by_hour = counted(replay_counts(blank(), 0, recorded, every_h=24), 0).reshape(DAYS, 24, 12).sum(axis=2)
    for day in by_hour:
        assert day == pytest.approx(np.roll(hours[:24], 5), rel=1e-6)


@pytest.mark.parametrize(
    ("recorded", "every_h", "complaint"),
    [
        (Counts(START_S + 60.0, 60.0, np.ones(DAYS * 1440)), None, "the traces need .* or let it repeat with every_h"),
        (Counts(START_S, 60.0, np.ones(100)), None, "the traces need"),
        (Counts(START_S, 3600.0, np.ones(23)), 24, "recorded for 23 hours, must be at least the 24"),
    ],
)
def test_a_recording_that_is_too_short_is_refused(recorded, every_h, complaint) -> None:
    with pytest.raises(TraceError, match=complaint):
        replay_counts(blank(), 0, recorded, every_h)


def recorded_jobs(seed: int, n_jobs: int, length_s: float) -> Jobs:
    rng = np.random.default_rng(seed)
    return Jobs(
        START_S + rng.uniform(0.0, length_s, n_jobs), rng.lognormal(0.0, 1.0, n_jobs), rng.integers(1, 9, n_jobs)
    )


def test_jobs_arrive_in_their_steps_with_their_run_times_and_gangs() -> None:
    first, second = recorded_jobs(2, 500, DAYS * 86400), recorded_jobs(3, 80, DAYS * 86400)
    traces = replay_jobs(replay_jobs(blank(), 1, first), 0, second)
    assert traces.stream_drawn.tolist() == [0, 0]
    assert len(traces.jobs) == traces.first_job[-1] == 580
    rows = np.repeat(np.arange(ROWS), np.diff(traces.first_job))
    for stream, recorded in ((1, first), (0, second)):
        order = np.argsort(recorded.arrival_s)
        mine = traces.jobs["stream"] == stream
        assert rows[mine].tolist() == ((recorded.arrival_s[order] - START_S) // STEP_S).astype(int).tolist()
        assert traces.jobs["run_h"][mine].tolist() == recorded.run_h[order].tolist()
        assert traces.jobs["gang"][mine].tolist() == recorded.gang[order].tolist()
    per_hour = np.bincount(((first.arrival_s - START_S) // 3600).astype(int), minlength=24 * DAYS)
    assert traces.job_rate_per_h[::12, 1].tolist() == per_hour.tolist()


def test_recorded_jobs_repeat_and_what_is_later_is_left_out() -> None:
    recorded = recorded_jobs(4, 300, 30 * 3600)
    once = int((recorded.arrival_s < recorded.arrival_s.min() // 3600 * 3600 + 86400).sum())
    shifted = recorded._replace(arrival_s=recorded.arrival_s - 1000 * 86400)
    traces = replay_jobs(blank(), 0, shifted, every_h=24)
    assert len(traces.jobs) == DAYS * once
    daily = np.diff(traces.first_job).reshape(DAYS, -1)
    assert (daily == daily[0]).all()


def test_a_second_recording_of_a_stream_comes_on_top() -> None:
    one, two = recorded_jobs(5, 50, DAYS * 86400), recorded_jobs(6, 70, DAYS * 86400)
    traces = replay_jobs(replay_jobs(blank(), 0, one), 0, two)
    assert len(traces.jobs) == 120
    assert traces.job_rate_per_h[::12, 0].sum() == 120


def test_jobs_of_another_time_are_refused() -> None:
    with pytest.raises(TraceError, match=r"no job arrives within the traces, .* or let them repeat"):
        replay_jobs(blank(), 0, Jobs(np.array([0.0]), np.array([1.0]), np.array([1])))


def test_a_spec_names_its_recordings_and_the_drawn_rest_stays(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("WATTSHIFT_CACHE", str(tmp_path))
    lines = [f"{k * 3600},{k}" for k in range(1, 25)]
    (tmp_path / "counts.csv").write_text("time,count\n" + "\n".join(lines))
    (tmp_path / "jobs.csv").write_text("arrival,hours,gang,user\n2024-05-10 12:30:00,2.5,4,me\n")
    asked = demand("SG").model_copy(update={"flow_names": ("a/chat", "b/chat"), "stream_names": ("a/training",)})
    files = {
        "requests": {"b/chat": {"file": str(tmp_path / "counts.csv"), "every_h": 24}},
        "jobs": {"a/training": {"file": str(tmp_path / "jobs.csv"), "every_h": 168}},
    }
    drawn = build_traces(asked, TraceSpec(), 3600)
    replayed = build_traces(asked, TraceSpec.model_validate({"replay": files}), 3600)
    assert (replayed.request_rate_per_s[:, 0] == drawn.request_rate_per_s[:, 0]).all()
    assert replayed.request_rate_per_s[:24, 1] * 3600 == pytest.approx(np.roll(np.arange(1.0, 25.0), 1), rel=1e-5)
    assert (replayed.flow_drawn.tolist(), replayed.stream_drawn.tolist()) == ([1, 0], [0])
    arrivals = np.flatnonzero(np.diff(replayed.first_job))
    moments = (replayed.start_s + 3600 * arrivals).astype("datetime64[s]")
    assert len(arrivals) in (52, 53)
    assert all(moment.item().weekday() == 4 and moment.item().hour == 12 for moment in moments)
    files["jobs"]["c/training"] = files["jobs"].pop("a/training")
    with pytest.raises(TraceError, match=r"replay\.jobs: got 'c/training', must be one of a/training"):
        build_traces(asked, TraceSpec.model_validate({"replay": files}), 3600)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "time,count\n0,1\n60,2\n180,3",
            "line 4: 180 is 120 s after the line before, expected equal intervals of 60 s",
        ),
        ("time,count\n0,1\n60,two", "line 3: 'two' is not a number"),
        ("time,count\n0,1\n60,-2", "line 3: got -2"),
        ("time,count\n0,1\n13/05/2024,2", "line 3: '13/05/2024' is not a number, expected a time such as"),
        ("time,count\n60,1\n0,1", "two rows at least are needed, in the order of time"),
        ("when,count\n0,1", "line 1: no column 'time'"),
    ],
)
def test_faulty_counts_are_refused_with_their_line(tmp_path, text, complaint) -> None:
    (tmp_path / "counts.csv").write_text(text)
    with pytest.raises(TraceError, match=complaint):
        read_counts(tmp_path / "counts.csv")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("0,0,1", "line 2: got 0, expected a run time in hours"),
        ("0,1,0", "line 2: got 0, expected a number of chips"),
        ("0,1,1.5", "line 2: got 1.5 chips, must be a whole number"),
        ("1715340600000,1,1", "seconds since 1970"),
    ],
)
def test_faulty_jobs_are_refused_with_their_line(tmp_path, row, complaint) -> None:
    (tmp_path / "jobs.csv").write_text(f"arrival,hours,gang\n{row}\n")
    with pytest.raises(TraceError, match=complaint):
        read_jobs(tmp_path / "jobs.csv")


def test_a_time_without_offset_is_utc() -> None:
    assert time_s("2024-05-10 12:00:00", "") == time_s("2024-05-10T14:00:00+02:00", "") == 1715342400.0
    assert time_s("1715342400", "") == 1715342400.0
