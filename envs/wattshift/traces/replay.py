"""Replay: recorded requests and jobs in the place of drawn ones.

Recorded demand lies on the traces' clock as it is dated, or its first hours repeat for ever: with a period of whole
days every hour of the day, with one of whole weeks every day of the week, falls on the same of the traces.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from wattshift.data.recordings import Counts, Jobs
from wattshift.traces.clock import HOUR_S
from wattshift.traces.errors import TraceError
from wattshift.traces.series import LEADS, REPLAYED_JOB, Traces
from wattshift.traces.spec import Demand, Recording, Replay

Floats = NDArray[np.float64]


def replay_files(traces: Traces, demand: Demand, replay: Replay) -> Traces:
    """The traces with the recorded files that `replay` names.

    Raises:
        TraceError: an unknown flow or stream, a faulty file, or one that does not cover what it has to.
    """
    from wattshift.traces.readers.recorded import read_counts, read_jobs

    for name, recording in replay.requests.items():
        flow = _place(name, demand.flow_names, "replay.requests")
        with _naming(recording):
            traces = replay_counts(traces, flow, read_counts(recording.file), recording.every_h)
    for name, recording in replay.jobs.items():
        stream = _place(name, demand.stream_names, "replay.jobs")
        with _naming(recording):
            traces = replay_jobs(traces, stream, read_jobs(recording.file), recording.every_h)
    return traces


def replay_counts(traces: Traces, flow: int, recorded: Counts, every_h: int | None = None) -> Traces:
    """The traces with one flow's requests as recorded: each step gets what was counted in it.

    Args:
        traces: built before.
        flow: its number, as in `Scenario.flow_names`.
        recorded: counts >= 0.
        every_h: the first so many hours of the recording repeat; None: as it is dated.

    Raises:
        TraceError: the recording covers less than the traces, or than `every_h`.
    """
    edges_s: Floats = traces.start_s + traces.step_s * np.arange(len(traces.clock) + 1.0)
    if every_h is None:
        if recorded.start_s > edges_s[0] or recorded.end_s < edges_s[-1]:
            raise TraceError(
                f"recorded from {_date(recorded.start_s)} to {_date(recorded.end_s)}, the traces need "
                f"{_date(edges_s[0])} to {_date(edges_s[-1])}; or let it repeat with every_h"
            )
        until = recorded.until(edges_s)
    else:
        period_s = float(every_h * HOUR_S)
        if recorded.end_s < recorded.start_s + period_s:
            got_h = (recorded.end_s - recorded.start_s) / HOUR_S
            raise TraceError(f"recorded for {got_h:g} hours, must be at least the {every_h} of every_h")
        periods, into_s = np.divmod(edges_s - recorded.start_s, period_s)
        in_a_period = recorded.until(np.array([recorded.start_s + period_s]))
        until = periods * in_a_period + recorded.until(recorded.start_s + into_s)
    rates = traces.request_rate_per_s.copy()
    rates[:, flow] = np.diff(until) / traces.step_s
    return traces._replace(
        request_rate_per_s=rates,
        request_forecast_per_s=_forecast_anew(traces, traces.request_forecast_per_s, rates, flow),
        flow_drawn=_without(traces.flow_drawn, flow),
    )


def replay_jobs(traces: Traces, stream: int, recorded: Jobs, every_h: int | None = None) -> Traces:
    """The traces with one stream's jobs as recorded: arrivals, run times and gangs.

    Args:
        traces: built before.
        stream: its number, as in `Scenario.stream_names`; one that is replayed already gets these jobs on top.
        recorded: jobs; what arrives outside the traces, or after the first `every_h` hours, is left out.
        every_h: the first so many hours, from the hour of the first arrival, repeat; None: as they are dated.

    Raises:
        TraceError: no job arrives within the traces.
    """
    n_rows = len(traces.clock)
    end_s = traces.start_s + traces.step_s * n_rows
    arrival_s, which = recorded.arrival_s, np.arange(len(recorded.arrival_s))
    if every_h is not None:
        period_s = every_h * HOUR_S
        first_s = recorded.arrival_s.min() // HOUR_S * HOUR_S
        which = which[recorded.arrival_s < first_s + period_s]
        first_turn = int((traces.start_s - first_s) // period_s)
        turns = np.arange(first_turn, int((end_s - first_s) // period_s) + 1)
        arrival_s = (recorded.arrival_s[which] + period_s * turns[:, None]).ravel()
        which = np.tile(which, len(turns))
    inside = (arrival_s >= traces.start_s) & (arrival_s < end_s)
    if not inside.any():
        raise TraceError(
            f"recorded from {_date(recorded.arrival_s.min())} to {_date(recorded.arrival_s.max())}, no job arrives "
            f"within the traces, {_date(traces.start_s)} to {_date(end_s)}; or let them repeat with every_h"
        )
    order = np.argsort(arrival_s[inside], kind="stable")
    which = which[inside][order]
    added = np.zeros(len(which), REPLAYED_JOB)
    added["stream"], added["gang"], added["run_h"] = stream, recorded.gang[which], recorded.run_h[which]
    rows = ((arrival_s[inside][order] - traces.start_s) // traces.step_s).astype(np.int64)
    hour_of_row = (np.arange(n_rows) * traces.step_s // HOUR_S).astype(np.int64)
    rates = traces.job_rate_per_h.copy()
    rates[:, stream] *= 1 - traces.stream_drawn[stream]
    rates[:, stream] += np.bincount(hour_of_row[rows], minlength=hour_of_row[-1] + 1)[hour_of_row]
    jobs, first_job = _merged(traces, added, rows)
    return traces._replace(
        job_rate_per_h=rates,
        job_forecast_per_h=_forecast_anew(traces, traces.job_forecast_per_h, rates, stream),
        stream_drawn=_without(traces.stream_drawn, stream),
        jobs=jobs,
        first_job=first_job,
    )


def _forecast_anew(
    traces: Traces, issued: NDArray[np.float32], rates: NDArray[np.float32], nth: int
) -> NDArray[np.float32]:
    """Forecasts `[T, n, LEADS]` with those of one series by persistence: the value 24 h before its target, or 48 h.

    Whatever the other forecasts are: a recording has no model to be blurred. Targets of the first day keep the forecast
    of the drawn series, as nothing recorded is known by then.
    """
    per_hour = round(HOUR_S / traces.step_s)
    hourly = rates[: len(rates) // per_hour * per_hour, nth].reshape(-1, per_hour).mean(axis=1)
    renewed = issued.copy()
    for lead in range(1, LEADS + 1):
        first = LEADS - lead % LEADS
        renewed[first : len(hourly), nth, lead - 1] = hourly[: max(len(hourly) - first, 0)]
    return renewed


def _merged(
    traces: Traces, added: NDArray[np.void], rows: NDArray[np.int64]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """All replayed jobs in the order of their rows, and the first of every row."""
    n_rows = len(traces.clock)
    all_rows = np.concatenate([np.repeat(np.arange(n_rows), np.diff(traces.first_job)), rows])
    order = np.argsort(all_rows, kind="stable")
    jobs = np.empty(len(order), REPLAYED_JOB)
    jobs[:] = np.concatenate([traces.jobs, added])[order]
    return jobs, np.searchsorted(all_rows[order], np.arange(n_rows + 1)).astype(np.int64)


def _without(drawn: NDArray[np.int64], nth: int) -> NDArray[np.int64]:
    changed = drawn.copy()
    changed[nth] = 0
    return changed


@contextmanager
def _naming(recording: Recording) -> Iterator[None]:
    """Complaints about a recording name its file."""
    try:
        yield
    except TraceError as error:
        known = str(error).startswith(str(recording.file))
        raise error if known else TraceError(f"{recording.file}: {error}") from error


def _place(name: str, known: tuple[str, ...], field: str) -> int:
    if name not in known:
        raise TraceError(f"{field}: got {name!r}, must be one of {', '.join(known) or 'none: the demand has no names'}")
    return known.index(name)


def _date(time_s: float) -> str:
    return str(np.datetime64(int(time_s), "s"))
