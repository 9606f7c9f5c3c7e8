"""`View`: what an operator's screen shows now, in physical units, for policies that are not learned."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift import energy_cost
from wattshift.traces.series import PRICE
from wattshift_agents.jobs import jobs_of
from wattshift_agents.outlook import Outlook, look_out

if TYPE_CHECKING:
    from wattshift.world import World

Floats = NDArray[np.float64]


class View(NamedTuple):
    """The present and the published forecasts of every environment; never the future itself.

    Axes: n environments, S sites, M modules, F request flows (in the scenario's order), L links, LEADS forecast leads
    of 1, 2, ... 24 hours. All arrays are copies: writing to them changes nothing in the world. What is said to be of
    the last step is zero before the first one.
    """

    clock: Floats  # [n, 6] sin and cos of the UTC hour of day, of the day of week, of the time of year
    carbon_kg_per_kwh: Floats  # [n, S] intensity of the grid that is charged: average or marginal, this step
    price_usd_per_kwh: Floats  # [n, S] spot price plus the site's network charges, this step
    energy_usd_per_kwh: Floats  # [n, S] the price and the cost of the carbon, this step
    carbon_usd_per_kg: Floats  # [n] price of carbon, this step; higher beyond a carbon budget
    carbon_budget_left_kg: Floats  # [n] that the episode may still emit, negative beyond; inf without a budget
    carbon_forecast_kg_per_kwh: Floats  # [n, S, LEADS] of the charged intensity, issued at the start of this hour
    price_forecast_usd_per_kwh: Floats  # [n, S, LEADS] plus the site's network charges
    energy_forecast_usd_per_kwh: Floats  # [n, S, LEADS] the price and the cost of the carbon at its present price
    job_occupancy: Floats  # [n, S] chips that jobs hold / chips that the autopilot offers; of a site's fullest module
    curtailment_in_h: Floats  # [n, S] until a request of the grid operator begins; 0 = none announced
    allowed_kw: Floats  # [n, S] import that a request asks to keep within, this step; inf = none holds
    drawn_kw: Floats  # [n, S] import less the battery's part, of the last step
    stored_kwh: Floats  # [n, S] at the bus, from the battery's charge above its reserve
    jobs: NDArray[np.void]  # [n, J] JOB_VIEW: the jobs on the table, J as many as the fullest table holds
    link_utilisation: Floats  # [n, L] load / capacity of the step that has passed
    dry_bulb_c: Floats  # [n, S] outdoors, this step
    wet_bulb_c: Floats  # [n, S]
    own_kw: Floats  # [n, S] what photovoltaics and wind turbines on site can give, this step
    it_kw: Floats  # [n, S] of the last step
    load_kw: Floats  # [n, S] IT, cooling and losses of the last step
    peak_kw: Floats  # [n, S] highest import of the billing period so far
    flow_per_s: Floats  # [n, F] requests that arrived in the last step
    flow_forecast_per_s: Floats  # [n, F, LEADS]
    asked_chips: Floats  # [n, M] chips' worth of requests sent to the module in the last step
    held_chips: Floats  # [n, M] chips that jobs hold
    awake_chips: Floats  # [n, M] in service, neither asleep nor failed; those that are waking count
    outlook: Outlook  # what planning ahead needs besides


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
    carbon_usd_per_kg = energy_cost.carbon_usd_per_kg(world)

    carbon = energy_cost.carbon_kg_per_kwh(world)
    price = traces.price_usd_per_kwh[row][:, zone] + adder
    carbon_forecast = energy_cost.carbon_forecast_kg_per_kwh(world)
    price_forecast = traces.forecast[hour, PRICE][:, zone] + adder[:, None]
    return View(
        clock=traces.clock[row].astype(np.float64),
        carbon_kg_per_kwh=carbon,
        price_usd_per_kwh=price,
        energy_usd_per_kwh=price + carbon_usd_per_kg[:, None] * carbon,
        carbon_usd_per_kg=carbon_usd_per_kg,
        carbon_budget_left_kg=energy_cost.carbon_budget_left_kg(world),
        carbon_forecast_kg_per_kwh=carbon_forecast,
        price_forecast_usd_per_kwh=price_forecast,
        energy_forecast_usd_per_kwh=price_forecast + carbon_usd_per_kg[:, None, None] * carbon_forecast,
        job_occupancy=_job_occupancy(world),
        **_grid_side(world),
        jobs=jobs_of(world),
        link_utilisation=world.ledger.links["gbps"] / params.links["capacity_gbps"],
        **_site_side(world, row),
        flow_per_s=world.ledger.flows["per_s"].copy(),
        flow_forecast_per_s=traces.request_forecast_per_s[hour].astype(np.float64),
        **_chips(world),
        outlook=look_out(world),
    )


def _grid_side(world: "World") -> dict[str, Floats]:
    sites, now, moved = world.params.sites, world.state.sites, world.ledger.sites
    is_asked = now["curtailing"] == 1
    above_kwh = now["soc_kwh"] - sites["battery_reserve_share"] * sites["battery_kwh"]
    return {
        "curtailment_in_h": now["curtail_in_h"].copy(),
        "allowed_kw": np.where(is_asked, (1.0 - sites["curtail_share"]) * now["usual_kw"], np.inf),
        "drawn_kw": moved["import_kw"] + moved["discharge_kw"] - moved["charge_kw"],
        "stored_kwh": np.maximum(above_kwh, 0.0) * sites["battery_discharge_efficiency"],
    }


def _site_side(world: "World", row: NDArray[np.int64]) -> dict[str, Floats]:
    sites, traces, moved = world.params.sites, world.traces, world.ledger.sites
    zone = sites["zone"]
    return {
        "dry_bulb_c": traces.temp_c[row][:, zone].astype(np.float64),
        "wet_bulb_c": traces.wet_bulb_c[row][:, zone].astype(np.float64),
        "own_kw": sites["pv_kw"] * traces.solar_share[row][:, zone]
        + sites["wind_kw"] * traces.wind_share[row][:, zone],
        "it_kw": moved["it_kw"].copy(),
        "load_kw": moved["it_kw"] + moved["cooling_kw"] + moved["loss_kw"],
        "peak_kw": world.state.sites["peak_kw"].copy(),
    }


def _chips(world: "World") -> dict[str, Floats]:
    now = world.state.modules
    awake = np.maximum(now["awake"] + now["waking"] - now["failed_chips"], 0) * now["up"]
    return {
        "asked_chips": world.ledger.modules["asked_chips"].copy(),
        "held_chips": now["held_chips"].astype(np.float64),
        "awake_chips": awake.astype(np.float64),
    }


def _job_occupancy(world: "World") -> Floats:
    modules = world.params.modules
    offered = np.floor(modules["job_share"] * modules["chips"])
    held = world.state.modules["held_chips"]
    share = np.divide(held, offered, out=np.zeros(held.shape), where=offered > 0)
    return most_by_site(share, modules["site"], len(world.params.sites), 0.0)


def most_by_site(by_module: Floats, site_of_module: NDArray[np.integer], n_sites: int, least: float) -> Floats:
    """`[n, S]` the highest value of each site's modules `[n, M]`; `least` where all are lower or there is none."""
    by_site = np.full((len(by_module), n_sites), least)
    for module, site in enumerate(site_of_module):
        by_site[:, site] = np.maximum(by_site[:, site], by_module[:, module])
    return by_site
