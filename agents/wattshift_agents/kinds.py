"""Kinds of policies, and the one rule of which is of which kind."""

from wattshift_agents.heuristics import Heuristic
from wattshift_agents.policy import Policy

HEURISTIC, PLANNER, LEARNED = "heuristic", "planner", "learned"
"""The best heuristic is sought among the first. Planners solve programs at every decision and are compared apart."""

PLANNERS = ("mpc",)
"""Names of the planners among the policies that are not learned."""


def kind_of(policy: Policy) -> str:
    """The kind of a policy."""
    return kind_of_rule(policy.name) if isinstance(policy, Heuristic) else LEARNED


def kind_of_rule(name: str) -> str:
    """The kind of a policy that is not learned, by its name."""
    return PLANNER if name in PLANNERS else HEURISTIC
