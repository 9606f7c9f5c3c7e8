"""Stage 10, power: UPS and PDU losses, PV, battery, and what the grid connection imports or takes back."""

from .jit import njit


@njit
def module_loss_kw(module, it_kw):
    """PDU loss, and UPS loss = rated * (a + b x + c x^2) at load x = (IT + PDU) / rated."""
    pdu_kw = it_kw * module.pdu_loss_share
    load = (it_kw + pdu_kw) / module.ups_rated_kw
    return pdu_kw + module.ups_rated_kw * (module.ups_loss_0 + module.ups_loss_1 * load + module.ups_loss_2 * load**2)


@njit
def charge_limit_kw(site, soc_kwh, room_kw, step_h):
    """Most that the battery takes at the bus: rating, room in the cells, room on the connection."""
    cells_kw = (site.battery_kwh - soc_kwh) / (site.battery_charge_efficiency * step_h)
    return max(min(site.battery_kw, min(cells_kw, room_kw)), 0.0)


@njit
def discharge_limit_kw(site, soc_kwh, load_kw, step_h):
    """Most that the battery gives at the bus: rating, charge above the reserve, load (it never exports)."""
    available_kwh = soc_kwh - site.battery_reserve_share * site.battery_kwh
    cells_kw = available_kwh * site.battery_discharge_efficiency / step_h
    return max(min(site.battery_kw, min(cells_kw, load_kw)), 0.0)


@njit
def store(site, site_now, account, wanted_kw, net_kw, step_h):
    """Run the battery as wanted, as far as it goes; returns the power that was not possible.

    `net_kw` is the site's load less PV.
    """
    if wanted_kw > 0.0:
        account.charge_kw = min(
            wanted_kw, charge_limit_kw(site, site_now.soc_kwh, site.import_limit_kw - net_kw, step_h)
        )
    elif wanted_kw < 0.0:
        account.discharge_kw = min(-wanted_kw, discharge_limit_kw(site, site_now.soc_kwh, net_kw, step_h))
    stored_kw = account.charge_kw * site.battery_charge_efficiency
    drawn_kw = account.discharge_kw / site.battery_discharge_efficiency
    # Rounding at the ends of the range must not leave it.
    site_now.soc_kwh = min(max(site_now.soc_kwh + (stored_kw - drawn_kw) * step_h, 0.0), site.battery_kwh)
    return abs(wanted_kw) - account.charge_kw - account.discharge_kw


@njit
def power(params, now, state, control, ledger):
    """Balance every site: import + PV + discharge = IT + cooling + losses + charge + export + curtailed."""
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
        site, site_now, totals = params.sites[nth], state.sites[nth], ledger.sites[nth]
        totals.solar_kw = site.pv_kw * now.zones[site.zone].solar_share
        net_kw = totals.it_kw + totals.cooling_kw + totals.loss_kw - totals.solar_kw
        if site.battery_kwh > 0.0:
            n_batteries += 1
            if site_now.up == 1:
                beyond_kw = store(site, site_now, totals, control.sites[nth].battery_kw, net_kw, step_h)
                beyond_share += beyond_kw / site.battery_kw
        net_kw += totals.charge_kw - totals.discharge_kw
        totals.import_kw = max(net_kw, 0.0)
        surplus_kw = max(-net_kw, 0.0)
        if site_now.up == 1 and site.export_price_share > 0.0:
            totals.export_kw = min(surplus_kw, site.import_limit_kw)
        totals.curtailed_kw = surplus_kw - totals.export_kw
    if n_batteries > 0:
        ledger.totals[0].storage_beyond += beyond_share / n_batteries
