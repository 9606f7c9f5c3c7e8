"""The page of heuristics, from their registry."""

from pages.environment import table
from wattshift_agents.heuristics import HEURISTICS, summaries

HEADING = ("policy", "idea", "source", "looks at")


def heuristics_page() -> str:
    """What each heuristic does, where the idea comes from, what it looks at."""
    ideas = summaries()
    rows = [(f"`{name}`", ideas[name], kind.source, kind.looks_at) for name, kind in HEURISTICS.items()]
    return f"""<!-- Written by `python docs/generate.py` from the code; edit that, not this. -->

# Heuristics
`policies=[...]` of `evaluate.py` takes these names, or `all`. All of them act through the same action space as learned
policies; none looks beyond the published forecasts. Parameters and what is approximated stand in the docstrings of
`wattshift_agents.heuristics`; those that plan in time share the functions of `wattshift_agents.shifting`, which also
[reproduce published savings](lets-wait-awhile.md).

{table(HEADING, rows)}
"""
