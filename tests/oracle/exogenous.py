"""1 Read: the traces' row of a step."""

from dataclasses import dataclass
from typing import Any

from oracle.fleet import Record, records


@dataclass(frozen=True)
class Now:
    zones: list[Record]  # weather, carbon, price
    request_rate_per_s: list[float]
    job_rate_per_h: list[float]


def read_row(traces: Any, row: int) -> Now:
    return Now(records(traces.zones[row]), traces.request_rate_per_s[row].tolist(), traces.job_rate_per_h[row].tolist())
