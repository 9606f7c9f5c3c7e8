"""The page of headline claims: what counts as saved, rescued and quicker, and what the page and its head say."""

import dataclasses
import importlib
import types

import numpy as np
import pytest

from wattshift.scenario import compile_params, load_scenario

CLAIMS = ("network", "carbon", "cooling", "edge", "outage")


def outcome(jobs_kg, late_share):
    from claims.carbon import Outcome

    return Outcome(jobs_kg, jobs_kwh=1.0, fleet_kg=1.0, late_share=late_share, unfinished=0.0, usd=1.0)


def test_carbon_saved_with_more_late_jobs_does_not_count():
    from claims.carbon import saved

    found = {
        "autopilot": outcome(100.0, 0.01),
        "space: careful": outcome(60.0, 0.01),
        "space: reckless": outcome(10.0, 0.02),
        "time: reckless": outcome(50.0, 0.02),
    }
    assert saved(found, "space") == pytest.approx(40.0)
    assert saved(found, "time") == 0.0


def test_classes_called_shiftable_are_bound_to_no_residency():
    from claims.carbon import HYBRID, REGIONAL, SHIFTABLE, six_regions

    for name, scenario in ((REGIONAL, load_scenario(six_regions())), (HYBRID, load_scenario("hybrid"))):
        assert all(not scenario.jobs[kind].residency_bound for kind in SHIFTABLE[name])
        left = set(scenario.jobs) - set(SHIFTABLE[name])
        assert all(scenario.jobs[kind].residency_bound for kind in left)


def test_jobs_at_home_may_run_where_they_come_from_and_nowhere_else():
    from claims.carbon import six_regions

    for at_home, regions in ((True, 1), (False, 6)):
        params = compile_params(load_scenario(six_regions(at_home)), 300.0)
        assert ((params.stream_speed > 0.0).sum(axis=1) == regions).all()


def test_the_six_regions_differ_in_place_and_grid_only():
    from claims.carbon import six_regions

    scenario = load_scenario(six_regions())
    assert len({site.zone for site in scenario.sites}) == len(scenario.sites) == 6
    first = scenario.sites[0]
    assert all(site.modules == first.modules and site.tariff == first.tariff for site in scenario.sites)
    assert len(set(scenario.jobs["batch"].rate_per_h.values())) == 1


def test_no_job_arrives_in_the_last_days_and_jobs_cause_part_of_the_carbon(monkeypatch):
    from claims import carbon

    from wattshift_agents.heuristics import Autopilot

    for name, value in {"ARRIVAL_DAYS": 1, "REST_DAYS": 1, "WINDOWS": 2, "STEP_S": 3600.0, "JOB_SLOTS": 64}.items():
        monkeypatch.setattr(carbon, name, value)
    world, starts = carbon.world_of("tiny")
    for start in starts:
        rate_per_h = world.traces.job_rate_per_h[start : start + world.steps_per_episode]
        assert (rate_per_h[:24] > 0.0).all()
        assert (rate_per_h[24:] == 0.0).all()
    found = carbon.play(world, starts, Autopilot(), ("training",))
    assert 0.0 < found.jobs_kg < found.fleet_kg
    assert 0.0 <= found.late_share <= 1.0


def test_weighted_quantiles_are_those_of_the_requests_one_by_one():
    from claims.edge import quantiles_ms

    latency_ms, requests = np.array([30.0, 5.0, 12.0, 80.0]), np.array([3, 9, 5, 4])
    one_by_one = np.repeat(latency_ms, requests)
    shares = (0.1, 0.5, 0.75, 0.95)
    expected = [np.quantile(one_by_one, share, method="inverted_cdf") for share in shares]
    assert quantiles_ms(latency_ms, requests.astype(float), shares) == expected


def test_cloud_only_closes_every_module_outside_the_cloud_and_none_in_it():
    from claims.edge import CLOUD, EDGE, documents

    found = documents()
    assert not found[EDGE]["events"]
    outside = {
        f"{site.name}/{module.name}"
        for site in load_scenario("global").sites
        if site.tier != "cloud"
        for module in site.modules
    }
    assert {event["name"] for event in found[CLOUD]["events"]} == outside
    assert len(load_scenario(found[CLOUD]).events) == len(outside)


def days(dropped, usd=1.0):
    from validation.faults import Days

    steps = 3 * 24 * 12
    requests = np.tile([1.0 - dropped, 0.0, dropped], (steps, 1, 1, 1))
    return Days(np.zeros((steps, 1, 1)), requests, np.full((steps, 1), usd), {})


