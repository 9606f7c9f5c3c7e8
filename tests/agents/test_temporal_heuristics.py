"""Rules that plan in time: nothing to gain, nothing done; what pays is waited for; deadlines are kept."""

import numpy as np
import pytest
from work import tiny_with

from wattshift.kernel.state import PUSHING, RUNNING
from wattshift_agents.evaluation import EvaluationSet, play
from wattshift_agents.heuristics import HEURISTICS, make_heuristics
from wattshift_agents.heuristics.capacity import VirtualCapacity
from wattshift_agents.heuristics.starting import CarbonTime, LowestSlot, LowestWindow
from wattshift_agents.heuristics.suspending import ElasticGreedy, Threshold, WaitAwhile
from wattshift_agents.heuristics.temporal import Candidates, TemporalPolicy
from wattshift_agents.jobs import JOB_VIEW, jobs_of
from wattshift_agents.view import look

STARTING = ("lowest-slot", "lowest-window", "carbon-time")
SUSPENDING = ("threshold", "wait-awhile", "elastic-greedy")
TEMPORAL = (*STARTING, *SUSPENDING, "virtual-capacity")
TORONTO, H100, TRAINING = 0, 0, 0
OFFERED = 0.6 * 32
"""Chips of the H100 module that the autopilot offers, not rounded."""


@pytest.fixture
def env(make_tiny):
    env = make_tiny(1)
    env.reset(seed=0)
    return env


def a_job(**changes):
    """A job that waits in Toronto, four hours long, with a day to do it."""
    usual = {"stream": TRAINING, "site": TORONTO, "module": -1, "chips": 8, "deadline_h": 28, "run_h": 4, "slack_h": 24}
    job = np.zeros((), JOB_VIEW)
    for name, value in (usual | changes).items():
        job[name] = value
    return job


def running(**changes):
    return a_job(module=H100, held=8, **changes)


def at(hour):
    """The clock's features at an hour of the first day."""
    turn = 2 * np.pi * hour / 24
    return np.array([[np.sin(turn), np.cos(turn), 0.0, 1.0, 0.0, 1.0]])


def shown(env, jobs, ahead, now=1.0, hour=10.0):
    """A view with these jobs, and energy that costs `now` and then `ahead` by hour (1 where not said), at all sites."""
    view = look(env.world)
    forecast = np.ones_like(view.energy_forecast_usd_per_kwh)
    for lead, value in ahead.items():
        forecast[:, :, lead - 1] = value
    held = np.zeros_like(view.job_occupancy)
    held[:, TORONTO] = sum(job["held"] for job in jobs) / np.floor(OFFERED)
    return view._replace(
        clock=at(hour),
        energy_usd_per_kwh=np.full_like(view.energy_usd_per_kwh, now),
        energy_forecast_usd_per_kwh=forecast,
        jobs=np.array([jobs], JOB_VIEW),
        job_occupancy=held,
    )


def begin(policy, env):
    policy.reset(env.world)
    return policy


def offered_chips(policy, env, view):
    """Chips that the decision offers on the H100 module; nothing but admission is touched."""
    action = policy.act(np.zeros(env.observation_space.shape, np.float32), view)
    place = env.world.layout.actions["admission"]
    others = np.delete(action, np.arange(place.start, place.stop), axis=1)
    assert not others.any()
    return int((1.0 + min(action[0, place][TORONTO], 0.0)) * OFFERED + 1e-6)


@pytest.mark.parametrize("name", TEMPORAL)
def test_where_all_hours_cost_the_same_it_is_the_autopilot(name, env):
    policy = begin(*make_heuristics([name]), env)
    action = policy.act(np.zeros(env.observation_space.shape, np.float32), shown(env, [a_job(), running()], {}))
    assert not action.any()


@pytest.mark.parametrize("name", TEMPORAL)
def test_a_table_without_jobs_is_left_to_the_autopilot(name, env):
    policy = begin(*make_heuristics([name]), env)
    view = shown(env, [a_job(chips=0)], {5: 0.2})
    assert not policy.act(np.zeros(env.observation_space.shape, np.float32), view).any()


@pytest.mark.parametrize("name", [*STARTING, *SUSPENDING])
def test_jobs_wait_for_what_is_cheaper_within_their_slack(name, env):
    (policy,) = make_heuristics([name])
    cheaper = dict.fromkeys(range(5, 16), 0.2)
    assert offered_chips(begin(policy, env), env, shown(env, [a_job()], cheaper)) == 0
    hurried = a_job(slack_h=1.5, deadline_h=5.5)
    assert offered_chips(begin(policy, env), env, shown(env, [hurried], cheaper)) == int(OFFERED)


