"""Tables of jobs: classes, streams, and how fast each module runs them."""

import math

import numpy as np

from .errors import ScenarioError
from .fleet import installed, job_speed
from .schema import Scenario
from .tables import JOB_CLASS, N_GANG_SIZES, N_QUANTILES, STREAM, Floats, Ints, table
from .workloads import JobClass


def job_class_table(scenario: Scenario) -> np.ndarray:
    """`JOB_CLASS` records [B]."""
    jobs = list(scenario.jobs.values())
    sizes, cumulative = gang_tables(jobs)
    return table(
        JOB_CLASS,
        len(jobs),
        hours_quantiles=[duration_quantiles_h(job) for job in jobs],
        gang_size=sizes,
        gang_cdf=cumulative,
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


def duration_quantiles_h(job: JobClass) -> Floats:
    """Run time at `N_QUANTILES` even probabilities; logarithmic between the given points, as run times are."""
    probabilities, hours = np.array(job.duration_h, dtype=np.float64).T
    return np.exp(np.interp(np.linspace(0.0, 1.0, N_QUANTILES), probabilities, np.log(hours)))


def gang_tables(jobs: list[JobClass]) -> tuple[Ints, Floats]:
    """Sizes and cumulative probabilities of gangs [B, N_GANG_SIZES], padded with the last."""
    sizes = np.zeros((len(jobs), N_GANG_SIZES), dtype=np.int64)
    cumulative = np.ones((len(jobs), N_GANG_SIZES))
    for row, job in enumerate(jobs):
        sizes[row] = [size for size, _ in job.gangs] + [job.gangs[-1][0]] * (N_GANG_SIZES - len(job.gangs))
        # The last is exactly 1: a draw below 1 always finds its gang.
        cumulative[row, : len(job.gangs) - 1] = np.cumsum([probability for _, probability in job.gangs])[:-1]
    return sizes, cumulative


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
            largest = max(math.ceil(job.elastic.least_share * largest - 1e-9), 1)
        if largest > max(offered, default=0):
            problems.append(
                f"jobs.{stream.kind}: a gang of {largest} from {stream.origin} fits no module: within its residency, "
                f"kinds of chip and memory at most {max(offered, default=0)} chips are offered to jobs"
            )
    if problems:
        raise ScenarioError(scenario.name, problems)
    return speeds
