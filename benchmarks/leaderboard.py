"""Train the agents, judge every policy on held-out windows against the certified bound, write the leaderboard.

`make leaderboard`, or `python benchmarks/leaderboard.py`, writes `results/leaderboard.md`, its CSV and its figures.
What to run stands in `configs/leaderboard.yaml`. Ctrl-C stops it; the same command goes on where it stopped, since
each training, each policy on each set and each bound leaves a file in the work folder under a name made of all its
settings. That name does not know the code: after a change of the environment or of a policy, give another --work or
delete the old one. A training that was interrupted begins anew. Exit status 1: a training failed, or a policy costs
less than the bound.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from hydra import initialize_config_dir

from wattshift.traces.real import ENVIRONMENT_VARIABLE
from wattshift_agents.config import register_schemas
from wattshift_agents.errors import SettingsError
from wattshift_agents.leaderboard.collect import board
from wattshift_agents.leaderboard.jobs import ONE_THREAD, JobFailedError, stage
from wattshift_agents.leaderboard.plan import Plan, contests, read_plan
from wattshift_agents.leaderboard.pool import outstanding, run_all
from wattshift_agents.leaderboard.standings import BoundBrokenError

ROOT = Path(__file__).resolve().parents[1]
CONFIGS, RESULTS = ROOT / "configs", ROOT / "results"
WRONG_USE, FAILED, INTERRUPTED = 2, 1, 130


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; the exit status."""
    options = _options(arguments)
    os.environ.update(ONE_THREAD)
    try:
        plan, notes = _plan(options)
        _run(plan, notes, options)
    except SettingsError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return WRONG_USE
    except BoundBrokenError as problem:
        print(f"The bound does not hold; nothing was written.\n{problem}", file=sys.stderr)
        return FAILED
    except JobFailedError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _plan(options: argparse.Namespace) -> tuple[Plan, list[str]]:
    """What to run, and notes on what is left out."""
    plan = read_plan(options.config).narrowed(options.tasks, options.seeds, options.steps_scale)
    windows = options.windows or plan.windows
    bound_windows = options.bound_windows or min(plan.bound_windows, windows)
    plan = replace(plan, windows=windows, bound_windows=bound_windows)
    notes = []
    if options.steps_scale != 1.0:
        notes.append(f"Trainings were scaled to {options.steps_scale:g} of the budgets in `{options.config.name}`.")
    if "real" in plan.sets and not os.environ.get(ENVIRONMENT_VARIABLE):
        plan = replace(plan, sets=[name for name in plan.sets if name != "real"])
        notes.append(f"The set `real` was left out: {ENVIRONMENT_VARIABLE} did not name a folder of real data.")
    return plan, notes


def _run(plan: Plan, notes: list[str], options: argparse.Namespace) -> None:
    """Do the jobs, then rank and write."""
    register_schemas()
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        entered = contests(plan, options.work, ROOT / "train.py")
    for note in notes:
        print(f"note: {note}")
    # Trainings of all contests first: they are the longest, and others wait for them.
    jobs = sorted((job for contest in entered for job in contest.jobs), key=lambda job: job.kind != "train")
    if outstanding(jobs):
        for contest in entered[: len(plan.sets)]:
            stage(contest.scene)  # compiles the kernel and builds the traces before processes do so side by side
    run_all(jobs, options.processes, lambda line: print(line, flush=True))
    boards = [board(contest) for contest in entered]
    import matplotlib as mpl

    from wattshift_agents.leaderboard.figure import draw_scores
    from wattshift_agents.leaderboard.page import FIGURE, page, write_csv

    mpl.use("Agg")
    for traces in plan.sets:
        draw_scores([b for b in boards if b.contest.traces == traces], options.out / FIGURE.format(traces))
    write_csv(boards, options.out / "leaderboard.csv")
    (options.out / "leaderboard.md").write_text(page(boards, _command(options), notes, plan.sets), encoding="utf-8")
    print(f"Wrote {options.out}: leaderboard.md, leaderboard.csv, leaderboard/*.png")


def _command(options: argparse.Namespace) -> str:
    """What was asked for, without the folders, which change nothing on the page."""
    parts = ["make leaderboard"]
    asked = [f"--{name} {value}" for name, value in _asked(options).items()]
    if options.quick:
        asked.insert(0, "--quick")
    return " ".join([*parts, f'ARGS="{" ".join(asked)}"'] if asked else parts)


def _asked(options: argparse.Namespace) -> dict[str, object]:
    """Options that differ from the plan's."""
    scale = None if options.steps_scale == 1.0 else options.steps_scale
    asked = {
        "tasks": options.tasks and " ".join(options.tasks),
        "seeds": options.seeds,
        "steps-scale": scale,
        "windows": options.windows,
        "bound-windows": options.bound_windows,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one small task on `tiny`, into the work folder")
    parser.add_argument("--config", type=Path, help="plan (default: configs/leaderboard.yaml)")
    parser.add_argument("--tasks", nargs="+", metavar="TASK", help="of the plan (default: all)")
    parser.add_argument("--seeds", type=int, help="trainings of each agent (default: the plan's)")
    parser.add_argument("--steps-scale", type=float, default=1.0, help="of all trainings (default: %(default)g)")
    parser.add_argument("--windows", type=int, help="of each set (default: the plan's)")
    parser.add_argument("--bound-windows", type=int, help="windows with a bound (default: the plan's)")
    parser.add_argument("--processes", type=int, default=2, help="jobs side by side (default: %(default)s)")
    parser.add_argument("--work", type=Path, help="folder of what is done (default: results/runs/leaderboard)")
    parser.add_argument("--out", type=Path, help="folder of the page (default: results; --quick: the work folder)")
    options = parser.parse_args(arguments)
    options.config = options.config or CONFIGS / ("leaderboard-quick.yaml" if options.quick else "leaderboard.yaml")
    options.work = options.work or RESULTS / "runs" / ("leaderboard-quick" if options.quick else "leaderboard")
    options.out = options.out or (options.work if options.quick else RESULTS)
    return options


if __name__ == "__main__":
    status = main()
    if status == INTERRUPTED:
        sys.stderr.flush()
        os._exit(status)  # Python would first join the pool's thread, which waits for workers that Ctrl-C has ended
    sys.exit(status)
