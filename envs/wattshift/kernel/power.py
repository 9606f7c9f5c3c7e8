"""Stage 10, power: UPS and PDU losses, solar and wind, generator, battery, and what the grid takes and gives."""

from .battery import store, wear
from .generator import count_down, generate
from .jit import njit


@njit
def module_loss_kw(module, it_kw):
    """PDU loss, and UPS loss = rated * (a + b x + c x^2) at load x = (IT + PDU) / rated."""
    pdu_kw = it_kw * module.pdu_loss_share
    load = (it_kw + pdu_kw) / module.ups_rated_kw
    return pdu_kw + module.ups_rated_kw * (module.ups_loss_0 + module.ups_loss_1 * load + module.ups_loss_2 * load**2)


@njit
def renewables_kw(site, zone, moved):
    """Solar and wind on site, written down and summed."""
    moved.solar_kw = site.pv_kw * zone.solar_share
    if site.wind_kw > 0.0:
        moved.wind_kw = site.wind_kw * zone.wind_share
    return moved.solar_kw + moved.wind_kw


@njit
def balance(site, site_now, zone, moved, wanted_kw, step_h):
    """Serve one site's load; returns the part of the battery's wish that was not possible, kW."""
    is_fed = site_now.feed_up == 1
    net_kw = moved.it_kw + moved.cooling_kw + moved.loss_kw - renewables_kw(site, zone, moved)
    if is_fed:
        need_kw, room_kw = net_kw - site.import_limit_kw, site.import_limit_kw - net_kw
    else:
        need_kw, room_kw = generate(site, site_now, moved, max(net_kw, 0.0), step_h), max(-net_kw, 0.0)
    if site.generator_kw > 0.0:
        count_down(site, site_now, step_h * 3600.0)
    beyond_kw = 0.0
    if site.battery_kwh > 0.0:
        before_kwh = site_now.soc_kwh
        if site_now.up == 1:
            beyond_kw = store(site, site_now, moved, wanted_kw, max(need_kw, 0.0), net_kw, room_kw, step_h)
        wear(site, site_now, moved, before_kwh, step_h)
    net_kw += moved.charge_kw - moved.discharge_kw - moved.generator_kw
    # Without the feed what is left of a positive balance is rounding: the budget let no more chips be active.
    moved.import_kw = max(net_kw, 0.0) if is_fed else 0.0
    surplus_kw = max(-net_kw, 0.0)
    if site_now.up == 1 and is_fed and site.export_price_share > 0.0:
        moved.export_kw = min(surplus_kw, site.import_limit_kw)
    moved.curtailed_kw = surplus_kw - moved.export_kw
    return beyond_kw


@njit
def power(params, now, state, control, ledger):
    """Balance every site.

    import + solar + wind + generator + discharge = IT + cooling + losses + charge + export + curtailed.
    """
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        module, account = params.modules[nth], ledger.modules[nth]
        if state.modules[nth].up == 1:
            account.loss_kw = module_loss_kw(module, account.it_kw)
        site_account = ledger.sites[module.site]
        site_account.it_kw += account.it_kw
        site_account.cooling_kw += account.plant_kw[0] + account.plant_kw[1]
        site_account.loss_kw += account.loss_kw
        site_account.water_l += account.water_l
    n_batteries, beyond_share = 0, 0.0
    for nth in range(len(params.sites)):
        site, zone = params.sites[nth], now.zones[params.sites[nth].zone]
        wanted_kw = control.sites[nth].battery_kw
        beyond_kw = balance(site, state.sites[nth], zone, ledger.sites[nth], wanted_kw, step_h)
        if site.battery_kwh > 0.0:
            n_batteries += 1
            beyond_share += beyond_kw / site.battery_kw
    if n_batteries > 0:
        ledger.totals[0].storage_beyond += beyond_share / n_batteries
