"""The way in: a demand, a source and a step length give `Traces`."""

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wattshift.traces import cache
from wattshift.traces.clock import HOUR_S, Hours
from wattshift.traces.errors import TraceError
from wattshift.traces.replay import replay_files
from wattshift.traces.series import Traces
from wattshift.traces.spec import Demand, TraceSpec

if TYPE_CHECKING:
    from wattshift.traces.zone_hours import ZoneHours
    from wattshift.traces.zones import Zone

log = logging.getLogger(__name__)

SHORTEST_STEP_S = 60


def whole_step_s(step_s: float) -> int:
    """The step length as an integer.

    Raises:
        ValueError: it is not a whole divisor of an hour of at least a minute.
    """
    if not SHORTEST_STEP_S <= step_s <= HOUR_S or step_s != int(step_s) or HOUR_S % int(step_s):
        raise ValueError(f"step_s: got {step_s}, must be a whole number of seconds in 60..3600 that divides 3600")
    return int(step_s)


def build_traces(demand: Demand, spec: TraceSpec, step_s: float) -> Traces:
    """Weather, grid, demand and forecasts on the step grid.

    Synthetic traces cover whole calendar years and are kept in a cache folder (see `cache`); the same spec gives
    the same arrays. Real and imported traces cover the same years less the first and the last day, which no zone's
    local files cover whole in UTC, and are read anew each time. So are recorded requests and jobs (`spec.replay`),
    which take the place of drawn ones. Forecasts know the year before: of the same seed, or of the files, or of the
    zone's model where the files of that year cannot be read (a warning says so).

    Args:
        demand: zones, flows and streams, in the order of the scenario's `Params`.
        spec: source, seed and years.
        step_s: step length in seconds, 60..3600 and a divisor of 3600.

    Raises:
        ValueError: the step length is not allowed.
        TraceError: unknown zone, flow or stream, or a real file is missing or faulty (file and line are named).
    """
    step = whole_step_s(step_s)
    drawn = spec.model_copy(update={"replay": None})
    if spec.source == "real":
        traces = _from_files(demand, drawn, step)
    elif spec.source == "imported":
        traces = _from_store(demand, drawn, step)
    else:
        traces = cache.remembered(demand, drawn, step, lambda: _synthetic(demand, drawn, step))
    return traces if spec.replay is None else replay_files(traces, demand, spec.replay)


def _synthetic(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.traces.assemble import Record, assemble
    from wattshift.traces.clock import calendar_years
    from wattshift.traces.synthetic import synthetic_zone
    from wattshift.traces.zones import find_zones

    zones = find_zones(demand.zones)

    def record(hours: Hours) -> Record:
        pairs = zip(demand.zones, zones, strict=True)
        return Record(hours, [synthetic_zone(name, zone, hours, spec.seed, spec.fuel) for name, zone in pairs])

    now, past = calendar_years(spec.first_year, spec.years), calendar_years(spec.first_year - 1, 1)
    return assemble(record(now), record(past), zones, demand, step_s, spec)


def _from_files(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.traces.real import data_folder, real_zone

    root = data_folder(spec.root)
    log.warning(
        "real files hold no marginal carbon intensity, the average stands in for it: %s", ", ".join(demand.zones)
    )
    return _recorded(demand, spec, step_s, lambda name, zone, hours, years: real_zone(zone, hours, root, years))


def _from_store(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.data.store import store_folder
    from wattshift.traces.imported import imported_zone

    folder = store_folder(spec.store)
    return _recorded(demand, spec, step_s, lambda name, zone, hours, years: imported_zone(name, hours, folder))


ReadZone = Callable[[str, "Zone", Hours, Sequence[int]], "ZoneHours"]
"""Reads the hourly series of a zone: its name, its catalog entry, the hours wanted, the calendar years they lie in."""


def _recorded(demand: Demand, spec: TraceSpec, step_s: int, read: ReadZone) -> Traces:
    """Traces of recorded zones; forecasts know the year before, or the zone's model where it cannot be read."""
    from wattshift.traces.assemble import Record, assemble
    from wattshift.traces.real import inner_days
    from wattshift.traces.synthetic import synthetic_zone
    from wattshift.traces.zones import find_zones

    zones = find_zones(demand.zones)
    years = range(spec.first_year, spec.first_year + spec.years)
    hours, past_hours = inner_days(spec.first_year, spec.years), inner_days(spec.first_year - 1, 1)

    def before(name: str, zone: "Zone") -> "ZoneHours":
        try:
            return read(name, zone, past_hours, [spec.first_year - 1])
        except TraceError as error:
            log.warning("%s: climate and last weeks known to forecasts are the model's, not recorded: %s", name, error)
            return synthetic_zone(name, zone, past_hours, spec.seed, spec.fuel)

    named = list(zip(demand.zones, zones, strict=True))
    now = Record(hours, [read(name, zone, hours, years) for name, zone in named])
    return assemble(now, Record(past_hours, [before(*pair) for pair in named]), zones, demand, step_s, spec)
