"""The sites as the program sees them: batteries, and what meters and forecasts say of load, sun, wind and money."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.account import HOURS_PER_MONTH
from wattshift.kernel.settle import FIRST_CHARGE_SHARE
from wattshift_agents.optimum.mpc_power import idle_kw, serving_chip_kw, serving_chips_per_rate
from wattshift_agents.optimum.mpc_program import Battery, Outside

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params
    from wattshift_agents.view import View

Floats = NDArray[np.float64]

FIRST_OVERHEAD = 1.2
"""Cooling and losses over IT power where nothing has run yet."""


def by_period(hourly: Floats, n_periods: int, period_h: int) -> Floats:
    """Means over periods of the first hours of the last axis."""
    first = hourly[..., : n_periods * period_h]
    means: Floats = first.reshape(*first.shape[:-1], n_periods, period_h).mean(axis=-1)
    return means


def batteries(params: "Params") -> Battery:
    """The batteries of a fleet."""
    sites = params.sites
    kwh = sites["battery_kwh"]
    ageing = sites["battery_worn_per_h"] * sites["battery_usd_per_worn"]
    return Battery(
        power_kw=np.where(kwh > 0.0, sites["battery_kw"], 0.0),
        least_kwh=sites["battery_reserve_share"] * kwh,
        most_kwh=kwh.copy(),
        charge_efficiency=np.where(kwh > 0.0, sites["battery_charge_efficiency"], 1.0),
        discharge_efficiency=np.where(kwh > 0.0, sites["battery_discharge_efficiency"], 1.0),
        wear_usd_per_kwh=np.where(kwh > 0.0, sites["battery_wear_usd_per_kwh"], 0.0),
        ageing_usd_per_kwh_h=np.divide(ageing, kwh, out=np.zeros_like(kwh), where=kwh > 0.0),
    )


class SiteModel:
    """Turns views of one fleet into the program's `Outside`.

    Args:
        params: Of the world.
        power_share: Share of a battery's power that a plan may use.
        peak_margin: Share of a peak already paid for that a plan leaves to the unforeseen.
    """

    def __init__(self, params: "Params", power_share: float = 1.0, peak_margin: float = 0.0):
        self.sites = params.sites
        self.chips_per_rate = serving_chips_per_rate(params)  # [F, M]
        at_site = params.modules["site"][:, None] == np.arange(len(params.sites))
        self.kw_per_rate = (self.chips_per_rate * serving_chip_kw(params)) @ at_site  # [F, S]
        self.idle_kw = idle_kw(params)
        battery = batteries(params)
        self.battery = battery._replace(power_kw=power_share * battery.power_kw)
        self.peak_margin = peak_margin

    def overhead(self, view: "View") -> Floats:
        """`[n, S]` load over IT power."""
        measured = view.outlook.overhead
        return np.where(view.outlook.load_kw > 0.0, measured, FIRST_OVERHEAD)

    def energy_ahead(self, view: "View") -> Floats:
        """`[n, S, AHEAD]` cost of a kWh."""
        return np.concatenate([view.energy_usd_per_kwh[:, :, None], view.energy_forecast_usd_per_kwh], axis=2)

    def load_ahead(self, view: "View") -> Floats:
        """`[n, S, AHEAD]` kW, as metered; requests move as forecast, and for each job that ends another comes."""
        outlook = view.outlook
        requests_kw = np.einsum("nfa,fs->nsa", outlook.requests_per_s, self.kw_per_rate)
        requests_kw *= self.overhead(view)[:, :, None]
        first_kw = self.idle_kw * FIRST_OVERHEAD + requests_kw[:, :, 0]
        now_kw = np.where(outlook.load_kw > 0.0, outlook.load_kw, first_kw)
        ahead: Floats = np.maximum(now_kw[:, :, None] + requests_kw - requests_kw[:, :, :1], 0.0)
        return ahead

    def outside(self, view: "View", env: int, n_periods: int, period_h: int, is_last: bool, asked_h: Floats) -> Outside:
        """What the program sees of one environment.

        Args:
            view: Of the batch.
            env: Row of the batch.
            n_periods: T.
            period_h: Length of each, h.
            is_last: The episode ends with the plan, and what is in the cells is settled.
            asked_h: [S] hours for which a request of the grid operator has held.
        """
        sites, outlook = self.sites, view.outlook
        energy_usd = by_period(self.energy_ahead(view)[env], n_periods, period_h)
        spot = np.concatenate([view.price_usd_per_kwh[env, :, None], view.price_forecast_usd_per_kwh[env]], axis=1)
        exported = (spot - sites["price_adder_usd_per_kwh"][:, None]) * sites["export_price_share"][:, None]
        renewable_kw = sites["pv_kw"][:, None] * outlook.solar_share[env]
        renewable_kw += sites["wind_kw"][:, None] * outlook.wind_share[env]
        net_kw = by_period(self.load_ahead(view)[env] - renewable_kw, n_periods, period_h)
        mean = outlook.mean_energy_usd_per_kwh
        kept = self.battery.discharge_efficiency * (mean if is_last else energy_usd.mean(axis=1))
        missing = mean * (1.0 / self.battery.charge_efficiency - self.battery.discharge_efficiency)
        return Outside(
            net_kw=net_kw,
            import_usd_per_kwh=energy_usd,
            surplus_usd_per_kwh=np.maximum(by_period(exported, n_periods, period_h), 0.0),
            allowed_kw=self._allowed_kw(view, env, n_periods, period_h, asked_h),
            excess_usd_per_kwh=sites["curtail_usd_per_kwh"],
            peak_kw=(1.0 - self.peak_margin) * outlook.peak_kw[env],
            growth_usd_per_kw=sites["demand_usd_per_kw_month"] / HOURS_PER_MONTH * outlook.period_h[env],
            soc_kwh=outlook.soc_kwh[env],
            kept_usd_per_kwh=kept,
            target_kwh=FIRST_CHARGE_SHARE * sites["battery_kwh"],
            missing_usd_per_kwh=np.maximum(missing, 0.0) if is_last else np.zeros(len(sites)),
        )

    def _allowed_kw(self, view: "View", env: int, n_periods: int, period_h: int, asked_h: Floats) -> Floats:
        """`[S, T]`; the connection's limit, or what a request that holds or is announced leaves of the usual import."""
        sites = self.sites
        is_asked = np.isfinite(view.allowed_kw[env])
        announced_h = view.curtailment_in_h[env]
        begin_h = np.where(is_asked, 0.0, np.where(announced_h > 0.0, announced_h, np.inf))[:, None]
        lasts_h = np.where(is_asked, np.maximum(sites["curtail_h"] - asked_h, 0.0), sites["curtail_h"])[:, None]
        start_h = np.arange(n_periods) * period_h
        holds = (start_h + period_h > begin_h) & (start_h < begin_h + lasts_h)
        asked_kw = (1.0 - sites["curtail_share"]) * view.outlook.usual_kw[env]
        limit_kw = np.broadcast_to(sites["import_limit_kw"][:, None], holds.shape)
        return np.where(holds, np.minimum(asked_kw[:, None], limit_kw), limit_kw)
