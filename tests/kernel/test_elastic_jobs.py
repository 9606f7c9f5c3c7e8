"""Elastic gangs: between their least and most chips, as fast as their curve says, and first to give way."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from work import DALLAS, ELASTIC, H100, PREPROCESSING, TORONTO, TRAINING, changed_world, jobless_world, put_job
from worlds import POLICIES, assert_same_bits, rollout, slot_action, snapshot, step, sum_of, zeros

from wattshift.kernel.gangs import nominal_chips
from wattshift.kernel.state import PUSHING, RUNNING, STAGING, WAITING
from wattshift.scenario import ScenarioError

CHANGES = {
    "jobs": {"training": {"elastic": ELASTIC}, "preprocessing": {"relative_efficiency": {"cpu": 1.0, "gpu": 0.01}}}
}
OFFERED = 19
"""Chips of the H100 module that tiny's autopilot offers: 0.6 x 32."""


def elastic_world(**arguments):
    return jobless_world(changes=CHANGES, **arguments)


def offer(world, chips):
    """The action under which the H100 module offers so many chips, fewer than usual."""
    return slot_action(world, admission=(chips + 0.5) / (0.6 * 32) - 1.0)


def held(world):
    return list(world.state.jobs["held"][0, : world.state.episode["n_jobs"][0]])


@pytest.mark.parametrize("chips", [2, 5, 8, 11, 16])
def test_speed_follows_the_scaling_curve(chips):
    """n chips do the work of g (n / g) ** 0.8; all n are busy."""
    world = elastic_world()
    job = put_job(world, gang=8, held=chips, restart_h=0.02)
    before_h = world.state.jobs["work_h"][0, job]
    world.params.modules["job_share"][H100] = (chips + 0.5) / 32  # an offer that leaves the gang as it is
    step(world, zeros(world))
    assert held(world) == [chips]
    done_h = before_h - world.state.jobs["work_h"][0, job]
    speed = world.params.stream_speed[TRAINING, H100] * world.ledger.modules["clock"][0, H100]
    assert done_h == pytest.approx(8 * (chips / 8) ** 0.8 * speed * (300 / 3600 - 0.02), rel=1e-9)
    assert world.ledger.modules["working_chips"][0, H100] == pytest.approx(chips)


@given(st.integers(1, 512), st.floats(0.05, 1.0))
def test_the_curve_is_concave_and_passes_through_the_nominal_size(gang, exponent):
    speeds = [nominal_chips(gang, chips, exponent) for chips in range(1, 2 * gang + 1)]
    assert speeds[gang - 1] == gang
    gains = np.diff([0.0, *speeds])
    assert (gains > 0.0).all()
    assert (np.diff(gains) <= 1e-9 * gang).all()


def test_a_smaller_offer_shrinks_the_latest_first_and_preempts_nobody():
    world = elastic_world()
    for _ in range(2):
        put_job(world, gang=8)
    step(world, offer(world, 11))
    assert held(world) == [8, 3]
    step(world, offer(world, 7))
    assert held(world) == [5, 2]
    assert sum_of(world.ledger.totals["sums"], "jobs_preempted")[0] == 0.0
    assert (world.state.jobs["fresh_h"][0, :2] > 0.0).all()


def test_at_their_least_gangs_leave_when_half_of_them_is_beyond_the_offer():
    world = elastic_world()
    for _ in range(2):
        put_job(world, gang=8)
    step(world, offer(world, 2))
    assert held(world) == [2, 0]
    step(world, offer(world, 0))
    assert held(world) == [0, 0]
    assert sum_of(world.ledger.totals["sums"], "jobs_preempted")[0] == 2.0


def test_an_urgent_gang_keeps_its_chips_when_the_offer_shrinks_but_not_when_chips_fail():
    world = elastic_world()
    put_job(world, gang=8, deadline_h=1000.0)  # 1000 hours of work: no slack
    step(world, offer(world, 0))
    assert held(world) == [8]
    world.state.modules["failed_chips"][0, H100] = 27
    step(world, offer(world, 0))
    assert held(world) == [5]
    assert sum_of(world.ledger.totals["sums"], "jobs_preempted")[0] == 0.0


def test_rigid_gangs_stay_as_they_are_while_elastic_ones_give_way():
    world = elastic_world()
    put_job(world, gang=8)
    put_job(world, stream=PREPROCESSING, gang=8)  # rigid, on the same module
    step(world, offer(world, 11))
    assert held(world) == [3, 8]


def test_gangs_grow_into_the_offer_in_order_of_arrival_and_return_it_for_a_start():
    world = elastic_world()
    put_job(world, gang=8, held=4)
    put_job(world, gang=8, held=4)
    step(world, zeros(world))
    assert held(world) == [8 + OFFERED - 16, 8]  # both to nominal first; what is left goes to the first
    put_job(world, gang=8, status=WAITING)
    step(world, zeros(world))
    assert held(world) == [8, 8, 3]  # nominal again, and the third starts with the rest


def test_no_gang_grows_beyond_its_most():
    world = elastic_world()
    put_job(world, gang=4)
    step(world, zeros(world))
    assert held(world) == [8]


