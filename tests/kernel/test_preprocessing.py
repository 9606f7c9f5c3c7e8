"""Reduction of data at the origin: less on the links by exactly the share kept, chips on both ends, time on top."""

import numpy as np
import pytest
from meshes import INSPECTION, REDUCTION, mesh, mesh_world
from numpy.testing import assert_allclose, assert_array_equal
from worlds import begin, slot_action, step

from wattshift.world import World

KEEP = REDUCTION["keep_share"]


@pytest.fixture(scope="module")
def world() -> World:
    return mesh_world(document=mesh(preprocess=REDUCTION))


def is_reduced(world: World) -> np.ndarray:
    """[F, K] candidates whose data are reduced first."""
    return world.params.candidates["reducer"] >= 0


def of_class(world: World, name: str) -> np.ndarray:
    return world.params.flows["request_class"] == world.scenario.request_class_names.index(name)


def run(world: World, **slots: float) -> np.ndarray:
    """Loads of the links in the first step, Gbps."""
    begin(world, 9)
    step(world, slot_action(world, **slots))
    return world.ledger.links["gbps"][0].copy()


def test_every_remote_module_comes_raw_and_reduced_and_the_own_only_raw(world):
    params = world.params
    for flow, row in zip(params.flows, params.candidates, strict=True):
        row = row[row["module"] >= 0]
        remote = row[row["site"] != flow["origin"]]
        raw, reduced = remote[remote["reducer"] < 0], remote[remote["reducer"] >= 0]
        assert (row["reducer"][row["site"] == flow["origin"]] == -1).all()
        if world.scenario.request_class_names[flow["request_class"]] == "inspection":
            assert_array_equal(np.sort(raw["module"]), np.sort(reduced["module"]))
            assert_array_equal(params.modules["site"][reduced["reducer"]], flow["origin"])
            assert_allclose(reduced["mb"], KEEP * raw["mb"])
            reduce_ms = params.services["reduce_ms"][reduced["reducer"], flow["request_class"]]
            assert (reduce_ms > 0.0).all()
            assert_allclose(reduced["local_ms"], raw["local_ms"] + reduce_ms)
        else:
            assert len(reduced) == 0


def test_a_class_without_preprocessing_has_no_reducers():
    assert not is_reduced(mesh_world()).any()


def test_at_zero_the_data_travel_as_they_are(world):
    run(world)
    assert world.ledger.routes["per_s"][0][is_reduced(world)].sum() == 0.0
    run(world, preprocess=-1.0)
    assert world.ledger.routes["per_s"][0][is_reduced(world)].sum() == 0.0


def test_reduction_cuts_the_load_of_links_by_the_share_kept():
    """Without jobs and without other classes, whose data travel as they are."""
    document = mesh(preprocess=REDUCTION)
    del document["requests"]["conversation"]
    document["jobs"] = {"training": {**document["jobs"]["training"], "rate_per_h": {"hub": 1e-9}}}
    world = mesh_world(document=document)
    raw_gbps, reduced_gbps = run(world), run(world, preprocess=1.0)
    routes = world.ledger.routes["per_s"][0]
    assert routes[is_reduced(world)].sum() == pytest.approx(world.ledger.flows["per_s"][0].sum())
    assert (raw_gbps > 0.0).sum() >= 3
    assert_allclose(reduced_gbps, KEEP * raw_gbps, rtol=1e-12)


def test_reduction_takes_chips_at_both_ends_and_time(world):
    run(world, preprocess=1.0)
    params, ledger, routes = world.params, world.ledger, world.ledger.routes[0]
    serving = np.zeros(len(params.modules))
    used = is_reduced(world) & (routes["per_s"] > 0.0)
    assert used.sum() == 3
    for flow, nth in zip(*np.nonzero(routes["per_s"]), strict=True):
        candidate, request_class = params.candidates[flow, nth], params.flows["request_class"][flow]
        per_s, service = routes["per_s"][flow, nth], params.services[:, request_class]
        serving[candidate["module"]] += per_s / service["rate_per_s"][candidate["module"]]
        if used[flow, nth]:
            serving[candidate["reducer"]] += per_s / service["reduce_per_s"][candidate["reducer"]]
            path_ms = world.state.paths["round_trip_ms"][0, params.flows["origin"][flow], candidate["site"]]
            assert routes["latency_ms"][flow, nth] > candidate["local_ms"] + path_ms
    assert_allclose(ledger.modules["serving_chips"][0], serving, rtol=1e-9)
    free = ledger.modules["ready"][0] - world.state.modules["held_chips"][0]
    assert (serving <= 0.85 * free * (1 + 1e-9)).all()


def test_a_small_reducer_takes_what_it_can_and_the_rest_travels_raw():
    world = mesh_world(document=mesh(preprocess={**REDUCTION, "tera_ops": 3.5}))
    run(world, preprocess=1.0)
    routes, reduced = world.ledger.routes["per_s"][0], is_reduced(world)
    inspection = of_class(world, "inspection")
    assert 0.0 < routes[reduced].sum() < 0.9 * world.ledger.flows["per_s"][0][inspection].sum()
    assert routes[inspection].sum() == pytest.approx(world.ledger.flows["per_s"][0][inspection].sum())


def test_reduction_serves_what_full_links_would_drop():
    rates = dict.fromkeys(INSPECTION["rate_per_s"], 300)
    document = mesh(preprocess=REDUCTION, rate_per_s=rates)
    for link in document["links"]:
        link["capacity_gbps"] = 1.5
    world = mesh_world(document=document)
    inspection = of_class(world, "inspection")
    shares = {}
    for value in (0.0, 1.0):
        run(world, preprocess=value)
        served_per_s = world.ledger.routes["per_s"][0][inspection].sum()
        shares[value] = served_per_s / world.ledger.flows["per_s"][0][inspection].sum()
    assert shares[0.0] < 0.5
    assert shares[1.0] > 0.9


def test_reduction_may_be_bound_to_chips_memory_and_precision():
    params = mesh_world(document=mesh(preprocess={**REDUCTION, "efficiency": {"npu": 0.3}})).params
    assert (params.services["reduce_per_s"] == 0.0).all()
    params = mesh_world(document=mesh(preprocess={**REDUCTION, "memory_gb": 100})).params
    assert (params.services["reduce_per_s"] == 0.0).all()
    bf16 = mesh_world(document=mesh(preprocess=REDUCTION)).params.services["reduce_per_s"]
    int8 = mesh_world(document=mesh(preprocess={**REDUCTION, "precision": "int8"})).params.services["reduce_per_s"]
    assert_allclose(int8[bf16 > 0], 2 * bf16[bf16 > 0], rtol=0.01)
