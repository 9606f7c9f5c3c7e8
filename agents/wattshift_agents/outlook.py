"""`Outlook`: what an operator who plans ahead reads besides the screen of now: forecasts, meters, calendar."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.energy_cost import mean_energy_usd_per_kwh
from wattshift.traces.series import SOLAR, WIND

if TYPE_CHECKING:
    from wattshift.world import World

Floats = NDArray[np.float64]

NO_LOAD_KW = 1e-9
"""IT power below which a site has not run yet."""


class Outlook(NamedTuple):
    """Forecasts and meters of every environment; never the future itself.

    Axes: n environments, S sites, M modules, F request flows, AHEAD = 25 hours: the present, then forecast leads of 1
    to 24 hours as issued at the start of this hour.
    """

    solar_share: Floats  # [n, S, AHEAD] output of PV per kW installed
    wind_share: Floats  # [n, S, AHEAD]
    requests_per_s: Floats  # [n, F, AHEAD]; the present is what arrived in the last step
    soc_kwh: Floats  # [n, S] in the battery's cells
    peak_kw: Floats  # [n, S] highest import of the billing period so far
    usual_kw: Floats  # [n, S] import that requests of the grid operator are measured against
    load_kw: Floats  # [n, S] IT, cooling and losses in the last step
    overhead: Floats  # [n, S] load / IT power in the last step; 1 where nothing ran yet
    held_chips: Floats  # [n, M] by jobs
    replicas: Floats  # [n, M] chips that hold a model for requests
    period_h: Floats  # [n] of the billing period that lie in the episode: past, and to come
    left_h: Floats  # [n] of the episode
    mean_energy_usd_per_kwh: Floats  # [S] over the years, carbon priced in: what settlement is reckoned with


def look_out(world: "World") -> Outlook:
    """The outlook of every environment of a batch at its current trace row."""
    params, traces, state, moved = world.params, world.traces, world.state, world.ledger.sites
    row = np.atleast_1d(world.row)
    hour = row // round(3600.0 / traces.step_s)
    sites = params.sites
    zone = sites["zone"]
    step_h = traces.step_s / 3600.0
    left_h = (state.episode["horizon"] - state.episode["step"]) * step_h
    next_month = np.searchsorted(traces.month, traces.month[row], side="right")
    load_kw = moved["it_kw"] + moved["cooling_kw"] + moved["loss_kw"]
    ran = moved["it_kw"] > NO_LOAD_KW
    arrived = np.where(state.episode["step"][:, None] > 0, world.ledger.flows["per_s"], np.nan)
    requests_ahead = traces.request_forecast_per_s[hour].astype(np.float64)
    present = np.where(np.isnan(arrived), requests_ahead[:, :, 0], arrived)  # nothing has arrived before the first step
    return Outlook(
        solar_share=_ahead(traces.solar_share[row][:, zone], traces.forecast[hour, SOLAR][:, zone]),
        wind_share=_ahead(traces.wind_share[row][:, zone], traces.forecast[hour, WIND][:, zone]),
        requests_per_s=_ahead(present, requests_ahead),
        soc_kwh=state.sites["soc_kwh"].copy(),
        peak_kw=state.sites["peak_kw"].copy(),
        usual_kw=state.sites["usual_kw"].copy(),
        load_kw=load_kw,
        overhead=np.divide(load_kw, moved["it_kw"], out=np.ones_like(load_kw), where=ran),
        held_chips=state.modules["held_chips"].astype(np.float64),
        replicas=state.modules["replicas"].astype(np.float64),
        period_h=state.episode["period_h"] + np.minimum(left_h, (next_month - row) * step_h),
        left_h=left_h,
        mean_energy_usd_per_kwh=mean_energy_usd_per_kwh(world),
    )


def _ahead(present: NDArray[np.floating], forecast: NDArray[np.floating]) -> Floats:
    return np.concatenate([present[:, :, None], forecast], axis=2).astype(np.float64)
