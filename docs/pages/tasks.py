"""One page for each task: what it drives, sees and is paid for, on the scenario where it is set."""

from pages.environment import HEADER, action_table, listed_names, observation_tables, table
from wattshift.env import spaces
from wattshift.kernel.terms import TERMS
from wattshift.world import World


def task_page(name: str) -> str:
    """`wattshift/<Name>-v0` with its defaults, in Markdown."""
    world = World(1, task=name)
    observation, action = spaces(world)
    task, days = world.task, world.steps_per_episode * world.params.rules["step_s"][0] / 86400.0
    weights = world.layout.weights
    paid = "every cost term" if set(weights) == {1.0} else f"{dict(zip(TERMS, weights, strict=True))}"
    facts = [
        ("id", f"`wattshift/{name.capitalize()}-v0`"),
        ("action space", f"`{action}`"),
        ("observation space", f"`{observation}`"),
        ("scenario", f"`{world.scenario.name}`"),
        ("decision", f"every {world.decision_h:g} h ({world.decision_every} steps)"),
        ("episode", f"{days:g} days, then truncated"),
        ("reward", f"minus {paid}, over `reward_scale_usd` = {world.reward_scale_usd:g} USD"),
    ]
    parts = [
        HEADER,
        f"# `wattshift/{name.capitalize()}-v0`",
        "## Description",
        task.description or task.summary,
        "The world, its arguments, the start and the end of an episode, `info` and the KPIs are those of "
        "[every task](../environment.md).",
        table(("", ""), facts),
        "## Action Space",
        action_table(world),
        "## Observation Space",
        *observation_tables(world),
        listed_names(world),
    ]
    return "\n\n".join(parts) + "\n"
