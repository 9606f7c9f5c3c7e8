"""A job's last hour, to the minute: one finished before its deadline is not late, one after it is, and pays."""

import numpy as np
import pytest
from worlds import begin, make_world, step, traces_of, zeros

from wattshift.kernel.state import RUNNING
from wattshift.kernel.terms import SUMS

STEP_S = 3600.0


def finish_one(deadline_h, abandon_h=None, work_share=0.25):
    """A world whose only job needs a quarter of the first hour, after that hour."""
    traces = traces_of("tiny", STEP_S)
    world = make_world(step_s=STEP_S, traces=traces._replace(job_rate_per_h=np.zeros_like(traces.job_rate_per_h)))
    begin(world, 0)
    job = world.state.jobs[0, 0]
    module = int(np.argmax(world.params.stream_speed[0]))
    pace = world.params.stream_speed[0, module]
    job["stream"], job["status"], job["gang"], job["module"], job["site"] = 0, RUNNING, 4, module, 0
    job["held"] = 4
    job["work_h"], job["fresh_h"], job["stage_gb"], job["restart_h"] = 4 * pace * work_share, 0.0, 0.0, 0.0
    job["deadline_h"] = deadline_h
    world.state.episode["n_jobs"] = 1
    world.state.modules["held_chips"] = 0
    world.state.modules["held_chips"][0, module] = 4
    if abandon_h is not None:
        world.params.job_classes["abandon_h"] = abandon_h
    before = world.ledger.totals["sums"].copy()
    step(world, zeros(world))
    return world, dict(zip(SUMS, (world.ledger.totals["sums"] - before)[0], strict=True))


def test_finished_before_the_deadline_within_the_step_is_in_time():
    _, sums = finish_one(deadline_h=0.5)
    assert sums["jobs_finished"] == 1.0
    assert sums["lateness_h"] == 0.0
    assert sums["jobs_late"] == 0.0


def test_finished_after_the_deadline_within_the_step_is_late_by_the_time_between():
    world, sums = finish_one(deadline_h=0.1)
    assert sums["jobs_finished"] == sums["jobs_late"] == 1.0
    assert sums["lateness_h"] == pytest.approx(0.15)
    rate = world.params.job_classes["late_usd_per_chip_h"][world.params.streams["job_class"][0]]
    assert world.terms()["lateness_usd"][0] == pytest.approx(0.15 * 4 * rate)


def test_unfinished_after_the_deadline_pays_by_the_hour():
    _, sums = finish_one(deadline_h=-3.0, work_share=2.0)
    assert sums["jobs_finished"] == sums["jobs_late"] == 0.0
    assert sums["lateness_h"] == pytest.approx(1.0)


def test_given_up_after_the_patience_of_its_class():
    world, sums = finish_one(deadline_h=-3.0, work_share=2.0, abandon_h=3.5)
    assert sums["jobs_abandoned"] == 1.0
    job_class = world.params.job_classes[world.params.streams["job_class"][0]]
    work_left_h = 4 * world.params.stream_speed[0].max()
    due_usd = work_left_h * job_class["reject_usd_per_chip_h"] + 4 * job_class["late_usd_per_chip_h"]
    assert world.terms()["lateness_usd"][0] == pytest.approx(due_usd)
    assert (world.state.modules["held_chips"][0, 0]) == 0


def test_a_full_table_rejects_charges_and_counts():
    world = make_world(8, job_slots=1)
    begin(world, np.arange(8))
    rejected, charged = 0.0, 0.0
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
        rejected += world.ledger.jobs["rejected"].sum()
        charged += world.terms()["lateness_usd"].sum()
        assert (world.state.episode["n_jobs"] <= 1).all()
    assert rejected > 0.0
    assert charged > 0.0
