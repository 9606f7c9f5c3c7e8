"""`configs/task`: the pace that the task itself states, a task of one's own, and variants."""

from dataclasses import asdict, fields
from pathlib import Path

import pytest
import yaml
from worlds import make_arguments

from wattshift import ENVIRONMENTS, TASKS
from wattshift.tasks import load_task
from wattshift.variants import Variant
from wattshift_agents.config import BudgetConfig, TaskConfig, VariantConfig, task_config
from wattshift_agents.environment import completed, make_fleet
from wattshift_agents.errors import SettingsError

FOLDER = Path(__file__).parents[2] / "configs" / "task"
TINY = {"id": "wattshift/Fleet-v0", "scenario": "tiny", "step_s": 300, "decision_every": 1, "episode_days": 0.25}


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"fleet"}))
def test_the_settings_say_what_the_task_says(name):
    settings, task = yaml.safe_load((FOLDER / f"{name}.yaml").read_text()), load_task(name)
    assert settings.pop("id") == f"wattshift/{name.capitalize()}-v0"
    assert settings.pop("step_s") == 300
    assert settings == {key: getattr(task, key) for key in ("scenario", "decision_every", "episode_days")}


def test_a_task_of_ones_own_and_a_variant_reach_the_environment(tmp_path):
    file = tmp_path / "caps.yaml"
    file.write_text("{summary: Only caps, drives: [caps], sees: [clock, forecast]}")
    config = TaskConfig(**TINY | {"id": None}, task=str(file), variant=VariantConfig(forecasts=False))
    batch = make_fleet(config, make_arguments()["traces"], 2, "Disabled")
    layout = batch.unwrapped.world.layout
    assert list(layout.actions) == ["caps"]
    assert list(layout.slices) == ["clock"]


def test_an_unknown_variant_is_refused():
    with pytest.raises(SettingsError, match="carbon_signal: got 'mean', must be one of average, marginal"):
        make_fleet(
            TaskConfig(**TINY, variant=VariantConfig(carbon_signal="mean")), make_arguments()["traces"], 1, "Disabled"
        )


def test_variants_are_settings_one_by_one():
    assert [field.name for field in fields(VariantConfig)] == list(Variant.model_fields)
    assert VariantConfig().changes() == {}
    budget = BudgetConfig(kg_per_day=100.0, usd_per_t=50.0)
    changed = VariantConfig(faults=False, carbon_signal="marginal", carbon_budget=budget)
    assert changed.changes() == {
        "faults": False,
        "carbon_signal": "marginal",
        "carbon_budget": {"kg_per_day": 100.0, "usd_per_t": 50.0},
    }
    assert VariantConfig(carbon_budget=BudgetConfig(kg_per_day=1.0)).changes() == {"carbon_budget": {"kg_per_day": 1.0}}


OWN = {"id": None, "scenario": None, "step_s": 300, "decision_every": None, "episode_days": None}
LINE = "{summary: Only caps, drives: [caps], sees: [clock], scenario: tiny, decision_every: 3, episode_days: 0.5}"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "caps.yaml"
    path.write_text(LINE)
    return str(path)


def test_a_task_of_ones_own_says_where_and_at_which_pace_it_runs(file):
    task = completed(TaskConfig(**OWN, task=file))
    assert (task.scenario, task.decision_every, task.episode_days) == ("tiny", 3, 0.5)
    assert task.title == f"own task {file}"
    assert completed(TaskConfig(**OWN | {"decision_every": 6}, task=file)).decision_every == 6
    assert make_fleet(TaskConfig(**OWN, task=file), make_arguments()["traces"], 1, "Disabled").world.decision_every == 3


def test_what_is_null_of_a_built_in_task_is_as_it_says():
    assert completed(TaskConfig(**OWN | {"id": "wattshift/Routing-v0"})).decision_every == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r"task.task: missing. .*task=own task.task=my.yaml"),
        ({"task": "none.yaml"}, r"task.task: task 'none.yaml' is neither built in"),
        ({"id": "wattshift/Fleet-v0", "task": "my.yaml"}, r"task.task: got my.yaml, .*task=own task.task=my.yaml"),
        ({"id": "wattshift/Flet-v0"}, r"task.id: got wattshift/Flet-v0, must be one of .*mean \"wattshift/Fleet-v0\""),
        ({"id": "CartPole-v1"}, r"task.id: got CartPole-v1, must be one of wattshift/"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused(changes, message):
    with pytest.raises(SettingsError, match=message):
        completed(TaskConfig(**OWN | changes))


def test_the_words_of_a_command_line_ask_for_the_same(file):
    variant = VariantConfig(carbon_budget=BudgetConfig(kg_per_day=1.0, usd_per_t=2.0))
    own = TaskConfig(**OWN, task=file, variant=variant)
    budget = "task.variant.carbon_budget.kg_per_day=1.0 task.variant.carbon_budget.usd_per_t=2.0"
    assert own.as_overrides() == f"task=own task.task={file} task.step_s=300 {budget}"
    assert TaskConfig(**TINY).as_overrides().startswith("task=fleet task.scenario=tiny task.step_s=300")
    assert {TaskConfig(**OWN | {"id": name}).as_overrides().split()[0] for name in ENVIRONMENTS} == {
        f"task={name}" for name in TASKS
    }


def test_settings_come_back_from_a_dictionary(file):
    own = TaskConfig(**OWN, task=file, variant=VariantConfig(faults=False))
    assert task_config(asdict(own)) == own
