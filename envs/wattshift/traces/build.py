"""The way in: a demand, a source and a step length give `Traces`."""

from wattshift.traces import cache
from wattshift.traces.clock import HOUR_S
from wattshift.traces.series import Traces
from wattshift.traces.spec import Demand, TraceSpec

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
    the same arrays. Real traces cover the same years less the first and the last day, which no
    zone's local files cover whole in UTC, and are read anew each time. Imported traces cover the same days.

    Args:
        demand: zones, flows and streams, in the order of the scenario's `Params`.
        spec: source, seed and years.
        step_s: step length in seconds, 60..3600 and a divisor of 3600.

    Raises:
        ValueError: the step length is not allowed.
        TraceError: unknown zone, or a real file is missing or faulty (file and line are named).
    """
    step = whole_step_s(step_s)
    if spec.source == "real":
        return _from_files(demand, spec, step)
    if spec.source == "imported":
        return _from_store(demand, spec, step)
    return cache.remembered(demand, spec, step, lambda: _synthetic(demand, spec, step))


def _synthetic(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.traces.assemble import assemble
    from wattshift.traces.clock import calendar_years
    from wattshift.traces.synthetic import synthetic_zone
    from wattshift.traces.zones import find_zones

    zones = find_zones(demand.zones)
    hours = calendar_years(spec.first_year, spec.years)
    hourly = [synthetic_zone(name, zone, hours, spec.seed) for name, zone in zip(demand.zones, zones, strict=True)]
    return assemble(hours, zones, hourly, demand, step_s, spec.seed)


def _from_files(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.traces.assemble import assemble
    from wattshift.traces.real import data_folder, inner_days, real_zone
    from wattshift.traces.zones import find_zones

    zones = find_zones(demand.zones)
    root = data_folder(spec.root)
    hours = inner_days(spec.first_year, spec.years)
    years = range(spec.first_year, spec.first_year + spec.years)
    hourly = [real_zone(zone, hours, root, years) for zone in zones]
    return assemble(hours, zones, hourly, demand, step_s, spec.seed)


def _from_store(demand: Demand, spec: TraceSpec, step_s: int) -> Traces:
    from wattshift.data.store import store_folder
    from wattshift.traces.assemble import assemble
    from wattshift.traces.imported import imported_zone
    from wattshift.traces.real import inner_days
    from wattshift.traces.zones import find_zones

    hours = inner_days(spec.first_year, spec.years)
    folder = store_folder(spec.store)
    hourly = [imported_zone(name, hours, folder) for name in demand.zones]
    return assemble(hours, find_zones(demand.zones), hourly, demand, step_s, spec.seed)
