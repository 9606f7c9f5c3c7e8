"""Imported demand as a replay takes it: counts over whole intervals, and jobs."""

from pathlib import Path

import numpy as np
import pytest

from wattshift.data.errors import DataError
from wattshift.data.jobs_files import NO_CLOCK
from wattshift.data.model import Column, Table
from wattshift.data.recordings import Counts, Jobs, lengths_h, recorded_counts, recorded_jobs, write_counts, write_jobs


def table(index, time_s, clock="UTC", **columns) -> Table:
    made = tuple(Column(name, np.asarray(values, float), name, "1") for name, values in columns.items())
    times = np.asarray(time_s, np.int64)
    return Table(Path("trace.csv"), "made-up", "", index, times, np.arange(len(times)), made, clock)


def requests(time_s) -> Table:
    return table("event", time_s, context_tokens=np.ones(len(time_s)))


def test_requests_are_counted_in_whole_intervals_only() -> None:
    found = recorded_counts(requests([59, 60, 61, 119, 180, 239, 240, 241]), 60)
    assert found.start_s == 60
    assert found.interval_s == 60
    assert found.counts.tolist() == [3, 0, 2]  # the minutes of 59 s and of 240 s are cut by the ends of the trace


@pytest.mark.parametrize("interval_s", [60, 300, 1800])
def test_no_request_between_the_ends_is_lost(interval_s) -> None:
    time_s = np.sort(np.random.default_rng(1).integers(10_000, 90_000, 5000))
    found = recorded_counts(requests(time_s), interval_s)
    end_s = found.start_s + interval_s * len(found.counts)
    assert found.counts.sum() == ((time_s >= found.start_s) & (time_s < end_s)).sum()
    assert found.start_s - time_s[0] < interval_s
    assert time_s[-1] - end_s < interval_s


def test_order_of_the_rows_does_not_matter() -> None:
    time_s = np.random.default_rng(2).integers(0, 9000, 500)
    ordered, shuffled = recorded_counts(requests(np.sort(time_s))), recorded_counts(requests(time_s))
    assert ordered[:2] == shuffled[:2]
    np.testing.assert_array_equal(ordered.counts, shuffled.counts)


def test_counts_are_added_up_to_longer_intervals() -> None:
    counted = table("interval", 600 * np.arange(6), requests=[1, 2, 3, 4, 5, 6])
    assert recorded_counts(counted, 600).counts.tolist() == [1, 2, 3, 4, 5, 6]
    assert recorded_counts(counted, 1800).counts.tolist() == [6, 15]
    with pytest.raises(DataError, match=r"counts every 600 s, .* or not in 900 s"):
        recorded_counts(counted, 900)


@pytest.mark.parametrize(("times", "values"), [([0, 600, 1800], [1, 2, 3]), ([0, 600, 1200], [1, np.nan, 3])])
def test_counts_with_holes_are_refused(times, values) -> None:
    with pytest.raises(DataError, match="with holes"):
        recorded_counts(table("interval", times, requests=values), 600)


def test_what_holds_no_requests_is_refused() -> None:
    with pytest.raises(DataError, match="rows are no requests"):
        recorded_counts(table("event", [0, 100], duration=[1, 2]))
    with pytest.raises(DataError, match="covers no whole interval of 60 s"):
        recorded_counts(requests([61, 119]))


def jobs(**changes) -> Table:
    columns = {"duration": [3600, np.nan, 1800, 0, 7200], "gpus": [1, 2, 0.46, 4, 0], "cpus": [8, 8, 8, 8, 8]}
    return table("event", [0, 10, 20, 30, 40], **(columns | changes))


def test_jobs_without_a_length_or_a_chip_are_left_out_and_shares_take_a_chip() -> None:
    found = recorded_jobs(jobs(), "gpus")
    assert found.arrival_s.tolist() == [0, 20]
    assert found.run_h.tolist() == [1.0, 0.5]
    assert found.gang.tolist() == [1, 1]
    assert recorded_jobs(jobs(), "cpus").gang.tolist() == [8, 8, 8]
    assert recorded_jobs(jobs(), "one").gang.tolist() == [1, 1, 1]


def test_jobs_need_arrivals_lengths_and_chips() -> None:
    with pytest.raises(DataError, match="has no arrivals, only run times"):
        recorded_jobs(table("event", [0, 0], NO_CLOCK, duration=[1, 2]), "one")
    with pytest.raises(DataError, match="no column 'gpus'"):
        recorded_jobs(table("event", [0, 0], duration=[1, 2]), "gpus")
    with pytest.raises(DataError, match="no job has both a length and gpus"):
        recorded_jobs(jobs(gpus=np.zeros(5)), "gpus")


def test_lengths_are_a_sample_in_hours() -> None:
    assert lengths_h(jobs()).tolist() == [1.0, 0.5, 0.0, 2.0]


def test_written_recordings_read_back_to_the_same_numbers(tmp_path) -> None:
    counts = Counts(1700158560.0, 60.0, np.array([3.0, 0.0, 12.0]))
    write_counts(counts, tmp_path / "counts.csv")
    header, *rows = (tmp_path / "counts.csv").read_text().splitlines()
    assert header == "time,count"
    assert np.array([row.split(",") for row in rows], float).tolist() == [
        [1700158560, 3], [1700158620, 0], [1700158680, 12]
    ]  # fmt: skip
    write_jobs(Jobs(np.array([1700158560.0]), np.array([1 / 3]), np.array([8])), tmp_path / "jobs.csv")
    header, row = (tmp_path / "jobs.csv").read_text().splitlines()
    assert header == "arrival,hours,gang"
    np.testing.assert_allclose([float(cell) for cell in row.split(",")], [1700158560, 1 / 3, 8], rtol=1e-9)
