"""The built-in scenarios load, compile to `Params` of the documented form, and are worlds worth living in."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift import catalog
from wattshift.catalog.quantiles import mean_of
from wattshift.scenario import Params, Scenario, builtin_scenarios, compile_params, load_scenario
from wattshift.scenario.sites import Module, Site

BUILTIN = ("field", "global", "hybrid", "tiny")
SCENARIOS = {name: load_scenario(name) for name in BUILTIN}
COMPILED = {name: compile_params(scenario) for name, scenario in SCENARIOS.items()}

MAY_BE_INFINITE = {"mtbf_h", "free_approach_k", "nominal_ms", "local_ms", "busy_ms", "carbon_budget_kg_per_h"}


def rates(thing: Site | Module) -> int:
    """Kinds of random outage that a site or module has a rate for; links always have one."""
    return sum(getattr(thing, name) is not None for name in type(thing).model_fields if name.endswith("faults"))


def shapes(scenario: Scenario, params: Params) -> dict[str, tuple[int, ...]]:
    """Shapes by the documented axes; hops and candidates are the scenario's own."""
    sites, modules = len(scenario.site_names), len(scenario.module_names)
    classes, jobs = len(scenario.requests), len(scenario.jobs)
    flows, streams = len(scenario.flows), len(scenario.streams)
    things = [*scenario.sites, *(module for site in scenario.sites for module in site.modules)]
    return {
        "rules": (1,),
        "sites": (sites,),
        "modules": (modules,),
        "plants": (modules, 2),
        "links": (len(scenario.links),),
        "path_links": (sites, sites, *params.path_links.shape[2:]),
        "path_ms": (sites, sites, params.path_links.shape[2]),
        "path_gbps": params.path_ms.shape,
        "pairs": (len(params.pairs),),
        "request_classes": (classes,),
        "flows": (flows,),
        "candidates": (flows, params.candidates.shape[1]),
        "services": (modules, classes),
        "job_classes": (jobs,),
        "streams": (streams,),
        "stream_speed": (streams, modules),
        "hazards": (sum(map(rates, things)) + len(scenario.links),),
        "events": ((params.sites["import_limit_kw"] == 0.0).sum(),),
    }


def full_it_kw(params: Params) -> np.ndarray:
    """IT power of each module with all chips busy and fans at full flow."""
    modules = params.modules
    return modules["chips"] * (modules["chip_peak_w"] + modules["node_peak_w"] + modules["fan_w"]) / 1e3


def test_these_are_the_built_in_scenarios():
    assert builtin_scenarios() == BUILTIN


@pytest.mark.parametrize("name", BUILTIN)
@pytest.mark.parametrize("step_s", [60.0, 300.0, 3600.0])
def test_params_have_the_documented_form(name, step_s):
    params = compile_params(SCENARIOS[name], step_s)
    assert params.rules["step_s"][0] == step_s
    assert {field: array.shape for field, array in params._asdict().items()} == shapes(SCENARIOS[name], params)
    for field, array in params._asdict().items():
        assert array.flags.c_contiguous, field
        for column in array.dtype.names or (None,):
            values = array if column is None else array[column]
            assert values.dtype in (np.int64, np.float64), (field, column)
            assert not np.isnan(values).any(), (field, column)
            assert np.isfinite(values).all() or column in MAY_BE_INFINITE or field in ("path_ms", "path_gbps"), (
                field,
                column,
            )


@pytest.mark.parametrize("name", BUILTIN)
def test_a_dump_loads_to_the_same_scenario(name):
    scenario = SCENARIOS[name]
    again = load_scenario(scenario.model_dump(mode="json"))
    assert again == scenario
    for field, value in compile_params(again)._asdict().items():
        np.testing.assert_array_equal(value, getattr(COMPILED[name], field))


@pytest.mark.parametrize("name", BUILTIN)
def test_demand_is_in_the_order_of_params(name):
    scenario, params = SCENARIOS[name], COMPILED[name]
    demand = scenario.demand()
    assert len(demand.flow_mean_per_s) == len(demand.flow_shapes) == len(params.flows)
    assert len(demand.stream_mean_per_h) == len(demand.stream_shapes) == len(params.streams)
    for row, (origin, kind) in enumerate(scenario.flows):
        assert demand.flow_mean_per_s[row] == scenario.requests[kind].rate_per_s[origin]
        site = scenario.sites[params.flows["origin"][row]]
        assert (site.name, site.timezone) == (origin, demand.flow_shapes[row].timezone)
        assert demand.zones[params.sites["zone"][params.flows["origin"][row]]] == site.zone
        assert scenario.request_class_names[params.flows["request_class"][row]] == kind
    priorities = [scenario.requests[kind].priority for _, kind in scenario.flows]
    assert priorities == sorted(priorities)


