"""Agents for wattshift: heuristics, Stable-Baselines3 builders, training, and evaluation with paired statistics.

Importing this package is light: torch and Stable-Baselines3 load with `wattshift_agents.sb3` and
`wattshift_agents.training` only.
"""

from wattshift_agents.evaluation import EvaluationSet, evaluate
from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.policy import Policy
from wattshift_agents.results import Results
from wattshift_agents.view import View, look

__all__ = ["HEURISTICS", "EvaluationSet", "Policy", "Results", "View", "evaluate", "look", "make_heuristics"]
