"""The compiled kernel: one signature serves every world, and an edit of any stage never meets a stale cache."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from worlds import begin, make_world, scenario_of, step, zeros

from wattshift.kernel import entry
from wattshift.kernel.entry import ENTRIES, build, source_digest
from wattshift.traces import TraceSpec, build_traces
from wattshift.world import World

STAGE = "def scaled(x):\n    return 2.0 * x\n"
ENTRY = """
import sys
from pathlib import Path

import numba
import stage
from wattshift.kernel.entry import source_digest
from wattshift.kernel.jit import OPTIONS, njit

scaled = njit(stage.scaled)


def build(digest):
    @numba.njit(cache=True, **OPTIONS)
    def run(x):
        captured = digest
        return scaled(x)

    return run


run = build(source_digest(Path(__file__).parent))
print(run(10.0), sum(run.stats.cache_hits.values()))
"""


FACES = """
import numpy as np
from wattshift.env import WattshiftEnv
from wattshift.kernel.entry import ENTRIES
from wattshift.vector import WattshiftVectorEnv

batches = [WattshiftVectorEnv(n, scenario="tiny") for n in (1, 3)]
for face in (WattshiftEnv(scenario="tiny"), *batches):
    for options in (None, {"start_row": 5}, {"start_row": np.full(face.world.n_envs, 5)}):
        face.reset(seed=0, options=options)
    action = np.zeros(face.action_space.shape, np.float32)
    action.flags.writeable = False
    face.step(action)
print(len(ENTRIES.step.signatures), len(ENTRIES.restart.signatures))
"""


def test_one_signature_serves_every_world(tmp_path, monkeypatch):
    """Scenario, batch, step, decision length, task, freshly built or remembered traces: nothing compiles again."""
    monkeypatch.setenv("WATTSHIFT_CACHE", str(tmp_path))
    fresh = build_traces(scenario_of("tiny").demand(), TraceSpec(seed=1), 3600)
    remembered = build_traces(scenario_of("tiny").demand(), TraceSpec(seed=1), 3600)
    make_world(1)
    make_world(1, parallel=True)
    known = [len(compiled.signatures) for compiled in ENTRIES]
    task = {"summary": "one", "drives": ["caps"], "sees": ["clock"], "pays": {"carbon_usd": 1.0}}
    worlds = [
        make_world(5, decision_every=3, job_slots=16),
        make_world(2, scenario="hybrid", step_s=900.0),
        make_world(2, scenario="global", step_s=3600.0),
        make_world(2, task=task),
        World(1, scenario="tiny", traces=fresh, step_s=3600, episode_days=1),
        World(1, scenario="tiny", traces=remembered, step_s=3600, episode_days=1),
        make_world(3, parallel=True),
    ]
    for world in worlds:
        begin(world, 1)
        step(world, zeros(world))
    assert [len(compiled.signatures) for compiled in ENTRIES] == known


def test_the_faces_of_the_world_share_the_signature():
    """Single environment, batch, and arrays that their owner made read-only; in a process that did nothing else."""
    result = subprocess.run([sys.executable, "-c", FACES], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["1", "1"]


def test_the_digest_covers_every_source_of_the_kernel(tmp_path):
    folder = Path(entry.__file__).parent
    for path in folder.glob("*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    digest = source_digest(tmp_path)
    assert digest == source_digest()
    for path in sorted(tmp_path.glob("*.py")):
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert source_digest(tmp_path) != digest, path.name
        path.write_bytes(before)
    (tmp_path / "cool.py").rename(tmp_path / "cooling.py")
    assert source_digest(tmp_path) != digest


@pytest.mark.parametrize("name", ENTRIES._fields)
def test_every_entry_captures_the_digest(name):
    compiled = getattr(build(1234567), name)
    assert 1234567 in [cell.cell_contents for cell in compiled.py_func.__closure__]


def test_an_edit_of_another_file_compiles_anew(tmp_path):
    """A stand-in for the kernel, built as it is: an entry that calls a stage of another file."""
    (tmp_path / "stage.py").write_text(STAGE)
    (tmp_path / "program.py").write_text(ENTRY)

    def run() -> list[str]:
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, str(tmp_path / "program.py")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    assert run() == ["20.0", "0"]
    assert run() == ["20.0", "1"]
    (tmp_path / "stage.py").write_text(STAGE.replace("2.0", "3.0"))
    assert run() == ["30.0", "0"]
