"""Observations: names, order and scaling of the layout are those of what the kernel writes."""

import numpy as np
import pytest
from worlds import begin, make_world, policy_actions, step

from wattshift.kernel.observe import DEMAND_LEADS_H, FORECAST_LEADS_H, SLACK_EDGES_H, WEATHER_LEADS_H
from wattshift.kernel.state import WAITING
from wattshift.scenario import builtin_scenarios
from wattshift.tasks.layout import Names, lay_out
from wattshift.traces import CARBON, PRICE, SOLAR, TEMPERATURE, WIND

N = 4


@pytest.fixture(scope="module", params=["tiny", "faulty-hybrid"])
def seen(request):
    """A world some hours into an episode, and its observations."""
    world = make_world(N, scenario=request.param, step_s=900.0)
    observation = begin(world, [5, 6, 7, 8])
    for _, actions in zip(range(17), policy_actions(world, 1), strict=False):
        observation, *_ = step(world, actions)
    return world, observation


def expected_features(world, env):
    """Name -> physical value, from the world's tables and by the meaning of the names alone."""
    scenario, params, row = world.scenario, world.params, world.row[env]
    usd_per_kg = params.rules["carbon_usd_per_kg"][0]
    clock = world.traces.clock[row]
    hours = world.state.episode["step"][env] * params.rules["step_s"][0] / 3600.0
    values = dict(
        zip(("hour_sin", "hour_cos", "weekday_sin", "weekday_cos", "season_sin", "season_cos"), clock, strict=True)
    )
    values["episode_left"] = 1.0 - world.state.episode["step"][env] / world.steps_per_episode
    hour = int(row * params.rules["step_s"][0] // 3600)
    for nth, name in enumerate(scenario.site_names):
        site, state, moved = params.sites[nth], world.state.sites[env, nth], world.ledger.sites[env, nth]
        zone = world.traces.zones[row, site["zone"]]
        now = float(zone["price_usd_per_kwh"]) + usd_per_kg * float(zone["carbon_kg_per_kwh"])
        values |= {
            f"site/{name}/up": state["up"],
            f"site/{name}/price": zone["price_usd_per_kwh"],
            f"site/{name}/carbon": zone["carbon_kg_per_kwh"],
            f"site/{name}/energy_cost": now + site["price_adder_usd_per_kwh"],
            f"site/{name}/temp": zone["temp_c"],
            f"site/{name}/wet_bulb": zone["wet_bulb_c"],
            f"site/{name}/solar": zone["solar_share"],
            f"site/{name}/charge": state["soc_kwh"] / site["battery_kwh"],
            f"site/{name}/peak": state["peak_kw"] / site["import_limit_kw"],
            f"site/{name}/import": moved["import_kw"] / site["import_limit_kw"],
            f"site/{name}/it": moved["it_kw"] / site["import_limit_kw"],
            f"site/{name}/wind": zone["wind_share"],
            f"site/{name}/feed_up": state["feed_up"],
            f"site/{name}/curtailment_in": state["curtail_in_h"],
            f"site/{name}/allowed": 1.0,
        }
        for lead in FORECAST_LEADS_H:
            issued = world.traces.forecast[hour, :, site["zone"], lead - 1].astype(float)
            values[f"forecast/{name}/energy_cost_change_{lead}h"] = issued[PRICE] + usd_per_kg * issued[CARBON] - now
    for nth, name in enumerate(scenario.module_names):
        module, state, moved = params.modules[nth], world.state.modules[env, nth], world.ledger.modules[env, nth]
        settings = world.control.modules[env, nth]
        values |= {
            f"module/{name}/serving": moved["serving_chips"] / module["chips"],
            f"module/{name}/held_by_jobs": state["held_chips"] / module["chips"],
            f"module/{name}/offered_to_jobs": settings["job_chips"] / module["chips"],
            f"module/{name}/inlet_above_limit": state["loop_c"] - module["inlet_limit_c"],
            f"module/{name}/supply_above_autopilot": settings["supply_c"] - params.plants[nth, 0]["supply_c"],
            f"module/{name}/clock": moved["clock"],
            f"module/{name}/ready": moved["ready"] / module["chips"],
            f"module/{name}/cooling_up": state["cooling_up"],
            f"module/{name}/awake": state["awake"] / module["chips"],
            f"module/{name}/waking": state["waking"] / module["chips"],
        }
    for nth, name in enumerate(scenario.link_names):
        values |= {
            f"link/{name}/up": world.state.links["up"][env, nth],
            f"link/{name}/asleep": world.state.links["asleep"][env, nth],
            f"link/{name}/utilisation": world.ledger.links["gbps"][env, nth] / params.links["capacity_gbps"][nth],
        }
    for nth, name in enumerate(scenario.flow_names):
        values[f"requests/{name}"] = world.ledger.flows["per_s"][env, nth]
    return values | expected_jobs(world, env, hours)


def expected_jobs(world, env, now_h):
    jobs = world.state.jobs[env, : world.state.episode["n_jobs"][env]]
    job_class, waiting = world.params.streams["job_class"][jobs["stream"]], jobs["status"] == WAITING
    values = {}
    for nth, name in enumerate(world.scenario.job_class_names):
        own = job_class == nth
        values[f"jobs/{name}/waiting"] = jobs["gang"][own & waiting].sum()
        values[f"jobs/{name}/held"] = jobs["held"][own].sum()
        values[f"jobs/{name}/work_left"] = jobs["work_h"][own].sum()
    slack_h = (
        jobs["deadline_h"]
        - now_h
        - jobs["restart_h"]
        - jobs["work_h"] / (jobs["gang"] * world.params.streams["pace"][jobs["stream"]])
    )
    edges = [-np.inf, *SLACK_EDGES_H, np.inf]
    labels = ["", *(f"{edge:g}h" for edge in SLACK_EDGES_H), ""]
    for nth in range(len(edges) - 1):
        inside = waiting & (slack_h >= edges[nth]) & (slack_h < edges[nth + 1])
        values[f"jobs/waiting_with_slack_{labels[nth]}_to_{labels[nth + 1]}"] = jobs["gang"][inside].sum()
    return values


def test_names_and_values_stand_in_the_same_order(seen):
    world, observation = seen
    for env in range(N):
        expected = expected_features(world, env)
        assert set(expected) == set(world.layout.names)
        physical = world.layout.physical(observation[env].astype(float))
        limited = np.abs(observation[env]) >= 10.0
        for feature, value, is_limited in zip(world.layout.features, physical, limited, strict=True):
            if not is_limited:
                tolerance = 2e-6 / abs(feature.scale) + 1e-6 * abs(value)
                assert value == pytest.approx(expected[feature.name], abs=tolerance), feature.name


def test_the_world_of_the_test_is_busy(seen):
    """What is compared above is not all zero: something waits, runs, is served, is cut off."""
    world, observation = seen
    for part in ("serving", "held_by_jobs", "waiting", "energy_cost_change_24h"):
        columns = [nth for nth, name in enumerate(world.layout.names) if name.endswith(part)]
        assert (world.layout.physical(observation)[:, columns] != 0.0).any(), part


def test_the_first_observation_is_as_the_later_ones():
    world = make_world(N, scenario="tiny")
    observation = begin(world, np.arange(N))
    for env in range(N):
        expected = expected_features(world, env)
        physical = world.layout.physical(observation[env].astype(float))
        for name, value in zip(world.layout.names, physical, strict=True):
            assert value == pytest.approx(expected[name], rel=1e-4, abs=1e-3), name


@pytest.mark.parametrize("name", builtin_scenarios())
def test_names_are_unique_and_blocks_cover_the_observation(name):
    world = make_world(scenario=name, step_s=3600.0)
    layout = world.layout
    assert len(set(layout.names)) == len(layout.names)
    assert len(set(layout.action_names)) == len(layout.action_names)
    for slices, size in ((layout.slices, len(layout.features)), (layout.actions, len(layout.action_names))):
        covered = np.concatenate([np.arange(size)[part] for part in slices.values()])
        np.testing.assert_array_equal(covered, np.arange(size))
    assert all(feature.scale > 0.0 and feature.unit for feature in layout.features)


def test_a_task_sees_its_blocks_in_its_order():
    task = {"summary": "two blocks", "drives": ["caps"], "sees": ["requests", "clock"]}
    whole, part = make_world(), make_world(task=task)
    ours, theirs = begin(part, 3), begin(whole, 3)
    order = [whole.layout.names.index(name) for name in part.layout.names]
    np.testing.assert_array_equal(ours, theirs[:, order])
    assert part.layout.slices["requests"].start == 0


def test_a_task_file_may_ask_for_forecasts_of_weather_and_of_demand(tmp_path):
    path = tmp_path / "foresight.yaml"
    path.write_text("summary: what comes\ndrives: [caps]\nsees: [weather_forecast, clock, demand_forecast]\n")
    world = make_world(N, task=path)
    observation = begin(world, np.arange(N))
    rates = world.traces.request_forecast_per_s
    for env in range(N):
        hour = int(world.row[env] * world.params.rules["step_s"][0] // 3600)
        seen = dict(zip(world.layout.names, world.layout.physical(observation[env].astype(float)), strict=True))
        for nth, site in enumerate(world.scenario.site_names):
            issued = world.traces.forecast[hour, :, world.params.sites["zone"][nth]]
            for lead in WEATHER_LEADS_H:
                for name, quantity in (("temp", TEMPERATURE), ("solar", SOLAR), ("wind", WIND)):
                    got = seen[f"weather_forecast/{site}/{name}_{lead}h"]
                    assert got == pytest.approx(issued[quantity, lead - 1], rel=1e-4, abs=1e-4)
        for nth, flow in enumerate(world.scenario.flow_names):
            for lead in DEMAND_LEADS_H:
                assert seen[f"demand_forecast/{flow}/{lead}h"] == pytest.approx(rates[hour, nth, lead - 1], rel=1e-4)
    assert len(world.layout.slices) == 3


def test_storage_has_an_entry_per_battery_only():
    world = make_world(scenario="tiny")
    params = world.params._replace(sites=world.params.sites.copy())
    params.sites["battery_kwh"][0] = 0.0
    scenario = world.scenario
    names = Names(
        scenario.site_names,
        scenario.module_names,
        scenario.link_names,
        scenario.flow_names,
        scenario.job_class_names,
    )
    layout = lay_out(world.task, params, names, scenario.demand().flow_mean_per_s)
    assert [name for name in layout.action_names if name.startswith("storage/")] == ["storage/dallas"]


def test_a_batch_of_rewards_weighs_its_terms():
    """The task's weights, and only they, make the reward of the terms."""
    task = {"summary": "carbon only", "drives": ["caps"], "sees": ["clock"], "pays": {"carbon_usd": 2.5}}
    world = make_world(task=task)
    begin(world, 3)
    _, reward, _ = step(world, -1.0)
    assert reward[0] == pytest.approx(-2.5 * world.terms()["carbon_usd"][0] / world.reward_scale_usd)
    kpis = world.kpis(np.arange(1))
    assert kpis["objective_usd"] == pytest.approx(2.5 * kpis["carbon_usd"])
    assert kpis["objective_usd"] < kpis["cost_usd"]


def test_the_objective_of_a_task_that_pays_for_everything_is_the_money():
    world = make_world()
    begin(world, 3)
    step(world, -1.0)
    kpis = world.kpis(np.arange(1))
    np.testing.assert_array_equal(kpis["objective_usd"], kpis["cost_usd"])
