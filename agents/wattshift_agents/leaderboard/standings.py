"""Standings: every policy of a contest against the autopilot, the best heuristic and the bound.

Uncertainty has two sources, the windows and, of learned policies, the seed of training. Both are drawn anew in each
resample, crossed: some seeds, some windows, and every one of those seeds on every one of those windows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wattshift_agents.kinds import HEURISTIC, PLANNER
from wattshift_agents.results import OBJECTIVE, REFERENCE
from wattshift_agents.statistics import Estimate, Floats, Statistic, relative_difference

CONFIDENCE = 0.95
RESAMPLES = 9_999

TOLERANCE = 1e-9
"""Relative rounding of an episode's summed cost."""


class Entrant(NamedTuple):
    """A policy and how it did."""

    policy: str
    kind: str
    kpis: dict[str, Floats]  # name -> [seeds, W]; heuristics have one seed
    decision_ms: float  # a decision of one environment, the world's time not included
    wall_s: float  # of all its episodes, mean over seeds
    training_s: float  # mean over seeds; 0 of heuristics
    command: str

    @property
    def cost_usd(self) -> Floats:
        """Money of every training seed and window, [seeds, W]: what the bound is held against."""
        return self.kpis["cost_usd"]

    @property
    def objective_usd(self) -> Floats:
        """What policies are ranked by: the same as the task weighs its terms, [seeds, W]."""
        return self.kpis[OBJECTIVE]


class Standing(NamedTuple):
    """One line of the table; differences are of the objective, negative where the policy is better."""

    entrant: Entrant
    score: Estimate  # of the money: 0 = autopilot, 1 = bound; over the windows that have one
    objective_usd: float  # mean over seeds and windows
    cost_usd: float  # likewise
    to_autopilot: Estimate  # difference of the totals as a share
    rival: str | None  # cheapest heuristic on these windows, itself excluded
    to_rival: Estimate | None
    to_planner: Estimate | None


class BoundBrokenError(Exception):
    """A policy costs less than the certified bound: one of the two is wrong."""


def crossed(statistic: Statistic, cost: Floats, *references: Floats, seed: int = 0) -> Estimate:
    """A statistic of costs against references, with a percentile interval over both seeds and windows.

    Args:
        statistic: Takes costs and references, [..., W] each, and reduces the last axis.
        cost: [S, W]; its mean over the seeds is what is judged.
        references: [W] each, of the same windows.
        seed: Of the resampling.
    """
    n_seeds, n_windows = cost.shape
    drawn = np.random.default_rng(seed)
    seeds = drawn.integers(0, n_seeds, (RESAMPLES, n_seeds))
    windows = drawn.integers(0, n_windows, (RESAMPLES, n_windows))
    means = np.take_along_axis(cost[seeds].mean(axis=1), windows, axis=1)
    replicates = statistic(means, *[reference[windows] for reference in references])
    low, high = np.quantile(replicates, [(1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0])
    return Estimate(float(statistic(cost.mean(axis=0), *references)), float(low), float(high))


def score(cost: Floats, autopilot: Floats, bound: Floats) -> Floats:
    """Share of what can be won at most that is won, of the totals over the last axis: 0 autopilot, 1 bound."""
    return (autopilot - cost).sum(axis=-1) / (autopilot - bound).sum(axis=-1)


def check_bounds(entrants: Sequence[Entrant], windows: Sequence[int], bound: Floats, where: str) -> None:
    """Hold every policy on every window against the bound.

    Args:
        entrants: All policies.
        windows: Indices of the windows with a bound.
        bound: [len(windows)], USD.
        where: Task and set, for the message.

    Raises:
        BoundBrokenError: Names every policy and window where a policy is cheaper.
    """
    broken = [
        f"{where}, window {window}: {entrant.policy} costs {cost:.6f} USD, less than the bound {least:.6f} USD"
        for entrant in entrants
        for window, least in zip(windows, bound, strict=True)
        for cost in entrant.cost_usd[:, window]
        if cost < least - TOLERANCE * abs(least)
    ]
    if broken:
        raise BoundBrokenError("\n".join(broken))


def idle(entrants: Sequence[Entrant]) -> list[str]:
    """Policies, other than the autopilot, that do on every window just what it does: they drive nothing here."""
    reference = _find(entrants, REFERENCE).cost_usd
    return [
        entrant.policy
        for entrant in entrants
        if entrant.policy != REFERENCE
        and np.array_equal(entrant.cost_usd, np.broadcast_to(reference, entrant.cost_usd.shape))
    ]


def standings(entrants: Sequence[Entrant], windows: Sequence[int], bound: Floats) -> list[Standing]:
    """Every policy, the lowest objective first.

    Args:
        entrants: All policies, the autopilot among them.
        windows: Indices of the windows with a bound.
        bound: [len(windows)], USD.
    """
    autopilot = _find(entrants, REFERENCE)
    planner = next((entrant for entrant in entrants if entrant.kind == PLANNER), None)
    bounded = np.array(windows)
    lines = []
    for entrant in entrants:
        rival = best([other for other in entrants if other is not entrant], HEURISTIC)
        against_planner = planner is not None and planner is not entrant
        lines.append(
            Standing(
                entrant=entrant,
                score=crossed(score, entrant.cost_usd[:, bounded], autopilot.cost_usd[0, bounded], bound),
                objective_usd=float(entrant.objective_usd.mean()),
                cost_usd=float(entrant.cost_usd.mean()),
                to_autopilot=_relative(entrant, autopilot),
                rival=None if rival is None else rival.policy,
                to_rival=None if rival is None else _relative(entrant, rival),
                to_planner=_relative(entrant, planner) if against_planner and planner is not None else None,
            )
        )
    return sorted(lines, key=lambda line: line.objective_usd)


def best(entrants: Sequence[Entrant], kind: str) -> Entrant | None:
    """The one of a kind with the lowest objective on these windows, picked with hindsight; None without any."""
    candidates = [entrant for entrant in entrants if entrant.kind == kind]
    return min(candidates, key=lambda entrant: float(entrant.objective_usd.mean()), default=None)


def _relative(entrant: Entrant, other: Entrant) -> Estimate:
    return crossed(relative_difference, entrant.objective_usd, other.objective_usd[0])


def _find(entrants: Sequence[Entrant], policy: str) -> Entrant:
    return next(entrant for entrant in entrants if entrant.policy == policy)
