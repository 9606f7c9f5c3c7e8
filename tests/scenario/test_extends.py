"""A scenario on top of another: lists of named things merge by name, null takes out, files build on files."""

import pytest
import yaml

from wattshift.scenario import ScenarioError, compile_params, load_scenario

HYBRID = load_scenario("hybrid")
H200 = {"chip": "h200-sxm", "count": 64, "plant": "liquid-dry", "power": "delta-conversion", "job_share": 0.5}


def over(base="hybrid", **changes):
    return load_scenario({"extends": base, "name": "changed", **changes})


def said(**changes):
    with pytest.raises(ScenarioError) as error:
        over(**changes)
    return error.value.problems


def test_one_module_more_is_one_mapping():
    scenario = over(sites={"frankfurt": {"modules": {"h200": H200}}})
    names = [*HYBRID.site_names]
    assert list(scenario.site_names) == names
    frankfurt = scenario.sites[names.index("frankfurt")]
    before = HYBRID.sites[names.index("frankfurt")]
    assert [module.name for module in frankfurt.modules] == ["h100", "a100", "cpu", "h200"]
    assert frankfurt.modules[:3] == before.modules
    assert frankfurt.modules[3].count == 64
    assert frankfurt.model_copy(update={"modules": before.modules}) == before
    assert scenario.sites[0] == HYBRID.sites[0]
    compile_params(scenario)


def test_known_names_change_key_by_key():
    scenario = over(
        sites={"toronto": {"pv_kw": 500, "battery": {"energy_kwh": 400}, "modules": {"v6e": {"count": 300}}}},
        links={"california-toronto": {"capacity_gbps": 50}, "frankfurt-toronto": {"route_factor": 1.5}},
    )
    toronto = next(site for site in scenario.sites if site.name == "toronto")
    assert (toronto.pv_kw, toronto.battery.energy_kwh, toronto.battery.power_kw) == (500, 400, 80)
    assert [(module.name, module.count) for module in toronto.modules] == [("v6e", 300)]
    assert scenario.links[0].capacity_gbps == 50
    assert scenario.links[0].kind == "backbone"
    assert scenario.links[1].ends == ("toronto", "frankfurt")
    assert scenario.links[1].route_factor == 1.5


def test_new_names_come_last():
    site = HYBRID.sites[0].model_dump(mode="json", exclude_none=True, exclude={"name", "modules"})
    scenario = over(
        sites={"osaka": site | {"modules": {"h200": H200}}, "toronto": {"pv_kw": 1}},
        links={
            "osaka-california": {"kind": "submarine"},
            "toronto-osaka": {"ends": ["toronto", "osaka"], "kind": "transit"},
        },
    )
    assert scenario.site_names == (*HYBRID.site_names, "osaka")
    assert scenario.link_names == (*HYBRID.link_names, "osaka-california", "toronto-osaka")
    compile_params(scenario)


def test_null_takes_out():
    scenario = over(
        sites={"california": {"battery": None, "modules": {"cpu": None}}, "singapore-metro": None},
        links={"california-singapore-metro": None, "singapore-metro-frankfurt": None},
        requests={
            "code": None,
            **{name: {"rate_per_s": {"singapore-metro": None}} for name in ("critical", "interactive", "conversation")},
        },
        jobs={"batch_inference": {"rate_per_h": {"singapore-metro": None}}, "preprocessing": None},
        rules={"reference_cost_usd_per_h": None},
    )
    assert "singapore-metro" not in scenario.site_names
    assert scenario.sites[0].battery is None
    assert [module.name for module in scenario.sites[0].modules] == ["h100"]
    assert "code" not in scenario.requests
    assert "preprocessing" not in scenario.jobs
    assert list(scenario.jobs["batch_inference"].rate_per_h) == ["california", "frankfurt"]
    assert scenario.rules.reference_cost_usd_per_h is None
    compile_params(scenario)


def test_a_list_replaces_as_before():
    scenario = over(
        "tiny", sites=[site.model_dump(mode="json", exclude_none=True) for site in load_scenario("tiny").sites]
    )
    assert scenario.sites == load_scenario("tiny").sites


