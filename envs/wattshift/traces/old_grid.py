"""Synthetic grid: carbon intensity and price of a zone, both driven by its sun, its wind and its clock.

Carbon is a logistic curve between the zone's floor and ceiling, so it stays within bounds without ever being
cut off. Its driver adds season, two humps of the local day, the weekend, the zone's photovoltaic output with an
explicit weight, and noise on two time scales: what wind and outages do over days, what demand does over hours.
A single autoregression cannot do both: in real series the correlation after a day is far below the 24th power
of that after an hour.

Price is exponential in a driver of the same kind, whose noise is correlated with carbon's, less what a glut of
clean energy takes off (at solar noon or on windy nights, below zero if strong), plus rare spikes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours, local_hour, local_week_hour, midnight_s, season
from wattshift.traces.curves import hump, logistic, logit, softplus, weekend
from wattshift.traces.noise import generator, two_scales, years_of
from wattshift.traces.zones import Carbon, Glut, Price, Spikes, Zone

Floats = NDArray[np.float64]

GLUT_SOFTNESS = 0.3  # width over which the glut sets in, in standard deviations of carbon noise
NIGHT_HOUR, NIGHT_WIDTH_H = 3.0, 2.5
SPIKE_LONGEST_H = 5
SPIKE_SPREAD_H = 1.5  # standard deviation of a spike's first hour around its usual hour


class Grid(NamedTuple):
    """Hourly means of one zone, margin included."""

    carbon_kg_per_kwh: Floats
    price_usd_per_kwh: Floats


def regular(model: Carbon | Price, hours: Hours, timezone: str, pv: Floats) -> Floats:
    """The predictable part of a driver: season, day, weekend and sun."""
    middle_s = hours.middle_s()
    hour = local_hour(middle_s, timezone)
    humps = sum(bump.height * hump(hour, bump.hour, bump.width_h) for bump in model.humps)
    return (
        model.season * season(middle_s, model.peak_day)
        + humps
        + model.weekend * weekend(local_week_hour(middle_s, timezone))
        - model.solar_pull * pv
    )


def carbon_kg_per_kwh(model: Carbon, regular_part: Floats, noise: Floats) -> Floats:
    """Intensity between floor and ceiling."""
    span = model.ceiling_g_per_kwh - model.floor_g_per_kwh
    middle = logit((model.middle_g_per_kwh - model.floor_g_per_kwh) / span)
    return (model.floor_g_per_kwh + span * logistic(middle + regular_part + noise)) / 1000.0


def glut_usd_per_kwh(model: Glut, hours: Hours, timezone: str, pv: Floats, dirtier: Floats) -> Floats:
    """What a surplus takes off the price; `dirtier` is carbon's noise in standard deviations."""
    night = hump(local_hour(hours.middle_s(), timezone), NIGHT_HOUR, NIGHT_WIDTH_H)
    excess = model.solar * pv + model.night * night - dirtier - model.threshold
    return model.usd_per_kwh * GLUT_SOFTNESS * softplus(excess / GLUT_SOFTNESS)


def spikes_usd_per_kwh(
    zone_name: str, model: Spikes, peak_day: float, hours: Hours, timezone: str, seed: int
) -> Floats:
    """Scarcity added to the price: a Poisson number of spikes a year, one to five hours, exponential height."""
    added = np.zeros(hours.n_with_margin)
    likely = 1.0 + model.season * season(hours.begin_s(), peak_day)
    hour = local_hour(hours.begin_s(), timezone)
    for year in years_of(hours):
        rng = generator(seed, year, f"{zone_name}/spikes")
        year_first = (midnight_s(year) - hours.start_s) // HOUR_S
        n_candidates = rng.poisson(model.per_year * (1.0 + model.season))
        for _ in range(n_candidates):  # thinned to the season: every candidate uses the same five draws
            day = int(rng.integers(365))
            first_hour = model.hour + SPIKE_SPREAD_H * rng.standard_normal()
            length_h = int(rng.integers(1, SPIKE_LONGEST_H + 1))
            height = model.usd_per_kwh * rng.exponential()
            keep = rng.uniform() * (1.0 + model.season)
            noon = year_first + 24 * day + 12
            if not 0 <= noon < hours.n_with_margin or keep > likely[noon]:
                continue
            begin = noon + round((first_hour - hour[noon] + 12) % 24 - 12)
            span = slice(max(begin, 0), begin + length_h)
            added[span] = np.maximum(added[span], height)
    return added


def synthetic_grid(zone_name: str, zone: Zone, hours: Hours, pv: Floats, seed: int) -> Grid:
    """Carbon and price of one zone; `pv` is the hourly mean output of its photovoltaics, 0..1."""
    timezone = zone.place.timezone
    carbon, price = zone.carbon, zone.price
    carbon_noise = two_scales(seed, f"{zone_name}/carbon", hours, carbon.noise)
    price_noise = two_scales(seed, f"{zone_name}/price", hours, price.noise)

    dirtier = carbon_noise / np.hypot(carbon.noise.slow_sd, carbon.noise.fast_sd)
    price_sd = np.hypot(price.noise.slow_sd, price.noise.fast_sd)
    own_share = np.sqrt(1.0 - price.carbon_rho**2)
    driver = regular(price, hours, timezone, pv) + own_share * price_noise + price.carbon_rho * price_sd * dirtier
    return Grid(
        carbon_kg_per_kwh(carbon, regular(carbon, hours, timezone, pv), carbon_noise),
        price.middle_usd_per_kwh * np.exp(driver)
        - glut_usd_per_kwh(price.glut, hours, timezone, pv, dirtier)
        + spikes_usd_per_kwh(zone_name, price.spikes, price.peak_day, hours, timezone, seed),
    )
