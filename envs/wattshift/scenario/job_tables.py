"""Tables of jobs: classes, streams, and how fast each module runs them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wattshift.catalog.quantiles import log_table

from .errors import ScenarioError
from .fleet import installed, job_speed
from .schema import Scenario
from .tables import JOB_CLASS, N_GANG_SIZES, STREAM, Floats, Ints, Params, table


def job_class_table(scenario: Scenario) -> np.ndarray:
    """`JOB_CLASS` records [B]."""
    jobs = list(scenario.jobs.values())
    shapes = [job_shape(job.duration_h, job.gangs, job.gang_hours) for job in jobs]
    return table(
        JOB_CLASS,
        len(jobs),
        **{name: [getattr(shape, name) for shape in shapes] for name in JobShape._fields},
        data_gb=[job.data_gb for job in jobs],
        slack_h=[job.slack_h for job in jobs],
        slack_share=[job.slack_share for job in jobs],
        checkpoint_h=[job.checkpoint_h for job in jobs],
        restart_h=[job.restart_h for job in jobs],
        late_usd_per_chip_h=[job.late_usd_per_chip_h for job in jobs],
        abandon_h=[job.abandon_h for job in jobs],
        reject_usd_per_chip_h=[job.reject_usd_per_chip_h for job in jobs],
        least_share=[job.elastic.least_share if job.elastic is not None else 1.0 for job in jobs],
        most_share=[job.elastic.most_share if job.elastic is not None else 1.0 for job in jobs],
        exponent=[job.elastic.exponent if job.elastic is not None else 1.0 for job in jobs],
        result_gb=[job.result_gb for job in jobs],
    )


def stream_table(scenario: Scenario, speeds: Floats) -> np.ndarray:
    """`STREAM` records [G]; `speeds` as `stream_speeds` gives them."""
    return table(
        STREAM,
        len(scenario.streams),
        origin=[scenario.site_names.index(stream.origin) for stream in scenario.streams],
        job_class=[scenario.job_class_names.index(stream.kind) for stream in scenario.streams],
        burst=[scenario.jobs[stream.kind].hourly_burst_sd for stream in scenario.streams],
        pace=speeds.max(axis=1, initial=0.0),
    )


class JobShape(NamedTuple):
    """The columns of `JOB_CLASS` by which run times and gangs are drawn; sizes padded with the last."""

    log_hours: Floats  # [N_QUANTILES]
    gang_size: Ints  # [N_GANG_SIZES]
    gang_cdf: Floats  # [N_GANG_SIZES]
    gang_hours: Floats  # [N_GANG_SIZES]


def job_shape(
    duration_h: Sequence[tuple[float, float]], gangs: Sequence[tuple[int, float]], gang_hours: Sequence[float] | None
) -> JobShape:
    """Tables of run times and gangs, from what a job class says of them."""
    shares = [probability for _, probability in gangs]
    padding = N_GANG_SIZES - len(gangs)
    # The last is exactly 1: a draw below 1 always finds its gang.
    cumulative = [*np.cumsum(shares)[:-1], *[1.0] * (padding + 1)]
    hours = [1.0] * len(gangs) if gang_hours is None else list(gang_hours)
    return JobShape(
        log_table(duration_h),
        np.array([size for size, _ in gangs] + [gangs[-1][0]] * padding, dtype=np.int64),
        np.array(cumulative),
        np.array(hours + hours[-1:] * padding),
    )


def stream_speeds(scenario: Scenario) -> Floats:
    """Reference chip-hours per chip-hour of each stream's jobs in each module [G, M]; 0 = must not run there.

    Raises:
        ScenarioError: the chips offered to jobs in each module that may run a stream are fewer than its largest gang.
    """
    residency = {site.name: site.residency for site in scenario.sites}
    modules = installed(scenario)
    speeds = np.zeros((len(scenario.streams), len(modules)))
    problems = []
    for row, stream in enumerate(scenario.streams):
        job = scenario.jobs[stream.kind]
        for column, module in enumerate(modules):
            if not job.residency_bound or module.site.residency == residency[stream.origin]:
                speeds[row, column] = job_speed(module.chip, job)
        offered = [
            int(module.module.count * module.module.job_share + 1e-9)
            for module, speed in zip(modules, speeds[row], strict=True)
            if speed > 0.0
        ]
        largest = job.gangs[-1][0]
        if job.elastic is not None:
            largest = least_chips(largest, job.elastic.least_share)
        if largest > max(offered, default=0):
            problems.append(
                f"jobs.{stream.kind}: a gang of {largest} from {stream.origin} fits no module: within its residency, "
                f"kinds of chip and memory at most {max(offered, default=0)} chips are offered to jobs"
            )
    if problems:
        raise ScenarioError(scenario.name, problems)
    return speeds


def check_replayed_gangs(params: Params, stream_names: Sequence[str], jobs: np.ndarray) -> None:
    """Refuse replayed jobs (`REPLAYED_JOB` records) of gangs that no module could ever start.

    Raises:
        ValueError: the chips offered to jobs in each module that may run a stream are fewer than a gang of it.
    """
    offered = (params.modules["chips"] * params.modules["job_share"] + 1e-9).astype(np.int64)
    for stream in np.unique(jobs["stream"]):
        most = offered[params.stream_speed[stream] > 0.0].max()
        largest = jobs["gang"][jobs["stream"] == stream].max()
        least_share = params.job_classes["least_share"][params.streams["job_class"][stream]]
        if least_chips(int(largest), float(least_share)) > most:
            raise ValueError(
                f"replay.jobs: a gang of {largest} of {stream_names[stream]} fits no module: at most {most} chips are "
                f"offered to jobs where it may run"
            )


def least_chips(gang: int, least_share: float) -> int:
    """Fewest chips on which a gang runs."""
    return max(math.ceil(least_share * gang - 1e-9), 1)
