"""How fast is it? `python benchmarks/speed.py`: steps, learning, start, memory; one core; into results/bench.json."""

import argparse
import os
from pathlib import Path

import torch
from learning import learning_cases, ppo_settings
from measure import measure
from report import environment_shares, machine, show, write
from rich.progress import track
from startup import starts
from stepping import SCENARIO, stepping_cases

from wattshift.world import World

RESULTS = Path(__file__).resolve().parents[1] / "results" / "bench.json"


def main() -> None:
    arguments = parsed_arguments()
    use_one_core()
    before = machine()  # the load average must not count our own
    world = World(1, SCENARIO, episode_days=arguments.episode_days)
    stepping = measure(list(stepping_cases(world)), arguments.rounds, lambda rounds: track(rounds, "stepping"))
    learning = measure(list(learning_cases(world)), arguments.rounds, lambda rounds: track(rounds, "learning"))
    bench = {
        "machine": before,
        "settings": {
            "scenario": SCENARIO,
            "episode_days": arguments.episode_days,
            "rounds": arguments.rounds,
            "agent": vars(ppo_settings()),
        },
        "stepping": [rate._asdict() for rate in stepping],
        "learning": [rate._asdict() for rate in learning],
        "environment_share": environment_shares(learning),
        "starts": starts(arguments.rounds),
    }
    show(bench, stepping, learning)
    write(bench, arguments.output)


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS, help="JSON file to write (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds, of which medians are taken")
    parser.add_argument("--episode-days", type=float, default=7.0, help="length of an episode")
    parser.add_argument("--quick", action="store_true", help="one round of short episodes: does it run?")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error(f"--rounds: got {arguments.rounds}, must be at least 1")
    if arguments.quick:
        arguments.rounds, arguments.episode_days = 1, 0.5
    return arguments


def use_one_core() -> None:
    """Stay on one core, with the processes started from here, where the system lets us choose."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    main()
