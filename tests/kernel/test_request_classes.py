"""Request classes end to end: objectives from 10 ms to 1 s, priorities, residency."""

import numpy as np
import pytest
from work import DALLAS, TORONTO, changed_world
from worlds import begin, step, zeros

STEPS = 12


def served(world):
    """Counts of `STEPS` steps of the autopilot by class, name -> [C]; every request arrived is served or dropped."""
    begin(world, 1)
    sums = {name: np.zeros(len(world.params.request_classes)) for name in ("arrived", "served", "late", "dropped")}
    for _ in range(STEPS):
        step(world, zeros(world))
        for name in sums:
            sums[name] += world.ledger.requests[name][0]
    np.testing.assert_allclose(sums["arrived"], sums["served"] + sums["dropped"], rtol=1e-9)
    return sums


def of_class(world, counts, name):
    nth = world.scenario.request_class_names.index(name)
    return {kind: values[nth] for kind, values in counts.items()}


def edge_world(objective_ms, access_ms=2.0, **changes):
    """Vision at the edge site with its own objective; at most 2 ms of access, and 4 ms of service on an L4."""
    changes |= {
        "sites": {"dallas": {"access_ms": access_ms}},
        "requests": {"vision": {"objective_ms": objective_ms}},
    }
    return changed_world(changes=changes)


@pytest.mark.parametrize("objective_ms", [10.0, 100.0, 1000.0])
def test_an_edge_keeps_objectives_from_ten_milliseconds_on(objective_ms):
    world = edge_world(objective_ms)
    vision = of_class(world, served(world), "vision")
    assert vision["dropped"] == 0.0
    assert vision["late"] <= 1e-3 * vision["served"]
    used = world.ledger.routes["per_s"][0, 0] > 0.0
    assert used.sum() == 1
    assert 5.0 < world.ledger.routes["latency_ms"][0, 0][used][0] < 10.0
    assert world.params.modules["site"][world.params.candidates["module"][0, used][0]] == DALLAS


def test_ten_milliseconds_are_too_few_through_a_slow_access_network():
    world = edge_world(10.0, access_ms=12.0)
    vision = of_class(world, served(world), "vision")
    assert vision["late"] == vision["served"] > 0.0


def test_ten_milliseconds_are_too_few_for_another_site():
    """While the edge is out of service Toronto answers, two thousand kilometres away: served, and late."""
    world = edge_world(10.0, events=[{"target": "site", "name": "dallas", "begin_h": 0.0, "hours": 24.0}])
    vision = of_class(world, served(world), "vision")
    assert vision["late"] == vision["served"] > 0.0
    assert (world.state.sites["up"][0] == [1, 0]).all()


def test_the_higher_priority_is_served_first_where_chips_are_scarce():
    """Two H100 and the edge's L4 for everything: whichever class comes second is dropped."""
    dropped = {}
    for first, second in (("vision", "conversation"), ("conversation", "vision")):
        world = changed_world(changes={"requests": {first: {"priority": 1}, second: {"priority": 2}}})
        world.params.modules["chips"][0] = 2
        means = np.array(world.scenario.demand().flow_mean_per_s)  # flows stand in the order of priority
        rates = np.ones_like(world.traces.request_rate_per_s)
        world.traces = world.traces._replace(request_rate_per_s=(rates * means).astype(np.float32))
        counts = served(world)
        for name in (first, second):
            own = of_class(world, counts, name)
            dropped[first, name] = own["dropped"] / own["arrived"]
    assert dropped["vision", "vision"] == 0.0
    assert dropped["vision", "conversation"] > 0.0
    assert dropped["conversation", "conversation"] < dropped["vision", "conversation"]
    assert dropped["conversation", "vision"] > 0.1


@pytest.mark.parametrize("bound", [True, False])
def test_a_class_bound_to_its_residency_stays_there_even_if_it_must_be_dropped(bound):
    changes = {"sites": {"dallas": {"residency": "texas"}}, "requests": {"vision": {"residency_bound": bound}}}
    world = changed_world(changes=changes)
    world.traces = world.traces._replace(request_rate_per_s=4.0 * world.traces.request_rate_per_s)
    vision = of_class(world, served(world), "vision")
    flow = world.scenario.flow_names.index("dallas/vision")
    modules = world.params.candidates["module"][flow]
    sites = world.params.modules["site"][modules[world.ledger.routes["per_s"][0, flow] > 0.0]]
    assert DALLAS in sites
    assert (TORONTO in sites) == (not bound)
    assert (vision["dropped"] > 0.0) == bound