@pytest.mark.parametrize(("busy", "started"), [(8, 11), (13, 6), (18, 2), (19, 0)])
def test_a_gang_starts_with_what_is_free_of_the_offer_if_half_of_its_least_is(busy, started):
    """Of 19 chips offered a rigid gang holds some; a gang of 8 needs 2, and starts if one of these is within."""
    world = elastic_world()
    put_job(world, stream=PREPROCESSING, gang=busy)
    put_job(world, gang=8, status=WAITING)
    step(world, zeros(world))
    assert held(world) == [busy, started]  # 11: it starts with 8 and grows by what is left


def test_a_class_that_may_only_run_at_its_nominal_size_is_rigid():
    """Bit for bit, whatever its exponent."""
    rigid = changed_world(len(POLICIES), faulty=True)
    only = {"least_share": 1.0, "most_share": 1.0, "exponent": 0.3}
    elastic = changed_world(len(POLICIES), faulty=True, changes={"jobs": {"training": {"elastic": only}}})
    for _ in zip(rollout(rigid, 4), rollout(elastic, 4), strict=True):
        for env in range(len(POLICIES)):
            assert_same_bits(snapshot(rigid, env), snapshot(elastic, env))


@functools.cache
def busy_world(step_s):
    """Elastic gangs and results over narrow links, with faults; a day."""
    changes = {
        "jobs": {
            "training": {"elastic": ELASTIC, "result_gb": 40.0},
            "preprocessing": {"elastic": {"least_share": 0.5, "most_share": 1.5, "exponent": 1.0}, "result_gb": 60.0},
        },
        "links": [{"ends": ["toronto", "dallas"], "kind": "regional", "capacity_gbps": 1.0}],
    }
    world = changed_world(len(POLICIES), step_s, faulty=True, changes=changes, episode_days=1.0, job_slots=32)
    # Jobs of Dallas, too, so that data and results travel.
    world.params.streams["origin"][TRAINING] = DALLAS
    return world


@given(st.sampled_from([300.0, 1800.0]), st.integers(0, 2**63 - 1))
@settings(max_examples=12)
def test_chips_held_and_jobs_counted_at_every_step(step_s, seed):
    world = busy_world(step_s)
    classes = world.params.job_classes[world.params.streams["job_class"]]
    for _ in rollout(world, seed, 48):
        jobs, moved, sums = world.state.jobs, world.ledger.modules, world.ledger.totals["sums"]
        on_table = np.arange(jobs.shape[1]) < world.state.episode["n_jobs"][:, None]
        holds = on_table & (jobs["held"] > 0)
        np.testing.assert_array_equal(holds, on_table & np.isin(jobs["status"], (STAGING, RUNNING)))
        mine = classes[jobs["stream"]]
        least = np.ceil(mine["least_share"] * jobs["gang"] - 1e-9)
        most = np.floor(mine["most_share"] * jobs["gang"] + 1e-9)
        assert (jobs["held"] >= least)[holds].all()
        assert (jobs["held"] <= most)[holds].all()
        total = np.zeros_like(moved["ready"])
        np.add.at(total, (np.nonzero(holds)[0], jobs["module"][holds]), jobs["held"][holds])
        np.testing.assert_array_equal(total, world.state.modules["held_chips"])
        assert (total <= moved["ready"]).all()
        assert (moved["serving_chips"] + moved["working_chips"] <= moved["ready"] + 1e-6).all()
        counted = sum(sum_of(sums, f"jobs_{end}") for end in ("finished", "rejected", "abandoned"))
        for status in (WAITING, STAGING, RUNNING, PUSHING):
            counted = counted + (on_table & (jobs["status"] == status)).sum(axis=1)
        np.testing.assert_array_equal(sum_of(sums, "jobs_arrived"), counted)


def test_the_busy_world_visits_what_it_is_for():
    """Shrunken and grown gangs, and jobs of every status."""
    world = busy_world(300.0)
    seen, sizes = set(), set()
    for seed in range(4):
        for _ in rollout(world, seed, 96):
            for env in range(len(POLICIES)):
                jobs = world.state.jobs[env, : world.state.episode["n_jobs"][env]]
                seen |= set(jobs["status"])
                sizes |= set(np.sign(jobs["held"] - jobs["gang"])[jobs["held"] > 0])
    assert seen == {WAITING, STAGING, RUNNING, PUSHING}
    assert sizes == {-1, 0, 1}


def test_the_least_of_the_largest_gang_must_fit():
    """A rigid gang of 64 fits nowhere in tiny; one that may run on a quarter does."""
    gangs = [[4, 0.5], [64, 0.5]]
    with pytest.raises(ScenarioError, match="a gang of 64 from toronto fits no module"):
        changed_world(changes={"jobs": {"training": {"gangs": gangs}}})
    world = changed_world(changes={"jobs": {"training": {"gangs": gangs, "elastic": ELASTIC}}})
    assert world.params.rules["elastic"][0] == 1
    assert world.params.modules["site"][H100] == TORONTO


@pytest.mark.parametrize("field", [{"least_share": 0.0}, {"most_share": 0.9}, {"exponent": 1.1}])
def test_curves_that_are_none_are_refused(field):
    with pytest.raises(ScenarioError, match=rf"jobs\.training\.elastic\.{next(iter(field))}: got"):
        changed_world(changes={"jobs": {"training": {"elastic": ELASTIC | field}}})
