"""Outages: as often as the scenario says, scripted ones to the step, the same for every policy, over when over."""

import functools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import POLICIES, begin, policy_actions, step, sum_of, traces_of, zeros

from wattshift.kernel import faults
from wattshift.kernel.rng import binomial
from wattshift.scenario import Scenario, load_scenario
from wattshift.scenario.tables import TARGETS
from wattshift.world import World

STEP_S = 900.0
PER_HOUR = 4
N_SEEDS = 64

FAILING = {"mtbf_h": 6.0, "mttr_h": 2.0}
"""In service three quarters of the time."""


@functools.cache
def builtin(name: str) -> dict[str, Any]:
    return load_scenario(name).model_dump(mode="json", exclude_none=True)


def scenario_with(name: str = "tiny", **changes: Any) -> Scenario:
    """A built-in scenario without random outages but those in `changes`: of its `site`, `link` or `module`s."""
    document = {**builtin(name), "events": changes.pop("events", [])}
    document["sites"] = [
        {
            **{key: value for key, value in site.items() if key != "faults"},
            **changes.get("site", {}),
            "modules": [{**module, **changes.get("module", {})} for module in site["modules"]],
        }
        for site in document["sites"]
    ]
    never = {"mtbf_h": 1e12, "mttr_h": 1.0}
    document["links"] = [{**link, "faults": changes.get("link", never)} for link in document["links"]]
    return load_scenario(document)


def world_of(scenario: Scenario, n_envs: int = 1, days: float = 2.0, step_s: float = STEP_S, of: str = "tiny") -> World:
    return World(n_envs, scenario, traces_of(of, step_s), step_s=step_s, episode_days=days)


def event(target: str, name: str, begin_h: float, hours: float, **more: Any) -> dict[str, Any]:
    return {"target": target, "name": name, "begin_h": begin_h, "hours": hours, **more}


def history(world: World, steps: int, *columns: str) -> list[np.ndarray]:
    """Columns `table.field` of the state after each step of the autopilot, each [steps, E, ...]."""
    seen: list[list[np.ndarray]] = [[] for _ in columns]
    for _ in range(steps):
        step(world, zeros(world))
        for values, column in zip(seen, columns, strict=True):
            table, field = column.split(".")
            values.append(getattr(world.state, table)[field].copy())
    return [np.array(values) for values in seen]


STATES = {
    "site": "sites.up",
    "feed": "sites.feed_up",
    "link": "links.up",
    "module": "modules.in_service",
    "cooling": "modules.cooling_up",
}
"""Where each kind of target notes that it is in service."""


def test_kinds_are_numbered_alike_in_scenario_and_kernel():
    assert [getattr(faults, what.upper()) for what in TARGETS] == list(range(len(TARGETS)))
    assert len(set(faults.FAULT_STREAMS)) == len(faults.FAULT_STREAMS) == len(TARGETS)


# Random outages


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({"site": {"faults": FAILING}}, "site"),
        ({"site": {"feed_faults": FAILING}}, "feed"),
        ({"link": FAILING}, "link"),
        ({"module": {"faults": FAILING}}, "module"),
        ({"module": {"cooling_faults": FAILING}}, "cooling"),
    ],
)
def test_availability_is_mtbf_over_mtbf_plus_mttr(changes, target):
    """Two-state availability. Its sampled mean has the variance 2 A (1 - A) tau / T, 1 / tau = 1 / MTBF + 1 / MTTR."""
    days, warm_h = 5.0, 12
    world = world_of(scenario_with(**changes), N_SEEDS, days)
    begin(world, np.arange(N_SEEDS))
    (up,) = history(world, world.steps_per_episode, STATES[target])
    up = up[warm_h * PER_HOUR :]
    # The chain of steps: chances of change per step, whose ratio is near that of the rates.
    failing, mending = (1.0 - np.exp(-1.0 / PER_HOUR / FAILING[name]) for name in ("mtbf_h", "mttr_h"))
    expected = mending / (failing + mending)
    assert expected == pytest.approx(0.75, abs=0.01)
    span_h = (days * 24 - warm_h) * up.shape[1] * up.shape[2]
    sd = np.sqrt(2.0 * expected * (1.0 - expected) * 1.5 / span_h)
    assert abs(up.mean() - expected) < 4.0 * sd
    others = [place for kind, place in STATES.items() if kind != target]
    for column in others:
        table, field = column.split(".")
        assert (getattr(world.state, table)[field] == 1).all(), column


