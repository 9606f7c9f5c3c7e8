"""10 Power: losses of the power train, solar and wind, generator, battery, grid connection."""

from oracle.battery import store, wear
from oracle.exogenous import Now
from oracle.fleet import Fleet, Module, Record, Site
from oracle.generator import Engine, count_down


def power(fleet: Fleet, now: Now) -> None:
    for site in fleet.sites:
        for module in site.modules:
            module.moved.loss_kw = loss_kw(module, module.moved.it_kw) if module.is_up else 0.0
        moved = site.moved
        moved.it_kw = sum(module.moved.it_kw for module in site.modules)
        moved.cooling_kw = sum(sum(module.moved.plant_kw) for module in site.modules)
        moved.loss_kw = sum(module.moved.loss_kw for module in site.modules)
        moved.water_l = sum(module.moved.water_l for module in site.modules)
        moved.solar_kw, moved.wind_kw = renewables_kw(site, now.zones[site.fixed.zone])
    with_battery = [site for site in fleet.sites if site.has_battery]
    refused = {site: balance(site, fleet.step_h) for site in fleet.sites}
    if with_battery:
        shares = [refused[site] / site.fixed.battery_kw for site in with_battery]
        fleet.totals.storage_beyond += sum(shares) / len(with_battery)


def loss_kw(module: Module, it_kw: float) -> float:
    """PDU: a share; UPS: rated x (a + b x + c x^2) at load x, which includes what the PDU loses."""
    fixed = module.fixed
    pdu_kw = fixed.pdu_loss_share * it_kw
    x = (it_kw + pdu_kw) / fixed.ups_rated_kw
    return pdu_kw + fixed.ups_rated_kw * (fixed.ups_loss_0 + fixed.ups_loss_1 * x + fixed.ups_loss_2 * x**2)


def renewables_kw(site: Site, zone: Record) -> tuple[float, float]:
    """Solar and wind on site."""
    return site.fixed.pv_kw * zone.solar_share, site.fixed.wind_kw * zone.wind_share


def balance(site: Site, step_h: float) -> float:
    """Serve a site; returns the power that was wished of the battery and not possible."""
    fixed, moved, is_fed = site.fixed, site.moved, site.state.feed_up == 1
    net_kw = moved.it_kw + moved.cooling_kw + moved.loss_kw - moved.solar_kw - moved.wind_kw
    if is_fed:
        need_kw, room_kw = max(net_kw - fixed.import_limit_kw, 0.0), fixed.import_limit_kw - net_kw
    else:
        need_kw, room_kw = Engine(site, step_h).serve(max(net_kw, 0.0)), max(-net_kw, 0.0)
    if fixed.generator_kw > 0.0:
        count_down(site, step_h)

    refused_kw = 0.0
    if site.has_battery:
        soc_before_kwh = site.state.soc_kwh
        if site.is_up:
            refused_kw = store(site, net_kw, need_kw, room_kw, step_h)
        wear(site, soc_before_kwh, step_h)

    net_kw += moved.charge_kw - moved.discharge_kw - moved.generator_kw
    moved.import_kw = max(net_kw, 0.0) if is_fed else 0.0
    surplus_kw = max(-net_kw, 0.0)
    may_export = site.is_up and is_fed and fixed.export_price_share > 0.0
    moved.export_kw = min(surplus_kw, fixed.import_limit_kw) if may_export else 0.0
    moved.curtailed_kw = surplus_kw - moved.export_kw
    return refused_kw
