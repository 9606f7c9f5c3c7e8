"""4 Capacity: which modules are in service, which chips are awake, and how many of them power can be had for."""

from bisect import bisect_right
from collections.abc import Callable

from oracle.battery import most_discharge_kw, reserve_kwh
from oracle.chips import it_parts_kw
from oracle.decode import whole_chips
from oracle.exogenous import Now
from oracle.fleet import Fleet, Module, Record, Site
from oracle.generator import Engine
from oracle.heat import second_plant_kw
from oracle.plants import coolant_flow, working
from oracle.power import loss_kw, renewables_kw

GRAINS = 1024
"""The share of chips that may be active is a multiple of 1 / GRAINS."""


def capacity(fleet: Fleet, now: Now) -> None:
    for module in fleet.modules:
        state = module.state
        state.up = int(state.in_service == 1 and module.site.is_up and state.tripped == 0)
        if module.is_up:
            sleep_and_wake(module, fleet.rules.step_s)
        module.moved.ready = max(state.awake - state.failed_chips, 0) if module.is_up else 0
        module.moved.heat_limit_kw = module.plants[0].capacity_kw
    for site in fleet.sites:
        if site.fixed.limited == 1 or site.state.feed_up == 0:
            ration(fleet, site, now.zones[site.fixed.zone])


def sleep_and_wake(module: Module, step_s: float) -> None:
    """To sleep at once; awake in cohorts, of which one at a time is under way and none is called back."""
    state = module.state
    if state.waking > 0 and state.wake_left_s <= 0.0:
        state.awake, state.waking = state.awake + state.waking, 0
    wanted = max(module.fixed.chips - module.wanted.sleep_chips, state.held_chips + state.replicas)
    if wanted < state.awake:
        state.awake = wanted
    elif wanted > state.awake and state.waking == 0:
        state.waking, state.wake_left_s = wanted - state.awake, module.fixed.wake_s
    if state.waking > 0:
        state.wake_left_s = max(state.wake_left_s - step_s, 0.0)


def ration(fleet: Fleet, site: Site, weather: Record) -> None:
    """As many active chips as power can surely be had for; dark if not even for idle ones.

    Modules that tripped have the same share of their plant to become cool again.
    """

    def demand_kw(grains: int) -> float:
        return sum(bound_kw(module, grains, weather) for module in site.modules)

    affordable = most_within(supply_kw(fleet, site, weather), demand_kw)
    for module in site.modules:
        if affordable < 0:
            module.state.up = 0
        if module.is_up:
            module.moved.ready = active_chips(module, affordable)
            it_kw = busiest_kw(module, module.moved.ready)
            loop_kw = it_kw - second_plant_kw(module, it_kw, weather)
            module.moved.heat_limit_kw = min(module.moved.heat_limit_kw, loop_kw)
        else:
            module.moved.ready, module.moved.heat_limit_kw = 0, recovery_heat_kw(module, max(affordable, 0))


def most_within(limit_kw: float, demand_kw: Callable[[int], float]) -> int:
    """The most grains whose demand, which grows with them, is within the limit; -1 if none."""
    return bisect_right(range(GRAINS + 1), limit_kw, key=demand_kw) - 1


def active_chips(module: Module, grains: int) -> int:
    return min(module.moved.ready, whole_chips(grains / GRAINS, module.fixed.chips))


def busiest_kw(module: Module, chips: int) -> float:
    """IT power with so many chips serving at full load."""
    return sum(it_parts_kw(module, chips, chips, 0.0, module.wanted.speed))


def recovery_heat_kw(module: Module, grains: int) -> float:
    """Of a module out of service: nothing, unless it tripped."""
    return module.plants[0].capacity_kw * grains / GRAINS if module.state.tripped == 1 else 0.0


def bound_kw(module: Module, grains: int, weather: Record) -> float:
    """Most that a module draws at a share of active chips: these, losses, and plants that remove their heat."""
    main, rest = working(module.plants[0], module.wanted.supply_c, weather), module.plants[1]
    if not module.is_up:
        return main.power_kw(recovery_heat_kw(module, grains), coolant_flow(main.plant, 0.0, module.wanted.flow))
    it_kw = busiest_kw(module, active_chips(module, grains))
    room_kw = second_plant_kw(module, it_kw, weather)
    loop_kw = it_kw - room_kw
    total_kw = it_kw + loss_kw(module, it_kw)
    total_kw += main.power_kw(loop_kw, coolant_flow(main.plant, loop_kw, module.wanted.flow))
    if room_kw > 0.0:
        total_kw += working(rest, rest.supply_c, weather).power_kw(room_kw, coolant_flow(rest, room_kw, 1.0))
    return total_kw


def supply_kw(fleet: Fleet, site: Site, weather: Record) -> float:
    """Most constant load that sun, wind, and the feed with the battery or the generator with it carry for a step."""
    own_kw = sum(renewables_kw(site, weather))
    rating_kw = site.fixed.battery_kw
    if site.state.feed_up == 1:
        return own_kw + site.fixed.import_limit_kw + most_discharge_kw(site, reserve_kwh(site), rating_kw, fleet.step_h)
    engine = Engine(site, fleet.step_h)
    starting, engine_kw = engine.bridged, engine.limit_kw
    stored_kw = site.state.soc_kwh * site.fixed.battery_discharge_efficiency / fleet.step_h
    limits_kw = [stored_kw + engine_kw * (1.0 - starting), rating_kw + engine_kw]
    if starting > 0.0:  # the battery alone carries the load until the generator does
        limits_kw += [stored_kw / starting, rating_kw]
    return own_kw + max(min(limits_kw), 0.0)
