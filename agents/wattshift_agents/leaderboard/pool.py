"""Running jobs side by side, each once what it needs is there, with an estimate of the time that is left."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

from wattshift_agents.leaderboard.jobs import Job

GUESS_S = {"train": 2.5e-4, "play": 0.03, "bound": 8.0}
"""Seconds for a unit of work of each kind, until one of it is done."""

QUIET_S = 5.0
"""At most one line about short jobs in this time."""


class Paces:
    """Seconds for a unit of work, learned from jobs that are done."""

    def __init__(self) -> None:
        self._spent: dict[str, tuple[float, float]] = {}  # pace or kind -> (seconds, units)

    def learn(self, job: Job) -> None:
        """Take in a job that is done."""
        seconds = float(job.read()["seconds"])
        for name in (job.pace, job.kind):
            spent, units = self._spent.get(name, (0.0, 0.0))
            self._spent[name] = (spent + seconds, units + job.units)

    def estimate_s(self, jobs: Sequence[Job]) -> float:
        """Time that these will take one after the other: as others of the same pace, else of the same kind."""
        return sum(job.units * self._seconds_a_unit(job.pace) for job in jobs)

    def _seconds_a_unit(self, pace: str) -> float:
        kind = pace.split()[0]
        spent, units = self._spent.get(pace) or self._spent.get(kind) or (GUESS_S[kind], 1.0)
        return spent / units


def outstanding(jobs: Sequence[Job]) -> list[Job]:
    """Those whose file does not exist yet, each file once, in the order given."""
    once = {job.file: job for job in jobs}
    return [job for file, job in once.items() if not file.is_file()]


def ready(waiting: Sequence[Job]) -> Job | None:
    """The first that lacks nothing it needs."""
    return next((job for job in waiting if all(needed.file.is_file() for needed in job.needs)), None)


def run_all(jobs: Sequence[Job], processes: int, say: Callable[[str], None]) -> None:
    """Run those jobs that are not done yet; a failure stops everything and is raised.

    Args:
        jobs: In the order of preference; jobs that others need must be among them or done.
        processes: Jobs side by side.
        say: Is given a line now and then.
    """
    waiting, paces = outstanding(jobs), Paces()
    for finished in {job.file: job for job in jobs}.values():
        if finished.file.is_file():
            paces.learn(finished)
    total = len(waiting)
    say(f"{total} jobs to do, {_minutes(paces.estimate_s(waiting) / processes)} by estimate; the others are done")
    running: dict[Future[None], Job] = {}
    began_s = {}
    spoke_s = 0.0
    # Spawned, not forked: torch and numba do not survive a fork well.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        while waiting or running:
            while len(running) < processes and (job := ready(waiting)) is not None:
                waiting.remove(job)
                future = pool.submit(job.run)
                running[future], began_s[future] = job, time.perf_counter()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                finished = running.pop(future)
                paces.learn(finished)
                now_s = time.perf_counter()
                if now_s - spoke_s > QUIET_S or not (waiting or running):
                    spoke_s = now_s
                    left = _minutes(paces.estimate_s([*waiting, *running.values()]) / processes)
                    count = total - len(waiting) - len(running)
                    took_s = now_s - began_s[future]
                    say(f"[{count}/{total}] {finished.kind} {finished.label}: {took_s:.1f} s; {left} left")
    except BaseException:
        # Without waiting: after Ctrl-C the workers are gone, and the pool would wait for them for ever.
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _minutes(seconds: float) -> str:
    return f"about {seconds / 60.0:.1f} min"