def test_a_scenario_of_its_own_may_name_its_sites_too():
    """Without `extends`: mappings by name are another way to write the lists."""
    document = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
    by_name = {
        site.pop("name"): site | {"modules": {module.pop("name"): module for module in site["modules"]}}
        for site in document["sites"]
    }
    links = {"-".join(link.pop("ends")): link for link in document["links"]}
    assert load_scenario(document | {"sites": by_name, "links": links}) == load_scenario("tiny")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"sites": {"frankfrut": None}},
            "sites.frankfrut: null takes a site out, there is none of this name; did you mean 'frankfurt'? Known: "
            "british-hospitals, california, frankfurt, singapore-metro, texas-factory, toronto",
        ),
        (
            {"sites": {"toronto": {"modules": {"v5e": None}}}},
            "sites.toronto.modules.v5e: null takes a module out, there is none of this name; did you mean 'v6e'? ",
        ),
        (
            {"links": {"toronto-singapore": None}},
            "links.toronto-singapore: null takes a link out, there is none of this name; did you mean "
            "'frankfurt-singapore-metro'? Known: " + ", ".join(sorted(HYBRID.link_names)),
        ),
        (
            {"requests": {"cod": None}},
            "requests.cod: null takes a class out, there is none of this name; did you mean 'code'? Known: code, conv",
        ),
        ({"sites": {"toronto": 3}}, "sites.toronto: got 3, must be a mapping, or null to take it out"),
        (
            {"sites": {"toronto": {"name": "ottawa"}}},
            "sites.toronto.name: got 'ottawa', must be left out or 'toronto', where it stands",
        ),
        (
            {"links": {"toronto-ottawa": {"kind": "regional"}}},
            "links.toronto-ottawa: must be named site-site, or give ends; sites: " + ", ".join(HYBRID.site_names),
        ),
        (
            {"sites": {"toronto": {"modules": {"h200": H200 | {"chip": "h2000"}}}}},
            "sites.toronto.modules.h200.chip: got 'h2000', must be a chip of the catalog; did you mean ",
        ),
        (
            {"links": {"california-toronto": {"kind": "fast"}}},
            "links.california-toronto.kind: got 'fast', must be a link",
        ),
        ({"sites": {"osaka": {"tier": "cloud"}}}, "sites.osaka.latitude: missing, must be a number >= -90 and <= 90"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes, complaint):
    assert any(line.startswith(complaint) for line in said(**changes)), said(**changes)


def test_all_that_is_wrong_with_a_merge_comes_at_once():
    assert len(said(sites={"frankfrut": None, "toronto": 3}, jobs={"trainin": None})) == 3


def write(folder, file, **document):
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_files_build_on_files_beside_them(tmp_path):
    write(tmp_path, "bases/europe.yaml", extends="hybrid", name="europe", money={"carbon_usd_per_t": 150})
    write(tmp_path, "bases/dear.yaml", extends="europe.yaml", name="dear", money={"water_usd_per_m3": 9})
    path = write(tmp_path, "mine.yaml", extends="bases/dear.yaml", name="mine", sites={"toronto": {"pv_kw": 7}})
    scenario = load_scenario(path)
    assert scenario.name == "mine"
    assert (scenario.money.carbon_usd_per_t, scenario.money.water_usd_per_m3) == (150, 9)
    assert next(site for site in scenario.sites if site.name == "toronto").pv_kw == 7


def test_a_mapping_builds_on_files_from_the_working_directory(tmp_path, monkeypatch):
    write(tmp_path, "base.yaml", extends="tiny", name="base", money={"carbon_usd_per_t": 7})
    monkeypatch.chdir(tmp_path)
    assert over("base.yaml").money.carbon_usd_per_t == 7


def test_an_error_names_the_file_that_makes_it(tmp_path):
    write(
        tmp_path,
        "base.yaml",
        extends="hybrid",
        name="base",
        money={"carbon_usd_per_t": -1},
        sites={"toronto": {"modules": {"v6e": {"count": 0}}}},
    )
    path = write(tmp_path, "mine.yaml", extends="base.yaml", name="mine", money={"water_usd_per_m3": -2})
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert str(error.value).startswith("mine.yaml: 3 problems")
    assert set(error.value.problems) == {
        "sites.toronto.modules.v6e.count: got 0, must be a whole number >= 1 (in base.yaml)",
        "money.carbon_usd_per_t: got -1, must be a number >= 0 (in base.yaml)",
        "money.water_usd_per_m3: got -2, must be a number >= 0",
    }


def test_a_wrong_merge_in_a_base_is_that_files_error(tmp_path):
    write(tmp_path, "base.yaml", extends="tiny", name="base", sites={"torono": None})
    path = write(tmp_path, "mine.yaml", extends="base.yaml", name="mine")
    with pytest.raises(ScenarioError, match=r"^base\.yaml: sites\.torono: null takes a site out"):
        load_scenario(path)


def test_a_ring_of_files_is_refused(tmp_path):
    write(tmp_path, "b.yaml", extends="a.yaml", name="b")
    path = write(tmp_path, "a.yaml", extends="b.yaml", name="a")
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert str(error.value) == "b.yaml: extends: got 'a.yaml', a file cannot extend itself: a.yaml -> b.yaml -> a.yaml"


def test_a_base_that_is_not_there_says_where_it_was_looked_for(tmp_path):
    path = write(tmp_path, "mine.yaml", extends="bas.yaml", name="mine")
    with pytest.raises(ScenarioError) as error:
        load_scenario(path)
    assert f"extends: got 'bas.yaml', must be a built-in scenario or a file (looked for in {tmp_path})" in str(
        error.value
    )
    for nonsense in (3, None, ["hybrid"]):
        with pytest.raises(ScenarioError, match="extends: got"):
            over(nonsense)
