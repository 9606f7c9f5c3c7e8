"""What a task leaves to the autopilot is part of its bound: certified, exact where it can be, and never in vain."""

import numpy as np
import pytest
from exploits import exploit_actions
from oracle.scenarios import random_world
from plain import plain_world
from worlds import begin, make_world, policy_actions, step

from wattshift.choices import set_points
from wattshift.kernel.terms import SLOTS
from wattshift.tasks import builtin_tasks, load_task
from wattshift_agents.heuristics import make_heuristics
from wattshift_agents.optimum import bound_usd
from wattshift_agents.optimum.case import make_case
from wattshift_agents.optimum.loops import reach_loops
from wattshift_agents.view import look

PRICES = np.array([0.05, 0.3])


def masked(world, drives):
    """[A] entries of the slots that are driven."""
    driven = np.zeros(len(world.layout.action_names), np.bool_)
    for slot in drives:
        driven[world.layout.actions[slot]] = True
    return driven


def behaviours(world, seed, drives):
    """Endless actions of all behaviours there are; what is not driven stays with the autopilot."""
    driven = masked(world, drives)
    for plain, exploiting in zip(policy_actions(world, seed), exploit_actions(world, seed), strict=False):
        yield np.where(driven, np.concatenate([plain, exploiting]), 0.0)


def test_chips_that_the_task_does_not_let_sleep_idle():
    world = plain_world(PRICES)
    world.params.sites["battery_kwh"] = world.params.modules["sleep_w"] = 0.0
    load_kw = world.params.modules["chips"].sum() * 0.01
    assert bound_usd(world, 0, 0, drives=("sleep",)).total_usd == pytest.approx(0.0, abs=1e-9)
    awake = bound_usd(world, 0, 0, drives=[slot for slot in SLOTS if slot != "sleep"])
    assert awake.total_usd == pytest.approx(load_kw * PRICES.sum(), rel=1e-6)


def test_batteries_that_the_task_does_not_drive_rest():
    world = plain_world(PRICES)
    world.params.sites["battery_reserve_share"] = 0.0
    load_kw = world.params.modules["chips"].sum() * 0.01
    assert bound_usd(world, 0, 0, drives=("sleep",)).total_usd == pytest.approx(load_kw * PRICES.sum(), rel=1e-6)
    assert bound_usd(world, 0, 0, drives=("storage",)).total_usd < load_kw * PRICES.sum()


def test_links_that_the_task_does_not_drive_stay_awake():
    world = plain_world(PRICES)
    world.params.sites["battery_kwh"] = 0.0
    world.params.links["idle_kw"], world.params.links["sleep_kw"] = 2.0, 0.5
    n_links = len(world.params.links)
    asleep, awake = (bound_usd(world, 0, 0, drives=(slot,)).total_usd for slot in ("links", "routing"))
    assert awake - asleep == pytest.approx(1.5 * n_links * PRICES.sum(), rel=1e-6)


def test_requests_cost_their_chips_at_full_clock_where_the_task_caps_none():
    """All chips are alike but for their speed, so the quickest serve, filled to `serve_utilisation`."""
    world = plain_world(PRICES)
    params = world.params
    params.sites["battery_kwh"] = 0.0
    params.request_classes["drop_usd"], params.request_classes["late_usd"] = 1e-5, 0.0
    params.modules["chip_floor_w"], params.modules["chip_peak_w"] = 60.0, 110.0
    params.modules["node_peak_w"] = params.modules["node_idle_w"]
    params.links["usd_per_gb"] = params.links["kw_per_gbps"] = 0.0
    flow, per_s = 0, 40.0
    rates = np.zeros_like(world.traces.request_rate_per_s)
    rates[:, flow] = per_s
    params.flows["dispersion"] = 0.0
    world.traces = world.traces._replace(request_rate_per_s=rates)
    quickest = params.services["rate_per_s"][:, params.flows["request_class"][flow]].max()
    dynamic_w = (60.0 - 10.0) / params.rules["serve_utilisation"][0] + 110.0 - 60.0
    load_kw = params.modules["chips"].sum() * 0.01 + per_s / quickest * dynamic_w * 1e-3
    bound = bound_usd(world, 0, 0, drives=("routing",))
    assert bound.total_usd == pytest.approx(load_kw * PRICES.sum(), rel=1e-6)
    assert bound_usd(world, 0, 0, drives=("caps",)).total_usd < bound.total_usd


