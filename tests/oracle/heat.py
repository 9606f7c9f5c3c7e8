"""8 Heat: the temperature of every coolant loop.

C dT/dt = q - removed(T) with removed = 0 below the supply temperature, UA (T - supply) above it, the capacity at most.
Within a regime the right side is a straight line in T, so T(t) is a line or an exponential; the trajectory goes from
regime to regime until the step is over.
"""

import math
from dataclasses import dataclass

from oracle.exogenous import Now
from oracle.fleet import Fleet, Module, Record
from oracle.plants import Working, coolant_flow, working


def heat(fleet: Fleet, now: Now) -> None:
    for module in fleet.modules:
        moved, weather = module.moved, now.zones[module.site.fixed.zone]
        runs, main = plants_run(module), working(module.plants[0], module.wanted.supply_c, weather)
        to_room_kw = second_plant_kw(module, moved.it_kw, weather) if runs else 0.0
        to_loop_kw = moved.it_kw - to_room_kw
        flow = coolant_flow(main.plant, to_loop_kw, module.wanted.flow)
        loop = Loop(
            produced_kw=to_loop_kw,
            supply_c=main.supply_c,
            conductance_kw_per_k=module.fixed.conductance_kw_per_k * flow,
            capacity_kw=min(main.available_kw, moved.heat_limit_kw) if runs else 0.0,
            mass_kwh_per_k=module.fixed.mass_kwh_per_k,
        )
        before_c = module.state.loop_c
        module.state.loop_c = loop.after(before_c, fleet.step_h)
        moved.coolant_flow = flow if runs else 0.0
        moved.heat_stored_kw = loop.mass_kwh_per_k * (module.state.loop_c - before_c) / fleet.step_h
        moved.heat_removed_kw = [to_loop_kw - moved.heat_stored_kw, to_room_kw]
        moved.beyond_k = beyond_k(module, [main.supply_c, module.state.loop_c] if runs else [module.state.loop_c])
        trip(module)


def beyond_k(module: Module, coolants_c: list[float]) -> float:
    """Too warm is the loop, too cold the coldest of what reaches the equipment, as the step leaves it."""
    too_warm_k = module.state.loop_c - module.fixed.inlet_limit_c
    too_cold_k = module.fixed.supply_least_c - min(coolants_c)
    return max(too_warm_k, 0.0) + max(too_cold_k, 0.0)


def plants_run(module: Module) -> bool:
    """They need power, but no chips in service."""
    return module.state.cooling_up == 1 and module.site.is_up


def second_plant_kw(module: Module, it_kw: float, weather: Record) -> float:
    """Heat that the room's plant takes of the module's, as far as the weather lets it."""
    main, second = module.plants
    if main.heat_share == 1.0:
        return 0.0
    return min(it_kw * second.heat_share, Working(second, second.supply_c, weather).available_kw)


def trip(module: Module) -> None:
    """Out of service above the trip temperature, back below the throttle temperature."""
    if module.state.loop_c > module.fixed.trip_c:
        module.state.tripped = 1
    elif module.state.loop_c < module.fixed.throttle_c:
        module.state.tripped = 0


@dataclass(frozen=True)
class Loop:
    """One thermal mass with a constant source and a plant that cannot heat."""

    produced_kw: float
    supply_c: float
    conductance_kw_per_k: float
    capacity_kw: float
    mass_kwh_per_k: float

    @property
    def full_c(self) -> float:
        """Temperature from which on the plant gives its capacity."""
        return self.supply_c + self.capacity_kw / self.conductance_kw_per_k

    def after(self, temp_c: float, hours: float) -> float:
        """Temperature after so many hours."""
        while hours > 0.0:
            temp_c, passed_h = self.follow(temp_c, hours)
            hours -= passed_h
        return temp_c

    def follow(self, temp_c: float, hours: float) -> tuple[float, float]:
        """Until the end or to the border of the regime: the temperature there and the hours it took."""
        if temp_c < self.supply_c:
            return self.drift(temp_c, self.produced_kw, self.supply_c, hours)
        surplus_kw = self.produced_kw - self.capacity_kw
        if temp_c > self.full_c or (temp_c == self.full_c and surplus_kw >= 0.0):
            return self.drift(temp_c, surplus_kw, self.full_c, hours)
        return self.settle(temp_c, hours)

    def drift(self, temp_c: float, surplus_kw: float, border_c: float, hours: float) -> tuple[float, float]:
        """A straight line, since nothing depends on the temperature."""
        slope_k_per_h = surplus_kw / self.mass_kwh_per_k
        end_c = temp_c + slope_k_per_h * hours
        # Moving towards the border and past it.
        if (border_c - temp_c) * slope_k_per_h > 0.0 and abs(end_c - temp_c) > abs(border_c - temp_c):
            return border_c, (border_c - temp_c) / slope_k_per_h
        return end_c, hours

    def settle(self, temp_c: float, hours: float) -> tuple[float, float]:
        """Newton's law of cooling towards the temperature where removed = produced."""
        rest_c = self.supply_c + self.produced_kw / self.conductance_kw_per_k
        tau_h = self.mass_kwh_per_k / self.conductance_kw_per_k
        if rest_c > self.full_c:
            border_h = tau_h * math.log((rest_c - temp_c) / (rest_c - self.full_c))
            if border_h < hours:
                return self.full_c, border_h
        return rest_c + (temp_c - rest_c) * math.exp(-hours / tau_h), hours
