"""A native batch is Gymnasium's `SyncVectorEnv` of single environments, bit for bit, infos included."""

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from worlds import make_arguments

from wattshift.env import WattshiftEnv
from wattshift.vector import WattshiftVectorEnv

N = 3
STEPS_PER_EPISODE = 12
ARGUMENTS = {"episode_days": STEPS_PER_EPISODE / 288.0, "scenario": "faulty-tiny"}


def make_pair(mode, **changes):
    arguments = make_arguments(**(ARGUMENTS | changes))
    singles = SyncVectorEnv([lambda: WattshiftEnv(**arguments)] * N, autoreset_mode=mode)
    return WattshiftVectorEnv(N, autoreset_mode=mode, **arguments), singles


def assert_same(ours, theirs, where="result"):
    """Equal in type, shape and bits; mappings key for key, arrays of objects entry by entry."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), where
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{where}[{key!r}]")
        return
    assert isinstance(ours, np.ndarray), where
    assert ours.dtype == theirs.dtype, where
    assert ours.shape == theirs.shape, where
    if theirs.dtype == object:
        for nth, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            assert (mine is None) == (other is None), where
            if other is not None:
                assert_same(mine, other, f"{where}[{nth}]")
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=where)


def random_actions(envs, steps, seed=0):
    return np.random.default_rng(seed).uniform(-1.3, 1.3, (steps, *envs.action_space.shape)).astype(np.float32)


def assert_same_rollout(native, singles, steps):
    """Step both; in `DISABLED`, reset what has ended. Returns how many episodes ended."""
    n_ended = 0
    for actions in random_actions(native, steps):
        ours, theirs = native.step(actions), singles.step(actions)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
        ended = theirs[3]
        n_ended += int(ended.sum())
        if ended.any() and native.autoreset_mode is AutoresetMode.DISABLED:
            resets = [envs.reset(options={"reset_mask": ended.copy()}) for envs in (native, singles)]
            for mine, other in zip(*resets, strict=True):
                assert_same(mine, other)
    return n_ended


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("seed", [7, [3, 1, 2], [5, None, 5]])
def test_equal_over_several_episodes(mode, seed):
    native, singles = make_pair(mode)
    for envs in (native, singles):
        envs.reset(seed=[1, 2, 3])  # so that None goes on with a generator known to both
    for mine, other in zip(native.reset(seed=seed), singles.reset(seed=seed), strict=True):
        assert_same(mine, other)
    assert assert_same_rollout(native, singles, 3 * STEPS_PER_EPISODE + 5) >= 2 * N


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_equal_when_episodes_end_at_different_steps(mode):
    """Staggered by a masked reset with seeds, so that some rows end while others go on."""
    native, singles = make_pair(mode)
    for envs in (native, singles):
        envs.reset(seed=4)
    assert_same_rollout(native, singles, 5)
    mask = np.array([False, True, False])
    resets = [envs.reset(seed=[8, 9, 10], options={"reset_mask": mask.copy()}) for envs in (native, singles)]
    for mine, other in zip(*resets, strict=True):
        assert_same(mine, other)
    assert assert_same_rollout(native, singles, 3 * STEPS_PER_EPISODE) >= 2 * N


def test_equal_with_longer_decisions_and_a_start_row():
    native, singles = make_pair(AutoresetMode.SAME_STEP, decision_every=5)
    options = {"start_row": 1234}
    resets = [envs.reset(seed=4, options=dict(options)) for envs in (native, singles)]
    for mine, other in zip(*resets, strict=True):
        assert_same(mine, other)
    assert assert_same_rollout(native, singles, 9) == 3 * N


def test_parallel_equals_serial_through_resets():
    serial, _ = make_pair(AutoresetMode.NEXT_STEP)
    parallel = WattshiftVectorEnv(N, **make_arguments(**ARGUMENTS, parallel=True))
    for mine, other in zip(parallel.reset(seed=2), serial.reset(seed=2), strict=True):
        assert_same(mine, other)
    for actions in random_actions(serial, 2 * STEPS_PER_EPISODE):
        for mine, other in zip(parallel.step(actions), serial.step(actions), strict=True):
            assert_same(mine, other)
