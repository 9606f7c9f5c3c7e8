"""The README's pictures: `python docs/figures.py`, or `make figures`.

`world.png` shows the hybrid scenario, `week.png` one week of the test split (`configs/traces/synthetic.yaml`) under the
autopilot and under another policy: a heuristic, or a trained checkpoint with `--checkpoint`.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import torch
from hydra import compose, initialize_config_dir
from pictures.play import play_week
from pictures.week import draw_week
from pictures.world import draw_world

from wattshift_agents.config import EvaluateConfig, as_object, register_schemas
from wattshift_agents.environment import make_fleet
from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.policy import Policy
from wattshift_agents.results import REFERENCE
from wattshift_agents.sb3.learned import load_policy

DOCS = Path(__file__).resolve().parent


def main() -> None:
    """Draw both pictures."""
    arguments = _arguments()
    mpl.use("Agg")
    torch.set_num_threads(1)
    config = _evaluation()
    draw_world(config.task.scenario, DOCS / "world.png")
    env = make_fleet(config.task, config.traces.test, 1, "Disabled")
    autopilot, heuristic = make_heuristics([REFERENCE])[0], make_heuristics([arguments.policy])[0]
    other: Policy = heuristic if arguments.checkpoint is None else load_policy(arguments.checkpoint, env)
    row = round(arguments.day * 86400 / env.world.traces.step_s)
    weeks = [play_week(config.task, env.world.traces, policy, arguments.seed, row) for policy in (autopilot, other)]
    draw_week(weeks, env.world.scenario.site_names, DOCS / "week.png")


def _evaluation() -> EvaluateConfig:
    """What `python evaluate.py` would run."""
    register_schemas()
    with initialize_config_dir(str(DOCS.parent / "configs"), version_base="1.3"):
        config: EvaluateConfig = as_object(compose("evaluate"))
    return config


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="run folder or checkpoint to compare with the autopilot")
    parser.add_argument("--policy", choices=list(HEURISTICS), default="lowest-carbon", help="without a checkpoint")
    parser.add_argument("--day", type=int, default=103, help="first day of the window, from 0 = 1 January")
    parser.add_argument("--seed", type=int, default=2_000, help="of the window's random numbers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