@pytest.mark.parametrize("seed", [2, 11, 25])
def test_no_behaviour_costs_less_whatever_is_driven(seed):
    world = random_world(seed, n_envs=10, steps=48, decision_every=1)
    slots = list(world.layout.actions)
    totals = []
    for n_driven in (len(slots), len(slots) // 2, 1, 0):
        drives = np.random.default_rng(seed).permutation(slots)[:n_driven].tolist()
        begin(world, seed)
        episode = int(world.state.episode["seed"][0]), int(world.state.episode["start"][0])
        totals.append(bound_usd(world, *episode, drives).total_usd)
        for _, actions in zip(range(world.steps_per_episode), behaviours(world, seed, drives), strict=False):
            step(world, actions)
        assert (world.ledger.totals["cost_usd"].sum(axis=1) >= totals[-1]).all(), drives
    rounding = 1e-6 * np.abs(totals).max()
    assert (np.diff(totals) >= -rounding).all(), "fewer slots never lower the bound"


@pytest.mark.parametrize("task", builtin_tasks())
def test_no_policy_costs_less_than_the_bound_of_its_task(task):
    world = make_world(1, task=task, decision_every=6)
    bound = bound_usd(world, 7)
    for rule in make_heuristics(["autopilot", "stack", "mpc", "all-low", "all-high"]):
        observation = begin(world, 7)
        rule.reset(world)
        for _ in range(world.steps_per_episode // world.decision_every):
            observation, _, _ = step(world, set_points(world, rule.act(observation, look(world))))
        assert world.ledger.totals["cost_usd"].sum() >= bound.total_usd, rule.name
    assert bound.total_usd >= bound_usd(world, 7, drives=SLOTS).total_usd
    assert bound.total_usd == bound_usd(world, 7, drives=load_task(task).drives).total_usd


def test_finer_slots_and_blocks_never_loosen():
    world = make_world(1)
    totals = [
        bound_usd(world, 3, slot_s=slot_s, block_h=block_h).total_usd
        for slot_s, block_h in ((3600.0, 8), (3600.0, 2), (1800.0, 2), (900.0, 1))
    ]
    assert (np.diff(totals) >= -1e-6 * totals[0]).all()
    with pytest.raises(ValueError, match="block_h"):
        bound_usd(world, 3, block_h=3)
    with pytest.raises(ValueError, match="drives: no control slots naps"):
        bound_usd(world, 3, drives=("naps",))


@pytest.mark.parametrize(("seed", "drives"), [(3, None), (3, ("flow",)), (9, ("cooling", "caps")), (14, ("sleep",))])
def test_loops_stay_within_their_limits(seed, drives):
    world = random_world(seed, n_envs=10, steps=48, decision_every=1)
    driven = [slot for slot in world.layout.actions if drives is None or slot in drives]
    begin(world, seed)
    episode = int(world.state.episode["seed"][0]), int(world.state.episode["start"][0])
    case = make_case(world, *episode, 3600.0 if world.traces.step_s == 3600.0 else 900.0, driven)
    loops = reach_loops(case)
    for nth, actions in zip(range(world.steps_per_episode), behaviours(world, seed, driven), strict=False):
        loop_c = world.state.modules["loop_c"].copy()
        assert (loops.coldest_c[nth] <= loop_c).all()
        assert (loop_c <= loops.hottest_c[nth]).all()
        step(world, actions)
        modules, account = world.state.modules, world.ledger.modules
        assert (modules["up"] >= loops.sure[nth]).all()
        in_service = modules["up"] == 1
        assert (account["it_kw"] >= loops.least_kw[nth] * (1.0 - 1e-9)).all()
        assert (account["it_kw"] <= loops.most_kw[nth] * (1.0 + 1e-9)).all()
        if "caps" not in driven:
            assert (np.where(in_service, account["clock"], 1.0) >= loops.clock[nth] - 1e-9).all()
        if "links" not in driven:
            connected = world.state.paths["nth"] >= 0
            assert (np.where(connected, world.state.paths["nth"] == case.episode.paths[nth], True)).all()


def test_some_modules_may_trip_and_others_not():
    sure = []
    for seed in (0, 3, 9):
        world = random_world(seed, steps=48)
        sure.append(reach_loops(make_case(world, seed, 0, 3600.0)).sure.mean(axis=0))
    sure = np.concatenate(sure)
    assert (sure == 1.0).any()
    assert (sure < 0.5).any()
