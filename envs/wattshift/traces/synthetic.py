"""Synthetic zones: weather first, then the sun's output, then the grid that all of it drives."""

from wattshift.traces.clock import Hours
from wattshift.traces.grid import Conditions, synthetic_grid
from wattshift.traces.grid.storage import DAY_H
from wattshift.traces.spec import Regime
from wattshift.traces.synoptic import drivers
from wattshift.traces.weather import Weather, synthetic_weather, zone_wide
from wattshift.traces.zone_hours import ZoneHours, pv_hour_means
from wattshift.traces.zones import Zone


def conditions(name: str, zone: Zone, hours: Hours, seed: int) -> tuple[Weather, Conditions]:
    """Weather of the place, and what the zone's power system sees of it."""
    noises = drivers(name, zone, hours, seed)
    weather = synthetic_weather(zone, hours, noises)
    pv = pv_hour_means(zone.place, hours, zone_wide(weather, zone.climate, hours, noises))
    return weather, Conditions(weather.temp_c, weather.wind_m_per_s, pv)


def synthetic_zone(name: str, zone: Zone, hours: Hours, seed: int, regime: Regime = "usual") -> ZoneHours:
    """Every hourly series of one zone; depends on nothing but the arguments.

    It is made a day longer and cut, because storage plans whole days: so the last hours do not depend on where a build
    ends.

    Raises:
        TraceError: the catalog has no grid of that name, or it is faulty.
    """
    longer = Hours(hours.start_s, hours.n_hours + DAY_H)
    weather, seen = conditions(name, zone, longer, seed)
    grid = synthetic_grid(name, zone, longer, seen, seed, regime)
    whole = slice(hours.n_with_margin)
    return ZoneHours(
        Weather(*(series[whole] for series in weather)),
        grid.carbon_kg_per_kwh[whole],
        grid.marginal_kg_per_kwh[whole],
        grid.price_usd_per_kwh[whole],
    )
