"""What happens to the world: weather, grid, demand and their forecasts, as `Traces` on the step grid.

`build_traces(demand, spec, step_s)` is the way in. Importing this package imports neither pandas nor pvlib.
"""

from wattshift.traces.build import build_traces
from wattshift.traces.errors import TraceError
from wattshift.traces.replay import Counts, Jobs, replay_counts, replay_jobs
from wattshift.traces.series import CARBON, LEADS, MARGINAL, PRICE, SOLAR, TEMPERATURE, WIND, Traces
from wattshift.traces.spec import Demand, Replay, Shape, TraceSpec

__all__ = [
    "CARBON",
    "LEADS",
    "MARGINAL",
    "PRICE",
    "SOLAR",
    "TEMPERATURE",
    "WIND",
    "Counts",
    "Demand",
    "Jobs",
    "Replay",
    "Shape",
    "TraceError",
    "TraceSpec",
    "Traces",
    "build_traces",
    "replay_counts",
    "replay_jobs",
]
