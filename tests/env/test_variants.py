"""Variants: one respect of the world, or of the view of it, differs; the rest does not."""

import numpy as np
import pytest
from worlds import begin, make_world, step, sum_of, zeros

from wattshift.kernel.observe import FORECAST_BLOCKS


def lived(variant=None, steps=48, **changes):
    """A day of four episodes of the hybrid fleet under the autopilot, by the half hour."""
    world = make_world(4, scenario="hybrid", step_s=1800.0, episode_days=1.0, variant=variant, **changes)
    begin(world, [1, 2, 3, 4])
    rewards = np.array([step(world, zeros(world))[1] for _ in range(steps)])
    return world, rewards


@pytest.fixture(scope="module")
def as_written():
    return lived()


def carbon_usd(world):
    return world.kpis(np.arange(4))["carbon_usd"]


def test_without_forecasts_their_blocks_are_gone_and_the_world_is_the_same(as_written):
    for task in ("fleet", "routing"):
        world = make_world(task=task, variant={"forecasts": False})
        assert not set(world.layout.slices) & set(FORECAST_BLOCKS)
        assert set(world.layout.slices) == set(make_world(task=task).layout.slices) - set(FORECAST_BLOCKS)
    world, rewards = lived({"forecasts": False})
    np.testing.assert_array_equal(rewards, as_written[1])


def test_without_residency_everything_may_go_everywhere_that_can_run_it(as_written):
    bound, free = as_written[0].params, lived({"residency": False}, steps=0)[0].params
    assert ((bound.stream_speed > 0.0) <= (free.stream_speed > 0.0)).all()
    assert (free.stream_speed > 0.0).sum() > (bound.stream_speed > 0.0).sum()
    assert (free.candidates["module"] >= 0).sum() > (bound.candidates["module"] >= 0).sum()


def test_without_faults_nothing_fails_at_random():
    world = make_world(4, scenario="faulty-tiny", variant={"faults": False})
    begin(world, [1, 2, 3, 4])
    for _ in range(world.steps_per_episode):
        step(world, zeros(world))
    for name in ("site_down_h", "module_down_h", "failed_chip_h"):
        assert (sum_of(world.ledger.totals["sums"], name) == 0.0).all()
    assert (world.state.links["up"] == 1).all()


def test_a_price_of_carbon_prices_the_same_carbon(as_written):
    world, _ = lived({"carbon_usd_per_t": 250.0})
    np.testing.assert_allclose(carbon_usd(world), 2.5 * carbon_usd(as_written[0]))
    assert (world.kpis(np.arange(4))["carbon_kg"] == as_written[0].kpis(np.arange(4))["carbon_kg"]).all()


def test_marginal_carbon_is_charged_and_the_average_is_accounted(as_written):
    world, _ = lived({"carbon_signal": "marginal"})
    ours, theirs = world.kpis(np.arange(4)), as_written[0].kpis(np.arange(4))
    np.testing.assert_array_equal(ours["carbon_kg"], theirs["carbon_kg"])
    assert (ours["carbon_usd"] != theirs["carbon_usd"]).all()
    traces = world.traces._replace(zones=world.traces.zones.copy())
    traces.zones["marginal_kg_per_kwh"] = traces.zones["carbon_kg_per_kwh"]
    same, _ = lived({"carbon_signal": "marginal"}, traces=traces)
    np.testing.assert_array_equal(carbon_usd(same), carbon_usd(as_written[0]))


def test_a_budget_charges_what_is_emitted_while_the_episode_is_beyond_it(as_written):
    """Out of reach it costs nothing; none at all, its price on all carbon but that of the first step."""
    ample, _ = lived({"carbon_budget": {"kg_per_day": 1e9, "usd_per_t": 100.0}})
    np.testing.assert_array_equal(carbon_usd(ample), carbon_usd(as_written[0]))
    none, _ = lived({"carbon_budget": {"kg_per_day": 0.0, "usd_per_t": 100.0}})
    first, _ = lived(steps=1)
    np.testing.assert_allclose(carbon_usd(none), 2.0 * carbon_usd(as_written[0]) - carbon_usd(first))
    kg = as_written[0].kpis(np.arange(4))["carbon_kg"]
    half, _ = lived({"carbon_budget": {"kg_per_day": float(kg.min() / 2.0), "usd_per_t": 100.0}})
    assert (carbon_usd(half) > carbon_usd(ample)).all()
    assert (carbon_usd(half) <= carbon_usd(none)).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"forecast": False}, "forecast: unknown key, did you mean 'forecasts'"),
        ({"carbon_signal": "mean"}, "carbon_signal: got 'mean'"),
        ({"carbon_usd_per_t": -1.0}, "carbon_usd_per_t: got -1"),
        ({"carbon_budget": {"kg_per_day": 5.0}}, "usd_per_t"),
    ],
)
def test_wrong_variants_are_refused_in_words(wrong, message):
    with pytest.raises(ValueError, match=message):
        make_world(variant=wrong)


def test_a_budget_is_shown_after_all_else_and_changes_no_other_entry():
    budget = {"carbon_budget": {"kg_per_day": 700.0, "usd_per_t": 100.0}}
    for task in ("fleet", "cooling"):
        plain, limited = make_world(task=task), make_world(task=task, variant=budget)
        assert limited.layout.names == [*plain.layout.names, "budget/left", "budget/ahead"]
        np.testing.assert_array_equal(begin(limited, 3)[:, :-2], begin(plain, 3))
    empty = make_world(variant={"carbon_budget": {"kg_per_day": 0.0, "usd_per_t": 100.0}})
    np.testing.assert_array_equal(empty.layout.physical(begin(empty, 3))[0, -2:], 0.0)


def test_a_task_does_not_name_the_budget():
    with pytest.raises(ValueError, match=r"sees: .*'budget' is not named: it follows the others"):
        make_world(task={"summary": "wrong", "drives": ["caps"], "sees": ["clock", "budget"]})
