"""Results that go home: chips are freed at once, and a job is done, and late or not, when its result is delivered."""

import numpy as np
import pytest
from work import CPU, DALLAS, PREPROCESSING, PREPROCESSING_DALLAS, TORONTO, jobless_world, put_job
from worlds import slot_action, step, sum_of, zeros

from wattshift.kernel.paths import USABLE_LINK_SHARE
from wattshift.kernel.state import PUSHING, STAGING, WAITING
from wattshift.kernel.terms import TERMS

STEP_S = 300.0
STEP_H = STEP_S / 3600.0
GBPS = 1.0


def pushing_world(result_gb=60.0, **arguments):
    """Jobs of preprocessing send results over a link of 1 Gbit/s; no requests load it."""
    changes = {
        "jobs": {"preprocessing": {"result_gb": result_gb}},
        "links": [{"ends": ["toronto", "dallas"], "kind": "regional", "capacity_gbps": GBPS}],
    }
    world = jobless_world(changes=changes, step_s=STEP_S, **arguments)
    world.traces = world.traces._replace(request_rate_per_s=np.zeros_like(world.traces.request_rate_per_s))
    return world


def nearly_done(world, stream=PREPROCESSING_DALLAS, **fields):
    """A job of one chip in Toronto with half a step's work left."""
    speed = world.params.stream_speed[stream, CPU]
    return put_job(world, stream, gang=1, module=CPU, **({"work_h": 0.5 * STEP_H * speed} | fields))


def finished(world):
    return sum_of(world.ledger.totals["sums"], "jobs_finished")[0]


def test_chips_are_free_at_once_and_the_job_is_done_when_the_result_is_home():
    world = pushing_world()
    nearly_done(world)
    step(world, zeros(world))
    assert world.state.jobs["status"][0, 0] == PUSHING
    assert world.state.modules["held_chips"][0, CPU] == 0
    assert world.ledger.links["gbps"][0, 0] == 0.0
    assert finished(world) == 0.0
    per_step_gb = USABLE_LINK_SHARE * GBPS / 8.0 * STEP_S
    steps, moved_gb = 0, 0.0
    while finished(world) == 0.0:
        step(world, zeros(world))
        moved_gb += world.ledger.links["gbps"][0, 0] / 8.0 * STEP_S
        steps += 1
        assert steps < 10
    assert steps == int(np.ceil(60.0 / per_step_gb))
    assert moved_gb == pytest.approx(60.0, rel=1e-9)
    assert world.state.episode["n_jobs"][0] == 0


@pytest.mark.parametrize(("result_gb", "stream"), [(0.0, PREPROCESSING_DALLAS), (60.0, PREPROCESSING)])
def test_without_a_result_or_at_its_origin_a_job_is_done_with_its_work(result_gb, stream):
    world = pushing_world(result_gb)
    nearly_done(world, stream)
    step(world, zeros(world))
    assert finished(world) == 1.0
    assert world.state.episode["n_jobs"][0] == 0


@pytest.mark.parametrize(("spare_h", "late"), [(0.001, 0.0), (-0.001, 1.0)])
def test_a_job_is_late_by_when_its_result_arrives(spare_h, late):
    world = pushing_world(result_gb=20.0)
    arrival_h = STEP_H + 20.0 * 8.0 / (USABLE_LINK_SHARE * GBPS) / 3600.0
    nearly_done(world, deadline_h=arrival_h + spare_h)
    for _ in range(2):
        step(world, zeros(world))
    assert finished(world) == 1.0
    assert sum_of(world.ledger.totals["sums"], "jobs_late")[0] == late
    assert sum_of(world.ledger.totals["sums"], "lateness_h")[0] == pytest.approx(max(-spare_h, 0.0), abs=1e-12)
    assert world.ledger.jobs["late"].sum() == late


def test_every_hour_on_the_way_after_the_deadline_is_charged_once():
    world = pushing_world()
    nearly_done(world, deadline_h=0.0)
    hours, steps = 0.0, 0
    while finished(world) == 0.0:
        step(world, zeros(world))
        hours, steps = sum_of(world.ledger.totals["sums"], "lateness_h")[0], steps + 1
    assert hours == pytest.approx(STEP_H + 60.0 * 8.0 / (USABLE_LINK_SHARE * GBPS) / 3600.0, rel=1e-9)
    assert (steps - 1) * STEP_H < hours < steps * STEP_H


