"""Traces of requests and jobs: Azure LLM, Alibaba 2020 and 2023, GAIA, Philly."""

import gzip
import re

import numpy as np
import pytest
from weather_files import real_file, utc_s

from wattshift.data import streams
from wattshift.data.errors import DataError, MissingStatementError
from wattshift.data.formats import read, recognise
from wattshift.data.formats.alibaba_openb import HEADER as PODS
from wattshift.data.formats.alibaba_pai import JOB, TASK
from wattshift.data.options import Options

AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens"
NOTHING = Options()


def write(tmp_path, *lines, name="trace.csv"):
    path = tmp_path / name
    text = "\n".join(lines) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def test_azure_2023_has_seven_digits_and_no_zone(tmp_path) -> None:
    path = write(tmp_path, AZURE, "2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0319600,3180,8")
    assert recognise(path).name == "azure-llm"
    with pytest.raises(MissingStatementError, match="names no zone; say --timezone"):
        read(path, NOTHING)
    table = read(path, Options(timezone="-08:00"))
    assert table.index == "event"
    assert table.time_s.tolist() == [utc_s(2023, 11, 17, 2, 17, 3), utc_s(2023, 11, 17, 2, 17, 4)]
    assert table.column("context_tokens").values.tolist() == [4808, 3180]
    assert table.column("generated_tokens").values.tolist() == [10, 8]
    assert table.clock == "-08:00"


def test_azure_2024_carries_its_offset_with_and_without_a_fraction(tmp_path) -> None:
    path = write(tmp_path, AZURE, "2024-05-10 00:00:00+00:00,1,2", "2024-05-10 00:00:00.009930+00:00,3,4")
    table = read(path, NOTHING)
    assert table.time_s.tolist() == [utc_s(2024, 5, 10)] * 2
    assert table.clock == "offset in file"


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_parts_of_a_trace_add_up_to_the_whole(tmp_path, monkeypatch, rows) -> None:
    lines = [f"2023-11-16 18:{k:02d}:00.0000000,{k},{2 * k}" for k in range(7)]
    path = write(tmp_path, AZURE, *lines, name="trace.csv.gz")
    monkeypatch.setattr(streams, "BATCH_ROWS", rows)
    parts = list(streams.batches(path, rows=rows))
    assert sum(len(part.rows) for part in parts) == 7
    assert [line for part in parts for line in part.lines] == list(range(2, 9))
    assert read(path, Options(timezone="UTC")).column("context_tokens").values.tolist() == list(range(7))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2023-11-16 18:17:04.0000000,many,8", "line 3: 'many' is not a number, expected tokens read by a request"),
        ("2023-11-16 18:17:04.0000000,-1,8", "line 3: got -1, expected tokens"),
        ("2023-11-16 18:17:04.0000000,12", "line 3: 2 cells, expected 3"),
        ("16.11.2023 18:17,12,8", "line 3: .* may be day-first or month-first"),
        ("16-11-2023 18:17,12,8", "line 3: .* is not a time such as"),
        ("2023-11-16 18:17:04+00:00,12,8", r"line 3: .* has an offset, expected a time on the clock UTC"),
    ],
)
def test_faults_of_requests_are_refused_by_file_and_line(tmp_path, line, message) -> None:
    path = write(tmp_path, AZURE, "2023-11-16 18:17:03.9799600,4808,10", line)
    with pytest.raises(DataError, match=re.escape(str(path)) + ", " + message):
        read(path, Options(timezone="UTC"))


def test_a_truncated_archive_and_an_empty_file_are_refused(tmp_path) -> None:
    lines = [f"2023-11-16 18:17:{k % 60:02d}.{k:07d},{k * k},{k}" for k in range(20000)]
    path = write(tmp_path, AZURE, *lines, name="trace.csv.gz")
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(DataError, match=re.escape(str(path)) + ": not a whole gzip file"):
        read(path, Options(timezone="UTC"))
    with pytest.raises(DataError, match="no data below the header"):
        read(write(tmp_path, AZURE), Options(timezone="UTC"))


TASKS = (
    "j1,worker,2.0,Terminated,1739162.0,1739200.0,600.0,29.3,50.0,MISC",
    "j1,ps,1.0,Terminated,1739162.0,1739200.0,400.0,29.3,,",
    "j2,tensorflow,8.0,Running,1739300.0,,600.0,29.3,100.0,V100",
    "j3,tensorflow,1.0,Waiting,,,600.0,29.3,100.0,V100",
)


