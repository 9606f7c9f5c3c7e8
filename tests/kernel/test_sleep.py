"""Sleep and wake: when chips are ready, what stays awake, what is counted, what it saves."""

import numpy as np
import pytest
from worlds import (
    POLICIES,
    assert_same_bits,
    begin,
    make_world,
    rollout,
    slot_action,
    snapshot,
    step,
    sum_of,
    zeros,
)

H100, CPU, L4 = range(3)
"""Modules of `tiny`: waking takes 300, 120 and 120 s."""


def column(world, name):
    """[M] of the first environment's modules."""
    return world.state.modules[name][0].copy()


def asleep_world(step_s, steps=3):
    """Every chip that can sleeps."""
    world = make_world(step_s=step_s)
    begin(world, 4, start=2000)
    step(world, zeros(world))
    for _ in range(steps):
        step(world, slot_action(world, sleep=1))
    return world


def test_nobody_sleeps_under_the_autopilot():
    world = make_world()
    begin(world, 1)
    for _ in range(30):
        step(world, zeros(world))
        np.testing.assert_array_equal(column(world, "awake"), world.params.modules["chips"])
    assert sum_of(world.ledger.totals["sums"], "asleep_chip_h") == 0.0


def test_all_sleep_at_once_but_those_that_jobs_or_models_use():
    world = make_world()
    begin(world, 4, start=2000)
    step(world, zeros(world))
    in_use = column(world, "held_chips") + column(world, "replicas")
    step(world, slot_action(world, sleep=1))
    np.testing.assert_array_equal(column(world, "awake"), in_use)
    np.testing.assert_array_equal(world.ledger.modules["ready"][0], in_use)
    assert (in_use < world.params.modules["chips"]).any()


@pytest.mark.parametrize("share", [0.25, 0.5, 0.3])
def test_a_share_of_the_chips_sleeps(share):
    """The share is rounded down to whole chips."""
    world = make_world()
    begin(world, 4, start=2000)
    step(world, slot_action(world, admission=-1))
    step(world, slot_action(world, admission=-1, sleep=share))
    chips = world.params.modules["chips"]
    wanted = chips - np.floor(np.float32(share) * chips).astype(int)
    in_use = column(world, "held_chips") + column(world, "replicas")
    assert (column(world, "awake") >= wanted).all()
    idle_enough = in_use < wanted
    assert idle_enough.any()
    np.testing.assert_array_equal(column(world, "awake")[idle_enough], wanted[idle_enough])


def test_chips_wake_when_their_time_has_passed():
    """Ready in the first step that begins 300 s (H100) or 120 s (others) or more after the wish."""
    world = asleep_world(step_s=60.0)
    awake, chips = column(world, "awake"), world.params.modules["chips"]
    assert (awake < chips).all()
    for nth in range(7):
        step(world, zeros(world))
        is_ready = nth >= np.array([5, 2, 2])
        np.testing.assert_array_equal(column(world, "awake") == chips, is_ready)
        np.testing.assert_array_equal(column(world, "waking"), np.where(is_ready, 0, chips - awake))
        np.testing.assert_array_equal(world.ledger.modules["ready"][0], np.where(is_ready, chips, awake))


def test_a_longer_step_is_waited_out():
    world = asleep_world(step_s=3600.0)
    step(world, zeros(world))
    assert (column(world, "awake") < world.params.modules["chips"]).any()
    step(world, zeros(world))
    np.testing.assert_array_equal(column(world, "awake"), world.params.modules["chips"])


def test_a_second_wish_waits_for_the_first():
    world = asleep_world(step_s=60.0)
    awake, chips = column(world, "awake")[H100], world.params.modules["chips"][H100]
    step(world, slot_action(world, sleep=0.5))
    first = column(world, "waking")[H100]
    assert first == chips // 2 - awake > 0
    for _ in range(4):
        step(world, zeros(world))
        assert column(world, "waking")[H100] == first
    step(world, zeros(world))
    assert column(world, "awake")[H100] == awake + first
    assert column(world, "waking")[H100] == chips - awake - first


