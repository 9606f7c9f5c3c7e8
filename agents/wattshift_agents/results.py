"""`Results`: the KPIs of policies over the same windows, their comparison, and the files that keep them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wattshift_agents.kinds import HEURISTIC, PLANNER
from wattshift_agents.statistics import Estimate, Floats, interquartile_mean, paired_difference

REFERENCE = "autopilot"
"""The policy that all others are measured against."""

OBJECTIVE = "objective_usd"
"""The KPI that policies are judged by: the cost as the task weighs its terms."""


@dataclass(frozen=True)
class Window:
    """One stretch of the traces and the seed of the random numbers played over it."""

    row: int  # first trace row
    seed: int
    start_utc: str  # ISO 8601


@dataclass(frozen=True)
class Comparison:
    """One policy's objective against others' on the same windows; differences are negative where it is lower.

    A share is None where there is nobody to compare with, or what is compared with costs nothing.
    """

    policy: str
    kind: str  # heuristic, planner or learned
    objective_usd: Estimate  # mean per window
    objective_iqm_usd: float  # interquartile mean per window
    cost_usd: Estimate  # the money, mean per window
    to_autopilot_usd: Estimate  # mean difference per window
    to_autopilot_share: Estimate | None  # difference of the totals, relative to the autopilot's
    best_other_heuristic: str | None  # the one with the lowest objective on these windows, itself excluded
    to_best_share: Estimate | None
    best_other_planner: str | None  # likewise
    to_planner_share: Estimate | None
    decision_ms: float  # of one environment, the world's time not included
    means: dict[str, float]  # every KPI, mean per window


@dataclass(frozen=True)
class Results:
    """KPIs by policy, name and window. Every policy met the same windows, so element i of each belongs together."""

    windows: tuple[Window, ...]
    kpis: dict[str, dict[str, Floats]]  # policy -> KPI -> [W]
    kinds: dict[str, str]  # policy -> heuristic, planner or learned
    decision_ms: dict[str, float]  # policy -> mean time of a decision of one environment

    @property
    def weighs_unevenly(self) -> bool:
        """Whether the objective is something else than the money."""
        return any(not np.array_equal(kpis[OBJECTIVE], kpis["cost_usd"]) for kpis in self.kpis.values())

    def objective_usd(self, policy: str) -> Floats:
        """What each window is judged by, [W]."""
        return self.kpis[policy][OBJECTIVE]

    def means(self, policy: str) -> dict[str, float]:
        """Every KPI's mean over the windows."""
        return {name: float(np.mean(values)) for name, values in self.kpis[policy].items()}

    def best(self, kind: str, other_than: str | None = None) -> str | None:
        """The policy of a kind with the lowest mean objective on these windows, or None without any.

        It is picked with hindsight, which favours that kind: a policy that beats it has beaten them all.
        """
        candidates = [name for name, its_kind in self.kinds.items() if its_kind == kind and name != other_than]
        return min(candidates, key=lambda name: float(np.mean(self.objective_usd(name))), default=None)

    def compare(self, policy: str, confidence: float = 0.95) -> Comparison:
        """One policy against the autopilot, the best other heuristic and the best other planner, window by window.

        Raises:
            KeyError: The policy or the autopilot is not among the results.
            ValueError: There are fewer than two windows.
        """
        objective, money = self.objective_usd(policy), self.kpis[policy]["cost_usd"]
        rule, planner = (self.best(kind, other_than=policy) for kind in (HEURISTIC, PLANNER))

        def relative_to(other: str | None) -> Estimate | None:
            if other is None or self.objective_usd(other).sum() == 0.0:
                return None
            return paired_difference(objective, self.objective_usd(other), relative=True, confidence=confidence)

        return Comparison(
            policy=policy,
            kind=self.kinds[policy],
            objective_usd=paired_difference(objective, np.zeros_like(objective), confidence=confidence),
            objective_iqm_usd=float(interquartile_mean(objective)),
            cost_usd=paired_difference(money, np.zeros_like(money), confidence=confidence),
            to_autopilot_usd=paired_difference(objective, self.objective_usd(REFERENCE), confidence=confidence),
            to_autopilot_share=relative_to(REFERENCE),
            best_other_heuristic=rule,
            to_best_share=relative_to(rule),
            best_other_planner=planner,
            to_planner_share=relative_to(planner),
            decision_ms=self.decision_ms[policy],
            means=self.means(policy),
        )

    def comparisons(self, confidence: float = 0.95) -> list[Comparison]:
        """Every policy's comparison, the lowest objective first."""
        return sorted(
            (self.compare(policy, confidence) for policy in self.kpis), key=lambda entry: entry.objective_usd.value
        )

    def write_csv(self, path: Path) -> None:
        """One line for each policy, window and KPI: policy, window, start_utc, seed, kpi, value.

        The time of a decision, `decision_ms`, is that of all windows together and has no window.
        """
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["policy", "window", "start_utc", "seed", "kpi", "value"])
            for policy, kpis in self.kpis.items():
                for name, values in kpis.items():
                    for i, (window, value) in enumerate(zip(self.windows, values, strict=True)):
                        writer.writerow([policy, i, window.start_utc, window.seed, name, repr(float(value))])
                writer.writerow([policy, "", "", "", "decision_ms", repr(self.decision_ms[policy])])

    def write_json(self, path: Path, confidence: float = 0.95, settings: dict[str, Any] | None = None) -> None:
        """The comparisons, the lowest objective first, under `policies`; `settings` says what was run."""
        summary = {
            "settings": settings or {},
            "windows": len(self.windows),
            "confidence": confidence,
            "policies": [_as_dict(entry) for entry in self.comparisons(confidence)],
        }
        path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")

    def write_tensorboard(self, folder: Path, tag: str, step: int = 0) -> None:
        """Mean KPIs as scalars `<tag>/<kpi>`, one run for each policy, so that charts lay them over each other."""
        from tensorboard.summary import Writer  # type: ignore[import-untyped]

        for policy in self.kpis:
            writer = Writer(str(folder / policy))
            for name, value in self.means(policy).items():
                writer.add_scalar(f"{tag}/{name}", value, step)
            writer.close()


def _as_dict(entry: Comparison) -> dict[str, Any]:
    return {key: value._asdict() if isinstance(value, Estimate) else value for key, value in vars(entry).items()}
