"""The page of heuristics, from their registry."""

from inspect import signature

from pages.environment import table
from wattshift_agents.heuristics import HEURISTICS, Heuristic, summaries
from wattshift_agents.heuristics.constant import Levels
from wattshift_agents.heuristics.stack import FOUND

HEADING = ("policy", "idea", "source", "looks at")

WAITING = (
    ("`carbon-time`", "-0.2 [-0.7, +0.3]"),
    ("`lowest-window`", "-0.2 [-0.7, +0.4]"),
    ("`lowest-slot`", "-0.1 [-0.6, +0.3]"),
    ("`wait-awhile`, `elastic-greedy`", "+2.0 [+1.0, +3.3]"),
    ("`virtual-capacity`", "+3.6 [+2.8, +4.3]"),
    ("`threshold`", "+3.8 [+2.8, +5.0]"),
    ("`wait-for-green`", "+4.1 [+3.4, +4.8]"),
    ("for comparison: `cheapest-energy`, which moves jobs and lets none wait", "-6.7 [-7.8, -5.7]"),
    ("`stack`", "-7.8 [-9.2, -6.7]"),
)
"""Printed by the command beside it."""


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
`stack` takes each slot from the rule that cost least beside the others, task by task: what is best in one slot depends
on what the others do. `python benchmarks/tune_stack.py stack --task TASK --windows 48` finds them by coordinate descent
on windows of the synthetic training year (`hybrid`, seed 0), and checks them on the validation year (seed 1). Slots
that are not listed stay with the autopilot; `preprocess` is moot on `hybrid` and was chosen on training windows of
`global`. A task that drives other slots than any of these takes the rules of `fleet`, so far as it has their slots.

{table(("task", "slot", "rule", "parameters"), [row for task in FOUND for row in _rows(task)])}

The static set-points of `best-static` come from `python benchmarks/tune_stack.py set-points --task cooling --windows
48` in the same way.

## Waiting through the admission slot
The rules that plan in time (`wait-for-green` to `elastic-greedy`) come from schedulers that name jobs. On Shifting and
Fleet the action only says how many chips a site offers: who waits is decided by the order of arrival, a site that
offers less sends jobs to others that are open and dearer, and an offer below what jobs hold stops the latest arrivals,
who lose the work since their last checkpoint. So alone they save little, or cost more than the autopilot. Cost to the
autopilot's, %, with paired 95 % intervals (`python evaluate.py task=shifting split=validation windows=24 seed=1_000`):

{table(("policy", "to the autopilot"), WAITING)}

What helped, and is done: a job that may run at several sites counts only where its run costs least, and running jobs
are stopped only for half a day or more. Where jobs are decided one by one (Dispatch), waiting pays: see
`dispatch-lowest-window` and [`mpc`](mpc.md).

## Constants and noise on choices
Where actions are choices (Dispatch), `autopilot` and `middle` leave all jobs to the autopilot, `all-low` puts every job
off until it is urgent, `all-high` sends it to the last site that is open to it, and `random` draws uniformly from the
choices that may come about (`action_masks()`). `nearest-site` is the autopilot's routing of requests by another name;
for jobs there is `dispatch-nearest`.
"""


def _rows(task: str) -> list[tuple[str, str, str, str]]:
    return [(f"`{task}`", *_part(slot, rule)) for slot, rule in FOUND[task]().items()]


def _part(slot: str, rule: Heuristic) -> tuple[str, str, str]:
    if isinstance(rule, Levels):
        return f"`{slot}`", f"`{rule.name}`", f"{rule.levels[slot]}"
    chosen = {name: getattr(rule, name) for name in signature(type(rule)).parameters}
    parameters = [f"{name} {value}" for name, value in chosen.items() if isinstance(value, int | float)]
    return f"`{slot}`", f"`{rule.name}`", ", ".join(parameters)
