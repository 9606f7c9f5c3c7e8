"""Plans that begin from the last one: the same cost in fewer steps, whatever came, went or moved between."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattshift_agents.jobs import JOB_VIEW
from wattshift_agents.optimum.mpc_program import Battery, Outside, Starts, shapes_of, solve
from wattshift_agents.optimum.mpc_solver import AT_LOW, BETWEEN, Basis
from wattshift_agents.optimum.mpc_warm import moved_on

N_SITES, N_MODULES, N_HOURS = 3, 4, 24
SITE = np.array([0, 0, 1, 2])
BATTERY = Battery(*(np.full(N_SITES, value) for value in (50.0, 10.0, 150.0, 0.95, 0.95, 0.02, 1e-4)))


def outside(rng, hour, n_periods=N_HOURS):
    """A day of prices and loads, seen from an hour of it."""
    hours = hour + np.arange(n_periods)
    price = 0.15 + 0.08 * np.sin(hours / 24.0 * 2.0 * np.pi + np.arange(N_SITES)[:, None])
    load_kw = 100.0 + 20.0 * np.cos(hours / 24.0 * 2.0 * np.pi) + rng.normal(0.0, 5.0, (N_SITES, 1))
    one = np.ones(N_SITES)
    return Outside(
        net_kw=load_kw,
        import_usd_per_kwh=price,
        surplus_usd_per_kwh=0.0 * price,
        allowed_kw=np.full(price.shape, 1e3),
        excess_usd_per_kwh=0.5 * one,
        peak_kw=110.0 * one,
        growth_usd_per_kw=2.0 * one,
        soc_kwh=rng.uniform(10.0, 150.0, N_SITES),
        kept_usd_per_kwh=price.mean(axis=1),
        target_kwh=75.0 * one,
        missing_usd_per_kwh=0.01 * one,
    )


def starts(rng, deadlines, n_periods=N_HOURS):
    """Jobs of three hours on any module, dearer the later; chips are scarce."""
    jobs = np.zeros(len(deadlines), JOB_VIEW)
    jobs["deadline_h"] = deadlines
    job, module, period = (axis.ravel() for axis in np.indices((len(jobs), N_MODULES, n_periods)))
    ahead = np.arange(n_periods) - period[:, None]
    return Starts(
        jobs=jobs,
        job=job,
        module=module,
        site=SITE[module],
        period=period,
        cost_usd=0.01 * period + 0.1 * module,
        chips=np.full(len(job), 8.0),
        kw=np.full(len(job), 6.0),
        share=((ahead >= 0) & (ahead < 3)).astype(np.float64),
        free_chips=rng.uniform(8.0, 30.0, (N_MODULES, n_periods)),
        unplanned_usd=np.full(len(jobs), 50.0),
    )


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.lists(st.integers(0, 9), unique=True, max_size=6))
def test_a_plan_costs_the_same_from_wherever_it_begins(seed, passed, deadlines):
    rng = np.random.default_rng(seed)
    before, now = starts(rng, [1, 3, 5, 7]), starts(rng, deadlines)
    first = solve(1.0, BATTERY, outside(rng, 0), before)
    seen = outside(rng, passed)
    guess = moved_on(first.basis, before, now, N_SITES, passed)
    cold, warm = solve(1.0, BATTERY, seen, now), solve(1.0, BATTERY, seen, now, guess)
    assert warm.cost_usd == pytest.approx(cold.cost_usd, rel=1e-9, abs=1e-6)


def test_it_takes_fewer_steps_from_the_last_plan():
    rng = np.random.default_rng(1)
    cold_steps = warm_steps = 0
    last = None
    for hour in range(12):
        now, seen = starts(rng, np.arange(hour, hour + 6)), outside(rng, hour)
        guess = None if last is None else moved_on(last[0].basis, last[1], now, N_SITES, 1)
        cold, warm = solve(1.0, BATTERY, seen, now), solve(1.0, BATTERY, seen, now, guess)
        if guess is not None:
            cold_steps, warm_steps = cold_steps + cold.iterations, warm_steps + warm.iterations
        last = warm, now
    assert warm_steps < 0.7 * cold_steps


def test_hours_jobs_and_starts_that_both_plans_see_keep_their_status():
    rng = np.random.default_rng(2)
    before, now = starts(rng, [4, 2]), starts(rng, [2, 9])
    shapes = shapes_of(N_SITES, before)
    sizes = [sum(int(np.prod(part)) for part in parts) for parts in (shapes.columns, shapes.rows)]
    basis = Basis(*(np.arange(size, dtype=np.int64).astype(np.int8) % 3 for size in sizes))
    moved = moved_on(basis, before, now, N_SITES, 2)
    cells = N_SITES * N_HOURS
    old, new = (part.columns[: 6 * cells].reshape(6, N_SITES, N_HOURS) for part in (basis, moved))
    np.testing.assert_array_equal(new[:, :, :-2], old[:, :, 2:])
    np.testing.assert_array_equal(new[:, :, -2:], np.repeat(old[:, :, -1:], 2, axis=2))
    by_site = 6 * cells + 2 * N_SITES
    ways = N_MODULES * N_HOURS
    kept = moved.columns[by_site : by_site + ways].reshape(N_MODULES, N_HOURS)
    was = basis.columns[by_site + ways : by_site + 2 * ways].reshape(N_MODULES, N_HOURS)
    np.testing.assert_array_equal(kept[:, :-2], was[:, 2:])
    assert (kept[:, -2:] == AT_LOW).all()
    assert (moved.columns[by_site + ways : by_site + 2 * ways] == AT_LOW).all(), "a new job has not started"
    assert moved.columns[-1] == BETWEEN
    assert moved.columns[-2] == basis.columns[-1]


def test_a_guess_that_makes_no_sense_costs_time_but_not_the_optimum():
    rng = np.random.default_rng(3)
    seen, now = outside(rng, 0), starts(rng, [1, 2])
    cold = solve(1.0, BATTERY, seen, now)
    for status in (AT_LOW, BETWEEN):
        guess = Basis(*(np.full(len(part), status, np.int8) for part in cold.basis))
        assert solve(1.0, BATTERY, seen, now, guess).cost_usd == pytest.approx(cold.cost_usd, rel=1e-9)
