"""Shared by the tests of the traces: a cache of their own, one built year, the real data."""

import os
from pathlib import Path

import pytest
from trace_samples import ZONES, demand

from wattshift.traces import Traces, TraceSpec, build_traces


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATTSHIFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """All zones, 2025, hourly steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WATTSHIFT_CACHE", str(tmp_path_factory.mktemp("cache")))
        return build_traces(demand(*ZONES), TraceSpec(seed=3), 3600)


@pytest.fixture(scope="session")
def real_root() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    root = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not (root / "carbon_electricitymaps").is_dir():
        pytest.skip(f"no real data at {root}: set WATTSHIFT_DATA to run this test")
    return root
