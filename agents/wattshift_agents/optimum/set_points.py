"""Cooling set-points that cost least at the present load and weather, by the plants' own formulas.

An operator knows his plants: what compressors, fans and pumps draw, and how leakage and server fans grow with the
inlet. Warmer supply spares the former and costs the latter; more coolant brings the inlet nearer to the supply and
costs the cube in pumps. So every site's pair of set-point and flow is searched on a model of the steady state, which
loops reach within a few time constants: supervisory control as in Braun, Klein, Beckman and Mitchell, Methodologies for
optimal control of chilled water systems without storage, ASHRAE Transactions 95, 1989.
"""

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import module_power_kw
from wattshift.kernel.decode import LEAST_FLOW, MOST_FLOW, depart
from wattshift.kernel.entry import source_digest
from wattshift.kernel.heat import beyond_recommended_k, second_plant_kw
from wattshift.kernel.jit import OPTIONS, njit
from wattshift.kernel.plant import (
    available_kw,
    coolant_flow,
    outdoors_c,
    plant_power_kw,
    reachable_supply_c,
    water_l_per_h,
)
from wattshift.kernel.power import module_loss_kw

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params

Floats = NDArray[np.float64]

LOAD = np.dtype(
    [
        ("asleep", np.float64),  # chips
        ("powered", np.float64),  # chips awake or waking, less the failed
        ("serving", np.float64),  # chip-equivalents busy with requests
        ("replicas", np.float64),  # chips that hold a model
        ("working", np.float64),  # chips busy with jobs
    ],
    align=True,
)
"""What the chips of a module do."""

WEATHER = np.dtype([("temp_c", np.float64), ("wet_bulb_c", np.float64)], align=True)
"""Outdoors, with the kernel's names."""

ROUNDS = 4
"""Of the fixed point between loop and power: a warmer loop adds a few percent of the heat that warms it."""

HALVINGS = 4
"""Of the step of a search."""

RUNAWAY_USD_PER_KWH = 1e3
"""Price of heat beyond what a plant can remove, above that of any temperature: no loop is to run away."""


class SetPointModel:
    """Finds the pairs of entries for a batch of fleets.

    Args:
        params: Of the world.
    """

    def __init__(self, params: "Params"):
        self.params = params

    def search(
        self,
        loads: NDArray[np.void],
        weather: NDArray[np.void],
        usd_per_kwh: Floats,
        around: Floats,
        steps: tuple[float, float],
    ) -> tuple[Floats, Floats]:
        """The cheapest pairs around given ones: on a grid two steps each way, then ever finer around its best.

        Args:
            loads: [n, M] LOAD.
            weather: [n, S] WEATHER.
            usd_per_kwh: [n, S] cost of electricity.
            around: [n, S, 2] entries of the slots cooling and flow.
            steps: Of the grid in the two entries; what has none stays as it is.

        Returns:
            Entries [n, S, 2], and what the sites cost under them, USD/h [n, S].
        """
        entries, usd = around.copy(), np.zeros(usd_per_kwh.shape)
        _SEARCH(self.params, loads, weather, usd_per_kwh, np.array(steps), entries, usd)
        return entries, usd


@njit
def _module_usd_per_h(
    params: Any, nth: Any, weather: Any, load: Any, usd_per_kwh: Any, wanted_c: Any, relative: Any
) -> Any:
    """Electricity and water of a module in steady state, and what its supply and loop cost beyond their range."""
    rules, module, plant, rest = params.rules[0], params.modules[nth], params.plants[nth, 0], params.plants[nth, 1]
    supply_c = reachable_supply_c(plant, wanted_c, weather)
    outdoor_c = outdoors_c(plant, supply_c, weather)
    loop_c, it_kw, heat_kw, rest_kw, flow = supply_c, 0.0, 0.0, 0.0, 1.0
    for _ in range(ROUNDS):
        idle_kw, serving_kw, working_kw = module_power_kw(
            module, load.asleep, load.powered, load.serving, load.replicas, load.working, 1.0, loop_c
        )
        it_kw = idle_kw + serving_kw + working_kw
        rest_kw = second_plant_kw(rest, it_kw, weather) if plant.heat_share < 1.0 else 0.0
        heat_kw = it_kw - rest_kw
        flow = coolant_flow(plant, heat_kw, relative)
        loop_c = supply_c + heat_kw / (module.conductance_kw_per_k * flow)
    kw = it_kw + module_loss_kw(module, it_kw) + plant_power_kw(plant, heat_kw, flow, supply_c, outdoor_c)
    water_l = water_l_per_h(plant, heat_kw, supply_c, weather)
    if rest_kw > 0.0:
        rest_c = reachable_supply_c(rest, rest.supply_c, weather)
        kw += plant_power_kw(rest, rest_kw, coolant_flow(rest, rest_kw, 1.0), rest_c, outdoors_c(rest, rest_c, weather))
        water_l += water_l_per_h(rest, rest_kw, rest_c, weather)
    beyond_k = beyond_recommended_k(module, loop_c, supply_c)
    runaway_kw = max(heat_kw - available_kw(plant, supply_c, outdoor_c), 0.0)
    return (
        kw * usd_per_kwh
        + water_l * rules.water_usd_per_l
        + it_kw * beyond_k * rules.thermal_usd_per_kwh_k
        + runaway_kw * RUNAWAY_USD_PER_KWH
    )


@njit
def _site_usd_per_h(params: Any, site: Any, weather: Any, loads: Any, usd_per_kwh: Any, cooling: Any, flow: Any) -> Any:
    """What a site's modules cost under one pair of entries."""
    usd = 0.0
    relative = depart(1.0, LEAST_FLOW, MOST_FLOW, flow)
    for nth in range(len(params.modules)):
        module, plant = params.modules[nth], params.plants[nth, 0]
        if module.site == site:
            wanted_c = depart(plant.supply_c, module.supply_min_c, module.supply_max_c, cooling)
            usd += _module_usd_per_h(params, nth, weather, loads[nth], usd_per_kwh, wanted_c, relative)
    return usd


@njit
def _search_site(params: Any, site: Any, weather: Any, loads: Any, usd_per_kwh: Any, steps: Any, entry: Any) -> Any:
    """Move `entry` [2] to the cheapest pair around it; returns what that costs."""
    least_usd = np.inf
    share, reach = 1.0, 2
    for _ in range(HALVINGS + 1):
        centre_cooling, centre_flow = entry[0], entry[1]
        for k in range(-reach, reach + 1):
            for m in range(-reach, reach + 1):
                cooling = min(max(centre_cooling + k * share * steps[0], -1.0), 1.0)
                flow = min(max(centre_flow + m * share * steps[1], -1.0), 1.0)
                usd = _site_usd_per_h(params, site, weather, loads, usd_per_kwh, cooling, flow)
                if usd < least_usd:
                    least_usd, entry[0], entry[1] = usd, cooling, flow
        share, reach = 0.5 * share, 1
    return least_usd


def _compiled(digest: int) -> Any:
    """The search of a batch, cached on disk as long as the kernel's sources stay as they are (`kernel/entry.py`)."""

    @numba.njit(cache=True, **OPTIONS)
    def search(params, loads, weather, usd_per_kwh, steps, entries, usd):
        captured = digest  # noqa: F841 - part of the cache key
        for env in range(len(entries)):
            for site in range(len(params.sites)):
                usd[env, site] = _search_site(
                    params,
                    site,
                    weather[env, site],
                    loads[env],
                    usd_per_kwh[env, site],
                    steps,
                    entries[env, site],
                )

    return search


_SEARCH = _compiled(source_digest())