@pytest.mark.parametrize("header", [True, False])
def test_tasks_of_2020_with_and_without_a_header(tmp_path, header) -> None:
    path = write(tmp_path, *([",".join(TASK)] if header else []), *TASKS)
    assert recognise(path).name == "alibaba-pai-2020"
    table = read(path, NOTHING)
    assert table.time_s.tolist() == [1739162, 1739162, 1739300]
    assert table.row.tolist() == [one + header for one in (1, 2, 3)]
    np.testing.assert_array_equal(table.column("duration").values, [38, 38, np.nan])
    assert table.column("gpus").values.tolist() == [1.0, 0.0, 8.0]
    assert table.column("cpus").values.tolist() == [12.0, 4.0, 48.0]
    assert table.column("instances").values.tolist() == [2, 1, 8]
    assert table.notes == ("1 rows that never started are left out",)
    assert "dates are not" in table.clock


def test_jobs_of_2020_tell_lengths(tmp_path) -> None:
    path = write(tmp_path, "4b3f,8cb3,5854,Terminated,4550879.0,4551416.0", "4b40,8cb4,5854,Failed,4550880.0,4550881.0")
    table = read(path, NOTHING)
    assert [column.name for column in table.columns] == ["duration"]
    assert table.column("duration").values.tolist() == [537, 1]
    with_header = write(tmp_path, ",".join(JOB), "4b3f,8cb3,5854,Terminated,4550879.0,4551416.0", name="b.csv")
    assert read(with_header, NOTHING).column("duration").values.tolist() == [537]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1739200.0,600.0", "1739100.0,600.0", "line 1: end_time 1739100 is before start_time 1739162"),
        ("2.0,Term", "two,Term", "line 1: 'two' is not a number"),
        (",MISC", "", "line 1: 9 cells, expected 10"),
        ("1739300.0,,", "later,,", "line 3: 'later' is not a number, expected start_time in s"),
    ],
)
def test_faults_of_tasks_are_refused_by_file_and_line(tmp_path, old, new, message) -> None:
    path = write(tmp_path, *"\n".join(TASKS).replace(old, new, 1).splitlines())
    with pytest.raises(DataError, match=re.escape(str(path)) + ", " + message):
        read(path, NOTHING, "alibaba-pai-2020")


POD_ROWS = (
    "openb-pod-0000,12000,16384,1,1000,,LS,Running,0,12537496,10",
    "openb-pod-0001,6000,12288,1,460,,BE,Pending,427061,12902960,",
    "openb-pod-0017,88000,327680,8,1000,V100M16|V100M32,Burstable,Succeeded,9437497,10769854,9437497",
)


def test_pods_of_2023(tmp_path) -> None:
    path = write(tmp_path, PODS, *POD_ROWS)
    assert recognise(path).name == "alibaba-pods-2023"
    table = read(path, NOTHING)
    assert table.time_s.tolist() == [0, 427061, 9437497]
    assert table.clock.startswith("unknown")
    np.testing.assert_array_equal(table.column("duration").values, [12537486, np.nan, 1332357])
    np.testing.assert_array_equal(table.column("wait").values, [10, np.nan, 0])
    np.testing.assert_allclose(table.column("gpus").values, [1.0, 0.46, 8.0])
    np.testing.assert_allclose(table.column("cpus").values, [12, 6, 88])
    np.testing.assert_allclose(table.column("memory").values, [16, 12, 320])
    assert "1 pods were never scheduled and have no length" in table.notes


def test_second_zero_is_where_it_is_stated(tmp_path) -> None:
    path = write(tmp_path, PODS, *POD_ROWS)
    table = read(path, Options(start="2023-01-02T00:00"))
    assert table.time_s[:2].tolist() == [utc_s(2023, 1, 2), utc_s(2023, 1, 2) + 427061]
    assert table.clock == "as stated: second zero is 2023-01-02 00:00 UTC"
    assert read(path, Options(start="2023-01-02T00:00+02:00")).time_s[0] == utc_s(2023, 1, 1, 22)
    with pytest.raises(DataError, match="--start: 'monday' is not a time"):
        read(path, Options(start="monday"))


def test_a_pod_deleted_before_it_was_scheduled_is_refused(tmp_path) -> None:
    path = write(tmp_path, PODS, POD_ROWS[0].replace("12537496", "5"))
    with pytest.raises(DataError, match="line 2: deletion_time 5 is before scheduled_time 10"):
        read(path, NOTHING)


