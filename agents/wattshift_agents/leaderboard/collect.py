"""From the files that jobs have left to the standings of a contest."""

from typing import NamedTuple

import numpy as np

from wattshift_agents.kinds import LEARNED, kind_of_rule
from wattshift_agents.leaderboard.jobs import PlayJob
from wattshift_agents.leaderboard.plan import Contest
from wattshift_agents.leaderboard.standings import Entrant, Standing, check_bounds, idle, standings


class Board(NamedTuple):
    """A finished contest."""

    contest: Contest
    lines: list[Standing]  # lowest objective first
    idle: list[str]  # heuristics that do what the autopilot does here, and are left out
    bound_usd: float  # mean over the windows that have one
    starts: list[str]  # of all windows, ISO 8601

    @property
    def name(self) -> str:
        """Task and set."""
        return f"{self.contest.task}, {self.contest.traces}"

    def best(self, kind: str) -> Standing | None:
        """The first line of a kind; None without any."""
        return next((line for line in self.lines if line.entrant.kind == kind), None)


def board(contest: Contest) -> Board:
    """Read what the jobs of a contest have left, hold it against the bounds, and rank it.

    Raises:
        BoundBrokenError: A policy costs less than the certified bound.
    """
    entrants = [_entrant([job]) for job in contest.heuristics]
    entrants += [_entrant(jobs) for jobs in contest.learned.values()]
    windows = [job.window for job in contest.bounds]
    bound = np.array([job.read()["bound_usd"] for job in contest.bounds])
    check_bounds(entrants, windows, bound, f"{contest.task}, {contest.traces}")
    left_out = idle(entrants)
    acting = [entrant for entrant in entrants if entrant.policy not in left_out]
    return Board(
        contest=contest,
        lines=standings(acting, windows, bound),
        idle=left_out,
        bound_usd=float(bound.mean()),
        starts=contest.heuristics[0].read()["starts"],
    )


def _entrant(jobs: list[PlayJob]) -> Entrant:
    """One policy from its plays, one a training seed."""
    records = [job.read() for job in jobs]
    first = jobs[0]
    trainings = [job.training for job in jobs if job.training is not None]
    return Entrant(
        policy=first.policy,
        kind=LEARNED if trainings else kind_of_rule(first.policy),
        kpis={name: np.array([record["kpis"][name] for record in records]) for name in records[0]["kpis"]},
        decision_ms=float(np.mean([record["decision_ms"] for record in records])),
        wall_s=float(np.mean([record["seconds"] for record in records])),
        training_s=float(np.mean([job.read()["seconds"] for job in trainings])) if trainings else 0.0,
        command=trainings[0].command if trainings else f"{first.command} policies=[{first.policy}]",
    )
