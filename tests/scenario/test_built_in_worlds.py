"""What the built-in scenarios say of themselves, lived: the strict class of `global`, the cabinets of `field`."""

import numpy as np
import pytest
from worlds import begin, slot_action, step, zeros

from wattshift import catalog
from wattshift.scenario import builtin_scenarios, load_scenario
from wattshift.world import World


def lived(world, days, start=100 * 288, action=None):
    """Requests late and dropped by class, and steps in service by module, over some days of the autopilot."""
    begin(world, 5, start)
    arrived, bad = np.zeros((2, len(world.params.request_classes)))
    up = np.zeros(len(world.params.modules))
    for _ in range(round(days * 288)):
        step(world, zeros(world) if action is None else action)
        counts = world.ledger.requests[0]
        arrived += counts["arrived"]
        bad += counts["late"] + counts["dropped"]
        up += world.state.modules["up"][0]
    names = world.scenario.request_class_names
    return dict(zip(names, bad / arrived, strict=True)), dict(
        zip(world.scenario.module_names, up / (days * 288), strict=True)
    )


def test_objectives_reach_from_ten_milliseconds_to_more_than_a_second():
    objectives_ms = [
        request.objective_ms for name in builtin_scenarios() for request in load_scenario(name).requests.values()
    ]
    assert min(objectives_ms) == 10.0
    assert max(objectives_ms) > 1000.0


def test_every_kind_of_edge_chip_and_cabinet_stands_somewhere():
    modules = [module for name in builtin_scenarios() for site in load_scenario(name).sites for module in site.modules]
    assert {module.chip for module in modules} >= {"coral-edge-tpu", "hailo-8", "alveo-u250", "jetson-agx-orin"}
    assert {module.plant for module in modules} >= {"edge-passive", "edge-fan", "edge-dx"}
    kinds = {catalog.chips()[module.chip].kind for module in modules}
    assert kinds == {"cpu", "gpu", "tpu", "npu", "asic", "fpga"}


def test_control_of_machines_is_in_time_on_its_own_chips_and_late_on_others():
    """Where the factory's chips are too few, the nearest others are tens of milliseconds away."""
    factory = {"modules": {"orin": {"count": 2}}}
    crowded = load_scenario({"extends": "global", "name": "crowded", "sites": {"bavarian-plant": factory}})
    usual, _ = lived(World(1, "global", episode_days=1.0), 0.5)
    missed, _ = lived(World(1, crowded, episode_days=1.0), 0.5)
    assert usual["control"] < 0.01
    assert missed["control"] > 5.0 * max(usual["control"], 0.01)


@pytest.fixture(scope="module")
def a_week_in_the_field():
    world = World(1, "field", episode_days=7.0)
    return world, *lived(world, 7.0)


def test_most_requests_of_the_field_are_in_time(a_week_in_the_field):
    _, missed, up = a_week_in_the_field
    assert max(missed.values()) < 0.1, missed
    assert min(up.values()) > 0.8, up


def test_the_field_pays_for_no_heat_for_long(a_week_in_the_field):
    world = a_week_in_the_field[0]
    kpis = {name: values[0] for name, values in world.kpis(np.arange(1)).items()}
    assert kpis["thermal_usd"] < 0.001 * kpis["cost_usd"]
    assert kpis["jobs_late"] < 0.1 * kpis["jobs_arrived"]
    assert kpis["jobs_finished"] > 0.9 * kpis["jobs_arrived"]
    hours = world.scenario.rules.reference_cost_usd_per_h * 7 * 24
    assert kpis["cost_usd"] == pytest.approx(hours, rel=0.5)


def test_cabinets_beyond_the_grid_live_on_sun_wind_and_battery(a_week_in_the_field):
    world = a_week_in_the_field[0]
    names = world.scenario.site_names
    for name in ("oil-field", "ranch"):
        assert world.state.sites["feed_up"][0, names.index(name)] == 0
        assert world.state.sites["highest_kw"][0, names.index(name)] == 0.0
        assert world.state.sites["worn_share"][0, names.index(name)] > 0.0
    pipeline = names.index("pipeline")
    assert world.state.sites["highest_kw"][0, pipeline] == pytest.approx(
        world.params.sites["import_limit_kw"][pipeline]
    )


def test_reducing_footage_on_the_spot_spares_the_radio():
    sent_gb = []
    for preprocess in (0.0, 1.0):
        world = World(1, "field", episode_days=1.0)
        lived(world, 1.0, action=slot_action(world, preprocess=preprocess))
        sent_gb.append(world.kpis(np.arange(1))["transfer_gb"][0])
    assert sent_gb[1] < 0.6 * sent_gb[0]
