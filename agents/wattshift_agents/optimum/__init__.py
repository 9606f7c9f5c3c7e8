"""What the best policy could reach: a certified lower bound on the cost of an episode."""

from wattshift_agents.optimum.bound import Bound, bound_usd, bounds_of
from wattshift_agents.optimum.calm import calm_bound_usd

__all__ = ["Bound", "bound_usd", "bounds_of", "calm_bound_usd"]
