"""1 Read: the traces' row of a step."""

from dataclasses import dataclass
from typing import Any

from oracle.fleet import Record, record, records


@dataclass(frozen=True)
class Now:
    zones: list[Record]  # weather, carbon, price
    request_rate_per_s: list[float]
    job_rate_per_h: list[float]
    flow_drawn: list[int]  # 0 = replayed
    stream_drawn: list[int]
    jobs: list[Record]  # replayed ones that arrive
    opens_period: bool  # the first step of a calendar month


def read_row(traces: Any, row: int) -> Now:
    return Now(
        zones=records(traces.zones[row]),
        request_rate_per_s=traces.request_rate_per_s[row].tolist(),
        job_rate_per_h=traces.job_rate_per_h[row].tolist(),
        flow_drawn=traces.flow_drawn.tolist(),
        stream_drawn=traces.stream_drawn.tolist(),
        jobs=replayed(traces, row),
        opens_period=row > 0 and bool(traces.month[row] != traces.month[row - 1]),
    )


def replayed(traces: Any, row: int) -> list[Record]:
    """Jobs of the traces' table that arrive in a row, each with its number; none before the first."""
    if row < 0:
        return []
    numbers = range(traces.first_job[row], traces.first_job[row + 1])
    return [Record(number=number, **vars(record(traces.jobs[number]))) for number in numbers]
