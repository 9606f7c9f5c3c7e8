"""Train an agent and compare it with the heuristics on held-out windows: `python train.py --help`."""

import hydra
from omegaconf import DictConfig

from wattshift_agents import cli


@hydra.main(version_base="1.3", config_path="configs", config_name="train")
def main(config: DictConfig) -> None:
    """Compose the configuration and train."""
    cli.train(config)


if __name__ == "__main__":
    cli.run(main)
