"""The table of heuristics, from their registry, between its markers."""

from pages.environment import table
from pages.readme import between
from wattshift_agents.heuristics import summaries


def with_heuristics(page: str) -> str:
    """The page with its table of heuristics written anew.

    Raises:
        ValueError: a pair of markers is missing.
    """
    rows = [(f"`{name}`", text) for name, text in summaries().items()]
    return between(page, "heuristics", table(("policy", "what it does"), rows))