@pytest.mark.parametrize("site", [TORONTO, DALLAS])
def test_nothing_moves_from_or_to_a_site_that_is_out_of_service(site):
    world = pushing_world()
    nearly_done(world)
    step(world, zeros(world))
    world.state.sites["up"][0, site] = 0
    step(world, zeros(world))
    assert world.state.jobs["status"][0, 0] == PUSHING
    assert world.state.jobs["stage_gb"][0, 0] == 60.0
    world.state.sites["up"][0, site] = 1
    step(world, zeros(world))
    assert world.state.jobs["stage_gb"][0, 0] < 60.0


def test_data_at_a_site_that_is_out_of_service_wait():
    """A staging gang pauses, and a waiting job starts nowhere, until the site with their data is back."""
    world = pushing_world()
    put_job(world, PREPROCESSING, gang=1, module=CPU, site=DALLAS, status=STAGING, stage_gb=50.0)
    put_job(world, PREPROCESSING, gang=1, module=CPU, site=DALLAS, status=WAITING)
    world.state.sites["up"][0, DALLAS] = 0
    step(world, zeros(world))
    assert list(world.state.jobs["status"][0, :2]) == [STAGING, WAITING]
    assert world.state.jobs["stage_gb"][0, 0] == 50.0
    world.state.sites["up"][0, DALLAS] = 1
    step(world, zeros(world))
    assert list(world.state.jobs["status"][0, :2]) == [STAGING, STAGING]
    assert world.state.jobs["stage_gb"][0, 0] < 50.0


def test_inputs_go_before_results():
    world = pushing_world()
    nearly_done(world)
    step(world, zeros(world))
    put_job(world, PREPROCESSING, gang=1, module=CPU, site=DALLAS, status=STAGING, stage_gb=500.0)
    step(world, zeros(world))
    assert world.state.jobs["stage_gb"][0, 0] == 60.0
    assert world.state.jobs["stage_gb"][0, 1] < 500.0
    assert world.ledger.links["gbps"][0, 0] == pytest.approx(USABLE_LINK_SHARE * GBPS)


def test_an_owner_gives_up_on_a_result_that_never_comes():
    world = pushing_world()
    world.params.job_classes["abandon_h"] = 0.2
    nearly_done(world, deadline_h=0.0)
    world.state.links["up"] = 0
    for _ in range(4):
        step(world, zeros(world))
    assert sum_of(world.ledger.totals["sums"], "jobs_abandoned")[0] == 1.0
    assert world.state.episode["n_jobs"][0] == 0


def test_transit_still_owed_is_settled():
    """A result on its way owes the rest of its transit; a job with work left owes it too, from the dearest module."""

    def settled_usd(result_gb, price, work_share):
        world = pushing_world(result_gb, episode_days=1.0 / 288)
        world.params.links["usd_per_gb"] = price
        nearly_done(world)
        world.state.jobs["work_h"][0, 0] *= work_share
        step(world, slot_action(world, storage=0.0))
        return world.terms()["settlement_usd"][0]

    charge_usd = settled_usd(0.0, 0.0, 1.0)
    assert settled_usd(60.0, 0.05, 1.0) - charge_usd == pytest.approx(60.0 * 0.05)
    without_usd, with_usd = (settled_usd(60.0, price, 50.0) for price in (0.0, 0.05))
    assert with_usd - without_usd == pytest.approx(60.0 * 0.05)
    assert "settlement_usd" in TERMS


def test_pushing_jobs_are_neither_waiting_nor_held_in_the_observation():
    world = pushing_world()
    nearly_done(world)
    observation, *_ = step(world, zeros(world))
    assert world.state.jobs["status"][0, 0] == PUSHING
    for kind in ("waiting", "held", "work_left"):
        assert observation[0, world.layout.names.index(f"jobs/preprocessing/{kind}")] == 0.0
