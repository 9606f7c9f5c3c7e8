"""The table of sites: tariffs, storage, own supply and contracts."""

from collections.abc import Callable, Sequence

import numpy as np

from wattshift import catalog
from wattshift.catalog import Battery, Router

from .connections import ample_kw, idle_floors_kw, import_limits_kw
from .schema import Scenario
from .sites import Site
from .tables import SITE, Floats, table

LOST_AT_REPLACEMENT = 0.2
"""Share of its capacity that a battery has lost when its life is over."""

HOURS_PER_DAY, HOURS_PER_YEAR = 24.0, 8766.0


def site_table(scenario: Scenario) -> np.ndarray:
    """`SITE` records [S].

    Raises:
        ScenarioError: a grid connection that does not carry its site at rest, and nothing else that may.
    """
    sites = scenario.sites
    zones = scenario.zone_names
    limits_kw = import_limits_kw(scenario)
    is_thin = limits_kw < idle_floors_kw(scenario)

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
        import_limit_kw=limits_kw,
        export_price_share=column(lambda site: site.tariff.export_price_share),
        price_adder_usd_per_kwh=column(lambda site: site.tariff.price_adder_usd_per_kwh),
        demand_usd_per_kw_month=column(lambda site: site.tariff.demand_usd_per_kw_month),
        pv_kw=column(lambda site: site.pv_kw),
        battery_kwh=column(lambda site: site.battery.energy_kwh if site.battery is not None else 0.0),
        battery_kw=column(lambda site: site.battery.power_kw if site.battery is not None else 0.0),
        battery_charge_efficiency=battery(lambda kind: kind.charge_efficiency.value, without=1.0),
        battery_discharge_efficiency=battery(lambda kind: kind.discharge_efficiency.value, without=1.0),
        battery_reserve_share=column(lambda site: site.battery.reserve_share if site.battery is not None else 0.0),
        battery_wear_usd_per_kwh=battery(cycle_wear_usd_per_kwh, without=0.0),
        limited=limits_kw < ample_kw(scenario),
        thin=is_thin,
        scale_kw=np.where(is_thin, ample_kw(scenario), limits_kw),
        wind_kw=column(lambda site: site.wind_kw),
        **_wear_columns(sites),
        **_generator_columns(sites),
        **_ppa_columns(sites),
        **_curtailment_columns(sites),
        router_idle_kw=router(lambda kind: kind.idle_kw.value),
        router_kw_per_gbps=router(lambda kind: kind.kw_per_gbps.value),
    )


def cycle_wear_usd_per_kwh(battery: Battery) -> float:
    """Replacement cost of the capacity that a kWh at the bus wears off by cycling.

    The cells give `cycle_life` times their capacity before they are replaced, and a kWh at the bus is more in the
    cells.
    """
    through_kwh = battery.cycle_life.value * battery.discharge_efficiency.value
    return battery.replacement_usd_per_kwh.value / through_kwh


def _wear_columns(sites: list[Site]) -> dict[str, Floats]:
    """Capacity lost per kWh drawn and per hour, so that `LOST_AT_REPLACEMENT` is lost when either life is over."""
    rows = []
    for site in sites:
        if site.battery is None:
            rows.append((0.0, 0.0, 0.0))
            continue
        kind, energy_kwh = catalog.batteries()[site.battery.kind], site.battery.energy_kwh
        per_kwh = LOST_AT_REPLACEMENT / (kind.cycle_life.value * energy_kwh)
        per_h = LOST_AT_REPLACEMENT / (kind.calendar_life_y.value * HOURS_PER_YEAR)
        rows.append((per_kwh, per_h, kind.replacement_usd_per_kwh.value * energy_kwh / LOST_AT_REPLACEMENT))
    return _columns(("battery_worn_per_kwh", "battery_worn_per_h", "battery_usd_per_worn"), rows)


def _generator_columns(sites: list[Site]) -> dict[str, Floats]:
    names = ("kw", "start_s", "least_kw", "idle_l_per_h", "l_per_kwh", "fuel_l")
    rows, fuels = [], []
    for site in sites:
        if site.generator is None:
            rows.append((0.0, 0.0, 0.0, 0.0, 1.0, 0.0))
            fuels.append((0.0, 0.0))
            continue
        kind, kw = catalog.generators()[site.generator.kind], site.generator.power_kw
        least_kw, idle_l_per_h = kind.least_load.value * kw, kind.idle_l_per_kwh.value * kw
        rows.append((kw, kind.start_s.value, least_kw, idle_l_per_h, kind.l_per_kwh.value, site.generator.fuel_l))
        fuels.append((kind.carbon_kg_per_l.value, kind.usd_per_l.value))
    columns = _columns(tuple(f"generator_{name}" for name in names), rows)
    return columns | _columns(("fuel_kg_per_l", "fuel_usd_per_l"), fuels)


def _ppa_columns(sites: list[Site]) -> dict[str, Floats]:
    rows = [
        (site.ppa.power_kw, float(site.ppa.source == "wind"), site.ppa.price_usd_per_kwh) if site.ppa else (0.0,) * 3
        for site in sites
    ]
    return _columns(("ppa_kw", "ppa_is_wind", "ppa_usd_per_kwh"), rows)


def _curtailment_columns(sites: list[Site]) -> dict[str, Floats]:
    names = ("chance", "from_h", "to_h", "h", "share", "notice_h", "usd_per_kwh")
    rows = []
    for site in sites:
        asked = site.curtailment
        if asked is None:
            rows.append((0.0,) * len(names))
            continue
        chance = min(asked.per_year * HOURS_PER_DAY / HOURS_PER_YEAR, 1.0)
        rest = (asked.hours, asked.share, asked.notice_h, asked.penalty_usd_per_kwh)
        rows.append((chance, *map(float, asked.window), *rest))
    return _columns(tuple(f"curtail_{name}" for name in names), rows)


def _columns(names: tuple[str, ...], rows: Sequence[tuple[float, ...]]) -> dict[str, Floats]:
    """Named columns from one row a site."""
    return dict(zip(names, np.array(rows, dtype=np.float64).T, strict=True))
