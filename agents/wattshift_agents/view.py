"""`View`: what an operator's screen shows now, in physical units, for policies that are not learned."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.series import CARBON, PRICE

if TYPE_CHECKING:
    from wattshift.world import World

Floats = NDArray[np.float64]


class View(NamedTuple):
    """The present and the published forecasts of every environment; never the future itself.

    Axes: n environments, S sites (in the scenario's order), L links, LEADS forecast leads of 1, 2, ... 24 hours. All
    arrays are copies: writing to them changes nothing in the world.
    """

    clock: Floats  # [n, 6] sin and cos of the UTC hour of day, of the day of week, of the time of year
    carbon_kg_per_kwh: Floats  # [n, S] grid average, this step
    price_usd_per_kwh: Floats  # [n, S] spot price plus the site's network charges, this step
    energy_usd_per_kwh: Floats  # [n, S] the price and the cost of the carbon, this step
    carbon_forecast_kg_per_kwh: Floats  # [n, S, LEADS] issued at the start of this hour
    price_forecast_usd_per_kwh: Floats  # [n, S, LEADS] plus the site's network charges
    energy_forecast_usd_per_kwh: Floats  # [n, S, LEADS] the price and the cost of the carbon
    job_occupancy: Floats  # [n, S] chips that jobs hold / chips that the autopilot offers; of a site's fullest module
    link_utilisation: Floats  # [n, L] load / capacity of the step that has passed


def look(world: "World") -> View:
    """The view of every environment of a batch at its current trace row.

    Args:
        world: `env.unwrapped.world`, of a single or a vector environment.
    """
    params, traces = world.params, world.traces
    row = np.atleast_1d(world.row)
    hour = row // round(3600.0 / traces.step_s)
    zone = params.sites["zone"]
    adder = params.sites["price_adder_usd_per_kwh"]
    carbon_usd_per_kg = params.rules["carbon_usd_per_kg"][0]

    carbon = traces.carbon_kg_per_kwh[row][:, zone].astype(np.float64)
    price = traces.price_usd_per_kwh[row][:, zone] + adder
    carbon_forecast = traces.forecast[hour, CARBON][:, zone].astype(np.float64)
    price_forecast = traces.forecast[hour, PRICE][:, zone] + adder[:, None]
    return View(
        clock=traces.clock[row].astype(np.float64),
        carbon_kg_per_kwh=carbon,
        price_usd_per_kwh=price,
        energy_usd_per_kwh=price + carbon_usd_per_kg * carbon,
        carbon_forecast_kg_per_kwh=carbon_forecast,
        price_forecast_usd_per_kwh=price_forecast,
        energy_forecast_usd_per_kwh=price_forecast + carbon_usd_per_kg * carbon_forecast,
        job_occupancy=_job_occupancy(world),
        link_utilisation=world.ledger.links["gbps"] / params.links["capacity_gbps"],
    )


def _job_occupancy(world: "World") -> Floats:
    modules = world.params.modules
    offered = np.floor(modules["job_share"] * modules["chips"])
    held = world.state.modules["held_chips"]
    share = np.divide(held, offered, out=np.zeros(held.shape), where=offered > 0)
    occupancy = np.zeros((len(held), len(world.params.sites)))
    for module, site in enumerate(modules["site"]):
        occupancy[:, site] = np.maximum(occupancy[:, site], share[:, module])
    return occupancy
