"""From policies to a finished evaluation: run them under a progress bar, keep the files, print the table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from wattshift_agents.evaluation import EvaluationSet, decisions_per_episode, evaluate
from wattshift_agents.policy import Policy
from wattshift_agents.results import Results
from wattshift_agents.run_folder import TENSORBOARD
from wattshift_agents.table import results_table

if TYPE_CHECKING:
    from wattshift.vector import WattshiftVectorEnv


def progress_bar(console: Console) -> Progress:
    """A bar with what is going on, a note, and times."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def run_policies(env: "WattshiftVectorEnv", seed: int, policies: Sequence[Policy], console: Console) -> Results:
    """Evaluate policies on one window for each environment, under a progress bar."""
    decisions = decisions_per_episode(env.world)
    with progress_bar(console) as bar:
        task = bar.add_task("evaluating", total=len(policies) * decisions)

        def advance(name: str, decision: int, of: int) -> None:
            bar.update(task, advance=1, description=f"evaluating {name}")

        return evaluate(env, EvaluationSet.spread(env, seed), policies, advance)


def publish(
    results: Results, folder: Path, title: str, settings: dict[str, Any], confidence: float, console: Console
) -> None:
    """Write results.csv, results.json and TensorBoard scalars, then print the table.

    Args:
        results: Of an evaluation that holds the autopilot.
        folder: The run's.
        title: Of the table.
        settings: What was run, for results.json.
        confidence: Probability of the intervals.
        console: Where the table goes; it comes last.
    """
    results.write_csv(folder / "results.csv")
    results.write_json(folder / "results.json", confidence, settings)
    results.write_tensorboard(folder / TENSORBOARD, "test")
    console.print(f"Results in {folder}: results.csv, results.json, {TENSORBOARD}/")
    console.print(results_table(results, title, confidence, console.width))
