"""Published yearly means of zones without hourly data at hand: a coarse look, not counted among the cells."""

from collections.abc import Sequence

import numpy as np
from validation.check import Check

from calibration.samples import Year

WITHIN = 0.25
"""Wide, for the methods behind such figures change: India is 12 % below its own hourly files of 2023."""

USD_PER_EUR = 1.0776
SEK_PER_EUR_2023 = 11.48  # European Central Bank, mean of the reference rates of 2023

ELECTRICITY_MAPS = "Electricity Maps, life cycle, consumption of 2023, by way of CO2.js (Green Web Foundation)"
CARBON_G_PER_KWH = {"FR": (49.0, ELECTRICITY_MAPS), "SE": (23.0, f"{ELECTRICITY_MAPS}, zone SE-SE3")}
PRICE_USD_PER_MWH = {
    "SE": (591.4 / SEK_PER_EUR_2023 * USD_PER_EUR, "59.14 öre/kWh, mean of SE3 2023, elmarknad.se after Nord Pool"),
}


def published_checks(zone: str, synthetic: Sequence[Year]) -> list[Check]:
    """Yearly means of the model beside published ones, where there are any."""
    carbon_g_per_kwh = [year.carbon_g_per_kwh.values.mean() for year in synthetic if year.carbon_g_per_kwh]
    price_usd_per_mwh = [year.price_usd_per_mwh.values.mean() for year in synthetic if year.price_usd_per_mwh]
    found = (
        ("carbon, mean of the year", "g/kWh", CARBON_G_PER_KWH, carbon_g_per_kwh),
        ("price, mean of the year", "USD/MWh", PRICE_USD_PER_MWH, price_usd_per_mwh),
    )
    checks = []
    for what, unit, figures, values in found:
        if zone in figures:
            mean, source = figures[zone]
            low, high = (1.0 - WITHIN) * mean, (1.0 + WITHIN) * mean
            checks.append(Check(what, f"{mean:.3g} {unit}", float(np.mean(values)), low, high, unit, source))
    return checks
