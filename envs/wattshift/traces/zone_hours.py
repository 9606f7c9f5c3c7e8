"""Hourly series of one zone, the meeting point of the synthetic model and the readers of real files."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours
from wattshift.traces.interpolate import from_instants, hour_means
from wattshift.traces.solar import clear_sky_w_per_m2, cloud_transmission, pv_share
from wattshift.traces.weather import Weather
from wattshift.traces.zones import Place

Floats = NDArray[np.float64]

PV_SAMPLES_PER_HOUR = 4


class ZoneHours(NamedTuple):
    """Weather at the start, carbon and price as means of every hour, margin included."""

    weather: Weather
    carbon_kg_per_kwh: Floats  # average, life cycle
    marginal_kg_per_kwh: Floats
    price_usd_per_kwh: Floats


def pv_at(times_s: NDArray[np.int64], place: Place, hours: Hours, weather: Weather) -> Floats:
    """AC output per kW of photovoltaics at any times within the hours."""
    clear_w_per_m2 = clear_sky_w_per_m2(times_s, place.latitude_deg, place.longitude_deg)
    passed = cloud_transmission(from_instants(times_s, hours, weather.cloud))
    return pv_share(clear_w_per_m2 * passed, from_instants(times_s, hours, weather.temp_c))


def pv_hour_means(place: Place, hours: Hours, weather: Weather) -> Floats:
    """Hourly mean output, from a fixed number of samples so that the grid does not depend on the step."""
    spacing_s = HOUR_S // PV_SAMPLES_PER_HOUR
    n_samples = hours.n_with_margin * PV_SAMPLES_PER_HOUR
    times_s = hours.start_s + spacing_s // 2 + spacing_s * np.arange(n_samples, dtype=np.int64)
    return hour_means(pv_at(times_s, place, hours, weather), PV_SAMPLES_PER_HOUR)
