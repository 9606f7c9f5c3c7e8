"""Settings of training and evaluation: types and ranges. Values and their reasons stand in `configs/`.

Hydra merges the YAML files into these dataclasses, so an unknown key or a wrong type is refused before anything runs.
"""

from dataclasses import asdict, dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from omegaconf import MISSING, DictConfig, OmegaConf

from wattshift_agents.agent_config import (
    AgentConfig,
    DQNConfig,
    EquivariantPPOConfig,
    MaskablePPOConfig,
    PPOConfig,
    SACConfig,
)
from wattshift_agents.errors import SettingsError, closest
from wattshift_agents.ranges import check, ranged

MOST_SEED = 2**31 - 1
"""Seeds are counted on from, and what some libraries take is not much more."""


class Split(Enum):
    """Which of a trace group's three worlds of weather, grid and demand."""

    train = "train"
    validation = "validation"
    test = "test"


@dataclass
class BudgetConfig:
    """A carbon budget; both or none."""

    kg_per_day: float | None = None
    usd_per_t: float | None = None  # on top, while an episode is beyond it


@dataclass
class VariantConfig:
    """What differs from task and scenario as written: the fields of `wattshift.variants.Variant`."""

    forecasts: bool = True
    residency: bool = True
    faults: bool = True
    carbon_usd_per_t: float | None = None
    carbon_signal: str | None = None  # average | marginal
    carbon_budget: BudgetConfig = field(default_factory=BudgetConfig)

    def changes(self) -> dict[str, Any]:
        """What is not as written, as `wattshift.variants.Variant` takes it."""
        usual = asdict(VariantConfig())
        changed = {name: value for name, value in asdict(self).items() if value != usual[name]}
        if "carbon_budget" in changed:
            budget = changed["carbon_budget"]
            changed["carbon_budget"] = {name: value for name, value in budget.items() if value is not None}
        return changed


@dataclass
class TaskConfig:
    """Which task, over which scenario, at which pace; what is null is as the task itself says."""

    id: str | None = MISSING  # of one of wattshift's environments; null: the task is one's own
    scenario: str | None = MISSING  # built-in name or path of a YAML file
    step_s: int = MISSING  # physics step, s
    decision_every: int | None = MISSING  # physics steps per decision
    episode_days: float | None = MISSING
    task: str | None = None  # path of the YAML file of one's own task, or a built-in name
    variant: VariantConfig = field(default_factory=VariantConfig)

    @property
    def title(self) -> str:
        """What tables call the task."""
        return self.id or f"own task {self.task}"

    def as_overrides(self) -> str:
        """The words of a command line that ask for it."""
        own = {"task": "own", "task.task": self.task}
        words = own if self.id is None else {"task": self.id.partition("/")[2].partition("-")[0].lower()}
        for name in ("scenario", "step_s", "decision_every", "episode_days"):
            words[f"task.{name}"] = getattr(self, name)
        for name, value in self.variant.changes().items():
            parts = {f"{name}.{part}": of for part, of in value.items()} if isinstance(value, dict) else {name: value}
            words |= {f"task.variant.{part}": of for part, of in parts.items()}
        return " ".join(f"{name}={value}" for name, value in words.items() if value is not None)


@dataclass
class TraceConfig:
    """One source of exogenous series; unset fields take the defaults of `wattshift.traces.TraceSpec`."""

    source: str = MISSING  # synthetic | real
    seed: int = 0
    years: int = 1
    first_year: int | None = None
    root: str | None = None  # folder of real data
    forecast: str | None = None  # realistic | persistence | perfect


@dataclass
class TracesConfig:
    """Three disjoint sources, so that nothing is judged on what it was tuned on."""

    root: str | None = None  # folder of real data, for all three
    forecast: str = "realistic"  # realistic | persistence | perfect, for all three
    train: TraceConfig = field(default_factory=TraceConfig)
    validation: TraceConfig = field(default_factory=TraceConfig)
    test: TraceConfig = field(default_factory=TraceConfig)


