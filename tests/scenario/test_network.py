"""Distances and latencies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattshift.scenario import compile_params, load_scenario
from wattshift.scenario.network_tables import great_circle_km
from wattshift.scenario.path_tables import find_paths
from wattshift.scenario.sites import Site

TEMPLATE = load_scenario("tiny").sites[1]
HALF_EARTH_KM = np.pi * 6371.0

places = st.builds(
    lambda latitude, longitude: TEMPLATE.model_copy(update={"latitude": latitude, "longitude": longitude}),
    st.floats(-90, 90),
    st.floats(-180, 180),
)


@given(places, places, places)
def test_distance_is_a_metric(a: Site, b: Site, c: Site):
    assert great_circle_km(a, a) == 0.0
    assert great_circle_km(a, b) == pytest.approx(great_circle_km(b, a), abs=1e-9)
    assert 0.0 <= great_circle_km(a, b) <= HALF_EARTH_KM + 1e-6
    assert great_circle_km(a, c) <= great_circle_km(a, b) + great_circle_km(b, c) + 1e-3


def test_known_distances():
    sites = {site.name: site for site in load_scenario("hybrid").sites}
    assert great_circle_km(sites["frankfurt"], sites["british-hospitals"]) == pytest.approx(640, rel=0.02)
    assert great_circle_km(sites["frankfurt"], sites["singapore-metro"]) == pytest.approx(10_270, rel=0.01)


def test_round_trips_are_those_that_were_measured():
    scenario = load_scenario("hybrid")
    latency_ms = find_paths(scenario).latency_ms[:, :, 0]
    site = scenario.site_names.index
    assert 2 * latency_ms[site("frankfurt"), site("singapore-metro")] == pytest.approx(192, rel=0.03)
    assert 2 * latency_ms[site("toronto"), site("british-hospitals")] == pytest.approx(90, rel=0.15)


def test_a_single_site_needs_no_links():
    document = load_scenario("tiny").model_dump(mode="json")
    document["sites"] = document["sites"][:1]
    document["links"] = []
    document["requests"] = {"conversation": {**document["requests"]["conversation"], "rate_per_s": {"toronto": 10.0}}}
    document["jobs"]["preprocessing"]["rate_per_h"] = {"toronto": 0.5}
    params = compile_params(load_scenario(document))
    assert params.path_links.shape == (1, 1, 1, 1)
    assert len(params.pairs) == 0
    assert params.links["zones"].shape == (0, 2)