GAIA = "arrival_time,length,cpus"


def test_gaia_counts_hours_or_seconds_and_the_unit_is_asked_for(tmp_path) -> None:
    hours = write(tmp_path, GAIA, "0.0,25.5,1", "0.5,0.25,8", name="h.csv")
    seconds = write(tmp_path, GAIA, "0.0,91800.0,1", "1800.0,900.0,8", name="s.csv")
    with pytest.raises(MissingStatementError, match="say --unit"):
        read(hours, NOTHING)
    for table in (read(hours, Options(unit="h")), read(seconds, Options(unit="s"))):
        assert table.time_s.tolist() == [0, 1800]
        assert table.column("duration").values.tolist() == [91800, 900]
        assert table.column("cpus").values.tolist() == [1, 8]
        assert table.clock.startswith("unknown")


@pytest.mark.parametrize(("unit", "length", "other"), [("s", "25.5", "h"), ("h", "6302.0", "s")])
def test_a_wrong_unit_is_found_by_the_lengths_that_gaia_kept(tmp_path, unit, length, other) -> None:
    path = write(tmp_path, GAIA, f"0.0,{length},1")
    with pytest.raises(
        DataError, match=rf"line 2: length {length} {unit}, expected 5 minutes .* is the unit {other}\?"
    ):
        read(path, Options(unit=unit))
    with pytest.raises(DataError, match="--unit: got 'min', expected h or s"):
        read(path, Options(unit="min"))


def test_philly_is_a_sample_without_arrivals(tmp_path) -> None:
    path = write(tmp_path, "runtime", "0.0", "17.0", "3600.0")
    table = read(path, NOTHING)
    assert table.column("duration").values.tolist() == [0, 17, 3600]
    assert table.clock == "none: no arrival times"
    with pytest.raises(DataError, match="line 3: 'x' is not a number, expected run time of a job"):
        read(write(tmp_path, "runtime", "0.0", "x"), NOTHING)


@pytest.mark.parametrize(("kind", "rows", "medians"), [("conv", 14176, (1020, 129)), ("code", 7491, (1500, 13))])
def test_real_requests_have_the_published_lengths(kind, rows, medians) -> None:
    """Medians of prompt and output tokens: Patel et al. (ISCA 2024), figure 3, over the whole hour."""
    path = real_file(f"llm/azure_2023/AzureLLMInferenceTrace_{kind}_min0-40.csv.gz")
    table = read(path, Options(timezone="UTC"))
    assert len(table.time_s) == rows
    assert (np.diff(table.time_s) >= 0).all()
    found = [np.median(table.column(name).values) for name in ("context_tokens", "generated_tokens")]
    np.testing.assert_allclose(found, medians, rtol=0.15)


def test_real_pods_are_as_published() -> None:
    """Shares of `parameters.md`: whole-GPU pods 48 %, fractional 38 %, eight GPUs .5 % of pods."""
    table = read(real_file("jobs/alibaba_gpu_v2023/openb_pod_list_default.csv.gz"), NOTHING)
    gpus = table.column("gpus").values
    assert np.mean((gpus > 0) & (gpus < 1)) == pytest.approx(0.38, abs=0.01)
    assert np.mean(gpus >= 1) == pytest.approx(0.48, abs=0.01)
    assert np.mean(gpus == 8) == pytest.approx(0.005, abs=0.001)


def test_real_jobs_have_the_published_quantiles() -> None:
    """Alibaba PAI by GAIA: quantiles 50 and 95 % of the lengths are .66 and 9.5 h; the two files' units differ."""
    hours = read(real_file("jobs/gaia/pai-100k_h0-4380.csv.gz"), Options(unit="h"))
    median_h, most_h = np.quantile(hours.column("duration").values / 3600, [0.5, 0.95])
    assert (median_h, most_h) == (pytest.approx(0.66, rel=0.03), pytest.approx(9.5, rel=0.03))
    seconds = read(real_file("jobs/gaia/pai_1k.csv.gz"), Options(unit="s"))
    assert np.median(seconds.column("duration").values / 3600) == pytest.approx(median_h, rel=0.3)


def test_real_run_times_have_the_published_quantiles() -> None:
    table = read(real_file("jobs/philly/philly_runtime_even.csv.gz"), NOTHING)
    found = np.quantile(table.column("duration").values, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(found, [131, 1186, 3342], rtol=0.01)
