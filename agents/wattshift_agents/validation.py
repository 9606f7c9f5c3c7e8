"""`Validator`: how good a policy is on the validation windows, against the autopilot on the same ones."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.policy import Policy
from wattshift_agents.results import OBJECTIVE, REFERENCE

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv


@dataclass(frozen=True)
class Verdict:
    """One validation: KPIs as means over the windows."""

    kpis: dict[str, float]
    saving_share: float  # of what the autopilot costs on the same windows; positive is better, NaN if it costs nothing

    @property
    def objective_usd(self) -> float:
        """Mean over the windows of what checkpoints are picked by: cost as the task weighs it, the KPI `objective_usd`.

        The money alone is in `kpis`.
        """
        return self.kpis[OBJECTIVE]


class Validator:
    """Runs policies over fixed windows; the autopilot is run once, at the start.

    Args:
        env: As many environments as windows, autoreset disabled.
        seed: Of the evaluation set.
    """

    def __init__(self, env: "WattshiftVectorEnv", seed: int):
        self.env = env
        self.evaluation_set = EvaluationSet.spread(env, seed)
        (autopilot,) = make_heuristics([REFERENCE])
        self.autopilot_cost_usd = float(np.mean(play(env, self.evaluation_set, autopilot)[OBJECTIVE]))

    def judge(self, policy: Policy) -> Verdict:
        """Run one policy over the windows."""
        kpis = play(self.env, self.evaluation_set, policy)
        means = {name: float(np.mean(values)) for name, values in kpis.items()}
        saved_usd = self.autopilot_cost_usd - means[OBJECTIVE]
        return Verdict(means, saved_usd / self.autopilot_cost_usd if self.autopilot_cost_usd else math.nan)