def test_rescued_is_the_share_of_what_is_dropped_without_rerouting():
    from claims.outage import ALONE, TO_EDGE, USUAL, cheaper, rescued

    lived = {USUAL: days(0.0), ALONE: days(0.2, usd=8.0), TO_EDGE: days(0.05, usd=2.0)}
    assert rescued(lived, ALONE) == pytest.approx(0.0)
    assert rescued(lived, TO_EDGE) == pytest.approx(75.0)
    assert rescued(lived, USUAL) == pytest.approx(100.0)
    assert cheaper(lived, TO_EDGE) == pytest.approx(75.0)


def test_without_rerouting_nothing_else_may_serve_the_region_and_with_it_the_edge_may():
    from claims.outage import ALONE, NEIGHBOUR, TO_EDGE, documents
    from validation.faults import REGION

    for case, servers in ((ALONE, {REGION}), (TO_EDGE, {REGION, NEIGHBOUR})):
        scenario = load_scenario(documents()[case])
        params = compile_params(scenario, 300.0)
        region = scenario.site_names.index(REGION)
        open_to = params.candidates[params.flows["origin"] == region]
        sites = open_to["site"][open_to["module"] >= 0]
        assert {scenario.site_names[site] for site in sites} == servers, case


def test_a_plant_is_held_against_plain_air_climate_by_climate():
    from claims.cooling import CLIMATES, Year, mean_change

    years = {
        "air": {zone: Year(1.5, 100.0, 30.0, 0.0) for zone in CLIMATES},
        "liquid": {zone: Year(1.2, 80.0 + nth, 15.0, 1.0) for nth, zone in enumerate(CLIMATES)},
    }
    assert mean_change(years, "liquid", "air", "total_kwh") == pytest.approx(-19.0)
    assert mean_change(years, "liquid", "air", "facility_kwh") == pytest.approx(-50.0)
    assert mean_change(years, "air", "air", "pue") == 0.0


def test_the_mesh_under_an_objective_differs_in_nothing_else():
    from claims.network import strict
    from validation.network import scenario

    found, mesh = load_scenario(strict(80.0)), load_scenario(scenario())
    assert {requests.objective_ms for requests in found.requests.values()} == {80.0}
    eased = {name: one.model_copy(update={"objective_ms": 1000.0}) for name, one in found.requests.items()}
    assert found.model_copy(update={"requests": eased}) == mesh


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A page of two made-up claims, one of which misses, written under `tmp_path`."""
    import claims.overview
    import validation.pages
    from validation.check import Check, Section

    for name, ours in (("first", 25.0), ("second", 5.0)):
        check = Check(f"{name} thing saved", "20-30 %", ours, 20, 30, "%", "a study")
        module = types.SimpleNamespace(section=lambda name=name, check=check: Section(f"The {name}", "How.", [check]))
        monkeypatch.setitem(importlib.sys.modules, f"madeup.{name}", module)
    monkeypatch.setitem(importlib.sys.modules, "madeup", types.ModuleType("madeup"))
    monkeypatch.setattr(validation.pages, "DOCS", tmp_path)
    monkeypatch.setattr(claims.overview, "PICTURE", tmp_path / "page" / "claims.png")
    topics = ("first", "second")
    return validation.pages.Page("page", "A page", "Intro.", "madeup", topics, claims.overview.overview)


def test_the_page_counts_and_names_what_misses(page, tmp_path):
    assert page.main(None, []) == 0
    text = (tmp_path / "page.md").read_text()
    assert "Intro. 1 of 2 checks agree, 1 miss." in text
    rows = {line.split(" | ")[0]: line for line in text.splitlines() if "`python benchmarks" in line}
    assert "| none | `python benchmarks/headlines.py first` |" in rows["| The first"]
    assert "| second thing saved | `python benchmarks/headlines.py second` |" in rows["| The second"]
    assert (tmp_path / "page" / "claims.png").stat().st_size > 1000


def test_one_claim_alone_is_printed_and_nothing_is_written(page, tmp_path, capsys):
    assert page.main(None, ["second"]) == 0
    assert "MISS" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_shares_are_drawn_and_what_has_no_unit_of_share_is_not():
    from claims.overview import shares
    from validation.check import Check, Section

    share = Check("share", "more", 1.0, 0, 100, "%", "")
    count = dataclasses.replace(share, what="jobs", unit="")
    assert shares(Section("", "", [share, count])) == [share]


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_says_its_setting(claim):
    module = importlib.import_module(f"claims.{claim}")
    assert callable(module.section)
    assert len(module.TEXT) > 200
    assert "{" not in module.TEXT
