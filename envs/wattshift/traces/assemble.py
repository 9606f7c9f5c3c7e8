"""From hourly zones and a demand to `Traces` on the step grid."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.traces.clock import HOUR_S, Hours, clock_features, month_number
from wattshift.traces.demand import demand_series
from wattshift.traces.forecast import Issued, Occasion, Subject, issue
from wattshift.traces.interpolate import (
    from_hour_means,
    from_instants,
    from_intervals,
    hour_means,
    step_middles_s,
)
from wattshift.traces.series import (
    CARBON,
    FORECAST_QUANTITIES,
    LEADS,
    MARGINAL,
    SOLAR,
    ZONE,
    Traces,
    nothing_replayed,
)
from wattshift.traces.solar import REFERENCE_W_PER_M2, clear_sky_w_per_m2
from wattshift.traces.spec import Demand, ForecastKind, Shape, TraceSpec
from wattshift.traces.weather import wet_bulb_c
from wattshift.traces.wind import turbine_share
from wattshift.traces.zone_hours import ZoneHours, pv_at
from wattshift.traces.zones import Place, Zone

Floats = NDArray[np.float64]

PAST_STEP_S = 900
"""Step at which the past is computed: forecasts need hour means of it only."""

CORRELATED = FORECAST_QUANTITIES[:MARGINAL]
"""Quantities of a zone whose forecast errors the table correlates, in the order of `Traces.forecast`."""


class Record(NamedTuple):
    """Zones over some hours: those of the traces, or the year before them, from which forecasts know the climate."""

    hours: Hours
    zones: Sequence[ZoneHours]  # in the order of `Demand.zones`


class ZoneSteps(NamedTuple):
    """One zone on the step grid, margin included."""

    carbon_kg_per_kwh: Floats
    marginal_kg_per_kwh: Floats
    price_usd_per_kwh: Floats
    temp_c: Floats
    wet_bulb_c: Floats
    solar_share: Floats
    wind_share: Floats

    def forecast(self) -> tuple[Floats, ...]:
        """The series that are forecast, in the order of `CORRELATED`; the marginal intensity is apart."""
        return self.carbon_kg_per_kwh, self.price_usd_per_kwh, self.temp_c, self.solar_share, self.wind_share


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


def targets(series: Floats, hours: Hours, step_s: int) -> Floats:
    """Hour means `[n_hours + LEADS]` of a step series, over the hours that forecasts aim at."""
    per_hour = HOUR_S // step_s
    return hour_means(series[: (hours.n_hours + LEADS) * per_hour], per_hour)


def known(series: Floats, past_hours: Hours) -> Floats:
    """Hour means `[n_hours]` of a series of the past in steps of `PAST_STEP_S`, without its margin."""
    return hour_means(series, HOUR_S // PAST_STEP_S)[: past_hours.n_hours]


def zone_subjects(place: Place, truth: Sequence[Floats], past: Sequence[Floats], hours: Hours) -> list[Subject]:
    """What is forecast of one zone, from hour means; no forecast of the sun exceeds a clear sky's."""
    clear = clear_sky_w_per_m2(step_middles_s(hours, PAST_STEP_S), place.latitude_deg, place.longitude_deg)
    limits: list[Floats | float] = [np.inf] * len(CORRELATED)
    limits[SOLAR] = targets(clear / REFERENCE_W_PER_M2, hours, PAST_STEP_S)
    return [
        Subject(quantity, before, after, place.timezone, limit)
        for quantity, before, after, limit in zip(CORRELATED, past, truth, limits, strict=True)
    ]


def issue_marginal(kind: ForecastKind, steps: ZoneSteps, subject: Subject, occasion: Occasion, issued: Issued) -> None:
    """Fill a zone's forecasts of the marginal intensity, `issued[:, MARGINAL]`, once those of the average are there.

    It is forecast as well as the average is, whose numbers in the table rest on marginal forecasts too, with errors of
    its own. Where the average stands in for a marginal series, its forecast does as well.

    Args:
        kind: as for `issue`.
        steps: of the zone.
        subject: the marginal intensity, under the average's name in the table.
        occasion: of the zone's other forecasts.
        issued: `[n_hours, Q, LEADS]`, may be a view.
    """
    if np.array_equal(steps.marginal_kg_per_kwh, steps.carbon_kg_per_kwh):
        issued[:, MARGINAL] = issued[:, CARBON]
    else:
        own = occasion._replace(name=f"{occasion.name}/marginal")
        issue(kind, [subject], own, issued[:, MARGINAL : MARGINAL + 1])


class Rates(NamedTuple):
    """Rates of several series and their forecasts."""

    rows: NDArray[np.float32]  # [R, n]
    forecast: NDArray[np.float32]  # [T, n, LEADS]