def test_chips_fail_and_are_repaired_one_by_one():
    """Each chip of 32 is out mttr / (mtbf + mttr) of the time, and the module counts all of them."""
    world = world_of(scenario_with(module={"chip_faults": {"mtbf_h": 20.0, "mttr_h": 5.0}}), N_SEEDS, 4.0)
    begin(world, np.arange(N_SEEDS))
    (failed,) = history(world, world.steps_per_episode, "modules.failed_chips")
    chips = world.params.modules["chips"]
    assert ((failed >= 0) & (failed <= chips)).all()
    share = (failed[24 * PER_HOUR :] / chips).mean(axis=(0, 1))
    np.testing.assert_allclose(share, 0.2, atol=0.02)
    # Independent chips: the count is binomial, so its variance is n p (1 - p).
    last = failed[-1, :, 0]
    assert 0.5 < last.var() / (chips[0] * 0.2 * 0.8) < 1.8
    assert (world.ledger.modules["ready"] == (chips - failed[-1]) * world.state.modules["up"]).all()


def test_what_has_no_rate_has_no_hazard():
    world = world_of(scenario_with())
    assert len(world.params.hazards) == len(world.scenario.links)
    begin(world, 1)
    columns = history(world, 96, *STATES.values())
    assert all((column == 1).all() for column in columns)


@given(n=st.integers(0, 2000), chance=st.floats(0.0, 1.0), u=st.floats(1e-12, 1.0 - 1e-12))
def test_a_binomial_count_is_possible_and_rises_with_its_probability(n, chance, u):
    count = binomial(n, chance, u)
    assert 0 <= count <= n
    assert binomial(n, chance, min(u + 0.01, 1.0 - 1e-12)) >= count
    if chance == 0.0:
        assert count == 0
    if chance == 1.0:
        assert count == n


@pytest.mark.parametrize(("n", "chance"), [(1, 0.3), (8, 0.01), (30, 0.5), (30, 0.8), (400, 0.1), (400, 0.4)])
def test_binomial_counts_have_their_mean_and_variance(n, chance):
    counts = np.array([binomial(n, chance, u) for u in (np.arange(20000) + 0.5) / 20000])
    assert counts.mean() == pytest.approx(n * chance, rel=2e-3)
    assert counts.var() == pytest.approx(n * chance * (1.0 - chance), rel=2e-2)


EVERYTHING = {
    "site": {"faults": FAILING, "feed_faults": FAILING},
    "link": FAILING,
    "module": {
        "faults": FAILING,
        "cooling_faults": FAILING,
        "chip_faults": {"mtbf_h": 20.0, "mttr_h": 4.0},
        "maintenance": {"every_days": 1, "hours": 1.5, "hour": 5},
    },
    "events": [
        event("site", "toronto", 3, 2),
        event("link", "toronto-dallas", 6, 3),
        event("chips", "toronto/h100", 1, 8, share=0.6),
        event("module", "dallas/l4", 10, 1),
    ],
}
"""Of the tiny world, all that can go wrong."""


def test_outages_are_the_same_for_every_policy():
    world = world_of(scenario_with(**EVERYTHING), len(POLICIES), 1.0)
    begin(world, 5)
    for _, actions in zip(range(world.steps_per_episode), policy_actions(world, 2), strict=False):
        step(world, actions)
        for table in (world.state.hazards, world.state.sites[["up", "feed_up"]], world.state.links["up"]):
            assert (table == table[:1]).all()
        for name in ("in_service", "cooling_up", "failed_chips"):
            assert (world.state.modules[name] == world.state.modules[name][:1]).all(), name
    assert (world.state.hazards["failed"] > 0).any()
    assert world.ledger.totals["cost_usd"].sum(axis=1).std() > 0.0


# Scripted outages and maintenance


@pytest.mark.parametrize(
    ("target", "name", "index"),
    [
        ("site", "dallas", 1),
        ("feed", "toronto", 0),
        ("link", "toronto-dallas", 0),
        ("module", "toronto/cpu", 1),
        ("cooling", "dallas/l4", 2),
    ],
)
def test_a_scripted_window_is_exact_to_the_step(target, name, index):
    world = world_of(scenario_with(events=[event(target, name, 2.5, 1.75)]))
    begin(world, 7, start=500)
    (up,) = history(world, 40, STATES[target])
    expected = np.ones_like(up)
    expected[10:17, :, index] = 0
    np.testing.assert_array_equal(up, expected)


