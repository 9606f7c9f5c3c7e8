"""The cache forgets: only the entries used last stay, nothing of anyone else's is touched, and readers survive."""

import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from trace_samples import demand

from wattshift.traces import TraceSpec, build_traces, cache


@pytest.fixture
def folder(cache_folder: Path) -> Path:
    path = cache_folder / "traces"
    path.mkdir(parents=True)
    return path


def entry(folder: Path, number: int, age_s: float) -> Path:
    """A folder that looks like an entry, last used so long ago."""
    path = folder / f"{number:032x}"
    path.mkdir()
    (path / "zones.npy").write_bytes(b"x")
    used_s = time.time() - age_s
    os.utime(path, (used_s, used_s))
    return path


def test_the_entries_used_last_are_kept(folder) -> None:
    entries = [entry(folder, n, age_s=60.0 * age) for n, age in enumerate((3, 1, 4, 0, 2))]
    cache.evict(folder, kept=3)
    assert {path for path in entries if path.exists()} == {entries[3], entries[1], entries[4]}
    cache.evict(folder, kept=3)
    assert len(list(folder.iterdir())) == 3


def test_reading_an_entry_makes_it_young_and_writing_one_evicts(folder, monkeypatch) -> None:
    monkeypatch.setattr(cache, "ENTRIES_KEPT", 2)
    keys = []
    for seed in (0, 1):
        build_traces(demand("ON"), TraceSpec(seed=seed), 3600)
        keys.append(cache.digest(demand("ON"), TraceSpec(seed=seed), 3600))
        os.utime(folder / keys[-1], (1000.0 + seed, 1000.0 + seed))
    build_traces(demand("ON"), TraceSpec(seed=0), 3600)  # the older one, read again
    build_traces(demand("ON"), TraceSpec(seed=2), 3600)
    kept = {path.name for path in folder.iterdir()}
    assert kept == {keys[0], cache.digest(demand("ON"), TraceSpec(seed=2), 3600)}


def test_what_is_no_entry_stays(folder) -> None:
    strangers = [folder / "my data", folder / ("f" * 31), folder / ("g" * 32)]
    for path in strangers:
        path.mkdir()
    note = folder / ("a" * 32)
    note.write_text("a file, no entry")
    entry(folder, 1, age_s=0.0)
    cache.evict(folder, kept=0)
    assert {path.name for path in folder.iterdir()} == {path.name for path in (*strangers, note)}


def test_abandoned_drafts_go_and_fresh_ones_stay(folder) -> None:
    fresh, abandoned = folder / ".draft-fresh", folder / ".draft-old"
    for draft in (fresh, abandoned):
        draft.mkdir()
        (draft / "zones.npy").write_bytes(b"x")
    os.utime(abandoned, (1000.0, 1000.0))
    cache.evict(folder, kept=1)
    assert fresh.exists()
    assert not abandoned.exists()


def test_evictions_at_the_same_time_do_not_disturb_each_other(folder) -> None:
    entries = [entry(folder, n, age_s=60.0 * n) for n in range(40)]
    faults: list[BaseException] = []

    def evict() -> None:
        try:
            cache.evict(folder, kept=5)
        except BaseException as fault:
            faults.append(fault)

    racers = [threading.Thread(target=evict) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert faults == []
    assert sorted(folder.iterdir()) == sorted(entries[:5])


def test_a_reader_whose_entry_is_evicted_builds_anew(folder, monkeypatch, caplog) -> None:
    built = build_traces(demand("ON"), TraceSpec(seed=5), 3600)
    load = cache.load

    def evicted_while_loading(path: Path):
        shutil.rmtree(path)
        return load(path)

    monkeypatch.setattr(cache, "load", evicted_while_loading)
    again = build_traces(demand("ON"), TraceSpec(seed=5), 3600)
    assert all(np.array_equal(x, y) for x, y in zip(built, again, strict=True))
    assert caplog.text == ""
    assert len(list(folder.iterdir())) == 1
