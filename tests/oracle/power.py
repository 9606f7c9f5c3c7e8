"""10 Power: losses of the power train, PV, battery, grid connection."""

from oracle.exogenous import Now
from oracle.fleet import Fleet, Module, Site


def power(fleet: Fleet, now: Now) -> None:
    for site in fleet.sites:
        for module in site.modules:
            module.moved.loss_kw = loss_kw(module) if module.is_up else 0.0
        moved = site.moved
        moved.it_kw = sum(module.moved.it_kw for module in site.modules)
        moved.cooling_kw = sum(sum(module.moved.plant_kw) for module in site.modules)
        moved.loss_kw = sum(module.moved.loss_kw for module in site.modules)
        moved.water_l = sum(module.moved.water_l for module in site.modules)
        moved.solar_kw = site.fixed.pv_kw * now.zones[site.fixed.zone].solar_share
    run_batteries(fleet)
    for site in fleet.sites:
        connect(site)


def loss_kw(module: Module) -> float:
    """PDU: a share; UPS: rated x (a + b x + c x^2) at load x, which includes what the PDU loses."""
    fixed = module.fixed
    pdu_kw = fixed.pdu_loss_share * module.moved.it_kw
    x = (module.moved.it_kw + pdu_kw) / fixed.ups_rated_kw
    return pdu_kw + fixed.ups_rated_kw * (fixed.ups_loss_0 + fixed.ups_loss_1 * x + fixed.ups_loss_2 * x**2)


def load_less_solar_kw(site: Site) -> float:
    return site.moved.it_kw + site.moved.cooling_kw + site.moved.loss_kw - site.moved.solar_kw


def run_batteries(fleet: Fleet) -> None:
    """Every battery of a site in service does what was asked of it, as far as it can; the rest is clipped."""
    with_battery = [site for site in fleet.sites if site.has_battery]
    refused = [store(site, fleet.step_h) / site.fixed.battery_kw for site in with_battery if site.is_up]
    if with_battery:
        fleet.totals.storage_beyond += sum(refused) / len(with_battery)


def store(site: Site, step_h: float) -> float:
    """Charge or discharge; returns the power that was asked for and not possible."""
    fixed, moved, state = site.fixed, site.moved, site.state
    asked_kw = site.wanted.battery_kw
    if asked_kw > 0.0:
        room_kwh = fixed.battery_kwh - state.soc_kwh
        most_kw = min(
            fixed.battery_kw,
            room_kwh / (fixed.battery_charge_efficiency * step_h),
            fixed.import_limit_kw - load_less_solar_kw(site),
        )
        moved.charge_kw = min(asked_kw, max(most_kw, 0.0))
    elif asked_kw < 0.0:
        above_reserve_kwh = state.soc_kwh - fixed.battery_reserve_share * fixed.battery_kwh
        most_kw = min(
            fixed.battery_kw,
            above_reserve_kwh * fixed.battery_discharge_efficiency / step_h,
            load_less_solar_kw(site),
        )
        moved.discharge_kw = min(-asked_kw, max(most_kw, 0.0))
    into_cells_kw = moved.charge_kw * fixed.battery_charge_efficiency
    out_of_cells_kw = moved.discharge_kw / fixed.battery_discharge_efficiency
    state.soc_kwh = min(max(state.soc_kwh + (into_cells_kw - out_of_cells_kw) * step_h, 0.0), fixed.battery_kwh)
    return abs(asked_kw) - moved.charge_kw - moved.discharge_kw


def connect(site: Site) -> None:
    """The grid gives what is missing; a surplus is exported where that is paid, up to the connection, or curtailed."""
    moved = site.moved
    net_kw = load_less_solar_kw(site) + moved.charge_kw - moved.discharge_kw
    moved.import_kw = max(net_kw, 0.0)
    surplus_kw = max(-net_kw, 0.0)
    may_export = site.is_up and site.fixed.export_price_share > 0.0
    moved.export_kw = min(surplus_kw, site.fixed.import_limit_kw) if may_export else 0.0
    moved.curtailed_kw = surplus_kw - moved.export_kw
