"""The page of heuristics, from their registry."""

from inspect import signature

from pages.environment import table
from wattshift_agents.heuristics import HEURISTICS, Heuristic, summaries
from wattshift_agents.heuristics.stack import found_parts

HEADING = ("policy", "idea", "source", "looks at")


def heuristics_page() -> str:
    """What each heuristic does, where the idea comes from, what it looks at."""
    ideas = summaries()
    rows = [(f"`{name}`", ideas[name], kind.source, kind.looks_at) for name, kind in HEURISTICS.items()]
    return f"""<!-- Written by `python docs/generate.py` from the code; edit that, not this. -->

# Heuristics
`policies=[...]` of `evaluate.py` takes these names, or `all`. All of them act through the same action space as learned
policies; none looks beyond the published forecasts. Where tables name the best heuristic, `mpc` does not count:
it plans, and has a column of its own. Parameters and what is approximated stand in the docstrings of
`wattshift_agents.heuristics`; those that plan in time share the functions of `wattshift_agents.shifting`, which also
[reproduce published savings](lets-wait-awhile.md).

{table(HEADING, rows)}

## Stack
`stack` takes each slot from the rule that cost least beside the others. `python benchmarks/tune_stack.py stack` finds
them by coordinate descent on windows of the synthetic training year (`hybrid`, seed 0), and checks them on the
validation year (seed 1). Slots that are not listed stay with the autopilot; a slot that a task does not drive is left
out.

{table(("slot", "rule", "parameters"), [_part(slot, rule) for slot, rule in found_parts().items()])}

The static set-points of `best-static` come from `python benchmarks/tune_stack.py set-points` in the same way.
"""


def _part(slot: str, rule: Heuristic) -> tuple[str, str, str]:
    chosen = {name: getattr(rule, name) for name in signature(type(rule)).parameters}
    level = chosen.pop("levels", {}).get(slot)
    parameters = [f"{name} {value}" for name, value in chosen.items()]
    return f"`{slot}`", f"`{rule.name}`", ", ".join(parameters) if level is None else f"{level}"
