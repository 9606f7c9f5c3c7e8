"""Compare heuristics and checkpoints on fixed windows with paired statistics: `python evaluate.py --help`."""

import hydra
from omegaconf import DictConfig

from wattshift_agents import cli


@hydra.main(version_base="1.3", config_path="configs", config_name="evaluate")
def main(config: DictConfig) -> None:
    """Compose the configuration and evaluate."""
    cli.evaluate(config)


if __name__ == "__main__":
    cli.run(main)
