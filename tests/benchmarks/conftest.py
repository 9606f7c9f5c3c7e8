"""Shared by the tests of the benchmarks: the scripts of `benchmarks/`, importable and forgotten afterwards."""

import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = {path.stem for path in FOLDER.iterdir()}


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in NAMES]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def real_root() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    root = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not (root / "calibration_stats.json").is_file():
        pytest.skip(f"no real data at {root}: set WATTSHIFT_DATA to run this test")
    return root