@dataclass
class WindowsConfig:
    """A fixed evaluation set: windows spread evenly over a split."""

    windows: int = ranged(at_least=1)
    seed: int = ranged(at_least=0, at_most=MOST_SEED)  # window i draws its random numbers from seed + i


@dataclass
class ValidationConfig(WindowsConfig):
    """Judgement during training, which picks the best checkpoint."""

    every_steps: int = ranged(at_least=1)  # decisions between two validations


@dataclass
class TestConfig(WindowsConfig):
    """Judgement after training, on what neither training nor the choice of checkpoint has seen; no windows: none."""

    windows: int = ranged(at_least=0)
    policies: list[str] = MISSING  # heuristics to compare with

    __test__ = False  # not a test case, whatever pytest infers from the name


@dataclass
class TrainConfig:
    """Everything `train.py` needs."""

    name: str = MISSING  # ends the name of the run folder
    seed: int = ranged(at_least=0, at_most=MOST_SEED)
    total_steps: int = ranged(at_least=1)  # decisions over all environments
    resume: str | None = None  # run folder or checkpoint to continue
    torch_threads: int = ranged(at_least=1)
    task: TaskConfig = field(default_factory=TaskConfig)
    agent: AgentConfig = field(default_factory=AgentConfig)
    traces: TracesConfig = field(default_factory=TracesConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)
    test: TestConfig = field(default_factory=TestConfig)


@dataclass
class EvaluateConfig:
    """Everything `evaluate.py` needs."""

    name: str = MISSING
    policies: list[str] = MISSING  # heuristics by name, or [all]
    options: dict[str, dict[str, Any]] = field(default_factory=dict)  # arguments of heuristics, by their name
    checkpoints: list[str] = MISSING  # run folders, checkpoint folders or model.zip files
    any_pace: bool = MISSING  # let checkpoints decide at another pace than they were trained at
    split: Split = MISSING
    windows: int = MISSING
    seed: int = ranged(at_least=0, at_most=MOST_SEED)
    confidence: float = ranged(above=0, below=1)
    task: TaskConfig = field(default_factory=TaskConfig)
    traces: TracesConfig = field(default_factory=TracesConfig)


AGENT_SCHEMAS: dict[str, type[AgentConfig]] = {
    "ppo": PPOConfig,
    "ppo_equivariant": EquivariantPPOConfig,
    "maskable_ppo": MaskablePPOConfig,
    "sac": SACConfig,
    "dqn": DQNConfig,
}
"""Type of each algorithm's settings, by the algorithm's name."""


def register_schemas() -> None:
    """Tell Hydra the types that the YAML files of `configs/` refer to."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(name="train_schema", node=TrainConfig)
    store.store(name="evaluate_schema", node=EvaluateConfig)
    for name, schema in AGENT_SCHEMAS.items():
        store.store(group="agent", name=f"{name}_schema", node=schema)


def as_object(config: DictConfig) -> Any:
    """The dataclass instance behind a composed config: interpolations resolved, nothing missing, all within range.

    Raises:
        SettingsError: It has a key that its type does not know (Hydra refuses those itself, but not after a "+"), or a
            value out of range.
    """
    _refuse_unknown(config, "")
    settings = OmegaConf.to_object(config)
    check(settings)
    return settings


def task_config(fields_by_name: dict[str, Any]) -> TaskConfig:
    """A task's settings from what `dataclasses.asdict` made of them; what is missing has its default.

    Raises:
        OmegaConfBaseException: A name is unknown, or a value of the wrong type.
    """
    merged = OmegaConf.merge(OmegaConf.structured(TaskConfig), OmegaConf.create(fields_by_name))
    task: TaskConfig = OmegaConf.to_object(merged)  # type: ignore[assignment]
    return task


def _refuse_unknown(node: DictConfig, prefix: str) -> None:
    kind = OmegaConf.get_type(node)
    for key in map(str, node):
        known = [part.name for part in fields(kind)] if is_dataclass(kind) else [key]
        if key not in known:
            raise SettingsError(f"{prefix}{key}: unknown key.{closest(key, known)} Known: {', '.join(known)}")
        if OmegaConf.is_dict(node[key]):
            _refuse_unknown(node[key], f"{prefix}{key}.")
