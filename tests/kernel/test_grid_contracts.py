"""Money between a site and its grid: billing periods, power purchase agreements, curtailment requests."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from power_worlds import EVERYTHING, power_world, tiny_traces, with_sites
from worlds import begin, policy_actions, slot_action, step, sum_of, zeros

from wattshift.kernel.terms import TERMS

HOUR_STEPS = 12
CURTAILMENT = EVERYTHING["toronto"]["curtailment"]


def month_start(nth=3):
    """A row that is the first of a calendar month."""
    return int(np.flatnonzero(np.diff(tiny_traces().month))[nth]) + 1


def run(world, steps, action_of=zeros):
    """Ledgers of sites [steps, E, S], and rows, of some steps of one action."""
    ledgers, rows = [], []
    for _ in range(steps):
        rows.append(world.row.copy())
        step(world, action_of(world))
        ledgers.append(world.ledger.sites.copy())
    return np.array(ledgers), np.array(rows)


def cost_of(world, term):
    return world.ledger.totals["cost_usd"][:, TERMS.index(term)]


@pytest.mark.parametrize("hours_before", [0, 1, 5])
def test_each_billing_period_pays_its_own_peak_for_its_hours(hours_before):
    world = power_world(with_sites({}), 2)
    begin(world, [1, 2], month_start() - hours_before * HOUR_STEPS)
    sites, rows = run(world, 10 * HOUR_STEPS, lambda world: slot_action(world, storage=1))
    months = world.traces.month[rows[:, 0]]
    rate = world.params.sites["demand_usd_per_kw_month"]
    expected_usd = np.zeros(2)
    for month in np.unique(months):
        own = sites["import_kw"][months == month]
        expected_usd += own.max(axis=0) @ rate * len(own) / HOUR_STEPS / 730.0
    assert len(np.unique(months)) == (2 if hours_before else 1)
    assert_allclose(cost_of(world, "demand_usd"), expected_usd, rtol=1e-9)
    assert_array_equal(world.state.sites["highest_kw"], sites["import_kw"].max(axis=0))
    assert_array_equal(world.state.sites["peak_kw"], sites["import_kw"][months == months[-1]].max(axis=0))
    assert_array_equal(world.kpis(np.arange(2))["peak_kw"], sites["import_kw"].max(axis=0).sum(axis=1))


def test_a_contract_for_difference_pays_strike_less_spot_on_what_was_produced():
    contracts = {name: {"ppa": EVERYTHING[name]["ppa"]} for name in EVERYTHING}
    plain, bound = power_world(with_sites({})), power_world(with_sites(contracts))
    for world in (plain, bound):
        begin(world, 7)
    _, rows = run(plain, 48)
    sites, _ = run(bound, 48)
    zones, share = bound.params.sites["zone"], ("wind_share", "solar_share")
    output_kw = np.stack(
        [bound.traces.zones[rows[:, 0], zones[nth]][share[nth]].astype(float) * (40.0, 2.0)[nth] for nth in range(2)],
        axis=1,
    )
    spot = bound.traces.zones[rows[:, 0]]["price_usd_per_kwh"][:, zones].astype(float)
    difference_usd = (output_kw * (np.array([0.05, 0.04]) - spot)).sum() / HOUR_STEPS
    assert_allclose(sites["ppa_kw"][:, 0], output_kw, rtol=1e-9)
    assert_allclose(cost_of(bound, "electricity_usd") - cost_of(plain, "electricity_usd"), difference_usd, rtol=1e-9)
    assert_allclose(sum_of(bound.ledger.totals["sums"], "ppa_kwh"), output_kw.sum() / HOUR_STEPS, rtol=1e-9)
    matched_kw = np.minimum(sites["import_kw"][:, 0], output_kw)
    assert_allclose(sum_of(bound.ledger.totals["sums"], "matched_kwh"), matched_kw.sum() / HOUR_STEPS, rtol=1e-9)
    assert_array_equal(cost_of(bound, "carbon_usd"), cost_of(plain, "carbon_usd"))


def test_market_accounting_spares_the_carbon_of_matched_import():
    contracts = {name: {"ppa": EVERYTHING[name]["ppa"]} for name in EVERYTHING}
    money = with_sites({})["money"] | {"carbon_accounting": "market"}
    world = power_world(with_sites(contracts, money=money))
    begin(world, 7)
    sites, rows = run(world, 24)
    carbon = world.traces.zones[rows[:, 0]]["carbon_kg_per_kwh"][:, world.params.sites["zone"]].astype(float)
    unmatched_kwh = (sites["import_kw"] - sites["matched_kw"])[:, 0] / HOUR_STEPS
    assert (sites["matched_kw"] > 0.0).any()
    assert_allclose(sites["carbon_kg"][:, 0], unmatched_kwh * carbon, rtol=1e-9)


def asked(world):
    return world.state.sites["curtailing"].copy(), world.state.sites["curtail_in_h"].copy()


def test_requests_are_the_same_for_every_policy_and_announced_ahead():
    """Four policies side by side; none in the first day, one a day after it, as long and as early as the scenario."""
    world = power_world(with_sites(EVERYTHING), 4, episode_days=5.0)
    begin(world, 11)
    active, ahead, rows = [], [], []
    for actions in policy_actions(world, 3):
        now, soon = asked(world)
        active.append(now)
        ahead.append(soon)
        rows.append(world.row[0])
        *_, truncated = world.step(actions, np.zeros(4, np.bool_))
        if truncated.any():
            break
    active, ahead = np.array(active), np.array(ahead)
    assert (active == active[:, :1]).all()
    assert (ahead == ahead[:, :1]).all()
    assert (active[:, :, 1] == 0).all()
    assert (active[: 24 * HOUR_STEPS] == 0).all()
    toronto, notice_h = active[:, 0, 0], ahead[:, 0, 0]
    begins = np.flatnonzero(np.diff(toronto) == 1) + 1
    ends = np.flatnonzero(np.diff(toronto) == -1) + 1
    assert len(begins) >= 3
    for begin_at in begins:
        assert rows[begin_at] * 300 % 3600 == 0
        hour = (world.traces.start_s + rows[begin_at] * 300) % 86400 // 3600
        assert 14 <= hour < 20
        lead = min(6 * HOUR_STEPS, begin_at)
        assert_allclose(notice_h[begin_at - lead : begin_at], np.arange(lead, 0, -1) / HOUR_STEPS)
    for begin_at, end_at in zip(begins, ends, strict=False):
        assert end_at - begin_at == 3 * HOUR_STEPS


def test_requests_come_at_their_rate():
    """Half a year's worth of days at per_year 73 are a fifth of the days, within four standard deviations."""
    rare = {"toronto": {"curtailment": CURTAILMENT | {"per_year": 73.0}}}
    world = power_world(with_sites(rare), 1, step_s=3600.0, episode_days=180.0, job_slots=8)
    begin(world, 5, 0)
    active = []
    for _ in range(180 * 24):
        active.append(world.state.sites["curtailing"][0, 0])
        step(world, slot_action(world, admission=-1))
    begun = (np.diff(active) == 1).sum()
    assert abs(begun - 179 * 73 / 365.25) < 4.0 * np.sqrt(179 * 0.2 * 0.8)


