"""What the two commands do, and how they tell people what went wrong: one line and exit code 2.

A traceback is for our mistakes. For the user's own, `HYDRA_FULL_ERROR=1` in the environment brings it back.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wattshift_agents.config import as_object, register_schemas
from wattshift_agents.errors import SettingsError
from wattshift_agents.heuristics import summaries

WRONG_USE, INTERRUPTED = 2, 130
"""Exit codes; the second is the shell's for a process that Ctrl-C ended."""

FULL_ERROR = "HYDRA_FULL_ERROR"
WANTS_TRACEBACK = os.environ.get(FULL_ERROR) == "1"


def run(main: Callable[[], Any]) -> None:
    """Run a Hydra command from its script.

    Args:
        main: The function decorated with `hydra.main`.
    """
    register_schemas()
    OmegaConf.register_new_resolver("heuristics", _heuristics_text, replace=True)
    # Hydra would print and exit by itself; with this it hands its errors to us.
    os.environ[FULL_ERROR] = "1"
    try:
        with _one_line_errors():
            main()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


def train(composed: DictConfig) -> None:
    """What train.py does with its composed configuration; exits with 130 if it was interrupted."""
    from wattshift_agents.commands import run_training  # torch, which --help and a mistyped key do without
    from wattshift_agents.resume import resumed_config

    with _one_line_errors():
        folder = _output_folder()
        if composed.resume is not None:
            composed = resumed_config(composed, list(HydraConfig.get().overrides.task))
        if not run_training(as_object(composed), folder):
            sys.exit(INTERRUPTED)


def evaluate(composed: DictConfig) -> None:
    """What evaluate.py does with its composed configuration."""
    from wattshift_agents.commands import run_evaluation

    with _one_line_errors():
        run_evaluation(as_object(composed), _output_folder())


def _output_folder() -> Path:
    return Path(HydraConfig.get().runtime.output_dir)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn the user's mistakes into a line on stderr and exit code 2."""
    try:
        yield
    except (SettingsError, HydraException, OmegaConfBaseException) as problem:
        if WANTS_TRACEBACK:
            raise
        print(f"error: {_in_one_line(problem)}", file=sys.stderr)
        sys.exit(WRONG_USE)


def _in_one_line(problem: BaseException) -> str:
    """An exception's message and, for Hydra's, the message behind it, without the list of search paths."""
    parts = [str(problem)]
    if isinstance(problem.__cause__, OmegaConfBaseException):
        parts.append(str(problem.__cause__))
    return " ".join(" ".join(parts).split("Config search path")[0].split())


def _heuristics_text() -> str:
    """Names and one-line descriptions of all heuristics, for --help."""
    width = max(map(len, summaries()))
    return "\n".join(f"  {name:<{width}}  {text}" for name, text in summaries().items())