@pytest.mark.parametrize(
    ("begin_h", "hours", "first", "steps"), [(0.1, 0.1, 0, 1), (0.4, 0.5, 2, 2), (1.125, 0.2, 5, 1)]
)
def test_times_between_steps_go_to_the_nearest_and_last_one_step_at_least(begin_h, hours, first, steps):
    world = world_of(scenario_with(events=[event("site", "dallas", begin_h, hours)]))
    begin(world, 7)
    (up,) = history(world, 20, "sites.up")
    assert np.flatnonzero(up[:, 0, 1] == 0).tolist() == list(range(first, first + steps))


def test_chips_taken_out_by_a_script_add_to_those_that_failed():
    script = [event("chips", "toronto/h100", 1, 2, share=0.5), event("chips", "toronto/h100", 2, 2, share=0.75)]
    world = world_of(scenario_with(events=script))
    begin(world, 1)
    (failed,) = history(world, 20, "modules.failed_chips")
    assert failed[:, 0, 0].tolist() == [0] * 4 + [16] * 4 + [32] * 4 + [24] * 4 + [0] * 4


def test_a_thing_is_out_while_any_cause_holds_and_random_faults_go_on_beneath():
    script = [event("site", "toronto", 5, 4), event("site", "toronto", 7, 10)]
    free = world_of(scenario_with(site={"faults": FAILING}), 8)
    scripted = world_of(scenario_with(site={"faults": FAILING}, events=script), 8)
    for world in (free, scripted):
        begin(world, np.arange(8))
    (random,) = history(free, 120, "sites.up")
    (both,) = history(scripted, 120, "sites.up")
    expected = random.copy()
    expected[5 * PER_HOUR : 17 * PER_HOUR, :, 0] = 0
    assert (random[:, :, 0] == 0).any()
    np.testing.assert_array_equal(both, expected)


def test_maintenance_keeps_the_traces_clock():
    plan = {"every_days": 2, "hours": 3, "first_day": 1, "hour": 6.5}
    world = world_of(scenario_with(module={"maintenance": plan}), 2, 5.0)
    start = 20 * PER_HOUR
    begin(world, [1, 2], start=start)
    (up,) = history(world, world.steps_per_episode, "modules.up")
    hours = (start + np.arange(len(up))) / PER_HOUR
    in_window = (hours >= 30.5) & ((hours - 30.5) % 48.0 < 3.0)
    assert in_window.sum() == 3 * 3 * PER_HOUR
    np.testing.assert_array_equal(up[:, 0, 0] == 0, in_window)
    assert (up == up[:, :1, :1]).all()
    np.testing.assert_allclose(sum_of(world.ledger.totals["sums"], "module_down_h"), 3 * 9.0)
    np.testing.assert_allclose(sum_of(world.ledger.totals["sums"], "site_down_h"), 0.0)


# What an outage does


def served_by_site(world: World) -> np.ndarray:
    """[E, S] requests per second served at each site."""
    total = np.zeros((world.n_envs, len(world.params.sites)))
    per_s, module = world.ledger.routes["per_s"], world.params.candidates["module"]
    for flow, nth in np.argwhere(module >= 0):
        total[:, world.params.modules["site"][module[flow, nth]]] += per_s[:, flow, nth]
    return total


def test_a_module_that_is_out_draws_nothing_sheds_its_load_and_comes_back():
    """Its jobs return to their checkpoints and start again; equal arrivals are served again as without the outage."""
    hours = 4
    script = [event("module", "toronto/h100", 6, hours)]
    usual, hit = world_of(scenario_with()), world_of(scenario_with(events=script))
    for world in (usual, hit):
        begin(world, 3, start=4000)
    for nth in range(40 * PER_HOUR):
        before = hit.state.jobs[0, : hit.state.episode["n_jobs"][0]].copy()
        for world in (usual, hit):
            step(world, zeros(world))
        module, account = hit.state.modules[0, 0], hit.ledger.modules[0, 0]
        if 6 * PER_HOUR <= nth < (6 + hours) * PER_HOUR:
            assert module["up"] == 0
            assert module["held_chips"] == 0
            assert account["it_kw"] == account["loss_kw"] == account["serving_chips"] == 0.0
            assert hit.state.modules["up"][0, 1:].all()
            if nth == 6 * PER_HOUR:
                gangs = before[before["module"] == 0]
                assert len(gangs) > 0
                assert sum_of(hit.ledger.totals["sums"], "jobs_preempted")[0] == len(gangs)
        elif nth < 6 * PER_HOUR:
            np.testing.assert_array_equal(hit.ledger.sites, usual.ledger.sites)
        else:
            assert account["it_kw"] > 0.0
    np.testing.assert_allclose(served_by_site(hit), served_by_site(usual))
    assert hit.kpis(np.arange(1))["module_down_h"][0] == hours
    assert hit.kpis(np.arange(1))["jobs_arrived"] == usual.kpis(np.arange(1))["jobs_arrived"]


