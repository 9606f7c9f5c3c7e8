"""Searches the heuristics' choices that are made by measurement: the rule of each slot in `stack`, static set-points.

`python benchmarks/tune_stack.py stack --task TASK` prints every trial, the rules found for the task's slots, and how
they do on the validation year; `python benchmarks/tune_stack.py set-points` finds and writes `set_points.yaml`, the
levels of `best-static`. Both play windows of the synthetic training year (seed 0) and check on that of validation
(seed 1); the test year (seed 3) and its window seeds are never touched.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))

from tuning.choices import BY_SLOT, LEVELS, Rule
from tuning.descent import Trial, descend

from wattshift import TASKS
from wattshift.tasks import load_task
from wattshift_agents.config import TaskConfig, TraceConfig
from wattshift_agents.environment import make_fleet
from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import Heuristic, make_heuristics
from wattshift_agents.heuristics.cooling import BestStatic
from wattshift_agents.heuristics.stack import Stack
from wattshift_agents.statistics import Floats, paired_difference

TRAINING, VALIDATION = 0, 1
"""Seeds of the synthetic years."""

WINDOW_SEED = 7_000
"""Window i is played with this seed + i; test windows have 3,000 and above up to 3,031."""

CONFIGS = Path(__file__).parents[1] / "configs" / "task"

SET_POINTS = Path(__file__).parents[1] / "agents" / "wattshift_agents" / "heuristics" / "set_points.yaml"

Play = Callable[[Heuristic], Floats]
"""Cost of a heuristic in every window, [W]."""


def main(arguments: list[str] | None = None) -> int:
    """Search, print, check; 0."""
    options = _options(arguments)
    console = Console(width=120, highlight=False)
    training, plants = _player(options, TRAINING)
    console.print(f"{options.task}, {options.windows} windows, scenario {options.scenario}, training year")

    def report(trial: Trial) -> None:
        console.print(
            f"sweep {trial.sweep}  {trial.part:24}{trial.option!s:50}{trial.cost_usd:12,.1f} USD", markup=False
        )

    if options.what == "stack":
        slots = load_task(options.task).drives
        found: Heuristic = _search_stack(training, slots, options.sweeps, report, console)
    else:
        found = _search_set_points(training, plants, options.sweeps, report, console)
        if options.write:
            _write(found.levels, options)
    for name, player in (("training", training), ("validation", _player(options, VALIDATION)[0])):
        _compare(name, player, found, console)
    return 0


def _search_stack(
    player: Play, slots: Sequence[str], sweeps: int, report: Callable[[Trial], None], console: Console
) -> Stack:
    def stack(chosen: Mapping[str, Rule]) -> Stack:
        return Stack({slot: rule.make() for slot, rule in chosen.items()})

    options = {slot: rules for slot, rules in BY_SLOT.items() if slot in slots}
    chosen = descend(options, lambda chosen: float(player(stack(chosen)).mean()), sweeps, report)
    console.print("Found:", chosen, markup=False)
    return stack(chosen)


def _search_set_points(
    player: Play, plants: list[str], sweeps: int, report: Callable[[Trial], None], console: Console
) -> BestStatic:
    def static(chosen: Mapping[str, float]) -> BestStatic:
        return BestStatic({plant: (chosen[f"{plant} cooling"], chosen[f"{plant} flow"]) for plant in plants})

    options = {f"{plant} {slot}": LEVELS for plant in plants for slot in ("cooling", "flow")}
    chosen = descend(options, lambda chosen: float(player(static(chosen)).mean()), sweeps, report)
    console.print("Found:", chosen, markup=False)
    return static(chosen)


def _compare(name: str, player: Play, found: Heuristic, console: Console) -> None:
    cost = player(found)
    for reference in make_heuristics(["autopilot", "thrifty", "stack"]):
        value, low, high = paired_difference(cost, player(reference), relative=True)
        console.print(f"{name}: {value:+.2%} to {reference.name} [{low:+.2%}, {high:+.2%}]", markup=False)


def _player(options: argparse.Namespace, seed: int) -> tuple[Play, list[str]]:
    """Plays a heuristic over windows of a synthetic year at the pace of `configs/task`; and the scenario's plants."""
    task = TaskConfig(**yaml.safe_load((CONFIGS / f"{options.task}.yaml").read_text()))
    played = replace(task, scenario=options.scenario, episode_days=options.days or task.episode_days)
    env = make_fleet(played, TraceConfig(source="synthetic", seed=seed), options.windows, "Disabled")
    windows = EvaluationSet.spread(env, WINDOW_SEED)
    plants = list(dict.fromkeys(site.modules[0].plant for site in env.world.scenario.sites))
    return lambda heuristic: np.array(play(env, windows, heuristic)["cost_usd"]), plants


def _write(levels: Mapping[str, tuple[float, float]], options: argparse.Namespace) -> None:
    plants = {plant: {"cooling": cooling, "flow": flow} for plant, (cooling, flow) in levels.items()}
    heading = "# Entries of the slots cooling and flow by plant, for `best-static`.\n"
    command = f"tune_stack.py set-points --task {options.task} --windows {options.windows} --write"
    heading += f"# Written by `python benchmarks/{command}`: synthetic training year, seed 0.\n"
    SET_POINTS.write_text(heading + yaml.safe_dump({"plants": plants}, sort_keys=False))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("stack", "set-points"), help="what to search")
    parser.add_argument("--task", choices=TASKS, default="fleet", help="whose slots and pace (default: %(default)s)")
    parser.add_argument("--scenario", default="hybrid", help="name or YAML file (default: %(default)s)")
    parser.add_argument("--windows", type=int, default=48, help="spread over the year (default: %(default)s)")
    parser.add_argument("--days", type=float, help="length of a window (default: the task's)")
    parser.add_argument("--sweeps", type=int, default=3, help="most rounds over all parts (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"write {SET_POINTS.name}, set-points only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
