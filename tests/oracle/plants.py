"""9 Cooling plants: electricity and water for the heat removed."""

from dataclasses import dataclass

from oracle.exogenous import Now
from oracle.fleet import Fleet, Record

KELVIN = 273.15
LEAST_LIFT_K = 20.0
LARGEST_COP = 8.0
CYCLING_BELOW = 0.15
DERATES_ABOVE_C = 35.0
LEAST_LOAD = 1e-9


@dataclass(frozen=True)
class Working:
    """A plant at a supply temperature in a weather."""

    plant: Record
    supply_c: float
    weather: Record

    @property
    def assist_k(self) -> float:
        """How far the adiabatic assist cools the outdoor air: as free cooling of all the heat needs it, if it can."""
        if self.plant.adiabatic == 0.0:
            return 0.0
        wanted_k = self.weather.temp_c + self.plant.free_approach_k - self.supply_c
        most_k = self.plant.adiabatic * max(self.weather.temp_c - self.weather.wet_bulb_c, 0.0)
        return min(max(wanted_k, 0.0), most_k)

    @property
    def outside_c(self) -> float:
        """What heat is rejected against."""
        return self.weather.wet_bulb_c if self.plant.wet else self.weather.temp_c - self.assist_k

    @property
    def drive(self) -> float:
        """Temperature difference of the economiser over that at which it takes all the heat."""
        return (self.supply_c + self.plant.rise_k - self.outside_c) / (self.plant.rise_k + self.plant.free_approach_k)

    @property
    def free_share(self) -> float:
        return min(max(self.drive, 0.0), 1.0)

    @property
    def available_kw(self) -> float:
        """Most heat removed: the compressor loses capacity in the heat, the economiser helps."""
        too_hot_k = max(self.outside_c - DERATES_ABOVE_C, 0.0)
        if too_hot_k == 0.0 or self.plant.carnot_share == 0.0:
            return self.plant.capacity_kw
        compressor_share = max(1.0 - self.plant.derate_per_k * too_hot_k, 0.0)
        return self.plant.capacity_kw * min(self.free_share + compressor_share, 1.0)

    @property
    def cop(self) -> float:
        """A share of Carnot's coefficient; head-pressure control keeps a least lift."""
        evaporator_c = self.supply_c - self.plant.evaporator_approach_k
        lift_k = max(self.outside_c + self.plant.condenser_approach_k - evaporator_c, LEAST_LIFT_K)
        return min(self.plant.carnot_share * (evaporator_c + KELVIN) / lift_k, LARGEST_COP)

    def compressor_kw(self, heat_kw: float) -> float:
        """Full power at the temperatures of now, times EnergyPlus's part-load curve; it cycles below 15 %."""
        if self.plant.carnot_share == 0.0:
            return 0.0
        load = heat_kw * (1.0 - self.free_share) / self.plant.capacity_kw
        steady = max(load, CYCLING_BELOW)
        part_load = (0.03303 + 0.6852 * steady + 0.2818 * steady**2) * load / steady
        return self.plant.capacity_kw / self.cop * part_load

    def rejection_kw(self, heat_kw: float) -> float:
        """Outdoor fans by the cube law; they slow down where the coolant is warmer than it need be."""
        share = heat_kw / self.plant.capacity_kw / max(self.drive, 1.0)
        return (
            self.plant.rejection_kw_per_kw * self.plant.capacity_kw * min(max(share, self.plant.least_flow), 1.0) ** 3
        )

    def power_kw(self, heat_kw: float, flow: float) -> float:
        """All electricity, the coolant at this flow."""
        if heat_kw <= LEAST_LOAD * self.plant.capacity_kw:
            return 0.0
        transport_kw = self.plant.transport_kw_per_kw * self.plant.capacity_kw * flow**3
        return transport_kw + self.rejection_kw(heat_kw) + self.compressor_kw(heat_kw)

    def water_l_per_h(self, heat_kw: float) -> float:
        """For the room's humidity, for what a tower evaporates, for the assist of the air that takes up the heat."""
        if heat_kw <= LEAST_LOAD * self.plant.capacity_kw:
            return 0.0
        evaporating_kw = 0.0
        if self.plant.wet:
            evaporating_kw += heat_kw + self.compressor_kw(heat_kw)
        evaporating_kw += heat_kw * self.assist_k / self.plant.rise_k
        return self.plant.humidify_l_per_kwh * heat_kw + self.plant.makeup_l_per_kwh * evaporating_kw


def working(plant: Record, set_point_c: float, weather: Record) -> Working:
    """A plant at its set-point, or, without a compressor, at what the weather lets it reach."""
    at_set_point = Working(plant, set_point_c, weather)
    if plant.carnot_share > 0.0:
        return at_set_point
    return Working(plant, max(set_point_c, at_set_point.outside_c + plant.free_approach_k), weather)


def coolant_flow(plant: Record, heat_kw: float, relative: float) -> float:
    """Over the design flow: it follows the heat, times `relative`, never below the least nor above the design flow."""
    follows = max(heat_kw / plant.capacity_kw, plant.least_flow)
    return min(max(follows * relative, plant.least_flow), 1.0)


def cool(fleet: Fleet, now: Now) -> None:
    for module in fleet.modules:
        weather, moved = now.zones[module.site.fixed.zone], module.moved
        set_points_c = module.wanted.supply_c, module.plants[1].supply_c
        for side, heat_kw in enumerate(moved.heat_removed_kw):
            if heat_kw > 0.0:
                plant = working(module.plants[side], set_points_c[side], weather)
                flow = moved.coolant_flow if side == 0 else coolant_flow(plant.plant, heat_kw, 1.0)
                moved.plant_kw[side] = plant.power_kw(heat_kw, flow)
                moved.water_l += plant.water_l_per_h(heat_kw) * fleet.step_h