def test_half_of_the_chips_do_what_they_can():
    script = [event("chips", "toronto/h100", 0, 48, share=0.5)]
    usual, half = world_of(scenario_with()), world_of(scenario_with(events=script))
    for world in (usual, half):
        begin(world, 3, start=4000)
    for _ in range(96):
        for world in (usual, half):
            step(world, zeros(world))
        assert half.ledger.modules["ready"][0, 0] == 16
        assert half.state.modules["held_chips"][0, 0] <= 16
        assert half.ledger.modules["it_kw"][0, 0] < usual.ledger.modules["it_kw"][0, 0]
    assert half.kpis(np.arange(1))["failed_chip_h"][0] == pytest.approx(16 * 24.0)
    assert half.kpis(np.arange(1))["slo_share"][0] > 0.5


def test_an_islanded_edge_serves_what_it_can_and_the_rest_is_dropped_and_counted():
    island = world_of(scenario_with(events=[event("link", "toronto-dallas", 0, 48)]))
    begin(island, 3, start=4000)
    step(island, zeros(island))
    dallas = island.scenario.site_names.index("dallas")
    own = island.params.flows["origin"] == dallas
    at_home = (
        island.params.modules["site"][island.params.candidates["module"]] == island.params.flows["origin"][:, None]
    )
    assert (island.ledger.routes["per_s"][0][~at_home] == 0.0).all()
    assert served_by_site(island)[0, dallas] > 0.9 * island.ledger.flows["per_s"][0, own].sum() > 0.0
    counts = island.ledger.requests[0]
    np.testing.assert_allclose(counts["arrived"], counts["served"] + counts["dropped"], rtol=1e-12)


def test_a_cloud_outage_leaves_the_edge_serving_and_sends_its_users_elsewhere():
    """Users and network node of the site stay: Frankfurt's requests travel to the other continents."""
    script = [event("site", "frankfurt", 1, 24)]
    usual, hit = (world_of(scenario_with("hybrid", events=events), 1, 2.0, STEP_S, "hybrid") for events in ([], script))
    for world in (usual, hit):
        begin(world, 9, start=3000)
        for _ in range(2 * PER_HOUR):
            step(world, zeros(world))
    names = hit.scenario.site_names
    frankfurt = names.index("frankfurt")
    served, before = served_by_site(hit)[0], served_by_site(usual)[0]
    assert served[frankfurt] == 0.0 < before[frankfurt]
    assert served.sum() > 0.5 * before.sum()
    assert served[names.index("toronto")] > before[names.index("toronto")]
    critical = [nth for nth, name in enumerate(hit.scenario.flow_names) if name.endswith("/critical")]
    np.testing.assert_allclose(hit.ledger.routes["per_s"][0, critical], usual.ledger.routes["per_s"][0, critical])


# Modules one by one


@pytest.mark.parametrize("changes", [{}, {"module": {"faults": FAILING, "chip_faults": FAILING}}])
def test_a_module_more_leaves_the_numbers_of_the_others_as_they_were(changes):
    """A store of idle CPUs at Toronto, which may neither serve nor work: its site grows by exactly what it draws."""
    document = scenario_with(**changes).model_dump(mode="json", exclude_none=True)
    spare = {**document["sites"][0]["modules"][1], "name": "spare", "job_share": 0.0}
    document["sites"][0]["modules"].append({key: value for key, value in spare.items() if not key.endswith("faults")})
    few, more = world_of(scenario_with(**changes), 4), world_of(load_scenario(document), 4)
    added = more.scenario.module_names.index("toronto/spare")
    others = [nth for nth in range(len(more.scenario.module_names)) if nth != added]
    for world in (few, more):
        begin(world, np.arange(4))
    for _ in range(96):
        for world in (few, more):
            step(world, zeros(world))
        for group in ("state", "ledger"):
            ours, theirs = getattr(more, group).modules[:, others], getattr(few, group).modules
            for name in theirs.dtype.names:
                np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
        it_kw = more.ledger.modules["it_kw"][:, added]
        assert (it_kw > 0.0).all()
        np.testing.assert_allclose(more.ledger.sites["it_kw"][:, 0], few.ledger.sites["it_kw"][:, 0] + it_kw)
