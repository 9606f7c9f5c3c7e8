"""The recorded requests and jobs at hand, as plain arrays."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.readers.recorded import time_s
from wattshift.traces.readers.text import csv_cells, find
from wattshift.workloads import Tokens

Floats = NDArray[np.float64]

AZURE_NAMES = {"code": "code", "conversation": "conv"}
SPARSE_DAYS = 115
"""Of Alibaba's table: 27 pods in its first days, then 8,125 in 34."""


class Recorded(NamedTuple):
    """Recorded jobs; arrivals in hours from the first dense day on, empty where the file's mean nothing."""

    duration_h: Floats
    arrival_h: Floats


def azure_tokens(root: Path, service: str) -> Tokens:
    """Context and output of every request of the 2023 trace."""
    rows = _cells(_azure_2023(root, service), "ContextTokens", "GeneratedTokens")
    context, output = np.array(rows, np.int64).T
    return Tokens(context, output)


def azure_minutes(root: Path, service: str) -> Floats:
    """Requests in the whole minutes of the 2023 trace."""
    times_s = [time_s(stamp[:26], "") for (stamp,) in _cells(_azure_2023(root, service), "TIMESTAMP")]
    counts = Counter(int(moment // 60) for moment in times_s)
    return np.array([counts[minute] for minute in range(min(counts) + 1, max(counts))], np.float64)


def azure_hourly_rates(root: Path, service: str) -> Floats:
    """Mean requests a minute in the hours of five days of 2024."""
    path = root / "llm" / "azure_2024_derived" / f"azure2024_{AZURE_NAMES[service]}_hourly_days1-5.csv"
    return np.array([float(rate) for (rate,) in _cells(path, "requests_per_minute_mean")])


def pai_jobs(root: Path) -> Recorded:
    """Alibaba PAI 2020 as GAIA resampled it: flat arrivals, so none are given."""
    hours = _cells(root / "jobs" / "gaia" / "pai-100k_h0-4380.csv", "length")
    return Recorded(np.array(hours, np.float64)[:, 0], np.zeros(0))


def philly_run_times_h(root: Path) -> Floats:
    """Microsoft Philly 2017."""
    return np.array(_cells(root / "jobs" / "philly" / "philly_runtime_even.csv", "runtime"), np.float64)[:, 0] / 3600.0


def alibaba_jobs(root: Path) -> Recorded:
    """Pods with a GPU: hours from scheduling to deletion; arrivals of all pods of the dense days."""
    columns = ("num_gpu", "creation_time", "deletion_time", "scheduled_time")
    pods = _cells(root / "jobs" / "alibaba_gpu_v2023" / "openb_pod_list_default.csv", *columns)
    created_s = np.array([float(creation) for _, creation, _, _ in pods])
    ran_h = [
        (float(deletion) - float(scheduled or creation)) / 3600.0
        for gpus, creation, deletion, scheduled in pods
        if int(gpus) > 0
    ]
    dense_s = created_s[created_s > SPARSE_DAYS * 86400]
    return Recorded(np.array(ran_h), (dense_s - dense_s.min()) / 3600.0)


def _azure_2023(root: Path, service: str) -> Path:
    return root / "llm" / "azure_2023" / f"AzureLLMInferenceTrace_{AZURE_NAMES[service]}_min0-40.csv"


def _cells(path: Path, *columns: str) -> list[list[str]]:
    return [cells for _, cells in csv_cells(find(path), columns)]
