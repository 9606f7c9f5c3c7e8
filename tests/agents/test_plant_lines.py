"""Lines below a plant's power stay below it at every supply, flow and heat that can come about."""

import numpy as np
import pytest
from worlds import make_world

from wattshift.kernel.plant import coolant_flow, outdoors_c, plant_power_kw, reachable_supply_c
from wattshift_agents.optimum.case import Record, make_case
from wattshift_agents.optimum.climate import module_climate
from wattshift_agents.optimum.loops import reach_loops
from wattshift_agents.optimum.plants import mildest, power_lines, rejection_lines, set_points_c, transport_lines
from wattshift_agents.optimum.replay import replay_autopilot

SAMPLES = 300


def plant_kw(plant, heat_kw, flow, wanted_c, weather):
    supply_c = reachable_supply_c(plant, wanted_c, weather)
    return plant_power_kw(plant, heat_kw, flow, supply_c, outdoors_c(plant, supply_c, weather))


@pytest.mark.parametrize("drives", [(), ("cooling", "flow"), ("flow",)])
def test_lines_over_the_heat(drives):
    world = make_world(1, scenario="hybrid")
    case = make_case(world, 5, 40_000, 3600.0, drives)
    rng = np.random.default_rng(0)
    for module in range(len(world.params.modules)):
        plant = Record(world.params.plants[module, 0])
        lines, still, moving = (
            power_lines(case, module, 0),
            rejection_lines(case, module),
            transport_lines(case, module),
        )
        weather = mildest(case, module)
        for _ in range(SAMPLES):
            slot = rng.integers(len(weather))
            heat_kw, to_loop_kw = plant.capacity_kw * rng.uniform(1e-6, 1.0, 2)
            relative = rng.uniform(0.6, 1.5) if "flow" in drives else 1.0
            flow = coolant_flow(plant, to_loop_kw, relative)
            wanted_c = rng.uniform(*set_points_c(case, module, 0))
            power_kw = plant_kw(plant, heat_kw, flow, wanted_c, Record(weather[slot]))
            assert power_kw >= (lines.intercept[slot] + lines.slope[slot] * heat_kw).max()
            least_kw = (still.intercept[slot] + still.slope[slot] * heat_kw).max()
            assert power_kw >= least_kw + (moving.intercept + moving.slope * to_loop_kw).max()


@pytest.mark.parametrize("drives", [("cooling", "flow"), ("cooling",), ()])
def test_lines_over_heat_and_loop(drives):
    """Heat leaves a loop only for a supply that is colder by heat / conductance."""
    world = make_world(1, scenario="hybrid")
    case = make_case(world, 5, 40_000, 3600.0, drives)
    loops, replay = reach_loops(case), replay_autopilot(world, 5, case.episode.start)
    rng = np.random.default_rng(0)
    for module in range(len(world.params.modules)):
        row, plant = world.params.modules[module], Record(world.params.plants[module, 0])
        climate, weather = module_climate(case, loops, replay, module), mildest(case, module)
        low_c, high_c = set_points_c(case, module, 0)
        for _ in range(SAMPLES):
            slot = rng.integers(len(weather))
            loop_c = rng.uniform(climate.nodes_c[0], climate.nodes_c[-1])
            wanted_c = rng.uniform(low_c, high_c)
            flow = rng.uniform(*climate.flows[slot])
            supply_c = reachable_supply_c(plant, wanted_c, Record(weather[slot]))
            most_kw = row["conductance_kw_per_k"] * flow * (loop_c - supply_c)
            if most_kw <= 0.0:
                continue
            heat_kw = min(most_kw, plant.capacity_kw) * rng.uniform(1e-3, 1.0)
            slope = np.array([np.interp(loop_c, climate.nodes_c, line) for line in climate.plant_slope[slot]])
            least_kw = (climate.plant_kw[slot] + slope * heat_kw).max()
            assert plant_kw(plant, heat_kw, flow, wanted_c, Record(weather[slot])) >= least_kw