def test_import_beyond_what_is_allowed_is_charged_against_the_usual():
    world = power_world(with_sites(EVERYTHING), 2, episode_days=3.0)
    begin(world, [3, 4])
    charged_usd, usual_kw = np.zeros(2), np.zeros(2)
    steps_asked = 0
    for nth in range(world.steps_per_episode):
        is_asked = world.state.sites["curtailing"][:, 0] == 1
        step(world, zeros(world))
        import_kw = world.ledger.sites["import_kw"][:, 0]
        excess_kw = np.where(is_asked, np.maximum(import_kw - 0.75 * usual_kw, 0.0), 0.0)
        gain = max(1.0 - np.exp(-1.0 / 288.0), 1.0 / (nth + 1))
        usual_kw = np.where(is_asked, usual_kw, usual_kw + gain * (import_kw - usual_kw))
        assert_allclose(world.state.sites["usual_kw"][:, 0], usual_kw, rtol=1e-9)
        assert_allclose(world.ledger.sites["excess_kw"][:, 0], excess_kw, rtol=1e-9, atol=1e-9)
        charged_usd += excess_kw / HOUR_STEPS
        steps_asked += is_asked.sum()
    assert steps_asked > 2 * HOUR_STEPS
    assert_allclose(cost_of(world, "curtailment_usd"), charged_usd, rtol=1e-9)
    assert_allclose(sum_of(world.ledger.totals["sums"], "excess_kwh"), charged_usd, rtol=1e-9)
    assert (charged_usd > 0.0).all()


def test_the_observation_tells_what_is_asked():
    world = power_world(with_sites(EVERYTHING), episode_days=3.0)
    observation = begin(world, 3)
    names = {
        name: world.layout.names.index(f"site/toronto/{name}") for name in ("curtailment_in", "allowed", "feed_up")
    }
    site = world.params.sites[0]
    told = {name: set() for name in names}
    for _ in range(world.steps_per_episode):
        physical = world.layout.physical(observation[0].astype(float))
        state = world.state.sites[0, 0]
        allowed = 0.75 * state["usual_kw"] / site["import_limit_kw"] if state["curtailing"] else 1.0
        expected = {"curtailment_in": state["curtail_in_h"], "allowed": allowed, "feed_up": 1.0}
        for name, at in names.items():
            assert physical[at] == pytest.approx(expected[name], abs=1e-5)
            told[name].add(round(physical[at], 3))
        observation, *_ = step(world, zeros(world))
    assert len(told["curtailment_in"]) > HOUR_STEPS
    assert len(told["allowed"]) > 1
