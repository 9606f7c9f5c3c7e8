"""`configs/task`: the pace that the task itself states, a task of one's own, and variants."""

from pathlib import Path

import pytest
import yaml
from worlds import make_arguments

from wattshift import TASKS
from wattshift.tasks import load_task
from wattshift_agents.config import TaskConfig
from wattshift_agents.environment import make_fleet
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
    config = TaskConfig(**TINY, task=str(file), variant={"forecasts": False})
    batch = make_fleet(config, make_arguments()["traces"], 2, "Disabled")
    layout = batch.unwrapped.world.layout
    assert list(layout.actions) == ["caps"]
    assert list(layout.slices) == ["clock"]


def test_an_unknown_variant_is_refused():
    with pytest.raises(SettingsError, match="forcasts: unknown key"):
        make_fleet(TaskConfig(**TINY, variant={"forcasts": False}), make_arguments()["traces"], 1, "Disabled")