def demand_rates(
    kind: str,
    means: Sequence[float],
    shapes: Sequence[Shape],
    hours: Hours,
    past_hours: Hours,
    step_s: int,
    spec: TraceSpec,
) -> Rates:
    """Demand of one kind; the n-th series is seeded by its number, not by its neighbours."""
    n_rows = hours.n_hours * (HOUR_S // step_s)
    times_s = step_middles_s(hours, step_s)[: n_rows + LEADS * (HOUR_S // step_s)]
    past_s = step_middles_s(past_hours, PAST_STEP_S)[: past_hours.n_hours * (HOUR_S // PAST_STEP_S)]
    rates = Rates(np.empty((n_rows, len(means)), np.float32), np.empty((hours.n_hours, len(means), LEADS), np.float32))
    for n, (mean, shape) in enumerate(zip(means, shapes, strict=True)):
        name = f"{kind}/{n}"
        truth = demand_series(times_s, hours, mean, shape, name, spec.seed)
        past = demand_series(past_s, past_hours, mean, shape, name, spec.seed, since_s=hours.start_s)
        rates.rows[:, n] = truth[:n_rows]
        subject = Subject("demand", known(past, past_hours), targets(truth, hours, step_s), shape.timezone)
        occasion = Occasion(f"{name}/forecast", past_hours, hours, spec.seed)
        issue(spec.forecast, [subject], occasion, rates.forecast[:, n : n + 1])
    return rates


def assemble(now: Record, past: Record, zones: Sequence[Zone], demand: Demand, step_s: int, spec: TraceSpec) -> Traces:
    """Put everything on the step grid, issue forecasts and drop the margin.

    Args:
        now: hourly series of the zones over the hours of the traces.
        past: the same over the year before, known to forecasts.
        zones: catalog entries, in the order of `demand.zones`.
        demand: flows and streams.
        step_s: step length, a divisor of 3600.
        spec: seed of demand and of forecast errors, and what forecasts are.
    """
    hours = now.hours
    n_rows = hours.n_hours * (HOUR_S // step_s)
    times_s, past_s = step_middles_s(hours, step_s), step_middles_s(past.hours, PAST_STEP_S)
    table = np.empty((n_rows, len(zones)), ZONE)
    forecasts = np.empty((hours.n_hours, len(FORECAST_QUANTITIES), len(zones), LEADS), np.float32)
    for z, (name, zone) in enumerate(zip(demand.zones, zones, strict=True)):
        steps = zone_steps(times_s, hours, zone.place, now.zones[z])
        for field, values in steps._asdict().items():
            table[field][:, z] = values[:n_rows]
        before = zone_steps(past_s, past.hours, zone.place, past.zones[z])
        subjects = zone_subjects(
            zone.place,
            [targets(series, hours, step_s) for series in steps.forecast()],
            [known(series, past.hours) for series in before.forecast()],
            hours,
        )
        occasion = Occasion(f"{name}/forecast", past.hours, hours, spec.seed)
        issue(spec.forecast, subjects, occasion, forecasts[:, :MARGINAL, z])
        marginal = Subject(
            FORECAST_QUANTITIES[CARBON],
            known(before.marginal_kg_per_kwh, past.hours),
            targets(steps.marginal_kg_per_kwh, hours, step_s),
            zone.place.timezone,
        )
        issue_marginal(spec.forecast, steps, marginal, occasion, forecasts[:, :, z])

    begin_s = times_s[:n_rows] - step_s // 2
    requests = demand_rates("requests", demand.flow_mean_per_s, demand.flow_shapes, hours, past.hours, step_s, spec)
    jobs = demand_rates("jobs", demand.stream_mean_per_h, demand.stream_shapes, hours, past.hours, step_s, spec)
    return Traces(
        step_s=float(step_s),
        start_s=hours.start_s,
        clock=np.ascontiguousarray(clock_features(begin_s), dtype=np.float32),
        month=month_number(begin_s),
        zones=table,
        request_rate_per_s=requests.rows,
        job_rate_per_h=jobs.rows,
        forecast=forecasts,
        request_forecast_per_s=requests.forecast,
        job_forecast_per_h=jobs.forecast,
        mean_price_usd_per_kwh=table["price_usd_per_kwh"].mean(axis=0, dtype=np.float64),
        mean_carbon_kg_per_kwh=table["carbon_kg_per_kwh"].mean(axis=0, dtype=np.float64),
        mean_marginal_kg_per_kwh=table["marginal_kg_per_kwh"].mean(axis=0, dtype=np.float64),
        **nothing_replayed(n_rows, len(demand.flow_shapes), len(demand.stream_shapes)),
    )
