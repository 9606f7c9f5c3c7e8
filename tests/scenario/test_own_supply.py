"""Generators, PPAs, requests and small connections in a scenario: what is accepted, refused, and left out."""

import copy

import numpy as np
import pytest

from wattshift import catalog
from wattshift.scenario import ScenarioError, compile_params, load_scenario

TINY = load_scenario("tiny").model_dump(mode="json", exclude_none=True)
CURTAILMENT = {
    "per_year": 30,
    "hours": 2,
    "share": 0.2,
    "notice_h": 3,
    "penalty_usd_per_kwh": 0.5,
    "window": [16, 20],
}


def tiny_with(**fields):
    document = copy.deepcopy(TINY)
    document["sites"][0] |= fields
    return load_scenario(document)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"generator": {"kind": "deisel", "power_kw": 50, "fuel_l": 100}},
            "sites.toronto.generator.kind: got 'deisel', must be a generator of the catalog; did you mean 'diesel'? "
            "Known: diesel, gas-engine",
        ),
        (
            {"generator": {"kind": "diesel", "power_kw": 0, "fuel_l": 100}},
            "sites.toronto.generator.power_kw: got 0, must be a number > 0",
        ),
        (
            {"ppa": {"source": "hydro", "power_kw": 5, "price_usd_per_kwh": 0.05}},
            "sites.toronto.ppa.source: got 'hydro', must be one of wind, solar",
        ),
        (
            {"curtailment": CURTAILMENT | {"window": [20, 16]}},
            "sites.toronto.curtailment: window is [20, 16], must be [from, to] with from < to",
        ),
        (
            {"curtailment": CURTAILMENT | {"share": 1.2}},
            "sites.toronto.curtailment.share: got 1.2, must be a number >= 0 and <= 1",
        ),
        ({"wind_kw": -1}, "sites.toronto.wind_kw: got -1, must be a number >= 0"),
    ],
)
def test_a_fault_is_named_with_path_value_and_what_is_allowed(fields, said):
    with pytest.raises(ScenarioError) as error:
        tiny_with(**fields)
    assert error.value.problems == (said,)


def test_what_is_left_out_is_not_there():
    sites = compile_params(load_scenario("tiny")).sites
    for column in ("limited", "wind_kw", "generator_kw", "generator_fuel_l", "ppa_kw", "curtail_chance"):
        assert (sites[column] == 0).all(), column
    assert compile_params(load_scenario("tiny")).rules["market_carbon"][0] == 0


def test_a_small_connection_is_allowed_and_marked():
    ample = compile_params(tiny_with()).sites
    small = compile_params(tiny_with(import_limit_kw=25.0)).sites
    assert ample["limited"][0] == 0
    assert small["limited"][0] == 1
    assert small["import_limit_kw"][0] == 25.0


def test_columns_of_generator_contract_and_requests():
    site = compile_params(
        tiny_with(
            generator={"kind": "diesel", "power_kw": 50, "fuel_l": 100},
            ppa={"source": "wind", "power_kw": 20, "price_usd_per_kwh": -0.01},
            curtailment=CURTAILMENT,
        )
    ).sites[0]
    diesel = catalog.generators()["diesel"]
    assert site["generator_idle_l_per_h"] == pytest.approx(50 * diesel.idle_l_per_kwh.value)
    assert site["generator_least_kw"] == pytest.approx(50 * diesel.least_load.value)
    assert (site["ppa_kw"], site["ppa_is_wind"], site["ppa_usd_per_kwh"]) == (20.0, 1, -0.01)
    assert site["curtail_chance"] == pytest.approx(30 / 365.25)
    assert (site["curtail_from_h"], site["curtail_to_h"]) == (16.0, 20.0)


def test_every_day_is_the_most():
    """More requests than days cannot come: one a day at most."""
    site = compile_params(tiny_with(curtailment=CURTAILMENT | {"per_year": 5000})).sites[0]
    assert site["curtail_chance"] == 1.0


def test_full_load_efficiency_of_generators_is_that_of_engines():
    """Kilowatt-hours of fuel behind a kilowatt-hour of output at full load: 35-45 % for sets of this size."""
    heating_value_kwh_per_l = {"diesel": 10.0, "gas-engine": 6.1}
    for name, kind in catalog.generators().items():
        burnt_l = kind.idle_l_per_kwh.value + kind.l_per_kwh.value
        assert 0.25 < 1.0 / (burnt_l * heating_value_kwh_per_l[name]) < 0.45
        assert np.isfinite(kind.usd_per_l.value)
