"""What the best policy could reach: a certified lower bound on the cost of an episode."""

from wattshift_agents.optimum.bound import Bound, bound_usd, bounds_of

__all__ = ["Bound", "bound_usd", "bounds_of"]
