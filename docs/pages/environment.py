"""The page on the environment, from its docstring, its layout and its vocabulary."""

import inspect
import re
from collections.abc import Iterable, Sequence

import numpy as np

from pages import vocabulary
from wattshift import TASKS
from wattshift.env import WattshiftEnv, spaces
from wattshift.kernel.terms import TERMS
from wattshift.tasks import Feature, Task, load_task
from wattshift.world import World

HEADER = "<!-- Written by `python docs/generate.py` from the code; edit that, not this. -->"
Row = Sequence[object]

OWN_TASK = """A YAML file such as `my.yaml`:

```yaml
summary: Clock chips by the price of energy, every quarter of an hour
drives: [caps, storage]
sees: [clock, sites, modules, forecast]
pays: {electricity_usd: 1, carbon_usd: 2, sla_usd: 1} # weights, 0 or more; left out: every term at 1
scenario: hybrid
decision_every: 3
episode_days: 2
```

`gymnasium.make("wattshift/Fleet-v0", task="my.yaml")` makes it (any id does), `python train.py task=own
task.task=my.yaml` trains and tests an agent on it; `task.scenario=tiny` and the like go before what the file says. The
reward, the choice of a checkpoint and the order of tables follow the objective that `pays` makes (`objective_usd`); the
plain money is shown beside it. Agents begin from nothing: the settings of `configs/tuned` are for the tasks that they
are named after."""

A_BUDGET = {"carbon_budget": {"kg_per_day": 2000.0, "usd_per_t": 100.0}}
"""Any: only what the block looks like is shown."""


def environment_page() -> str:
    """`wattshift/Fleet-v0` on the hybrid scenario, in Markdown."""
    world = World(1, "hybrid")
    observation, action = spaces(world)
    parts = [
        HEADER,
        "# `wattshift/Fleet-v0` on the `hybrid` scenario",
        f"{inspect.getdoc(WattshiftEnv)}".replace("\n## ", "\n### ").replace("### Description\n", ""),
        "## Tasks",
        table(
            ("id", "decides", "drives", "sees"),
            [_task_row(name, load_task(name)) for name in TASKS],
        ),
        "All pay for every cost term at weight 1: chips, heat, power and links are shared, so that every slot moves "
        "every term, and one that were left out would be free to waste. So costs of different tasks are of one kind.",
        "### A task of your own",
        OWN_TASK,
        f"## Actions: {action}",
        action_table(world),
        f"## Observation: {observation}",
        *observation_tables(world),
        listed_names(world),
        "### Block `budget`: the last entries",
        "Where the scenario or the variant has a carbon budget, whatever the task sees; else it is not there.",
        feature_table(World(1, "hybrid", variant=A_BUDGET), "budget"),
        "## Cost terms",
        f"`info['terms']` after every decision, in USD. The reward is minus their weighted sum over "
        f"`reward_scale_usd`, here {world.reward_scale_usd:g}.",
        table(
            ("term", "weight", "what it is"),
            [
                (f"`{name}`", f"{weight:g}", vocabulary.TERMS[name])
                for name, weight in zip(TERMS, world.layout.weights, strict=True)
            ],
        ),
        "## KPIs",
        "`info['kpi']` at the end of an episode: the cost terms above, summed over the episode, and",
        table(
            ("KPI", "unit", "what it is"),
            [
                (f"`{name}`", vocabulary.unit(name), vocabulary.KPIS[name])
                for name in kpi_names(world)
                if name not in TERMS
            ],
        ),
        "With `attribution=True` also, for every request class, every job class and `idle`, adding up to the whole:",
        table(
            ("KPI", "unit", "what it is"),
            [(f"`{name}`", vocabulary.unit(name), text) for name, text in vocabulary.ATTRIBUTED.items()],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def kpi_names(world: World) -> list[str]:
    """Every KPI that an episode ends with, in order, the cost terms aside."""
    return [name for name in world.kpis(np.arange(1)) if name not in TERMS]


def table(heading: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _task_row(name: str, task: Task) -> Row:
    page = f"[`wattshift/{name.capitalize()}-v0`](environments/{name}.md)"
    return page, task.summary, _listed(task.drives), _listed(task.sees)


def action_table(world: World) -> str:
    """What each entry of the action moves."""
    rows = [
        (
            f"`{slot}`",
            place.start,
            place.stop - 1,
            vocabulary.SLOTS[slot],
            _listed(_last_parts(world.layout.action_names[place])),
        )
        for slot, place in world.layout.actions.items()
    ]
    return table(("slot", "from", "to", "what it moves", "entries"), rows)


def listed_names(world: World) -> str:
    """Sites, modules, links and job classes, in the order of the tables."""
    scenario = world.scenario
    return (
        f"Sites: {_listed(scenario.site_names)}. Modules: {_listed(scenario.module_names)}. Links: "
        f"{_listed(scenario.link_names)}. Job classes: {_listed(scenario.job_class_names)}."
    )


def _last_parts(names: Iterable[str]) -> list[str]:
    return [name.split("/", 1)[1] for name in names]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def observation_tables(world: World) -> list[str]:
    """How to read the tables of the observation, and one table a block."""
    parts = [
        "Entry = (physical - centre) * scale, limited to the box. A name with `<site>`, `<module>`, `<link>` or "
        "`<class>` stands for `count` entries, one each, in the order below: the first at `index`, the others every "
        "`stride` entries."
    ]
    for block, place in world.layout.slices.items():
        parts += [f"### Block `{block}`: entries {place.start} to {place.stop - 1}", feature_table(world, block)]
    return parts


def feature_table(world: World, block: str) -> str:
    """The entries of one block."""
    place = world.layout.slices[block]
    rows: dict[Row, list[int]] = {}
    for index in range(place.start, place.stop):
        rows.setdefault(_row(world, world.layout.features[index]), []).append(index)
    return table(
        ("index", "count", "stride", "name", "unit", "centre", "scale", "what it is"),
        [(indices[0], len(indices), _stride(indices), *row) for row, indices in rows.items()],
    )


def _stride(indices: Sequence[int]) -> str:
    """Distance of equal entries in the observation; nothing where there is one only."""
    return str(indices[1] - indices[0]) if len(indices) > 1 else ""


def _row(world: World, feature: Feature) -> Row:
    """Name, unit, centre, scale and meaning, with the names of sites, modules, links and job classes made one."""
    scenario, name = world.scenario, f"/{feature.name}/"
    if not feature.name.startswith("requests/"):
        # Modules first: their names begin with those of their sites.
        for kind, names in (
            ("module", scenario.module_names),
            ("link", scenario.link_names),
            ("site", scenario.site_names),
            ("class", scenario.job_class_names),
        ):
            for one in names:
                name = name.replace(f"/{one}/", f"/<{kind}>/")
    name = re.sub(r"^pending/\d+/", "pending/<nth>/", name.strip("/"))
    numbers = f"{feature.centre:.4g}", f"{feature.scale:.4g}"
    return f"`{name}`", feature.unit, *numbers, vocabulary.feature(name)
