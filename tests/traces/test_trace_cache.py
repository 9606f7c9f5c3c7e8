"""The cache: what it gives back, when it is not used, and what importing the package costs."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from trace_samples import demand

from wattshift.traces import Traces, TraceSpec, build_traces, cache

SPEC = TraceSpec(seed=11)


def build() -> Traces:
    return build_traces(demand("ON"), SPEC, 3600)


def equal(a: Traces, b: Traces) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_the_second_build_is_the_first_one_read_back(cache_folder, monkeypatch) -> None:
    built = build()
    assert len(list((cache_folder / "traces").iterdir())) == 1
    monkeypatch.setattr("wattshift.traces.build._synthetic", None)  # must not be called again
    read = build()
    assert equal(built, read)
    assert type(read.start_s) is int
    assert type(read.step_s) is float
    assert all(array.flags.writeable and array.flags.c_contiguous for array in read[2:])
    assert read.zones.dtype == built.zones.dtype


def test_every_part_of_the_request_is_in_the_digest() -> None:
    keys = {
        cache.digest(demand("ON"), SPEC, 3600),
        cache.digest(demand("DE"), SPEC, 3600),
        cache.digest(demand("ON"), TraceSpec(seed=12), 3600),
        cache.digest(demand("ON"), TraceSpec(seed=11, years=2), 3600),
        cache.digest(demand("ON"), SPEC, 300),
    }
    assert len(keys) == 5


def test_a_changed_catalog_is_another_entry(monkeypatch) -> None:
    before = cache.digest(demand("ON"), SPEC, 3600)
    monkeypatch.setattr(cache, "catalog_text", lambda: b"other")
    assert cache.digest(demand("ON"), SPEC, 3600) != before


def test_a_folder_that_cannot_be_written_means_no_cache(tmp_path, monkeypatch, caplog) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    monkeypatch.setenv("WATTSHIFT_CACHE", str(blocked))
    assert equal(build(), build())
    assert "traces are not cached" in caplog.text


def test_a_damaged_entry_is_reported_and_not_used(cache_folder, caplog) -> None:
    built = build()
    (entry,) = (cache_folder / "traces").iterdir()
    (entry / "zones.npy").write_bytes(b"rubbish")
    assert equal(build(), built)
    assert "is damaged" in caplog.text


def test_racing_builders_leave_one_whole_entry(cache_folder) -> None:
    traces = build()
    (entry,) = (cache_folder / "traces").iterdir()
    target = entry.with_name("race")
    racers = [threading.Thread(target=cache.store, args=(traces, target)) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert equal(cache.load(target), traces)
    assert {path.name for path in target.parent.iterdir()} == {entry.name, "race"}


def test_the_folder_follows_the_environment(monkeypatch) -> None:
    monkeypatch.delenv("WATTSHIFT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.cache_folder() == Path("/somewhere/wattshift/traces")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.cache_folder() == Path.home() / ".cache" / "wattshift" / "traces"


def test_a_cached_year_loads_quickly_without_pandas_or_pvlib() -> None:
    build()
    started = time.perf_counter()
    build()
    assert time.perf_counter() - started < 0.5  # usually 0.02
    program = (
        "import sys; from trace_samples import demand; from wattshift.traces import TraceSpec, build_traces\n"
        "build_traces(demand('ON'), TraceSpec(seed=11), 3600)\n"
        "print([name for name in ('pandas', 'pvlib', 'scipy') if name in sys.modules])"
    )
    here = str(Path(__file__).parent)
    run = subprocess.run([sys.executable, "-c", program], cwd=here, env=os.environ, capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr


@pytest.mark.parametrize("missing", ["WATTSHIFT_DATA"])
def test_real_traces_without_a_folder_say_how_to_name_one(monkeypatch, missing) -> None:
    monkeypatch.delenv(missing, raising=False)
    with pytest.raises(ValueError, match="environment variable WATTSHIFT_DATA"):
        build_traces(demand("ON"), TraceSpec(source="real"), 3600)
