"""Stage 9, cooling plants: electricity and water for the heat removed, against the weather."""

from .jit import njit
from .plant import coolant_flow, outdoors_c, plant_power_kw, reachable_supply_c, water_l_per_h


@njit
def plant_runs(module, module_now, sites_now):
    """Whether a module's plants can remove heat: they work and have power; its chips may be out of service."""
    return module_now.cooling_up == 1 and sites_now[module.site].up == 1


@njit
def cool(params, now, control, ledger):
    """Electricity and water of every module's plants; one that cannot run has removed no heat and draws nothing."""
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        account = ledger.modules[nth]
        weather = now.zones[params.sites[params.modules[nth].site].zone]
        for side in range(2):
            plant, heat_kw = params.plants[nth, side], account.heat_removed_kw[side]
            if heat_kw <= 0.0:
                continue
            wanted_c = control.modules[nth].supply_c if side == 0 else plant.supply_c
            supply_c = reachable_supply_c(plant, wanted_c, weather)
            flow = account.coolant_flow if side == 0 else coolant_flow(plant, heat_kw, 1.0)
            account.plant_kw[side] = plant_power_kw(
                plant, heat_kw, flow, supply_c, outdoors_c(plant, supply_c, weather)
            )
            account.water_l += water_l_per_h(plant, heat_kw, supply_c, weather) * step_h
