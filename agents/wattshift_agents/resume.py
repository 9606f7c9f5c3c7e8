"""Settings of a resumed run: those it began with, and the few that may change."""

from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wattshift_agents import checkpoint
from wattshift_agents.config import TrainConfig
from wattshift_agents.errors import SettingsError
from wattshift_agents.run_folder import CONFIG, LAST
from wattshift_agents.sb3.builders import algorithm

MAY_CHANGE = ("resume", "total_steps", "name", "torch_threads", "test.policies", "test.windows", "test.seed")


def resumed_config(composed: DictConfig, overrides: list[str]) -> DictConfig:
    """The settings of the run named by `composed.resume`, with this command line's changes.

    Args:
        composed: What the command line gave, defaults included.
        overrides: The command line's own words.

    Raises:
        SettingsError: There is no run to resume, or something is to change that would make it another run.
    """
    folder = checkpoint.find(Path(composed.resume), prefer=LAST)
    path = folder.parent / CONFIG
    if not path.is_file():
        raise SettingsError(f"{composed.resume}: no {CONFIG} beside the checkpoint; resume a run folder of train.py")
    saved = OmegaConf.load(path)
    settings = algorithm(OmegaConf.select(saved, "agent.algorithm") or "").settings
    schema = OmegaConf.structured(TrainConfig(agent=settings()))
    try:
        config = OmegaConf.merge(schema, saved)
    except OmegaConfBaseException as problem:
        raise SettingsError(f"{path}: another version of wattshift has written it: {problem}") from problem
    for override in OverridesParser.create().parse_overrides(overrides):
        if override.key_or_group not in MAY_CHANGE:
            raise SettingsError(
                f"{override.input_line}: a resumed run keeps its settings, only {', '.join(MAY_CHANGE)} may change"
            )
        OmegaConf.update(config, override.key_or_group, OmegaConf.select(composed, override.key_or_group))
    if not isinstance(config, DictConfig):
        raise SettingsError(f"{path}: must be a mapping")
    return config
