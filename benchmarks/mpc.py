"""What model-predictive control saves, what of it is planning ahead, and how long a decision takes.

`python benchmarks/mpc.py` plays windows of the synthetic training and validation years (seeds 0 and 1) on every task
and prints the tables of `docs/mpc.md`. Times are of one thread, with and without a warm start in turn, so that their
ratio holds on a busy machine too.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from wattshift import TASKS
from wattshift_agents.config import TaskConfig, TraceConfig
from wattshift_agents.environment import make_fleet
from wattshift_agents.evaluation import EvaluationSet, Timed, play
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.heuristics.predictive import ModelPredictive
from wattshift_agents.statistics import Floats

CONFIGS = Path(__file__).parents[1] / "configs" / "task"
YEARS = {"training": 0, "validation": 1}
"""Seeds of the synthetic years."""
WINDOW_SEED = 7_000


class Played(NamedTuple):
    """A policy over all windows."""

    cost_usd: Floats  # [W]
    ms: float  # of a decision, by environment


def main(arguments: list[str] | None = None) -> int:
    """Play and print; 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--windows", type=int, default=24, help="of every year (default: %(default)s)")
    options = parser.parse_args(arguments)
    costs = [
        "| task | year | autopilot | stack | mpc | to autopilot | to stack | horizon 1 h, to mpc |",
        "|" + " --- |" * 8,
    ]
    times = ["| task | warm, ms | cold, ms | ratio | horizon 1 h, ms |", "|" + " --- |" * 5]
    for task in options.tasks:
        taken = []
        for year, seed in YEARS.items():
            played = play_all(task, seed, options.windows)
            costs.append(cost_row(task, year, played))
            taken.append([played[name].ms for name in ("mpc", "cold", "short")])
        warm, cold, short = np.mean(taken, axis=0)
        times.append(f"| {task} | {warm:.1f} | {cold:.1f} | {warm / cold:.2f} | {short:.1f} |")
        print("\n".join([*costs, "", *times, ""]), flush=True)
    return 0


def play_all(task: str, seed: int, n_windows: int) -> dict[str, Played]:
    """Every policy of the tables over windows of one year, by name."""
    settings = TaskConfig(**yaml.safe_load((CONFIGS / f"{task}.yaml").read_text()))
    env = make_fleet(settings, TraceConfig(source="synthetic", seed=seed), n_windows, "Disabled")
    windows = EvaluationSet.spread(env, WINDOW_SEED)
    autopilot, stack = make_heuristics(["autopilot", "stack"])
    policies = {
        "autopilot": autopilot,
        "stack": stack,
        "mpc": ModelPredictive(),
        "cold": ModelPredictive(warm=False),
        "short": ModelPredictive(horizon_h=1),
    }
    played = {}
    for name, policy in policies.items():
        timed = Timed(policy)
        cost_usd = np.array(play(env, windows, timed)["cost_usd"])
        played[name] = Played(cost_usd, timed.decision_ms)
    return played


def cost_row(task: str, year: str, played: dict[str, Played]) -> str:
    """Mean costs of a window, and paired differences with their standard errors."""
    cells = [f"{played[name].cost_usd.mean():,.0f}" for name in ("autopilot", "stack", "mpc")]
    cells += [difference(played["mpc"], played[name]) for name in ("autopilot", "stack")]
    cells.append(difference(played["short"], played["mpc"]))
    return f"| {task} | {year} | " + " | ".join(cells) + " |"


def difference(ours: Played, theirs: Played) -> str:
    """`-123 ± 4 (-5.6 %)`."""
    usd = ours.cost_usd - theirs.cost_usd
    error = usd.std(ddof=1) / np.sqrt(len(usd))
    return f"{usd.mean():+,.0f} ± {error:,.0f} ({100.0 * usd.mean() / theirs.cost_usd.mean():+.1f} %)"


if __name__ == "__main__":
    sys.exit(main())
