"""`Traces`: everything exogenous on the step grid, constant and shared by all environments."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

LEADS = 24
"""Forecast leads, in hours: 1, 2, ... 24."""

FORECAST_QUANTITIES = ("carbon", "price", "temperature", "solar", "wind", "marginal")
"""What is forecast of a zone, in the order of `Traces.forecast` and the units of the series of the same name.

`carbon` is the average intensity, `marginal` that of one more kWh.
"""

CARBON, PRICE, TEMPERATURE, SOLAR, WIND, MARGINAL = range(len(FORECAST_QUANTITIES))


ZONE = np.dtype(
    [
        ("carbon_kg_per_kwh", np.float32),  # average, life cycle
        ("marginal_kg_per_kwh", np.float32),  # of one more kWh; the average where a real zone has no such series
        ("price_usd_per_kwh", np.float32),  # wholesale spot; may be negative
        ("temp_c", np.float32),  # dry bulb
        ("wet_bulb_c", np.float32),
        ("solar_share", np.float32),  # AC output of PV per kW installed, 0..1
        ("wind_share", np.float32),  # AC output of wind turbines per kW installed, 0..1
    ],
    align=True,
)
"""Grid and weather of one zone in one step; a record, so that what is read together lies together."""


REPLAYED_JOB = np.dtype([("stream", np.int64), ("gang", np.int64), ("run_h", np.float64)], align=True)
"""A job that was recorded: its stream, chips, and hours on the class's reference chip."""


class Traces(NamedTuple):
    """Exogenous series; row r covers the step from `start_s + r * step_s`, UTC.

    Axes: R rows, T hours (`R * step_s / 3600`), Z zones, F request flows, G job streams, both in the order of
    `Params`, N replayed jobs, Q `FORECAST_QUANTITIES`. Forecasts of row t are issued at the start of hour t, for the
    means of hours t + 1 to t + 24. Series are float32 (months int64), C-contiguous, finite.
    """

    step_s: float
    start_s: int  # POSIX time of row 0; the start of an hour
    clock: Floats32  # [R, 6] sin and cos of the UTC hour of day, of the day of week, of the time of year
    month: NDArray[np.int64]  # [R] calendar month of the row's start, UTC: year * 12 + month - 1
    zones: NDArray[np.void]  # [R, Z] ZONE
    request_rate_per_s: Floats32  # [R, F] mean rate of the flow; the kernel draws counts around it, unless replayed
    job_rate_per_h: Floats32  # [R, G] mean arrivals of the stream
    forecast: Floats32  # [T, Q, Z, LEADS]
    request_forecast_per_s: Floats32  # [T, F, LEADS]
    job_forecast_per_h: Floats32  # [T, G, LEADS]
    mean_price_usd_per_kwh: NDArray[np.float64]  # [Z] over all rows
    mean_carbon_kg_per_kwh: NDArray[np.float64]  # [Z] of the average intensity
    mean_marginal_kg_per_kwh: NDArray[np.float64]  # [Z]
    flow_drawn: Ints  # [F] 0 = the rates of the flow are what arrives (a replay), 1 = counts are drawn around them
    stream_drawn: Ints  # [G] 0 = the stream's jobs stand in `jobs`, 1 = they are drawn
    jobs: NDArray[np.void]  # [N] REPLAYED_JOB, in the order of arrival
    first_job: Ints  # [R + 1] of row r arrive jobs[first_job[r] : first_job[r + 1]]

    @property
    def carbon_kg_per_kwh(self) -> Floats32:
        """[R, Z] average, life cycle."""
        return self.zones["carbon_kg_per_kwh"]

    @property
    def marginal_kg_per_kwh(self) -> Floats32:
        """[R, Z] life cycle, of one more kWh; equal to the average where a real zone has no such series."""
        return self.zones["marginal_kg_per_kwh"]

    @property
    def price_usd_per_kwh(self) -> Floats32:
        """[R, Z] wholesale spot; may be negative."""
        return self.zones["price_usd_per_kwh"]

    @property
    def temp_c(self) -> Floats32:
        """[R, Z] dry bulb."""
        return self.zones["temp_c"]

    @property
    def wet_bulb_c(self) -> Floats32:
        """[R, Z]."""
        return self.zones["wet_bulb_c"]

    @property
    def solar_share(self) -> Floats32:
        """[R, Z] AC output of PV per kW installed, 0..1."""
        return self.zones["solar_share"]

    @property
    def wind_share(self) -> Floats32:
        """[R, Z] AC output of wind turbines per kW installed, 0..1."""
        return self.zones["wind_share"]


def nothing_replayed(n_rows: int, n_flows: int, n_streams: int) -> dict[str, NDArray[Any]]:
    """The fields of `Traces` that say what is replayed, when nothing is."""
    return {
        "flow_drawn": np.ones(n_flows, np.int64),
        "stream_drawn": np.ones(n_streams, np.int64),
        "jobs": np.zeros(0, REPLAYED_JOB),
        "first_job": np.zeros(n_rows + 1, np.int64),
    }
