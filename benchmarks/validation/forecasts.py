"""Forecasts against published errors and against what anybody can do: the last value, the day before."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from wattshift.scenario import load_scenario
from wattshift.traces import CARBON, PRICE, SOLAR, TEMPERATURE, WIND, Demand, Traces, TraceSpec, build_traces

from .check import Check, Section

ZONES = ("CAL", "TEX", "DE", "GB", "NSW", "ON")
SEED = 5
LAST_H = 24
Floats = NDArray[np.float64]

TEXT = (
    "A synthetic year in hours. Errors are root mean squares of forecast less truth; of several zones the mean. The "
    "last value is the mean of the last whole hour before the issue."
)
SGIP = "WattTime's marginal forecasts for California's SGIP, SCE, January and July 2020, recomputed"


@cache
def year() -> Traces:
    """The zones with the demand of `tiny`."""
    demand = load_scenario("tiny").demand()
    return build_traces(Demand.model_validate({**demand.model_dump(), "zones": ZONES}), TraceSpec(seed=SEED), 3600)


def rms(values: Floats) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))


def error(quantity: int, zone: str, lead: int) -> float:
    """Of the forecasts at a lead in hours."""
    traces, z = year(), ZONES.index(zone)
    series = (traces.carbon_kg_per_kwh, traces.price_usd_per_kwh, traces.temp_c, traces.solar_share, traces.wind_share)
    truth = series[quantity][:, z].astype(np.float64)
    ends = len(truth) - LAST_H
    return rms(traces.forecast[:ends, quantity, z, lead - 1] - truth[lead : ends + lead])


def mean_error(quantity: int, zones: tuple[str, ...]) -> float:
    """Over zones, a day ahead."""
    return float(np.mean([error(quantity, zone, LAST_H) for zone in zones]))


def over_lag(quantity: int, zone: str, lead: int, lag: int) -> float:
    """Error at a lead over that of the value `lag` hours before the target."""
    traces, z = year(), ZONES.index(zone)
    truth = (traces.carbon_kg_per_kwh, traces.price_usd_per_kwh)[quantity][:, z].astype(np.float64)
    return error(quantity, zone, lead) / rms(truth[lag:] - truth[:-lag])


def demand_error() -> float:
    """Mean absolute percentage error of the flows' rates a day ahead."""
    traces = year()
    ends = len(traces.clock) - LAST_H
    truth = traces.request_rate_per_s[LAST_H:].astype(np.float64)
    return float(100.0 * np.mean(np.abs(traces.request_forecast_per_s[:ends, :, -1] / truth - 1.0)))


def section() -> Section:
    """Everything the page says about forecasts."""
    checks = [
        Check(
            "temperature a day ahead, mid-latitudes",
            "1.5-2 K",
            mean_error(TEMPERATURE, ("TEX", "DE", "ON")),
            1.2,
            2.0,
            "K",
            "estimate of common errors at stations",
        ),
        Check(
            "photovoltaics a day ahead, of capacity",
            "2.9 % (Germany) .. 7-9 % (a plant, all hours)",
            100.0 * mean_error(SOLAR, ZONES),
            2.9,
            9.0,
            "%",
            "ZSW 2014; Larson et al. 2016, Renewable Energy 91, 11",
        ),
        Check(
            "wind a day ahead, of capacity",
            "3.4-4.5 % (Germany) .. 10-15 % (a farm)",
            100.0 * mean_error(WIND, ZONES),
            3.4,
            15.0,
            "%",
            "ZSW 2014; as quoted in Energies 11, 824 (2018)",
        ),
        Check(
            "carbon a day ahead, Germany",
            "58 g/kWh",
            1000.0 * error(CARBON, "DE", LAST_H),
            43.0,
            73.0,
            "g/kWh",
            "Energy Informatics 7:2 (2024), within 25 %",
        ),
        Check(
            "price a day ahead over the day before, Germany",
            "about half",
            over_lag(PRICE, "DE", LAST_H, LAST_H),
            0.4,
            0.6,
            "",
            "order of the mean absolute errors in Lago et al. 2021, Applied Energy 293, 116983",
        ),
        Check("request rates a day ahead", "about 10 % (clusters)", demand_error(), 5.0, 15.0, "%", "estimate"),
    ]
    for lead, low, high in ((1, 0.73, 0.78), (2, 0.61, 0.78), (3, 0.53, 0.71)):
        ours = float(np.mean([over_lag(CARBON, zone, lead, lead + 1) for zone in ("DE", "GB")]))
        published = f"{low:.2f}-{high:.2f}"
        checks.append(
            Check(
                f"carbon at {lead} h over the last value, DE and GB", published, ours, low - 0.05, high + 0.05, "", SGIP
            )
        )
    return Section("Forecasts", TEXT, checks)
