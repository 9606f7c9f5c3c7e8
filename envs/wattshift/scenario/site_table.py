"""The table of sites: tariffs, storage, renewables and faults."""

import math
from collections.abc import Callable

import numpy as np

from wattshift import catalog
from wattshift.catalog import Battery, Router

from .errors import ScenarioError
from .fleet import installed
from .schema import Scenario
from .sites import Site
from .tables import SITE, Floats, table
from .worst_case import worst_case_kw

IMPORT_MARGIN = 1.1
"""Grid connection over the worst case, where the scenario does not say."""


def site_table(scenario: Scenario) -> np.ndarray:
    """`SITE` records [S].

    Raises:
        ScenarioError: a grid connection smaller than its site's worst case.
    """
    sites = scenario.sites
    zones = scenario.zone_names

    def column(value: Callable[[Site], float]) -> Floats:
        return np.array([value(site) for site in sites], dtype=np.float64)

    def battery(value: Callable[[Battery], float], without: float) -> Floats:
        kinds = catalog.batteries()
        return column(lambda site: value(kinds[site.battery.kind]) if site.battery is not None else without)

    def router(value: Callable[[Router], float]) -> Floats:
        kinds = catalog.routers()
        return column(lambda site: value(kinds[site.router]) if site.router is not None else 0.0)

    return table(
        SITE,
        len(sites),
        zone=[zones.index(site.zone) for site in sites],
        import_limit_kw=import_limits_kw(scenario),
        export_price_share=column(lambda site: site.tariff.export_price_share),
        price_adder_usd_per_kwh=column(lambda site: site.tariff.price_adder_usd_per_kwh),
        demand_usd_per_kw_month=column(lambda site: site.tariff.demand_usd_per_kw_month),
        pv_kw=column(lambda site: site.pv_kw),
        battery_kwh=column(lambda site: site.battery.energy_kwh if site.battery is not None else 0.0),
        battery_kw=column(lambda site: site.battery.power_kw if site.battery is not None else 0.0),
        battery_charge_efficiency=battery(lambda kind: kind.charge_efficiency.value, without=1.0),
        battery_discharge_efficiency=battery(lambda kind: kind.discharge_efficiency.value, without=1.0),
        battery_reserve_share=column(lambda site: site.battery.reserve_share if site.battery is not None else 0.0),
        battery_wear_usd_per_kwh=battery(lambda kind: kind.wear_usd_per_kwh.value, without=0.0),
        mtbf_h=column(lambda site: site.faults.mtbf_h if site.faults is not None else math.inf),
        mttr_h=column(lambda site: site.faults.mttr_h if site.faults is not None else 1.0),
        router_idle_kw=router(lambda kind: kind.idle_kw.value),
        router_kw_per_gbps=router(lambda kind: kind.kw_per_gbps.value),
    )


def import_limits_kw(scenario: Scenario) -> Floats:
    """Grid connections [S]: as given, or `IMPORT_MARGIN` times the worst case.

    Raises:
        ScenarioError: a given one is below the worst case; all such sites are named with the number needed.
    """
    worst_kw = np.zeros(len(scenario.sites))
    for module in installed(scenario):
        worst_kw[module.site_index] += worst_case_kw(module)
    given = [site.import_limit_kw for site in scenario.sites]
    short = [
        f"sites.{site.name}.import_limit_kw: got {limit:g}, must be >= {math.ceil(needed)} "
        f"(all chips at peak with cooling at 45 C outdoors and losses)"
        for site, limit, needed in zip(scenario.sites, given, worst_kw, strict=True)
        if limit is not None and limit < needed
    ]
    if short:
        raise ScenarioError(scenario.name, short)
    return np.array(
        [IMPORT_MARGIN * worst if limit is None else limit for limit, worst in zip(given, worst_kw, strict=True)]
    )
