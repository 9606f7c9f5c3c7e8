"""The docs are true: generated parts are current, examples run, links lead somewhere."""

import json
import re
import sys
from pathlib import Path

import pytest

from wattshift.kernel.terms import SLOTS, TERMS
from wattshift.scenario import ScenarioError, compile_params, load_scenario
from wattshift.scenario.yaml_text import read_yaml
from wattshift.world import World

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture
def docs(monkeypatch):
    """The scripts of `docs/`, importable."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] in ("generate", "pages", "pictures")]:
        del sys.modules[name]


def blocks(page, language):
    """The fenced blocks of a page in one language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("docs")
def test_generated_pages_are_current():
    from generate import generated

    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: make docs"


@pytest.mark.usefixtures("docs")
def test_every_slot_term_and_kpi_has_a_meaning():
    from pages import vocabulary
    from pages.environment import kpi_names

    assert list(vocabulary.TERMS) == list(TERMS)
    assert list(vocabulary.SLOTS) == list(SLOTS)
    assert set(vocabulary.KPIS) == set(kpi_names(World(1, "tiny")))


@pytest.mark.usefixtures("docs")
def test_every_entry_of_the_observation_has_a_meaning_and_nothing_else_has():
    from pages import vocabulary
    from pages.environment import environment_page
    from pages.tasks import task_page

    page = environment_page() + task_page("dispatch")  # raises where one has none
    for name, meaning in vocabulary.FEATURES.items():
        if "<lead>" not in name and "<from>" not in name and "<flow>" not in name:
            assert re.search(rf"\| `{re.escape(name)}` \|.*\| {re.escape(meaning)} \|", page), name


@pytest.mark.usefixtures("docs")
@pytest.mark.parametrize(
    ("name", "unit"),
    [("cost_usd", "USD"), ("wue_l_per_kwh", "L/kWh"), ("throttled_chip_h", "chip-h"), ("jobs_late", "count")],
)
def test_units_are_read_from_names(name, unit):
    from pages import vocabulary

    assert vocabulary.unit(name) == unit


@pytest.mark.usefixtures("docs")
def test_tables_go_between_their_markers(tmp_path):
    from pages.readme import filled

    estimate = {"value": -0.031, "low": -0.035, "high": -0.027}
    means = {"carbon_kg": 1.0, "energy_kwh": 2.0, "pue": 1.2, "slo_share": 0.999, "jobs_late": 3.0}
    shares = {"to_autopilot_share": estimate, "to_best_share": None, "to_planner_share": estimate}
    policy = {"policy": "ppo", "cost_usd": {"value": 12_345.6}, **shares, "means": means}
    settings = {"task": {"episode_days": 7, "scenario": "hybrid", "decision_every": 12, "step_s": 300}}
    results = {"settings": settings, "windows": 32, "confidence": 0.95, "policies": [policy]}
    (tmp_path / "leaderboard.json").write_text(json.dumps(results))
    text = filled("before\n<!-- results:begin -->\nold\n<!-- results:end -->\nafter\n", tmp_path)
    assert "| `ppo` | 12,346 | -3.10 [-3.50, -2.70] |  | -3.10 [-3.50, -2.70] |" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    with pytest.raises(ValueError, match="must be one"):
        filled("no markers", tmp_path)


def test_the_readme_example_runs(capsys):
    (example,) = blocks("README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    assert "electricity_usd" in capsys.readouterr().out


def test_the_example_scenario_loads(tmp_path):
    good = blocks("docs/scenarios.md", "yaml")[0]
    file = tmp_path / "dear-carbon.yaml"
    file.write_text(good)
    scenario = load_scenario(file)
    assert scenario.money.carbon_usd_per_t == 200
    assert scenario.jobs["training"].rate_per_h == {"california": 0.8, "frankfurt": 0.25, "toronto": 0.2}


def test_the_example_task_loads(tmp_path):
    (example,) = blocks("docs/environment.md", "yaml")
    file = tmp_path / "my.yaml"
    file.write_text(example)
    assert World(1, "tiny", task=file, decision_every=3, episode_days=0.25).layout.weights[0] == 1.0


def test_the_stormy_scenario_loads():
    (stormy,) = (text for text in blocks("docs/scenarios.md", "yaml") if "stormy" in text)
    assert len(compile_params(load_scenario(read_yaml(stormy, "stormy.yaml"))).events) == 4


def test_every_scenario_of_the_page_compiles_and_does_what_is_said():
    examples = [read_yaml(text, "example") for text in blocks("docs/scenarios.md", "yaml")[:-1]]
    compiled = {example["name"]: compile_params(load_scenario(example)) for example in examples}
    assert set(compiled) >= {"dear-carbon", "more-of-frankfurt", "hilltop", "assistants", "stormy"}
    hybrid, more = load_scenario("hybrid"), load_scenario(next(e for e in examples if e["name"] == "more-of-frankfurt"))
    assert more.site_names == hybrid.site_names
    assert set(hybrid.module_names) - set(more.module_names) == {"frankfurt/cpu"}
    assert set(more.module_names) - set(hybrid.module_names) == {"frankfurt/h200"}
    assert more.link_names == (*hybrid.link_names, "british-hospitals-toronto")
    assert compiled["hilltop"].sites["import_limit_kw"][1] == 0.0


def test_the_faulty_scenario_is_refused_in_the_words_shown(tmp_path):
    faulty = blocks("docs/scenarios.md", "yaml")[-1]
    (words,) = blocks("docs/scenarios.md", "text")
    file = tmp_path / "bad.yaml"
    file.write_text(faulty)
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    assert f"{error.value}\n" == words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_the_pages_name_kernel_files_that_exist():
    named = re.findall(r"`(\w+\.py)`", (ROOT / "docs" / "step.md").read_text(encoding="utf-8"))
    kernel = ROOT / "envs" / "wattshift" / "kernel"
    assert {name for name in named if not (kernel / name).is_file()} == set()


@pytest.mark.usefixtures("docs")
def test_land_is_on_the_map():
    from pictures.continents import rings

    for ring in rings().values():
        assert len(ring) >= 3
        assert all(-180 <= east <= 180 and -90 <= north <= 90 for east, north in ring)