@pytest.mark.parametrize("name", STARTING)
def test_running_jobs_keep_their_chips_while_others_wait(name, env):
    policy = begin(*make_heuristics([name]), env)
    view = shown(env, [running(), a_job()], {5: 0.2, 6: 0.2, 7: 0.2, 8: 0.2})
    assert offered_chips(policy, env, view) == 8


@pytest.mark.parametrize("name", SUSPENDING)
def test_running_jobs_are_suspended_in_dear_hours_but_not_for_short_breaks(name, env):
    (policy,) = make_heuristics([name], {name: {"least_gap_h": 3}})
    later = dict.fromkeys(range(5, 16), 0.2)
    assert offered_chips(begin(policy, env), env, shown(env, [running()], later)) == 0
    soon = dict.fromkeys(range(1, 12), 0.2)
    assert offered_chips(begin(policy, env), env, shown(env, [running()], soon)) == int(OFFERED)


@pytest.mark.parametrize(("policy", "hours"), [(LowestSlot(), 2), (LowestWindow(), 9), (CarbonTime(), 5)])
def test_each_rule_starts_at_its_own_hour_and_keeps_to_it(policy, hours, env):
    """Hour 2 is a lone dip, 9 to 12 the best window, 5 to 8 nearly as good and sooner."""
    ahead = {2: 0.1} | dict.fromkeys((5, 6, 7, 8), 0.45) | dict.fromkeys((9, 10, 11, 12), 0.4)
    begin(policy, env)
    job = a_job()
    for hour in range(hours + 2):
        forecast = ahead if hour == 0 else {}  # later forecasts promise nothing, the plan stands
        offered = offered_chips(policy, env, shown(env, [job], forecast, hour=10.5 + hour))
        assert offered == (0 if hour < hours else int(OFFERED)), hour


def test_a_job_counts_only_at_the_site_where_its_run_costs_least():
    """Two jobs beside two sites each, and one that runs; the first is cheapest later at its second site."""
    cost = np.full((5, 49), 1.0)
    cost[1, 5:9] = 0.2
    cost[2, :2] = 0.5
    jobs = np.array([a_job(), a_job(), a_job(deadline_h=40), a_job(deadline_h=40), running(deadline_h=50)], JOB_VIEW)
    candidates = Candidates(
        env=np.zeros(5, np.int64),
        site=np.array([0, 1, 0, 1, 0]),
        job=jobs,
        cost=cost,
        length=np.full(5, 4),
        slack=np.full(5, 20),
    )
    assert list(TemporalPolicy._is_elsewhere(candidates)) == [True, False, False, True, False]


def test_plans_are_forgotten_where_an_episode_begins(env):
    policy = begin(LowestSlot(), env)
    assert offered_chips(policy, env, shown(env, [a_job()], {5: 0.2})) == 0
    assert offered_chips(policy, env, shown(env, [a_job()], {})) == 0
    policy.reset(env.world, np.array([True]))
    assert offered_chips(policy, env, shown(env, [a_job()], {})) == int(OFFERED)


def test_only_what_is_kept_low_counts(env):
    view = shown(env, [a_job()], {5: 0.2})
    flat = {"price_usd_per_kwh": 1.0, "price_forecast_usd_per_kwh": 1.0}
    view = view._replace(**{name: np.full_like(getattr(view, name), value) for name, value in flat.items()})
    assert offered_chips(begin(LowestSlot("energy"), env), env, view) == 0
    assert offered_chips(begin(LowestSlot("price"), env), env, view) == int(OFFERED)


def test_elastic_gangs_shrink_in_dear_hours_instead_of_stopping(make_tiny):
    elastic = {"least_share": 0.25, "most_share": 2.0, "exponent": 0.6}
    env = make_tiny(1, scenario=tiny_with(jobs={"training": {"elastic": elastic}}))
    env.reset(seed=0)
    cheaper = dict.fromkeys(range(1, 25), 0.8)
    offered = offered_chips(begin(ElasticGreedy(), env), env, shown(env, [running(slack_h=9)], cheaper))
    assert 2 <= offered < 8
    assert offered_chips(begin(WaitAwhile(least_gap_h=1), env), env, shown(env, [running(slack_h=9)], cheaper)) == 0


