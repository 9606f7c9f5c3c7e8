"""The recorded requests and jobs at hand, as plain arrays."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.formats import alibaba_openb, azure_llm, gaia_jobs, philly_runtime
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.recordings import lengths_h, recorded_counts
from wattshift.data.text import find, read_csv
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
    table = _azure_2023(root, service)
    context, output = (table.column(name).values.astype(np.int64) for name in ("context_tokens", "generated_tokens"))
    return Tokens(context, output)


def azure_minutes(root: Path, service: str) -> Floats:
    """Requests in the whole minutes of the 2023 trace."""
    return recorded_counts(_azure_2023(root, service)).counts


def azure_hourly_rates(root: Path, service: str) -> Floats:
    """Mean requests a minute in the hours of five days of 2024."""
    path = root / "llm" / "azure_2024_derived" / f"azure2024_{AZURE_NAMES[service]}_hourly_days1-5.csv"
    return np.array(read_csv(find(path)).cells("requests_per_minute_mean"), np.float64)


def pai_jobs(root: Path) -> Recorded:
    """Alibaba PAI 2020 as GAIA resampled it: flat arrivals, so none are given."""
    path = find(root / "jobs" / "gaia" / "pai-100k_h0-4380.csv")
    return Recorded(lengths_h(gaia_jobs.read(path, Options(unit="h"))), np.zeros(0))


def philly_run_times_h(root: Path) -> Floats:
    """Microsoft Philly 2017."""
    return lengths_h(philly_runtime.read(find(root / "jobs" / "philly" / "philly_runtime_even.csv"), Options()))


def alibaba_jobs(root: Path) -> Recorded:
    """Pods with a GPU: hours from scheduling to deletion; arrivals of all pods of the dense days."""
    path = find(root / "jobs" / "alibaba_gpu_v2023" / "openb_pod_list_default.csv")
    table = alibaba_openb.read(path, Options())
    length_s = table.column("duration").values
    ran = (table.column("gpus").values > 0) & np.isfinite(length_s)
    dense_s = table.time_s[table.time_s > SPARSE_DAYS * 86400]
    return Recorded(length_s[ran] / 3600.0, (dense_s - dense_s.min()) / 3600.0)


def _azure_2023(root: Path, service: str) -> Table:
    path = root / "llm" / "azure_2023" / f"AzureLLMInferenceTrace_{AZURE_NAMES[service]}_min0-40.csv"
    return azure_llm.read(find(path), Options(timezone="UTC"))
