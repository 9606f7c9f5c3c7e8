"""How long a fresh process takes to its first step, and its peak memory.

The first process finds empty caches: it builds the traces and compiles the kernel. The others find what it left.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from stepping import ENVIRONMENT, SCENARIO

STAGES = ("import_s", "traces_s", "make_s", "first_step_s")

FIRST_STEP = f"""
import json, resource, sys, time
began_s = time.perf_counter()
marks = [began_s]
import gymnasium, numpy as np, wattshift
marks.append(time.perf_counter())
from wattshift.scenario import load_scenario
from wattshift.traces import TraceSpec, build_traces
traces = build_traces(load_scenario({SCENARIO!r}).demand(), TraceSpec(), 300.0)
marks.append(time.perf_counter())
env = gymnasium.make_vec({ENVIRONMENT!r}, num_envs=int(sys.argv[1]), scenario={SCENARIO!r}, traces=traces)
marks.append(time.perf_counter())
env.reset(seed=0)
zeros = np.zeros(env.action_space.shape, np.float32)
env.step(zeros)
marks.append(time.perf_counter())
for _ in range(288):
    env.step(zeros)
stages = dict(zip({STAGES!r}, np.diff(marks).tolist()))
traces_mib = sum(array.nbytes for array in traces if isinstance(array, np.ndarray)) / 2**20
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{**stages, "total_s": marks[-1] - began_s, "traces_mib": traces_mib, "peak_mib": peak_mib}}))
"""
"""From the first import to the first step by stages; then a day of steps, and the peak memory of the process."""

NUM_ENVS = 64


def starts(warm_starts: int) -> dict[str, dict[str, float]]:
    """Seconds by stage, and peak memory in MiB, of a process with empty caches and of the following ones (medians)."""
    with tempfile.TemporaryDirectory() as folder:
        caches = {"NUMBA_CACHE_DIR": str(Path(folder) / "numba"), "WATTSHIFT_CACHE": str(Path(folder) / "wattshift")}
        cold = _start(caches)
        warm = [_start(caches) for _ in range(warm_starts)]
    return {"cold": cold, "warm": {name: median(start[name] for start in warm) for name in cold}}


def _start(caches: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_STEP, str(NUM_ENVS)],
        env={**os.environ, **caches},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
