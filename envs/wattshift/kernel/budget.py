"""Stage 4, the power budget: where power is short, only as many chips may be active as can surely be supplied.

Short is a site whose feed is out, or whose grid connection is not ample. Its supply over the step is what the feed, the
renewables, the battery and the generator can give. Its demand with a share of every module's chips active is bounded by
the very formulas of the later stages, each of which grows with what comes before it: chips at peak under the present
power cap and inlet temperature, losses, and plants that remove no more than the heat of those chips. So the balance of
the power stage can always be met. Of a module that tripped the same share of the plant's capacity cools the loop.
"""

from .battery import discharge_limit_kw, islanded_limit_kw, reserve_kwh
from .chips import module_power_kw, powered_chips
from .decode import whole_chips
from .generator import bridged_share, engine_limit_kw
from .heat import second_plant_kw
from .jit import njit
from .plant import coolant_flow, outdoors_c, plant_power_kw, reachable_supply_c
from .power import module_loss_kw, renewables_kw

GRAINS = 1024
"""Shares of active chips are multiples of 1 / GRAINS."""


@njit
def budget(params, now, state, control, ledger):
    """Limit the chips that are ready, and the heat that plants may remove, at every site where power is short."""
    for nth in range(len(params.sites)):
        if params.sites[nth].limited == 1 or state.sites[nth].feed_up == 0:
            limit_site(params, now, state, control, ledger, nth)


@njit
def supply_kw(site, site_now, zone, moved, step_h):
    """Most load that the site can serve through the step; nothing is booked but the renewables."""
    own_kw = renewables_kw(site, zone, moved)
    soc_kwh = site_now.soc_kwh
    if site_now.feed_up == 1:
        battery_kw = discharge_limit_kw(site, soc_kwh, reserve_kwh(site), site.battery_kw, step_h)
        return own_kw + site.import_limit_kw + battery_kw
    bridged = bridged_share(site_now, step_h * 3600.0)
    return own_kw + islanded_limit_kw(site, soc_kwh, bridged, engine_limit_kw(site, site_now, bridged, step_h), step_h)


@njit
def allowed_chips(module, account, grains):
    """Chips that may be active at a share of `grains` / GRAINS: of all chips, at most those that are ready."""
    return min(account.ready, whole_chips(module, grains / GRAINS))


@njit
def most_it_kw(module, module_now, chips, speed):
    """IT power of a module with `chips` at peak: no split between serving and working draws more."""
    asleep = module.chips - module_now.awake - module_now.waking
    idle_kw, serving_kw, working_kw = module_power_kw(
        module, asleep, powered_chips(module_now), chips, chips, 0.0, speed, module_now.loop_c
    )
    return idle_kw + serving_kw + working_kw


@njit
def most_plants_kw(plant, rest, settings, it_kw, weather):
    """Power of a module's plants removing no more than the heat of `it_kw`."""
    rest_kw = second_plant_kw(rest, it_kw, weather)
    loop_kw = it_kw - rest_kw
    supply_c = reachable_supply_c(plant, settings.supply_c, weather)
    rest_c = reachable_supply_c(rest, rest.supply_c, weather)
    main = plant_power_kw(
        plant, loop_kw, coolant_flow(plant, loop_kw, settings.flow), supply_c, outdoors_c(plant, supply_c, weather)
    )
    if rest_kw == 0.0:
        return main
    return main + plant_power_kw(
        rest, rest_kw, coolant_flow(rest, rest_kw, 1.0), rest_c, outdoors_c(rest, rest_c, weather)
    )


@njit
def recovery_heat_kw(plant, module_now, grains):
    """Most heat that the main plant takes from the loop of a module out of service: only one that tripped is cooled."""
    return plant.capacity_kw * (grains / GRAINS) if module_now.tripped == 1 else 0.0


@njit
def recovery_kw(plant, settings, heat_kw, weather):
    """Power of the main plant for it; without load the coolant stands at its least flow."""
    supply_c = reachable_supply_c(plant, settings.supply_c, weather)
    flow = coolant_flow(plant, 0.0, settings.flow)
    return plant_power_kw(plant, heat_kw, flow, supply_c, outdoors_c(plant, supply_c, weather))


@njit
def most_site_kw(params, now, state, control, ledger, nth_site, grains):
    """Most power that the site can draw with that share of its chips active."""
    total_kw = 0.0
    for nth in range(len(params.modules)):
        module, module_now, settings = params.modules[nth], state.modules[nth], control.modules[nth]
        if module.site != nth_site:
            continue
        weather = now.zones[params.sites[nth_site].zone]
        if module_now.up == 0:
            heat_kw = recovery_heat_kw(params.plants[nth, 0], module_now, grains)
            total_kw += recovery_kw(params.plants[nth, 0], settings, heat_kw, weather)
            continue
        chips = allowed_chips(module, ledger.modules[nth], grains)
        it_kw = most_it_kw(module, module_now, chips, settings.speed)
        total_kw += it_kw + module_loss_kw(module, it_kw)
        total_kw += most_plants_kw(params.plants[nth, 0], params.plants[nth, 1], settings, it_kw, weather)
    return total_kw


@njit
def affordable_grains(params, now, state, control, ledger, nth_site, limit_kw):
    """The largest share whose demand fits, in grains: GRAINS = all chips; -1 = not even idle chips fit.

    By bisection, which looks first whether all fit.
    """
    fits, fails = -1, GRAINS + 1
    grains = GRAINS
    while fails - fits > 1:
        if most_site_kw(params, now, state, control, ledger, nth_site, grains) <= limit_kw:
            fits = grains
        else:
            fails = grains
        grains = (fits + fails) // 2
    return fits


@njit
def limit_site(params, now, state, control, ledger, nth_site):
    """Hold chips and plants of one site within its supply; a site that cannot even idle goes dark."""
    site, site_now = params.sites[nth_site], state.sites[nth_site]
    step_h = params.rules[0].step_s / 3600.0
    limit_kw = supply_kw(site, site_now, now.zones[site.zone], ledger.sites[nth_site], step_h)
    grains = affordable_grains(params, now, state, control, ledger, nth_site, limit_kw)
    for nth in range(len(params.modules)):
        module, module_now, account = params.modules[nth], state.modules[nth], ledger.modules[nth]
        if module.site != nth_site:
            continue
        if grains < 0:
            module_now.up = 0
        if module_now.up == 0:
            account.ready = 0
            account.heat_limit_kw = recovery_heat_kw(params.plants[nth, 0], module_now, max(grains, 0))
            continue
        account.ready = allowed_chips(module, account, grains)
        it_kw = most_it_kw(module, module_now, account.ready, control.modules[nth].speed)
        loop_kw = it_kw - second_plant_kw(params.plants[nth, 1], it_kw, now.zones[site.zone])
        account.heat_limit_kw = min(account.heat_limit_kw, loop_kw)
