"""A tighter bound of the policies that throttle no chip, for tasks that touch nothing but cooling and batteries.

Requests and jobs then fare as they do under the autopilot, step by step: clocks are all that set-points, flows and
batteries could reach them by. What is left is one program of loops, plants and batteries under a known load.
"""

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from .bound import Bound
from .case import Case, make_case
from .climate import Climate, module_climate
from .cooling import add_cooling
from .loops import Loops, reach_loops
from .modules import Loads, add_losses, by_module, most_draw_kw
from .plants import first_loop_c
from .program import Ints, Program
from .replay import Replay, replay_autopilot
from .sites import add_sites, surely_idle

if TYPE_CHECKING:
    from wattshift.world import World

CALM_SLOTS = frozenset({"cooling", "flow", "storage"})
"""Control slots that reach requests and jobs through throttled clocks only, while power is ample."""


def calm_bound_usd(
    world: "World", seed: int, start: int = -1, drives: Collection[str] | None = None, slot_s: float = 3600.0
) -> Bound | None:
    """Least cost of the episode under any policy of the task whose KPI `throttled_chip_h` is 0.

    Args:
        world: gives scenario, traces, episode length and job table; its state is not touched.
        seed: of the episode, 64 bits.
        start: first row of the traces; negative = drawn from the seed.
        drives: control slots; None = those of the world's task.
        slot_s: longest time over which energy is balanced as one; divides 3600.

    Returns:
        The bound, or None where requests and jobs may fare otherwise for another reason: the task drives other slots,
        power may be short, a module may trip, the autopilot itself throttles, or loading takes whole steps; or where
        carbon has a budget, which makes the price of the network's carbon depend on the policy.

    Raises:
        ValueError: `slot_s` is out of range, or `drives` names something that is no control slot.
        RuntimeError: the solver failed.
    """
    began_s = time.perf_counter()
    case = make_case(world, seed, start, slot_s, drives)
    if not case.drives <= CALM_SLOTS or case.rules.cold_share >= 1.0 or case.rules.carbon_over_usd_per_kg > 0.0:
        return None
    loops = reach_loops(case)
    if (loops.sure != case.episode.in_service).any():
        return None
    most_kw = most_draw_kw(case, loops)
    if not surely_idle(case._replace(drives=case.drives - {"storage"}), most_kw).all():
        return None
    replay = replay_autopilot(world, seed, case.episode.start)
    if (replay.clock < 1.0).any():
        return None
    calm = loops._replace(hottest_c=np.minimum(loops.hottest_c, case.params.modules["throttle_c"]))
    program = Program()
    constants_usd = add_sites(program, case, _add_loads(program, case, calm, replay), most_kw)
    solution = program.solve()
    other_usd = replay.cost_usd - replay.site_usd  # requests, jobs, their data and the network
    constant_usd = other_usd + sum(constants_usd.values())
    terms_usd = {"other": other_usd, **constants_usd}
    return Bound(
        total_usd=constant_usd + solution.certified,
        optimum_usd=constant_usd + solution.optimum,
        terms_usd={
            name: solution.terms_usd.get(name, 0.0) + terms_usd.get(name, 0.0)
            for name in sorted({*solution.terms_usd, *terms_usd})
        },
        seconds=time.perf_counter() - began_s,
    )


def _add_loads(program: Program, case: Case, loops: Loops, replay: Replay) -> Loads:
    """What every module draws, over the temperature of its loop."""
    climates = [module_climate(case, loops, replay, module) for module in range(len(case.params.modules))]
    least_kwh = np.stack([climate.it_kwh for climate in climates], axis=1)
    it_kwh = program.variables(least_kwh.shape, case.slots.total_h(loops.most_kw) * 1.001)
    it = program.at_most(-least_kwh)
    program.add(it, it_kwh, -1.0)
    loss_kwh = add_losses(program, case, loops, it_kwh)
    cooling = add_cooling(program, case, loops, it_kwh)
    for module, climate in enumerate(climates):
        kept_kwh, main_kwh = cooling.kept_kwh[:, module], cooling.main_kwh[:, module]
        _add_climate(program, case, climate, module, it[:, module], kept_kwh, main_kwh)
    return [*by_module(it_kwh), *by_module(loss_kwh), *cooling.electricity]


def _add_climate(
    program: Program, case: Case, climate: Climate, module: int, it: Ints, kept_kwh: Ints, main_kwh: Ints
) -> None:
    """Share a module's heat out to nodes; chips and main plant pay at their temperatures, and so does what is too hot.

    Args:
        program: to add to.
        case: the episode.
        climate: of the module.
        module: its number.
        it: [N] rows `IT power <= its variable`.
        kept_kwh: [N] heat in the loop over that at the episode's beginning.
        main_kwh: [N] electricity of the main plant.
    """
    row, plant = case.params.modules[module], case.params.plants[module, 0]
    factor = 1.0 + climate.growth
    hot_usd = np.maximum(climate.nodes_c - row["inlet_limit_c"], 0.0) * case.rules.thermal_usd_per_kwh_k
    at_node = program.variables(factor.shape, climate.it_kwh[:, None], hot_usd * factor, term="thermal")
    whole = program.equal(climate.it_kwh)
    program.add(whole[:, None], at_node, 1.0)
    program.add(it[:, None], at_node, climate.growth)

    width_kwh = row["mass_kwh_per_k"] * np.diff(climate.nodes_c)
    begin_kwh = row["mass_kwh_per_k"] * (first_loop_c(case, module) - climate.nodes_c[0])
    layers = program.variables((len(factor), len(width_kwh)), width_kwh * (1.0 + 1e-9))
    whole = program.equal(np.full(len(factor), begin_kwh))
    program.add(whole[:, None], layers, 1.0)
    program.add(whole, kept_kwh, -1.0)
    filled_kwh = np.clip(begin_kwh - np.append(0.0, width_kwh[:-1].cumsum()), 0.0, width_kwh)
    # Within a layer the price of its heat bends by an eighth of the difference of its ends at most.
    ends = climate.plant_slope[..., :-1], climate.plant_slope[..., 1:]
    mean, bent_kwh = 0.5 * (ends[0] + ends[1]), ((ends[0] - ends[1]) * width_kwh / 8.0).max(axis=-1)
    runs = case.episode.cooling_up[:, module] & case.episode.site_up[:, row["site"]]
    rhs = bent_kwh - climate.plant_kw * case.slots.total_h(runs)[:, None]
    rhs[0] -= (mean[0] * filled_kwh).sum(axis=-1)
    rows = program.at_most(rhs)
    program.add(rows[..., None], at_node[:, None], climate.plant_slope * factor[:, None] * plant["heat_share"])
    program.add(rows[..., None], layers[:, None], -mean)
    program.add(rows[1:, :, None], layers[:-1, None], mean[1:])
    program.add(rows, main_kwh[:, None], -1.0)
