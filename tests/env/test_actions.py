"""Actions: what cannot be an action is refused by name, what goes too far is clipped and reported."""

import numpy as np
import pytest
from worlds import assert_same_bits, begin, make_arguments, make_world, slot_action, snapshot, step, zeros

from wattshift.env import WattshiftEnv
from wattshift.kernel.terms import SLOTS
from wattshift.tasks import load_task
from wattshift.vector import WattshiftVectorEnv

FLEET_SLOTS = load_task("fleet").drives


@pytest.fixture
def env():
    made = WattshiftEnv(**make_arguments())
    made.reset(seed=1)
    return made


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_entry_that_is_no_number_is_refused_by_name(env, bad):
    for nth, name in enumerate(env.world.layout.action_names):
        action = zeros(env.world)
        action[nth] = bad
        with pytest.raises(ValueError, match=f"action: entry '{name}' of environment 0 is {bad}, must be finite"):
            env.step(action)


def test_in_a_batch_the_environment_is_named_too():
    envs = WattshiftVectorEnv(3, **make_arguments())
    envs.reset(seed=0)
    actions = np.zeros(envs.action_space.shape, np.float32)
    actions[2, 1] = np.nan
    with pytest.raises(ValueError, match="entry 'routing/dallas' of environment 2 is nan"):
        envs.step(actions)


def test_a_refused_action_changes_nothing(env):
    before = snapshot(env.world)
    with pytest.raises(ValueError, match="must be finite"):
        env.step(zeros(env.world) + np.nan)
    assert_same_bits(snapshot(env.world), before)


def test_a_wrong_shape_is_refused(env):
    (size,) = env.action_space.shape
    for shape in [(), (0,), (3,), (1, size), (size, 1)]:
        with pytest.raises(ValueError, match=rf"action: got shape \(.*\), must be \({size},\)"):
            env.step(np.zeros(shape, np.float32))


def test_a_wrong_shape_is_refused_by_the_batch():
    envs = WattshiftVectorEnv(3, **make_arguments())
    envs.reset(seed=0)
    _, size = envs.action_space.shape
    for shape in [(size,), (2, size), (3, size - 1), (3, size, 1)]:
        with pytest.raises(ValueError, match=rf"action: got shape \(.*\), must be \(3, {size}\)"):
            envs.step(np.zeros(shape, np.float32))


@pytest.mark.parametrize("bad", ["left", "0.5", None])
def test_what_is_not_real_numbers_is_refused(env, bad):
    with pytest.raises((ValueError, TypeError), match="action: "):
        env.step(np.array([bad] * env.action_space.shape[0]))


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16, np.int64, list])
def test_any_kind_of_real_numbers_is_taken(env, kind):
    action = np.ones(env.action_space.shape)
    observation, *_ = env.step(action.tolist() if kind is list else action.astype(kind))
    assert observation in env.observation_space


@pytest.mark.parametrize("slot", FLEET_SLOTS)
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_beyond_the_limits_is_clipped_and_reported(slot, sign):
    limited, beyond = make_world(), make_world()
    for world, value in ((limited, sign), (beyond, 1.5 * sign)):
        begin(world, 3)
        step(world, slot_action(world, **{slot: value}))
    reported = {name: beyond.clipped()[name][0] - limited.clipped()[name][0] for name in SLOTS}
    assert reported == pytest.approx({name: 0.5 if name == slot else 0.0 for name in SLOTS})
    ours, theirs = snapshot(limited), snapshot(beyond)
    for tables in (ours, theirs):
        del tables["ledger.totals.clipped"]
    assert_same_bits(ours, theirs)


def test_inside_the_possible_nothing_is_reported():
    world = make_world()
    begin(world, 3)
    step(world, slot_action(world, routing=1, placement=-1, admission=1, cooling=-1, caps=-1))
    assert all(values[0] == 0.0 for values in world.clipped().values())


def test_raising_the_clock_above_full_is_reported_by_entry():
    """A positive cap is impossible: one of the two sites wanting it is half of the slot."""
    world = make_world()
    begin(world, 3)
    action = zeros(world)
    action[world.layout.action_names.index("caps/toronto")] = 1.0
    step(world, action)
    assert world.clipped()["caps"][0] == pytest.approx(0.5)


def test_a_full_battery_reports_the_charge_it_could_not_take():
    world = make_world()
    begin(world, 3)
    for _ in range(72):
        step(world, slot_action(world, storage=1))
    assert world.clipped()["storage"][0] == pytest.approx(1.0)


@pytest.mark.parametrize("slot", FLEET_SLOTS)
def test_the_report_of_a_decision_is_the_mean_of_its_steps(slot):
    several, single = make_world(decision_every=4), make_world()
    for world in (several, single):
        begin(world, 3)
    step(several, slot_action(several, **{slot: -1.5}))
    reports = []
    for _ in range(4):
        step(single, slot_action(single, **{slot: -1.5}))
        reports.append(single.clipped()[slot][0])
    assert several.clipped()[slot][0] == pytest.approx(np.mean(reports))
