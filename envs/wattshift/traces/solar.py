"""Output of a photovoltaic system from the sun's position, cloud cover and air temperature.

One model for synthetic and real weather: pvlib's clear sky of Ineichen and Perez (2002), dimmed by cloud, on an array
on a flat roof (low tilt: plane-of-array irradiance is taken equal to global horizontal), with the cells' loss of
efficiency when hot.
"""

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import Seconds, solar_hour, year_fraction

Floats = NDArray[np.float64]

LINKE_TURBIDITY = 3.0  # clear sky: 2 very clean, 3 usual, 5 hazy or humid
CLOUD_SHADE, CLOUD_EXPONENT = 0.75, 3.4  # Kasten & Czeplak (1980)
REFERENCE_W_PER_M2 = 1000.0
PERFORMANCE_RATIO = 0.86  # wiring, soiling, inverter: PVWatts v5 manual (NREL/TP-6A20-62641), default 14 % losses
DERATE_PER_K = 0.004  # crystalline silicon, same manual (-0.37 to -0.47 %/K)
HEATING_K_M2_PER_W = 0.031  # (NOCT 45 C - 20 C) / 800 W/m2


def cos_zenith(times_s: Seconds, latitude_deg: float, longitude_deg: float) -> Floats:
    """Cosine of the sun's angle from the zenith, without refraction; negative at night.

    Declination and equation of time by Spencer (1971), through pvlib: within 0.04 degrees and 0.6 minutes.
    """
    from pvlib.solarposition import declination_spencer71, equation_of_time_spencer71

    day_of_year = 1.0 + 365.25 * year_fraction(times_s)
    declination = declination_spencer71(day_of_year)
    true_solar_hour = solar_hour(times_s, longitude_deg) + equation_of_time_spencer71(day_of_year) / 60.0
    hour_angle = 2 * np.pi / 24 * (true_solar_hour - 12.0)
    latitude = np.radians(latitude_deg)
    return np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)


def clear_sky_w_per_m2(times_s: Seconds, latitude_deg: float, longitude_deg: float) -> Floats:
    """Global horizontal irradiance without clouds, at sea level; zero while the sun is down.

    Ineichen & Perez (2002), Solar Energy 73, 151, by pvlib, air mass after Kasten & Young (1989). A turbidity of 3
    everywhere agrees best with the clear hours of the typical years of Sydney and Helsinki (IWEC), within 6 % where
    the sun is higher than 9 degrees.
    """
    from pvlib.atmosphere import get_relative_airmass
    from pvlib.clearsky import ineichen

    height = cos_zenith(times_s, latitude_deg, longitude_deg)
    day = height > 0.0
    zenith_deg = np.degrees(np.arccos(np.minimum(height[day], 1.0)))
    irradiance = np.zeros(len(times_s))
    irradiance[day] = ineichen(zenith_deg, get_relative_airmass(zenith_deg), LINKE_TURBIDITY)["ghi"]
    return irradiance


def cloud_transmission(cloud: Floats) -> Floats:
    """Share of clear-sky irradiance that passes: Kasten & Czeplak (1980), Solar Energy 24, 177: 1 - 0.75 N^3.4."""
    return 1.0 - CLOUD_SHADE * cloud**CLOUD_EXPONENT


def pv_share(irradiance_w_per_m2: Floats, temp_c: Floats) -> Floats:
    """AC output per kW installed, 0..1."""
    cell_c = temp_c + HEATING_K_M2_PER_W * irradiance_w_per_m2
    efficiency = PERFORMANCE_RATIO * (1.0 - DERATE_PER_K * (cell_c - 25.0))
    return irradiance_w_per_m2 / REFERENCE_W_PER_M2 * efficiency
