"""Stage 8, heat: one thermal mass per module, integrated exactly over the step.

C dT/dt = q - removed(T), with a plant that cannot heat and cannot exceed its capacity: removed = 0 below the supply
temperature, UA (T - supply) above it, at most the capacity. T moves towards its equilibrium without turning back, so
the step is at most three pieces, each linear or exponential and solved in closed form (Newton's law of cooling, e.g.
Incropera & DeWitt, Fundamentals of Heat and Mass Transfer, sec. 5.1): exact, and stable, at any step length.
"""

import math

from .cool import plant_runs
from .jit import njit
from .plant import available_kw, coolant_flow, outdoors_c, reachable_supply_c


@njit
def coast(temp_c, limit_c, slope_c_per_h, left_h):
    """Move towards the limit at a constant rate, as far as time allows; returns the temperature and the time left."""
    reach_h = (limit_c - temp_c) / slope_c_per_h if slope_c_per_h != 0.0 else math.inf
    if reach_h < left_h:
        return limit_c, left_h - reach_h
    return temp_c + slope_c_per_h * left_h, 0.0


@njit
def relax(temp_c, equilibrium_c, tau_h, full_c, left_h):
    """Move exponentially towards the equilibrium until the plant is full or the end.

    T(t) = T_eq + (T - T_eq) exp(-t / tau), the solution of Newton's law of cooling.
    """
    if equilibrium_c > full_c:
        reach_h = tau_h * math.log((equilibrium_c - temp_c) / (equilibrium_c - full_c))
        if reach_h < left_h:
            return full_c, left_h - reach_h
    return equilibrium_c + (temp_c - equilibrium_c) * math.exp(-left_h / tau_h), 0.0


@njit
def integrate(temp_c, produced_kw, supply_c, conductance_kw_per_k, capacity_kw, mass_kwh_per_k, step_h):
    """Temperature after the step; mean heat removed = produced - mass * change / step."""
    full_c = supply_c + capacity_kw / conductance_kw_per_k
    tau_h = mass_kwh_per_k / conductance_kw_per_k
    left_h = step_h
    for _ in range(3):  # at most one piece per regime
        if left_h <= 0.0:
            break
        if temp_c < supply_c:
            temp_c, left_h = coast(temp_c, supply_c, produced_kw / mass_kwh_per_k, left_h)
        elif temp_c >= full_c and produced_kw >= capacity_kw:
            temp_c, left_h = temp_c + (produced_kw - capacity_kw) / mass_kwh_per_k * left_h, 0.0
        elif temp_c > full_c:
            temp_c, left_h = coast(temp_c, full_c, (produced_kw - capacity_kw) / mass_kwh_per_k, left_h)
        else:
            equilibrium_c = supply_c + produced_kw / conductance_kw_per_k
            temp_c, left_h = relax(temp_c, equilibrium_c, tau_h, full_c, left_h)
    return temp_c


@njit
def second_plant_kw(rest, it_kw, weather):
    """Heat that the second plant takes: its share, at most what it can in this weather."""
    outdoor_c = outdoors_c(rest, rest.supply_c, weather)
    return min(it_kw * rest.heat_share, available_kw(rest, rest.supply_c, outdoor_c))


@njit
def protect(module, module_now):
    """Trip a module whose loop passes the trip temperature; give it back below the throttle temperature."""
    if module_now.loop_c > module.trip_c:
        module_now.tripped = 1
    elif module_now.loop_c < module.throttle_c:
        module_now.tripped = 0


@njit
def beyond_recommended_k(module, loop_c, coldest_c):
    """Kelvin outside the envelope's recommended range: of the loop above it, of the coldest coolant below it."""
    return max(loop_c - module.inlet_limit_c, 0.0) + max(module.supply_least_c - coldest_c, 0.0)


@njit
def heat(params, now, state, control, ledger):
    """Move each module's loop; what is removed and what is stored add up to what was produced."""
    step_h = params.rules[0].step_s / 3600.0
    for nth in range(len(params.modules)):
        module, module_now, account = params.modules[nth], state.modules[nth], ledger.modules[nth]
        plant, settings = params.plants[nth, 0], control.modules[nth]
        weather = now.zones[params.sites[module.site].zone]
        runs = plant_runs(module, module_now, state.sites)
        if runs and plant.heat_share < 1.0:
            account.heat_removed_kw[1] = second_plant_kw(params.plants[nth, 1], account.it_kw, weather)
        to_loop_kw = account.it_kw - account.heat_removed_kw[1]
        supply_c = reachable_supply_c(plant, settings.supply_c, weather)
        flow = coolant_flow(plant, to_loop_kw, settings.flow)
        limit_kw = 0.0
        if runs:
            available = available_kw(plant, supply_c, outdoors_c(plant, supply_c, weather))
            limit_kw = min(available, account.heat_limit_kw)
        before_c = module_now.loop_c
        module_now.loop_c = integrate(
            before_c,
            to_loop_kw,
            supply_c,
            module.conductance_kw_per_k * flow,
            limit_kw,
            module.mass_kwh_per_k,
            step_h,
        )
        account.coolant_flow = flow if runs else 0.0
        account.heat_stored_kw = module.mass_kwh_per_k * (module_now.loop_c - before_c) / step_h
        account.heat_removed_kw[0] = to_loop_kw - account.heat_stored_kw
        # The servers next to the plant get the supply as it comes, the others what recirculates into it, the loop.
        coldest_c = min(supply_c, module_now.loop_c) if runs else module_now.loop_c
        account.beyond_k = beyond_recommended_k(module, module_now.loop_c, coldest_c)
        protect(module, module_now)