@pytest.mark.parametrize("name", BUILTIN)
def test_candidates_can_run_the_class_stay_home_and_come_nearest_first(name):
    scenario, params = SCENARIOS[name], COMPILED[name]
    sites = scenario.sites
    for flow, (origin, kind) in enumerate(scenario.flows):
        request = scenario.requests[kind]
        candidates = params.candidates[flow]
        modules = candidates["module"][candidates["module"] >= 0]
        path_ms = params.path_ms[params.flows["origin"][flow], candidates["site"][: len(modules)], 0]
        nominal_ms = candidates["local_ms"][: len(modules)] + 2.0 * path_ms
        assert (np.diff(nominal_ms) >= 0.0).all()
        assert np.isinf(candidates["local_ms"][len(modules) :]).all()
        request_class = params.flows["request_class"][flow]
        home = sites[scenario.site_names.index(origin)]
        allowed = [
            module
            for module, site in enumerate(params.modules["site"])
            if params.services["rate_per_s"][module, request_class] > 0.0
            and not (request.residency_bound and sites[site].residency != home.residency)
        ]
        as_they_are = candidates["reducer"][: len(modules)] < 0
        assert sorted(modules[as_they_are]) == allowed
        assert set(modules) == set(allowed)
        assert nominal_ms[0] <= request.objective_ms, "some module meets the objective at no load"


@pytest.mark.parametrize("name", BUILTIN)
def test_concurrency_is_rate_times_service_time(name):
    services = COMPILED[name].services
    busy = services["rate_per_s"] * services["service_ms"] / 1e3
    np.testing.assert_allclose(services["concurrency"], busy, rtol=1e-12)


@pytest.mark.parametrize("name", BUILTIN)
def test_plants_take_all_the_heat_and_loops_settle_a_few_kelvin_above_the_supply(name):
    params = COMPILED[name]
    np.testing.assert_allclose(params.plants["heat_share"].sum(axis=1), 1.0, rtol=1e-12)
    full_kw = full_it_kw(params)
    assert (params.plants["capacity_kw"].sum(axis=1) > 1.1 * full_kw).all()
    rise_k = params.plants["heat_share"][:, 0] * full_kw / params.modules["conductance_kw_per_k"]
    in_cabinet = np.array([m.plant in ("edge-fan", "edge-passive") for s in SCENARIOS[name].sites for m in s.modules])
    assert ((rise_k >= 3.0) & (rise_k <= np.where(in_cabinet, 12.0, 5.0))).all()
    assert (params.plants["supply_c"][:, 0] + rise_k <= params.modules["inlet_limit_c"]).all()
    minutes = 60.0 * params.modules["mass_kwh_per_k"] / params.modules["conductance_kw_per_k"]
    assert ((minutes >= 5.0) & (minutes <= 30.0)).all()


@pytest.mark.parametrize("name", BUILTIN)
def test_the_grid_connection_carries_more_than_all_the_it_at_peak(name):
    params = COMPILED[name]
    full_kw = full_it_kw(params)
    site_kw = np.bincount(params.modules["site"], weights=full_kw, minlength=len(params.sites))
    assert (params.sites["scale_kw"] > 1.1 * site_kw).all()
    assert (params.sites["scale_kw"] < 3.5 * site_kw).all()
    is_thin = params.sites["thin"] == 1
    np.testing.assert_array_equal(params.sites["import_limit_kw"][~is_thin], params.sites["scale_kw"][~is_thin])
    off_grid = [site for site, thin in zip(SCENARIOS[name].site_names, is_thin, strict=True) if thin]
    assert off_grid == (["oil-field", "pipeline", "ranch"] if name == "field" else [])


