"""Traces drawn on the spot: weather from frost to heat waves, storms and calms, negative prices, a change of month."""

import calendar
from datetime import UTC, datetime

import numpy as np

from wattshift.scenario import Scenario
from wattshift.traces import Traces
from wattshift.traces.replay import Jobs, replay_jobs
from wattshift.traces.series import FORECAST_QUANTITIES, LEADS, ZONE, nothing_replayed


def wild_traces(rng: np.random.Generator, scenario: Scenario, step_s: float, rows: int) -> Traces:
    """Series around the scenario's mean rates, on the hour; a month ends in their middle. Some demand is replayed."""
    demand = scenario.demand()
    n_zones = len(demand.zones)
    middle_s = calendar.timegm((2024, int(rng.integers(1, 13)), 1, 0, 0, 0))
    start_s = middle_s - int(rng.integers(0, int(rows * step_s // 3600.0) + 1)) * 3600
    zones = np.zeros((rows, n_zones), ZONE)
    hours = np.arange(rows)[:, None] * step_s / 3600.0 + rng.uniform(0.0, 24.0)
    sun = np.sin(2.0 * np.pi * (hours - 6.0) / 24.0)
    zones["temp_c"] = rng.uniform(-10.0, 38.0, n_zones) + 6.0 * sun + rng.normal(0.0, 1.0, (rows, n_zones))
    zones["wet_bulb_c"] = zones["temp_c"] - rng.uniform(0.0, 12.0, (rows, n_zones))
    zones["solar_share"] = np.maximum(sun, 0.0) * rng.uniform(0.1, 1.0, (rows, n_zones))
    zones["wind_share"] = rng.uniform(0.0, 1.0, n_zones) * rng.uniform(0.0, 1.0, (rows, n_zones))
    zones["price_usd_per_kwh"] = rng.uniform(-0.05, 0.4, (rows, n_zones))
    zones["carbon_kg_per_kwh"] = rng.uniform(0.01, 0.9, (rows, n_zones))
    zones["marginal_kg_per_kwh"] = rng.uniform(0.01, 0.9, (rows, n_zones))

    def around(means: tuple[float, ...]) -> np.ndarray:
        return (np.array(means) * rng.lognormal(0.0, 0.4, (rows, len(means)))).astype(np.float32)

    n_hours = int(np.ceil(rows * step_s / 3600.0)) + 1
    traces = Traces(
        step_s=step_s,
        start_s=start_s,
        clock=rng.uniform(-1.0, 1.0, (rows, 6)).astype(np.float32),
        month=np.array([month_of(start_s + row * step_s) for row in range(rows)]),
        zones=zones,
        request_rate_per_s=around(demand.flow_mean_per_s),
        job_rate_per_h=around(demand.stream_mean_per_h),
        forecast=np.zeros((n_hours, len(FORECAST_QUANTITIES), n_zones, LEADS), np.float32),
        request_forecast_per_s=np.zeros((n_hours, len(demand.flow_mean_per_s), LEADS), np.float32),
        job_forecast_per_h=np.zeros((n_hours, len(demand.stream_mean_per_h), LEADS), np.float32),
        mean_price_usd_per_kwh=zones["price_usd_per_kwh"].mean(axis=0, dtype=np.float64),
        mean_carbon_kg_per_kwh=zones["carbon_kg_per_kwh"].mean(axis=0, dtype=np.float64),
        mean_marginal_kg_per_kwh=zones["marginal_kg_per_kwh"].mean(axis=0, dtype=np.float64),
        **nothing_replayed(rows, len(demand.flow_names), len(demand.stream_names)),
    )
    return partly_replayed(rng, scenario, traces)


def partly_replayed(rng: np.random.Generator, scenario: Scenario, traces: Traces) -> Traces:
    """The same with each flow and stream replayed by a chance of a third: counts as they are, gangs of the class."""
    traces = traces._replace(flow_drawn=rng.integers(0, 3, len(traces.flow_drawn)).clip(max=1))
    length_s = traces.step_s * len(traces.clock)
    for stream, (_, kind) in enumerate(scenario.streams):
        if rng.random() < 1 / 3:
            n_jobs = int(rng.integers(1, 60))
            arrival_s = traces.start_s + rng.uniform(0.0, length_s, n_jobs)
            gang = rng.choice([size for size, _ in scenario.jobs[kind].gangs], n_jobs)
            traces = replay_jobs(traces, stream, Jobs(arrival_s, rng.lognormal(0.0, 1.0, n_jobs), gang))
    return traces


def month_of(posix_s: float) -> int:
    when = datetime.fromtimestamp(posix_s, UTC)
    return when.year * 12 + when.month - 1