def test_capacity_is_there_in_the_cheap_hours_of_the_day(env):
    cheap = dict.fromkeys(range(6, 12), 0.2)
    policy = begin(VirtualCapacity(peak_cost=0.0), env)
    offers = [offered_chips(policy, env, shown(env, [a_job(chips=4)], cheap)) for _ in range(24 * 12)]
    assert set(offers[6 * 12 : 12 * 12]) == {int(OFFERED)}
    assert set(offers[12 : 6 * 12] + offers[12 * 12 :]) == {0}  # what does not fit runs in the first of the other hours
    load_h = VirtualCapacity().headroom * 24 * 4 / np.floor(OFFERED)
    assert sum(offers) / 12 / int(OFFERED) == pytest.approx(load_h, abs=0.6)


def test_a_cap_stops_no_running_job_and_a_dear_peak_spreads_the_load(env):
    cheap = dict.fromkeys(range(6, 12), 0.2)
    policy = begin(VirtualCapacity(peak_cost=0.0), env)
    assert offered_chips(policy, env, shown(env, [running()], cheap)) >= 8 * OFFERED // 19 - 1
    policy = begin(VirtualCapacity(peak_cost=100.0), env)
    offers = {offered_chips(policy, env, shown(env, [a_job(chips=4)], cheap)) for _ in range(24 * 12)}
    assert len(offers) == 1
    assert 4 <= offers.pop() <= 6


@pytest.fixture
def days(make_tiny):
    return make_tiny(6, episode_days=2.0)


@pytest.mark.parametrize("name", TEMPORAL)
def test_waiting_makes_few_jobs_late(name, days):
    """Of jobs with 10 to 12 hours of slack on a small fleet; queues after a dear day cost some their deadline."""
    windows = EvaluationSet.spread(days, seed=0)
    late, done = [], []
    for policy in make_heuristics(["autopilot", name]):
        kpis = play(days, windows, policy)
        late.append(kpis["jobs_late"].sum())
        done.append(kpis["jobs_finished"].sum() + kpis["jobs_unfinished"].sum())
        assert not kpis["jobs_abandoned"].any()
    assert done[0] == done[1] > 300
    assert (late[1] - late[0]) / done[0] < 0.03


def test_the_operators_table_of_jobs_is_that_of_the_world(make_tiny):
    env = make_tiny(3)
    env.reset(seed=1)
    for _ in range(20):
        env.step(np.zeros(env.action_space.shape, np.float32))
    state, jobs = env.world.state, jobs_of(env.world)
    assert (jobs["module"] >= 0).any()
    for n in range(3):
        table = state.jobs[n, : state.episode["n_jobs"][n]]
        seen = jobs[n, : len(table)]
        assert (jobs["chips"][n, len(table) :] == 0).all()
        own = table["status"] != PUSHING
        np.testing.assert_array_equal(seen["chips"], np.where(own, table["gang"], 0))
        np.testing.assert_array_equal(seen["held"], np.where(own, table["held"], 0))
        waiting = own & (table["held"] == 0)
        np.testing.assert_allclose(seen["slack_h"][waiting], table["slack_h"][waiting], atol=1e-9)
        on_time = own & (table["status"] == RUNNING)
        now_h = state.episode["step"][n] * 300 / 3600
        np.testing.assert_allclose(
            (seen["slack_h"] + seen["run_h"])[on_time], table["deadline_h"][on_time] - now_h, atol=1e-9
        )
        assert (seen["run_h"][own] > 0.0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LowestSlot(signal="colour"), "signal: got 'colour', must be one of energy, price, carbon"),
        (lambda: LowestSlot(margin_h=-1.0), "margin_h: got -1.0"),
        (lambda: Threshold(share=1.5), "share: got 1.5"),
        (lambda: WaitAwhile(least_gap_h=0), "least_gap_h: got 0"),
        (lambda: ElasticGreedy(n_blocks=1), "n_blocks: got 1"),
        (lambda: VirtualCapacity(headroom=0.5), "headroom: got 0.5"),
        (lambda: VirtualCapacity(peak_cost=-1.0), "peak_cost: got -1"),
        (lambda: VirtualCapacity(signal="colour"), "signal: got 'colour'"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_every_heuristic_says_where_it_comes_from_and_what_it_looks_at():
    for kind in HEURISTICS.values():
        assert kind.source
        assert kind.looks_at