@pytest.mark.parametrize("name", BUILTIN)
def test_job_tables_are_distributions(name):
    params = COMPILED[name]
    assert (np.diff(params.job_classes["log_hours"], axis=1) >= 0.0).all()
    assert (params.job_classes["log_hours"] <= np.log(36.0) + 1e-9).all()
    assert (params.job_classes["gang_hours"] > 0.0).all()
    assert (np.diff(params.job_classes["gang_cdf"], axis=1) >= 0.0).all()
    assert (params.job_classes["gang_cdf"][:, -1] == 1.0).all()
    assert ((params.stream_speed > 0.0).sum(axis=1) > 0).all()


def utilisation(scenario: Scenario, params: Params) -> float:
    """Mean share of the accelerators held by requests (at the serving utilisation) and jobs, each spread as it fits."""
    accelerators = np.array(
        [catalog.chips()[module.chip].kind != "cpu" for site in scenario.sites for module in site.modules]
    )
    demand = scenario.demand()
    chips, utilised = params.modules["chips"], params.rules["serve_utilisation"][0]
    served = np.zeros(len(chips))
    room = chips * (1.0 - params.modules["job_share"]) * utilised
    for flow, rate in enumerate(demand.flow_mean_per_s):
        modules = params.candidates["module"][flow]
        for module in modules[modules >= 0]:
            per_chip = params.services["rate_per_s"][module, params.flows["request_class"][flow]]
            taken = min(rate, (room[module] - served[module]) * per_chip)
            served[module] += taken / per_chip
            rate -= taken
    held = served / utilised
    for stream, rate in enumerate(demand.stream_mean_per_h):
        job = params.streams["job_class"][stream]
        mean_h = mean_of(params.job_classes["log_hours"][job])
        mean_gang = (
            np.diff(params.job_classes["gang_cdf"][job], prepend=0.0) * params.job_classes["gang_size"][job]
        ).sum()
        offered = (params.stream_speed[stream] > 0.0) * chips * params.modules["job_share"]
        speed = (offered * params.stream_speed[stream]).sum() / offered.sum()
        held += rate * mean_h * mean_gang / speed * offered / offered.sum()
    return float(held[accelerators].sum() / chips[accelerators].sum())


@pytest.mark.parametrize("name", ["hybrid", "tiny"])
def test_accelerators_are_busy_but_not_full(name):
    assert 0.5 < utilisation(SCENARIOS[name], COMPILED[name]) < 0.7


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_reference_cost_is_what_the_scenario_says(name):
    assert COMPILED[name].rules["reference_cost_usd_per_h"][0] == SCENARIOS[name].rules.reference_cost_usd_per_h


def test_a_reference_cost_not_given_is_estimated_from_the_peak_power():
    unsaid = load_scenario({"extends": "hybrid", "name": "unsaid", "rules": {"reference_cost_usd_per_h": None}})
    params = compile_params(unsaid)
    expected = 0.6 * full_it_kw(params).sum() * 1.3 * 0.15
    assert params.rules["reference_cost_usd_per_h"][0] == pytest.approx(expected)


def test_an_extension_says_only_what_differs():
    cheaper = load_scenario({"extends": "hybrid", "name": "cheaper", "money": {"carbon_usd_per_t": 0.0}})
    assert cheaper.money.carbon_usd_per_t == 0.0
    assert cheaper.money.water_usd_per_m3 == SCENARIOS["hybrid"].money.water_usd_per_m3
    assert cheaper.sites == SCENARIOS["hybrid"].sites


@settings(max_examples=30, deadline=None)
@given(count=st.integers(32, 4096), plant=st.sampled_from(sorted(catalog.plants())))
def test_twice_the_chips_need_twice_the_plant_and_the_connection(count, plant):
    def compiled(chips: int) -> Params:
        document = SCENARIOS["tiny"].model_dump(mode="json")
        document["sites"][0]["modules"] = [
            {**module, "count": chips, "plant": plant} for module in document["sites"][0]["modules"]
        ]
        return compile_params(load_scenario(document))

    once, twice = compiled(count), compiled(2 * count)
    for table, column in (
        ("sites", "import_limit_kw"),
        ("plants", "capacity_kw"),
        ("modules", "conductance_kw_per_k"),
        ("modules", "mass_kwh_per_k"),
        ("modules", "ups_rated_kw"),
    ):
        np.testing.assert_allclose(getattr(twice, table)[column][0], 2.0 * getattr(once, table)[column][0], rtol=1e-9)


def test_importing_the_package_is_light():
    heavy = "{'networkx', 'pandas', 'pvlib', 'numba', 'torch'}"
    code = f"import sys, wattshift.scenario; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
