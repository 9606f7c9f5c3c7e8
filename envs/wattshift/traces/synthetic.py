"""Synthetic zones: weather first, then the sun's output, then the grid that it feeds."""

from wattshift.traces.clock import Hours
from wattshift.traces.grid import synthetic_grid
from wattshift.traces.synoptic import drivers
from wattshift.traces.weather import synthetic_weather, zone_wide
from wattshift.traces.zone_hours import ZoneHours, pv_hour_means
from wattshift.traces.zones import Zone


def synthetic_zone(name: str, zone: Zone, hours: Hours, seed: int) -> ZoneHours:
    """Every hourly series of one zone; depends on nothing but the zone, the hours and the seed."""
    noises = drivers(name, zone, hours, seed)
    weather = synthetic_weather(zone, hours, noises)
    pv = pv_hour_means(zone.place, hours, zone_wide(weather, zone.climate, hours, noises))
    grid = synthetic_grid(name, zone, hours, pv, seed)
    return ZoneHours(weather, grid.carbon_kg_per_kwh, grid.price_usd_per_kwh)