def test_a_cohort_under_way_is_not_called_back():
    world = asleep_world(step_s=60.0)
    step(world, zeros(world))
    waking = column(world, "waking")[H100]
    assert waking > 0
    for _ in range(4):
        step(world, slot_action(world, sleep=1))
        assert column(world, "waking")[H100] == waking
    step(world, slot_action(world, sleep=1))
    assert column(world, "waking")[H100] == 0
    assert column(world, "awake")[H100] == column(world, "held_chips")[H100] + column(world, "replicas")[H100]


def test_staying_awake_is_all_that_can_be_wished_for():
    """A negative entry is impossible, counted, and changes nothing."""
    worlds = [make_world(), make_world()]
    for world, value in zip(worlds, (0.0, -1.0), strict=True):
        begin(world, 6)
        for _ in range(5):
            step(world, slot_action(world, sleep=value))
    assert worlds[1].clipped()["sleep"][0] == pytest.approx(1.0)
    ours, theirs = (snapshot(world) for world in worlds)
    for tables in (ours, theirs):
        del tables["ledger.totals.clipped"]
    assert_same_bits(ours, theirs)


def test_sleeping_modules_draw_less_and_waking_ones_idle_power():
    world = asleep_world(step_s=60.0)
    moved, modules = world.ledger.modules[0], world.params.modules
    asleep = modules["chips"] - column(world, "awake")
    sleeping_kw = moved["idle_kw"].copy()
    assert (sleeping_kw >= modules["sleep_w"] * asleep * 1e-3).all()
    step(world, zeros(world))
    more_kw = world.ledger.modules["idle_kw"][0] - sleeping_kw
    least_kw = (modules["chip_idle_w"] + modules["node_idle_w"] - modules["sleep_w"]) * asleep * 1e-3
    assert (more_kw >= 0.9 * least_kw).all()


@pytest.mark.parametrize("scenario", ["tiny", "faulty-hybrid"])
def test_chips_in_use_are_ready_and_hours_asleep_add_up(scenario):
    world = make_world(len(POLICIES), scenario=scenario, episode_days=1.0)
    chips, asleep_h = world.params.modules["chips"], 0.0
    for moment in rollout(world, seed=9, steps=72):
        now, moved = world.state.modules, world.ledger.modules
        up = now["up"] == 1
        asleep = chips - now["awake"] - now["waking"]
        assert ((asleep >= 0) & (now["awake"] >= 0) & (now["waking"] >= 0)).all()
        np.testing.assert_array_equal(moved["ready"], np.where(up, now["awake"], 0))
        assert (now["held_chips"] + now["replicas"] <= moved["ready"]).all()
        assert (moved["serving_chips"] <= now["replicas"] + 1e-9).all()
        assert (now["wake_left_s"] >= 0.0).all()
        frozen = ~up
        for name in ("awake", "waking", "wake_left_s"):
            np.testing.assert_array_equal(now[name][frozen], moment.before.modules[name][frozen])
        asleep_h += np.where(up, asleep, 0).sum(axis=1) / 12.0
    np.testing.assert_allclose(sum_of(world.ledger.totals["sums"], "asleep_chip_h"), asleep_h, rtol=1e-9, atol=1e-9)
    assert asleep_h[1:].min() > 0.0


def test_sleep_saves_it_energy_when_there_is_room():
    """At the same work: requests only, of which the same are served."""
    usual, asleep = make_world(6), make_world(6)
    for world, value in ((usual, 0.0), (asleep, 0.3)):
        begin(world, np.arange(6))
        for _ in range(48):
            step(world, slot_action(world, admission=-1, sleep=value))
    energy_kwh = [sum_of(world.ledger.totals["sums"], "it_kwh").sum() for world in (usual, asleep)]
    assert energy_kwh[1] < 0.95 * energy_kwh[0]
