"""From hourly zones and a demand to `Traces` on the step grid."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces import forecast
from wattshift.traces.clock import HOUR_S, Hours, clock_features, month_number
from wattshift.traces.demand import demand_series
from wattshift.traces.interpolate import (
    from_hour_means,
    from_instants,
    from_intervals,
    hour_means,
    step_middles_s,
)
from wattshift.traces.series import CARBON, LEADS, PRICE, SOLAR, TEMPERATURE, ZONE, Traces, nothing_replayed
from wattshift.traces.spec import Demand, Shape
from wattshift.traces.weather import wet_bulb_c
from wattshift.traces.wind import turbine_share
from wattshift.traces.zone_hours import ZoneHours, pv_at
from wattshift.traces.zones import Place, Zone

Floats = NDArray[np.float64]


class ZoneSteps(NamedTuple):
    """One zone on the step grid, margin included."""

    carbon_kg_per_kwh: Floats
    marginal_kg_per_kwh: Floats
    price_usd_per_kwh: Floats
    temp_c: Floats
    wet_bulb_c: Floats
    solar_share: Floats
    wind_share: Floats


def zone_steps(times_s: NDArray[np.int64], hours: Hours, place: Place, zone: ZoneHours) -> ZoneSteps:
    """Interpolate one zone as `interpolate` says; photovoltaics and wind turbines are recomputed at every step."""
    weather = zone.weather
    return ZoneSteps(
        from_hour_means(times_s, hours, zone.carbon_kg_per_kwh),
        from_hour_means(times_s, hours, zone.marginal_kg_per_kwh),
        from_intervals(times_s, hours, zone.price_usd_per_kwh),
        from_instants(times_s, hours, weather.temp_c),
        from_instants(times_s, hours, wet_bulb_c(weather.temp_c, weather.humidity)),
        pv_at(times_s, place, hours, weather),
        turbine_share(from_instants(times_s, hours, weather.wind_m_per_s)),
    )


def zone_forecasts(name: str, steps: ZoneSteps, hours: Hours, steps_per_hour: int, seed: int) -> NDArray[np.float32]:
    """Forecasts `[T, 4, LEADS]` of one zone."""
    issued = np.empty((hours.n_hours, 4, LEADS), np.float32)
    quantities = (
        (CARBON, "carbon", steps.carbon_kg_per_kwh),
        (PRICE, "price", steps.price_usd_per_kwh),
        (TEMPERATURE, "temperature", steps.temp_c),
        (SOLAR, "solar", steps.solar_share),
    )
    for quantity, title, series in quantities:
        truth = hour_means(series, steps_per_hour)
        mean, sd = forecast.climatology(truth, hours.begin_s())
        key = f"{name}/forecast/{title}"
        issued[:, quantity] = forecast.issue(truth, mean, sd, quantity, key, hours, seed)
    return issued


def demand_columns(
    times_s: NDArray[np.int64], hours: Hours, means: Sequence[float], shapes: Sequence[Shape], kind: str, seed: int
) -> NDArray[np.float32]:
    """Rates `[len(times_s), n]`; the n-th series is seeded by its number, not by its neighbours."""
    columns = np.empty((len(times_s), len(means)), np.float32)
    for n, (mean, shape) in enumerate(zip(means, shapes, strict=True)):
        columns[:, n] = demand_series(times_s, hours, mean, shape, f"{kind}/{n}", seed)
    return columns


def assemble(
    hours: Hours, zones: Sequence[Zone], hourly: Sequence[ZoneHours], demand: Demand, step_s: int, seed: int
) -> Traces:
    """Put everything on the step grid and drop the margin.

    Args:
        hours: the hours covered.
        zones: catalog entries, in the order of `demand.zones`.
        hourly: hourly series of the same zones.
        demand: flows and streams.
        step_s: step length, a divisor of 3600.
        seed: of demand and of forecast errors.
    """
    steps_per_hour = HOUR_S // step_s
    n_rows = hours.n_hours * steps_per_hour
    times_s = step_middles_s(hours, step_s)
    table = np.empty((n_rows, len(zones)), ZONE)
    forecasts = np.empty((hours.n_hours, 4, len(zones), LEADS), np.float32)
    for z, (name, zone, one) in enumerate(zip(demand.zones, zones, hourly, strict=True)):
        steps = zone_steps(times_s, hours, zone.place, one)
        for field, values in steps._asdict().items():
            table[field][:, z] = values[:n_rows]
        forecasts[:, :, z] = zone_forecasts(name, steps, hours, steps_per_hour, seed)

    inside_s = times_s[:n_rows]
    begin_s = inside_s - step_s // 2
    return Traces(
        step_s=float(step_s),
        start_s=hours.start_s,
        clock=np.ascontiguousarray(clock_features(begin_s), dtype=np.float32),
        month=month_number(begin_s),
        zones=table,
        request_rate_per_s=demand_columns(
            inside_s, hours, demand.flow_mean_per_s, demand.flow_shapes, "requests", seed
        ),
        job_rate_per_h=demand_columns(inside_s, hours, demand.stream_mean_per_h, demand.stream_shapes, "jobs", seed),
        forecast=forecasts,
        mean_price_usd_per_kwh=table["price_usd_per_kwh"].mean(axis=0, dtype=np.float64),
        mean_carbon_kg_per_kwh=table["carbon_kg_per_kwh"].mean(axis=0, dtype=np.float64),
        **nothing_replayed(n_rows, len(demand.flow_shapes), len(demand.stream_shapes)),
    )
