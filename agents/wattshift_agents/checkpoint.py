"""Checkpoints: a folder with `model.zip` (Stable-Baselines3) and `policy.json`, which says what it fits.

Loading builds the network from `policy.json` and reads weights only (`torch.load(weights_only=True)`): unlike
`PPO.load`, it runs no code out of the file, so a stranger's checkpoint is safe to evaluate.
"""

import io
import json
import logging
import os
import zipfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from omegaconf import MISSING
from omegaconf.errors import OmegaConfBaseException
from pydantic import ConfigDict, TypeAdapter, ValidationError

from wattshift_agents.config import AGENT_SCHEMAS, AgentConfig, TaskConfig, task_config
from wattshift_agents.errors import SettingsError, closest

if TYPE_CHECKING:
    from wattshift.world import World

log = logging.getLogger(__name__)

MODEL, CARD = "model.zip", "policy.json"
FORMAT = 2
"""Version of `policy.json`; raised when its fields change."""


@dataclass(frozen=True)
class Card:
    """What is needed to rebuild a policy and to refuse it where it does not fit."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    algorithm: str
    agent: dict[str, Any]  # settings of the algorithm
    task: dict[str, Any]
    decision_s: float  # from one decision to the next
    variant: dict[str, Any]  # of the world it was trained in: what was not as written
    observation: list[str]  # name of every feature, in order
    actions: dict[str, list[int]]  # slot -> first and one past the last component
    steps: int  # decisions trained for
    seed: int
    validation_objective_usd: float | None  # mean of a validation window; None before the first validation
    format: int = FORMAT

    @classmethod
    def untrained(cls, name: str, agent: AgentConfig, task: TaskConfig, world: "World", seed: int) -> "Card":
        """The card of a policy that is about to be trained in a world."""
        observation, actions = layout_of(world)
        return cls(
            name=name,
            algorithm=agent.algorithm,
            agent=asdict(agent),
            task=asdict(task),
            decision_s=decision_s_of(world),
            variant=variant_of(world),
            observation=observation,
            actions=actions,
            steps=0,
            seed=seed,
            validation_objective_usd=None,
        )

    def check_fits(self, world: "World", where: Path, is_portable: bool = False, any_pace: bool = False) -> None:
        """Refuse a world that shows, offers or asks for something else than the policy was trained with.

        What a decision does, and how far a discount looks, are measured in decisions, so another pace is refused, too.
        Another variant is a question that people ask of a policy; the log says so.

        Args:
            world: Of the environment that it shall drive.
            where: It was found, for the message.
            is_portable: It acts on any number of sites, so that only kinds of features and slots must be the same.
            any_pace: Let another pace of decisions pass.

        Raises:
            SettingsError: Names the first thing that differs, and the task the policy was trained on.
        """
        observation, actions = layout_of(world)
        if is_portable:
            difference = _kind_difference(self, observation, actions)
        else:
            difference = _first_difference(self.observation, observation) or _slot_difference(self.actions, actions)
        if difference:
            is_moved = not is_portable and world.scenario.name != self.task.get("scenario")
            hint = ". Only ppo_equivariant acts on another scenario than it was trained on" if is_moved else ""
            trained = f"It was trained with {self._trained_with()}{hint}"
            raise SettingsError(f"{where}: does not fit this environment: {difference}. {trained}")
        if decision_s_of(world) != self.decision_s and not any_pace:
            raise SettingsError(
                f"{where}: was trained to decide every {self.decision_s:g} s, this environment asks it every "
                f"{decision_s_of(world):g} s. It was trained with {self._trained_with()}. To try it at this pace "
                "all the same: any_pace=true"
            )
        if variant_of(world) != self.variant:
            ours, theirs = self.variant or "none", variant_of(world) or "none"
            log.warning("%s: was trained with the variant %s, this environment has %s", where, ours, theirs)

    def _trained_with(self) -> str:
        """The task, as a command line asks for it."""
        try:
            return task_config(self.task).as_overrides()
        except OmegaConfBaseException:  # of a version with other settings
            return " ".join(f"task.{key}={value}" for key, value in self.task.items())


def decision_s_of(world: "World") -> float:
    """Seconds from one decision to the next."""
    return round(3600.0 * world.decision_h, 6)


def variant_of(world: "World") -> dict[str, Any]:
    """What of a world is not as task and scenario are written, as it goes into JSON."""
    return world.variant.model_dump(mode="json", exclude_defaults=True)


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
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as problem:
        raise SettingsError(f"{path}:{problem.lineno}: not JSON: {problem.msg}") from problem
    except UnicodeDecodeError as problem:
        raise SettingsError(f"{path}: not UTF-8 text: {problem.reason} at byte {problem.start}") from problem
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: got a {type(content).__name__}, must be a mapping")
    if content.get("format") == 1:
        content = _from_format_1(content, path)
    if content.get("format") != FORMAT:
        raise SettingsError(f"{path}: format {content.get('format')}, this version reads {FORMAT}")
    try:
        card = TypeAdapter(Card).validate_python(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise SettingsError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from problem
    _check_agent(card, path)
    return card


def _from_format_1(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """A card of the first format, whose task says what has fields of its own since."""
    content, task = dict(content), content.get("task")
    if not isinstance(task, dict) or not {"step_s", "decision_every"} <= task.keys():
        raise SettingsError(
            f"{path}: an older version has written it, and it does not say at which pace the policy decides; add "
            "task.step_s and task.decision_every as they were in training"
        )
    content["decision_s"] = float(task["step_s"] * task["decision_every"])
    content["variant"] = task.get("variant") or {}
    content["validation_objective_usd"] = content.pop("validation_cost_usd", None)
    return content | {"format": 2}


def _check_agent(card: Card, path: Path) -> None:
    """Refuse settings of an agent that this version does not know, or that lack something.

    Raises:
        SettingsError: Names the first one.
    """
    if card.algorithm not in AGENT_SCHEMAS:
        raise SettingsError(
            f"{path}: algorithm: got {card.algorithm}, must be one of {', '.join(AGENT_SCHEMAS)}."
            f"{closest(card.algorithm, AGENT_SCHEMAS)}"
        )
    schema = fields(AGENT_SCHEMAS[card.algorithm])
    known = [one.name for one in schema]
    made = "Another version of wattshift has written it"
    for name in card.agent:
        if name not in known:
            hint = f"{closest(name, known)} Known: {', '.join(known)}"
            raise SettingsError(f"{path}: agent.{name}: unknown setting.{hint}. {made}")
    for one in schema:
        if one.name not in card.agent and one.default == MISSING:
            raise SettingsError(f"{path}: agent.{one.name}: missing. {made}")


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
