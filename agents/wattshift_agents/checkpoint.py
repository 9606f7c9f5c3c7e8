"""Checkpoints: a folder with `model.zip` (Stable-Baselines3) and `policy.json`, which says what it fits.

Loading builds the network from `policy.json` and reads weights only (`torch.load(weights_only=True)`): unlike
`PPO.load`, it runs no code out of the file, so a stranger's checkpoint is safe to evaluate.
"""

import io
import json
import os
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wattshift_agents.config import AgentConfig, TaskConfig
from wattshift_agents.errors import SettingsError

if TYPE_CHECKING:
    from wattshift.world import World

MODEL, CARD = "model.zip", "policy.json"
FORMAT = 1
"""Version of `policy.json`; raised when its fields change."""


@dataclass(frozen=True)
class Card:
    """What is needed to rebuild a policy and to refuse it where it does not fit."""

    name: str
    algorithm: str
    agent: dict[str, Any]  # settings of the algorithm
    task: dict[str, Any]
    observation: list[str]  # name of every feature, in order
    actions: dict[str, list[int]]  # slot -> first and one past the last component
    steps: int  # decisions trained for
    seed: int
    validation_cost_usd: float | None  # mean cost of a validation window; None before the first validation
    format: int = FORMAT

    @classmethod
    def untrained(cls, name: str, agent: AgentConfig, task: TaskConfig, world: "World", seed: int) -> "Card":
        """The card of a policy that is about to be trained in a world."""
        observation, actions = layout_of(world)
        return cls(name, agent.algorithm, asdict(agent), asdict(task), observation, actions, 0, seed, None)

    def check_fits(self, world: "World", where: Path, is_portable: bool = False) -> None:
        """Refuse a world that shows or offers something else than the policy was trained with.

        Args:
            world: Of the environment that it shall drive.
            where: It was found, for the message.
            is_portable: It acts on any number of sites, so that only kinds of features and slots must be the same.

        Raises:
            SettingsError: Names the first thing that differs, and the task the policy was trained on.
        """
        observation, actions = layout_of(world)
        if is_portable:
            difference = _kind_difference(self, observation, actions)
        else:
            difference = _first_difference(self.observation, observation) or _slot_difference(self.actions, actions)
        if difference:
            trained = " ".join(f"task.{key}={value}" for key, value in self.task.items())
            is_moved = not is_portable and world.scenario.name != self.task["scenario"]
            hint = ". Only ppo_equivariant acts on another scenario than it was trained on" if is_moved else ""
            raise SettingsError(
                f"{where}: does not fit this environment: {difference}. It was trained with {trained}{hint}"
            )


def layout_of(world: "World") -> tuple[list[str], dict[str, list[int]]]:
    """Names of the observation's features, and the span of each action slot, as they go into JSON."""
    return list(world.layout.names), {slot: [part.start, part.stop] for slot, part in world.layout.actions.items()}


def save(model: Any, card: Card, folder: Path) -> None:
    """Write a checkpoint; each file appears whole or not at all, so that an interruption leaves the older one.

    Args:
        model: A Stable-Baselines3 algorithm.
        card: What it is.
        folder: Made if need be; an older checkpoint in it is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{MODEL}"
    model.save(unfinished)
    os.replace(unfinished, folder / MODEL)
    unfinished = folder / f".{CARD}"
    unfinished.write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / CARD)


def find(path: Path, prefer: str = "best") -> Path:
    """The checkpoint folder meant by a path: itself, the folder of a `model.zip`, or one of a run folder's.

    Args:
        path: What the user gave.
        prefer: Which of a run folder's checkpoints, "best" or "last"; the other one serves where it is missing.

    Raises:
        SettingsError: There is no checkpoint.
    """
    others = [path / prefer, path / "best", path / "last"] if path.is_dir() else []
    candidates = [path.parent if path.name == MODEL else path, *others]
    for folder in candidates:
        if (folder / MODEL).is_file() and (folder / CARD).is_file():
            return folder
    raise SettingsError(f"{path}: no checkpoint; expected a run folder, or a folder with {MODEL} and {CARD}")


def read_card(folder: Path) -> Card:
    """The `policy.json` of a checkpoint folder.

    Raises:
        SettingsError: It is not one, or of another format.
    """
    path = folder / CARD
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as problem:
        raise SettingsError(f"{path}:{problem.lineno}: not JSON: {problem.msg}") from problem
    if fields.get("format") != FORMAT:
        raise SettingsError(f"{path}: format {fields.get('format')}, this version reads {FORMAT}")
    try:
        return Card(**fields)
    except TypeError as problem:
        raise SettingsError(f"{path}: {problem}") from problem


def read_weights(folder: Path) -> dict[str, Any]:
    """The policy network's tensors by name.

    Raises:
        SettingsError: The file is not a checkpoint of Stable-Baselines3.
    """
    import torch

    path = folder / MODEL
    try:
        with zipfile.ZipFile(path) as archive:
            content = io.BytesIO(archive.read("policy.pth"))
    except (zipfile.BadZipFile, KeyError) as problem:
        raise SettingsError(f"{path}: not a Stable-Baselines3 checkpoint: {problem}") from problem
    return torch.load(content, map_location="cpu", weights_only=True)


def _first_difference(trained: list[str], offered: list[str]) -> str | None:
    if len(trained) != len(offered):
        return f"it observes {len(trained)} features, the environment shows {len(offered)}"
    for i, (ours, theirs) in enumerate(zip(trained, offered, strict=True)):
        if ours != theirs:
            return f'feature {i} of the observation is "{theirs}", it was trained on "{ours}"'
    return None


def _kind_difference(card: Card, offered: list[str], actions: dict[str, list[int]]) -> str | None:
    ours, theirs = _kinds(card.observation), _kinds(offered)
    if list(card.actions) != list(actions):
        return f"its action has the slots {', '.join(actions)}, it was trained with {', '.join(card.actions)}"
    for kind in [*ours, *theirs]:
        if kind not in theirs or kind not in ours:
            return f'"{kind}" is observed {"in training" if kind in ours else "here"} only'
    return None if ours == theirs else "it shows the same features in another order"


def _kinds(names: list[str]) -> list[str]:
    """Names of features without whose they are, each once: "site/toronto/up" is of the kind "site/up"."""
    parts = [name.split("/") for name in names]
    kinds = [first if first == "requests" or not rest else f"{first}/{rest[-1]}" for first, *rest in parts]
    return list(dict.fromkeys(kinds))


def _slot_difference(trained: dict[str, list[int]], offered: dict[str, list[int]]) -> str | None:
    for slot in [*trained, *offered]:
        if trained.get(slot) != offered.get(slot):
            return f'action slot "{slot}" spans {offered.get(slot)}, it was trained with {trained.get(slot)}'
    return None
