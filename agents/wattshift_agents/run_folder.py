"""The folder of a run: what was asked for, with which versions, and where its parts lie."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from wattshift_agents.errors import SettingsError

CONFIG, VERSIONS, METRICS = "config.yaml", "versions.json", "progress.csv"
TENSORBOARD, BEST, LAST = "tensorboard", "best", "last"
PACKAGES = (
    "wattshift",
    "gymnasium",
    "hydra-core",
    "numba",
    "numpy",
    "omegaconf",
    "stable-baselines3",
    "tensorboard",
    "torch",
)


def open_run(folder: Path, config: Any) -> None:
    """Start a run's folder with its resolved settings and versions.

    Args:
        folder: Made if need be; may hold Hydra's log.
        config: Composed or structured config.

    Raises:
        SettingsError: The folder already holds a run, which would be overwritten.
    """
    from omegaconf import OmegaConf

    if (folder / CONFIG).exists():
        raise SettingsError(f"{folder}: already holds a run; give another name=")
    folder.mkdir(parents=True, exist_ok=True)
    resolved = OmegaConf.to_container(OmegaConf.create(config), resolve=True, enum_to_str=True)
    (folder / CONFIG).write_text(OmegaConf.to_yaml(resolved), encoding="utf-8")
    (folder / VERSIONS).write_text(json.dumps(versions(), indent=2) + "\n", encoding="utf-8")


def versions() -> dict[str, str | None]:
    """Versions of Python, the platform and the packages that results depend on; None where one is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version(), "platform": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found
