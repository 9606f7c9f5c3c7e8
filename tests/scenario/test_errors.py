"""A planted fault is answered with its path, its value and what is allowed; several faults are answered at once."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from wattshift.scenario import ScenarioError, compile_params, load_scenario

TINY = load_scenario("tiny").model_dump(mode="json")


def problems(*changes: tuple[str, Any]) -> tuple[str, ...]:
    """What is said about `tiny` with some fields changed; the value `...` removes the field."""
    document = copy.deepcopy(TINY)
    for path, value in changes:
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
        holder: Any = document
        for parent in parents:
            holder = holder[parent]
        if value is ...:
            del holder[last]
        else:
            holder[last] = value
    with pytest.raises(ScenarioError) as error:
        compile_params(load_scenario(document))
    return error.value.problems


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("sites.0.modules.0.count", -4, "sites.toronto.modules.h100.count: got -4, must be a whole number >= 1"),
        ("sites.0.modules.0.count", 3.5, "sites.toronto.modules.h100.count: got 3.5, must be a whole number >= 1"),
        (
            "sites.0.modules.0.job_share",
            2,
            "sites.toronto.modules.h100.job_share: got 2, must be a number >= 0 and <= 1",
        ),
        ("sites.0.latitude", "north", "sites.toronto.latitude: got 'north', must be a number >= -90 and <= 90"),
        ("sites.0.pv_kw", float("nan"), "sites.toronto.pv_kw: got nan, must be a number >= 0"),
        ("sites.0.pv_kw", True, "sites.toronto.pv_kw: got True, must be a number >= 0"),
        ("sites.0.tier", "clod", "sites.toronto.tier: got 'clod', must be one of cloud, regional, edge"),
        ("sites.0.tier", ..., "sites.toronto.tier: missing, must be one of cloud, regional, edge"),
        ("sites.0.modules", [], "sites.toronto.modules: got [], must be a list of at least 1 items"),
        ("money.carbon_usd_per_t", "100", "money.carbon_usd_per_t: got '100', must be a number >= 0"),
        (
            "requests.vision.shape.peak_hour",
            25,
            "requests.vision.shape.peak_hour: got 25, must be a number >= 0 and < 24",
        ),
        (
            "requests.vision.efficiency.gpuu",
            0.1,
            "requests.vision.efficiency.gpuu: got 'gpuu', must be one of cpu, gpu, tpu, npu, asic, fpga",
        ),
        (
            "jobs.Training",
            {},
            "jobs.Training: got 'Training', must be a text like 'north-1' (small letters, digits, - and _)",
        ),
        (
            "links.0.ends.1",
            "dalas",
            "links.toronto-dalas.ends.1: got 'dalas', must be a site of this scenario; did you mean 'dallas'? "
            "Known: dallas, toronto",
        ),
        (
            "requests.vision.rate_per_s.torronto",
            5,
            "requests.vision.rate_per_s.torronto: got 'torronto', must be a site of this scenario; "
            "did you mean 'toronto'? Known: dallas, toronto",
        ),
        (
            "sites.0.battery.power_kw",
            100,
            "sites.toronto.battery: power_kw is 100, must be <= 42 kW for 60 kWh",
        ),
        (
            "jobs.training.gangs",
            [[4, 0.5], [8, 0.4]],
            "jobs.training.gangs: must be different rising sizes with probabilities that sum to 1, they sum to 0.9",
        ),
        (
            "jobs.training.duration_h",
            [[0, 2], [1, 1]],
            "jobs.training.duration_h: must rise from probability 0 to 1, and the hours with it",
        ),
        ("links", [], "links: all sites must reach each other, now apart: dallas | toronto"),
        ("links.0.ends.1", "toronto", "links.toronto-toronto: ends must be two different sites, both are toronto"),
        (
            "requests.vision.efficiency",
            {"fpga": 0.3},
            "requests.vision: no module can serve the flow from dallas: none within its residency has the kind of "
            "chip, the precision and the memory",
        ),
        (
            "jobs.training.gangs",
            [[64, 1.0]],
            "jobs.training: a gang of 64 from toronto fits no module: within its residency, kinds of chip and memory "
            "at most 19 chips are offered to jobs",
        ),
        (
            "extends",
            "hybird",
            f"extends: got 'hybird', must be a built-in scenario or a file (looked for in {Path.cwd()}); "
            "did you mean 'hybrid'? Known: field, global, hybrid, tiny",
        ),
    ],
)
def test_a_fault_is_named_with_path_value_and_what_is_allowed(path, value, said):
    assert said in problems((path, value))


@pytest.mark.parametrize(
    ("path", "value", "start", "suggestion"),
    [
        ("sites.1.zone", "TX", "sites.dallas.zone: got 'TX', must be a grid zone", "did you mean 'TEX'?"),
        ("sites.0.modules.0.chip", "h100-smx", "sites.toronto.modules.h100.chip: got 'h100-smx'", "'h100-sxm'?"),
        ("sites.0.modules.0.plant", "liquid", "sites.toronto.modules.h100.plant: got 'liquid'", "'liquid-dry'?"),
        ("sites.0.timezone", "America/Torronto", "sites.toronto.timezone: got", "did you mean 'America/Toronto'?"),
        ("sites.0.modulez", 3, "sites.toronto.modulez: unknown key", "did you mean 'modules'?"),
        ("links.0.kind", "regionl", "links.toronto-dallas.kind: got 'regionl'", "did you mean 'regional'?"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest_known_one(path, value, start, suggestion):
    (said,) = problems((path, value))
    assert said.startswith(start)
    assert suggestion in said


def test_all_problems_are_listed_at_once():
    said = problems(("sites.0.modules.0.count", -4), ("sites.1.zone", "TX"), ("links.0.ends.0", "nowhere"))
    assert len(said) == 3


def test_the_message_begins_with_the_file_and_needs_one_line_for_one_problem(tmp_path):
    document = copy.deepcopy(TINY)
    document["sites"][0]["modules"][0]["count"] = -4
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert str(error.value) == "mine.yaml: sites.toronto.modules.h100.count: got -4, must be a whole number >= 1"


def test_names_that_must_differ():
    document = copy.deepcopy(TINY)
    document["sites"].append(document["sites"][0])
    with pytest.raises(ScenarioError, match="sites must have different names, toronto repeated"):
        load_scenario(document)
    document = copy.deepcopy(TINY)
    document["links"].append({"ends": ["dallas", "toronto"], "kind": "regional"})
    with pytest.raises(ScenarioError, match="links must join different pairs of sites, dallas and toronto repeated"):
        load_scenario(document)
    document = copy.deepcopy(TINY)
    document["sites"][0]["modules"][1]["name"] = "h100"
    with pytest.raises(ScenarioError, match=r"sites\.toronto: modules must have different names, h100 repeated"):
        load_scenario(document)


def test_an_unknown_scenario_names_the_built_in_ones():
    with pytest.raises(
        ScenarioError, match=r"hybird: no such file.*did you mean 'hybrid'\? Known: field, global, hybrid, tiny"
    ):
        load_scenario("hybird")


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"list\.yaml: got list, must be a mapping"):
        load_scenario(path)


def test_a_grid_connection_that_cannot_carry_idle_chips_is_refused_with_the_number_needed():
    """Unless the site has something else to live on."""
    alone = (("sites.0.pv_kw", 0), ("sites.0.battery", None))
    (said,) = problems(("sites.0.import_limit_kw", 5.0), *alone)
    assert said.startswith("sites.toronto.import_limit_kw: got 5, must be >= ")
    assert said.endswith("or toronto must have pv_kw, wind_kw or a battery")
    needed_kw = float(said.split(">= ")[1].split()[0])
    document = copy.deepcopy(TINY)
    document["sites"][0] |= {"pv_kw": 0, "battery": None}
    document["sites"][0]["import_limit_kw"] = needed_kw
    assert compile_params(load_scenario(document)).sites["import_limit_kw"][0] == needed_kw


def test_no_grid_connection_and_nothing_else_is_refused():
    alone = (("sites.1.pv_kw", 0), ("sites.1.import_limit_kw", 0))
    assert problems(*alone) == (
        "sites.dallas.import_limit_kw: got 0 (no grid connection), then dallas must have pv_kw, wind_kw or a generator",
    )
    (said,) = problems(("sites.1.import_limit_kw", -1))
    assert said == "sites.dallas.import_limit_kw: got -1, must be a number >= 0"


@pytest.mark.parametrize("step_s", [0.0, 59.0, 7.0, 3601.0, 7200.0, 700.0, float("nan")])
def test_a_step_that_does_not_divide_the_hour_is_refused(step_s):
    with pytest.raises(ValueError, match=r"step_s: got .*, must be from 60 to 3600 seconds and divide an hour"):
        compile_params(load_scenario("tiny"), step_s)
