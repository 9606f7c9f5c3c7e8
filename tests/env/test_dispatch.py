"""Dispatch: choices of single jobs do what they say, and what is masked never comes about."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import assert_same_bits, make_arguments, snapshot

from wattshift.env import WattshiftEnv
from wattshift.kernel.state import DEFERRED, FIRST_SITE, RUNNING, STAGING, WAITING
from wattshift.kernel.terms import N_PENDING
from wattshift.vector import WattshiftVectorEnv

PUT_OFF = np.array([DEFERRED] * N_PENDING + [1])


def make_env(**changes):
    return WattshiftEnv(**make_arguments(task="dispatch", decision_every=1, **changes))


def jobs_of(world):
    return world.state.jobs[0, : world.state.episode["n_jobs"][0]].copy()


def shown(world):
    """Places on the table of the jobs that the agent is shown, by their definition."""
    jobs = jobs_of(world)
    decidable = (jobs["status"] == WAITING) & (jobs["slack_h"] >= world.params.rules["urgent_slack_h"][0])
    return np.flatnonzero(decidable)[:N_PENDING]


def identities(jobs):
    """What no job shares with another, and no step changes."""
    return set(zip(jobs["stream"].tolist(), jobs["deadline_h"].tolist(), strict=True))


def random_choices(env, rng):
    return np.array([rng.integers(n) for n in env.action_space.nvec])


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.sampled_from(["tiny", "faulty-tiny", "hybrid"]))
def test_no_mask_is_empty_and_no_masked_choice_comes_about(seed, scenario):
    env, rng = make_env(scenario=scenario), np.random.default_rng(seed)
    env.reset(seed=seed)
    n_sites = len(env.world.params.sites)
    for _ in range(30):
        masks = env.action_masks()
        assert masks.shape == (env.action_space.nvec.sum(),)
        of_jobs = masks[:-2].reshape(N_PENDING, n_sites + FIRST_SITE)
        assert of_jobs[:, :FIRST_SITE].all()
        assert masks[-2:].all()
        before, places, choices = jobs_of(env.world), shown(env.world), random_choices(env, rng)
        assert not of_jobs[len(places) :, FIRST_SITE:].any()
        info = env.step(choices)[-1]
        masked = ~of_jobs[np.arange(N_PENDING), choices[:N_PENDING]]
        assert info["clipped"]["dispatch"] == pytest.approx(masked.sum() / (N_PENDING + 1))
        after = jobs_of(env.world)
        started = after[np.isin(after["status"], [RUNNING, STAGING])]
        urgent_h = env.world.params.rules["urgent_slack_h"][0]
        for place, choice, is_masked in zip(places, choices, masked, strict=False):
            mine = started[
                (started["stream"] == before["stream"][place]) & (started["deadline_h"] == before["deadline_h"][place])
            ]
            if len(mine) == 0 or before["slack_h"][place] < urgent_h:
                continue
            assert not is_masked
            assert choice != DEFERRED
            if choice >= FIRST_SITE:
                assert (env.world.params.modules["site"][mine["module"]] == choice - FIRST_SITE).all()


def test_who_puts_everything_off_starts_only_the_urgent():
    env = make_env(scenario="hybrid")
    env.reset(seed=3)
    urgent_h = env.world.params.rules["urgent_slack_h"][0]
    for _ in range(60):
        before = jobs_of(env.world)
        env.step(PUT_OFF)
        after = jobs_of(env.world)
        waited = before[(before["status"] == WAITING) & (before["slack_h"] >= urgent_h)]
        holding = after[after["held"] > 0]
        assert not identities(waited) & identities(holding)
    assert (after["status"] == WAITING).sum() > N_PENDING


def test_a_job_goes_where_it_is_sent():
    """Of two sites open to it, the same job runs in the one or the other."""
    for nth in range(2):
        env = make_env(scenario="hybrid")
        env.reset(seed=1)
        for _ in range(70):
            of_jobs = env.action_masks()[:-2].reshape(N_PENDING, -1)[:, FIRST_SITE:]
            free = np.flatnonzero(of_jobs.sum(axis=1) >= 2)
            if len(free):
                break
            env.step(PUT_OFF)
        job = jobs_of(env.world)[shown(env.world)[free[0]]]
        choices, site = PUT_OFF.copy(), np.flatnonzero(of_jobs[free[0]])[nth]
        choices[free[0]] = FIRST_SITE + site
        env.step(choices)
        after = jobs_of(env.world)
        (mine,) = after[(after["stream"] == job["stream"]) & (after["deadline_h"] == job["deadline_h"])]
        assert mine["held"] > 0
        assert env.world.params.modules["site"][mine["module"]] == site


def test_the_last_entry_speaks_for_all_jobs_that_are_not_shown():
    env = make_env()
    env.reset(seed=2)
    env.step(PUT_OFF)
    assert (jobs_of(env.world)["directive"] == DEFERRED).all()
    env.step(PUT_OFF * 0)
    assert (jobs_of(env.world)["directive"] == 0).all()


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_batch_equals_singles(mode):
    arguments = make_arguments(task="dispatch", decision_every=2, episode_days=0.05)
    batch = WattshiftVectorEnv(3, autoreset_mode=mode, **arguments)
    singles = SyncVectorEnv([lambda: WattshiftEnv(**arguments)] * 3, autoreset_mode=mode)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(batch.reset(seed=4)[0], singles.reset(seed=4)[0])
    assert batch.single_action_space == singles.single_action_space
    for _ in range(20):
        masks = singles.call("action_masks")
        np.testing.assert_array_equal(batch.action_masks(), masks)
        actions = rng.integers(batch.single_action_space.nvec, size=(3, N_PENDING + 1))
        ours, theirs = batch.step(actions), singles.step(actions)
        for mine, other in zip(ours[:4], theirs[:4], strict=True):
            np.testing.assert_array_equal(mine, other)
        assert ours[4].keys() == theirs[4].keys()
        if "clipped" in theirs[4]:
            np.testing.assert_array_equal(ours[4]["clipped"]["dispatch"], theirs[4]["clipped"]["dispatch"])


@pytest.mark.parametrize("wrong", [-1, 0.5, 4, np.nan])
def test_what_is_no_choice_is_refused_by_name(wrong):
    env = make_env()
    env.reset(seed=0)
    before = snapshot(env.world)
    choices = np.zeros(N_PENDING + 1)
    choices[2] = wrong
    with pytest.raises(ValueError, match=r"entry 'dispatch/job3' of environment 0 is .*, must be 0..3"):
        env.step(choices)
    assert_same_bits(snapshot(env.world), before)


def test_a_box_has_no_masks():
    env = WattshiftEnv(**make_arguments())
    env.reset(seed=0)
    with pytest.raises(ValueError, match="action_masks: the task has a Box of actions"):
        env.action_masks()


def test_stable_baselines_reads_the_masks():
    masking = pytest.importorskip("sb3_contrib.common.maskable.utils")
    adapter = pytest.importorskip("wattshift_agents.sb3.adapter")
    batch = gymnasium.make_vec(
        "wattshift/Dispatch-v0", num_envs=2, autoreset_mode="SameStep", **make_arguments(episode_days=0.1)
    )
    venv = adapter.FleetVecEnv(batch)
    venv.seed(0)
    venv.reset()
    assert masking.is_masking_supported(venv)
    masks = masking.get_action_masks(venv)
    assert masks.shape == (2, batch.single_action_space.nvec.sum())
    np.testing.assert_array_equal(masks, batch.unwrapped.action_masks())
    venv.step(np.zeros((2, N_PENDING + 1), np.int64))


@pytest.mark.parametrize("changes", [{"drives": ["dispatch", "caps"]}, {"sees": ["clock"]}, {"drives": ["caps"]}])
def test_choices_need_the_jobs_in_sight_and_nothing_else_to_drive(changes):
    task = {"summary": "wrong", "drives": ["dispatch"], "sees": ["clock", "pending"], "discrete": True} | changes
    with pytest.raises(ValueError, match="a discrete task must drive 'dispatch' alone and see 'pending'"):
        WattshiftEnv(scenario="tiny", task=task)
