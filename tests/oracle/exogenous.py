"""1 Read: the traces' row of a step."""

from dataclasses import dataclass
from typing import Any

from oracle.fleet import Record, records


@dataclass(frozen=True)
class Now:
    zones: list[Record]  # weather, carbon, price
    request_rate_per_s: list[float]
    job_rate_per_h: list[float]
    opens_period: bool  # the first step of a calendar month


def read_row(traces: Any, row: int) -> Now:
    return Now(
        zones=records(traces.zones[row]),
        request_rate_per_s=traces.request_rate_per_s[row].tolist(),
        job_rate_per_h=traces.job_rate_per_h[row].tolist(),
        opens_period=row > 0 and bool(traces.month[row] != traces.month[row - 1]),
    )
