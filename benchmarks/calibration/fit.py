"""Fit the calibration of a zone's grid to the statistics of its real years; prints the YAML block.

`python benchmarks/calibration/fit.py ZONE... [--write]`; real files are found by WATTSHIFT_DATA. Least squares over the
numbers of `Calibration`, each within its bounds: every cell of `cells.py` counts by its distance in margins, as do the
local hours of carbon and of price, mean demand, the fleets' published output and how much the wind cleans the grid. A
weak pull to the present values keeps what no statistic can see where it is. The seed is another one than that by which
the page of the calibration judges. `--write` replaces the block in `catalog/grids`.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

sys.path.insert(0, str(Path(__file__).parents[1]))
from calibration import statistics as of
from calibration.cells import CARBON_BARS, Cell, cells, mean_day, usual_years
from calibration.samples import Year, cut_into_years, from_rows, real_year
from calibration.statistics import Floats, Hourly
from wattshift.traces.clock import Hours, calendar_years
from wattshift.traces.grid import Conditions
from wattshift.traces.grid.dispatch import Dispatch, dispatch
from wattshift.traces.grid.entries import Calibration, GridEntry
from wattshift.traces.grid.load import grid_entry
from wattshift.traces.readers.weather import WIND_M_PER_S, open_weather
from wattshift.traces.real import ENVIRONMENT_VARIABLE
from wattshift.traces.spec import SYNTHETIC_FIRST_YEAR
from wattshift.traces.synthetic import conditions
from wattshift.traces.weather import Weather
from wattshift.traces.zone_hours import ZoneHours
from wattshift.traces.zones import Zone, catalog

REAL_YEARS = (2022, 2023)
SEED, N_YEARS = 1001, 3
PULL = 0.15  # weight of a whole range between bounds
SHAPE_WEIGHT = 0.35  # of one local hour; there are 24
WIND_LINK_MARGIN = 0.12
BLACKOUT_SHARE = 0.0005  # of the hours; a day in ten years, the usual standard, is 0.0003
FACT_MARGIN = 0.05  # relative, of mean demand and of the fleets' output
GRIDS = Path(__file__).parents[2] / "envs" / "wattshift" / "catalog" / "grids"

PUBLISHED: dict[str, dict[str, float]] = {
    "FR": {
        "carbon mean": 49.0,
        "carbon sd": 17.0,
        "carbon p5": 21.0,
        "carbon p95": 77.0,
        "carbon lag-1": 0.99,
        "carbon lag-24": 0.82,
        "carbon residual lag-24": 0.61,
    },
    "SE": {
        "carbon mean": 23.0,
        "carbon sd": 5.0,
        "price median": 47.0,
        "price p95": 125.0,
        "price negative share": 0.04,
        "price-carbon rank correlation": 0.4,
    },
}
"""Where there are no hourly files. France: mean of 2023 as in `published.py`, and the spread about it of RTE's
production of 2020 (Wiesner et al. 2021, Let's Wait Awhile). SE3: means of 2023 as in `published.py`, the spread an
estimate."""


@dataclass(frozen=True)
class Problem:
    """One zone, its real years, and the weather that every trial shares."""

    name: str
    zone: Zone
    entry: GridEntry
    hours: Hours
    weather: Weather
    seen: Conditions
    real: dict[int, Year]
    wind_link: float  # real correlation of the place's wind with carbon, both less month and hour; NaN if unknown

    @classmethod
    def of(cls, name: str, root: Path) -> "Problem":
        """Read the real years and make the weather."""
        zone, hours = catalog()[name], calendar_years(SYNTHETIC_FIRST_YEAR, N_YEARS)
        weather, seen = conditions(name, zone, hours, SEED)
        real = real_years(zone, root)
        links = [wind_link(wind, real[y].carbon_g_per_kwh) for y, wind in real_winds(zone, root, real).items()]
        return cls(name, zone, grid_entry(name), hours, weather, seen, real, float(np.mean(links)) if links else np.nan)

    def run(self, values: dict[str, float]) -> tuple[Dispatch, list[Year]]:
        """The model with other calibration values."""
        entry = self.entry.model_copy(update={"calibration": Calibration.model_construct(**values)})
        outcome = dispatch(self.name, self.zone, entry, self.hours, self.seen, SEED, "usual")
        carbon, marginal, price = (
            1e-3 * series
            for series in (outcome.average_kg_per_mwh, outcome.marginal_kg_per_mwh, outcome.price_usd_per_mwh)
        )
        return outcome, cut_into_years(self.zone, ZoneHours(self.weather, carbon, marginal, price), N_YEARS)

    def misses(self, values: dict[str, float]) -> Floats:
        """Distances from all targets, 1 = a margin."""
        outcome, years = self.run(values)
        found = [cell_distance(cell) for cell in self.cells(years)]
        more = (self.shape_distances(years), self.fact_distances(outcome), self.wind_distance(outcome))
        return np.concatenate([found, *more])

    def wind_distance(self, outcome: Dispatch) -> Floats:
        """How far the place's wind is from cleaning the grid as much as real wind does."""
        if not np.isfinite(self.wind_link):
            return np.zeros(0)
        return np.array([(self.our_wind_link(outcome) - self.wind_link) / WIND_LINK_MARGIN])

    def our_wind_link(self, outcome: Dispatch) -> float:
        """Correlation of the place's wind with carbon, both less month and hour."""
        clock = self.zone.place.timezone
        wind, carbon = (
            Hourly(self.hours.start_s, series, clock)
            for series in (self.weather.wind_m_per_s, outcome.average_kg_per_mwh)
        )
        return wind_link(wind, carbon)

    def cells(self, years: Sequence[Year]) -> list[Cell]:
        """Cells of carbon and price, from real years and from published figures."""
        known = cells(self.name, self.real, years) if self.real else []
        found = [cell for cell in known if not cell.statistic.startswith("temperature")]
        return found + published_cells(self.name, years)

    def shape_distances(self, years: Sequence[Year]) -> Floats:
        """Local hours of carbon and of price about their daily means."""
        parts = []
        for pick in (mean_day, price_day):
            if not self.real:
                continue
            real = pick(list(self.real.values() if pick is mean_day else usual_years(self.real).values()))
            found = pick(years)
            if np.isfinite(real).all():
                margin = max(0.15 * np.ptp(real), 0.02 * abs(real.mean()))
                weight = SHAPE_WEIGHT if pick is mean_day else 0.8 * SHAPE_WEIGHT
                parts.append(weight * ((found - found.mean()) - (real - real.mean())) / margin)
        return np.concatenate(parts) if parts else np.zeros(0)

    def fact_distances(self, outcome: Dispatch) -> Floats:
        """Mean demand and the fleets' output against what is published, and hours in which power runs short."""
        entry, generation = self.entry, outcome.generation_mw()
        pairs = [(outcome.demand_mw.mean(), entry.demand.mean_mw)]
        for name, fleet in (("wind", entry.wind), ("solar", entry.solar)):
            if name in generation:
                pairs.append((generation[name].mean(), fleet.capacity_factor * fleet.capacity_mw))
        blackouts = float((outcome.cleared.unserved_mw > 0.0).mean()) / BLACKOUT_SHARE
        return np.array([*((found / fact - 1.0) / FACT_MARGIN for found, fact in pairs), blackouts])


def real_years(zone: Zone, root: Path) -> dict[int, Year]:
    """What there is of the real years; none without files."""
    if zone.files is None:
        return {}
    years = {year: real_year(zone, root, year) for year in REAL_YEARS}
    return {y: year for y, year in years.items() if any(series is not None for series in year)}


def real_winds(zone: Zone, root: Path, years: Iterable[int]) -> dict[int, Hourly]:
    """Wind speed of the years; none where there is no weather."""
    if zone.files is None or not (root / "weather_openmeteo" / zone.files.weather_folder).is_dir():
        return {}
    files = {year: open_weather(root, zone.files.weather_folder, year) for year in years}
    return {y: from_rows(list(file.rows(WIND_M_PER_S)), 1.0, zone.place.timezone) for y, file in files.items()}


def wind_link(wind: Hourly, carbon: Hourly | None) -> float:
    """Correlation of wind and carbon less their means of month and hour."""
    return of.correlation(of.residual(wind), of.residual(carbon)) if carbon is not None else float("nan")


def published_cells(name: str, years: Sequence[Year]) -> list[Cell]:
    """Cells against `PUBLISHED`."""
    from calibration.cells import PRICE_BARS

    found = []
    for bar in (*CARBON_BARS, *PRICE_BARS):
        if bar.statistic in PUBLISHED.get(name, {}):
            expected = PUBLISHED[name][bar.statistic]
            ours = float(np.mean([bar.measure(year) for year in years]))
            margin = bar.margin * abs(expected) if bar.relative else bar.margin
            words = f"{bar.margin:g}"
            found.append(
                Cell(name, bar.statistic, bar.unit, expected, ours, words, expected - margin, expected + margin, ())
            )
    return found


def price_day(years: Sequence[Year]) -> Floats:
    """Price by local hour, `[24]`; medians, because spikes would hide the shape."""
    shapes = []
    for year in years:
        series = year.price_usd_per_mwh
        if series is None:
            continue
        hour = series.local_s() // 3600 % 24
        shapes.append([np.nanmedian(series.values[hour == h]) for h in range(24)])
    return np.mean(shapes, axis=0) if shapes else np.full(24, np.nan)


def cell_distance(cell: Cell) -> float:
    """In half-widths of the range in which the cell agrees; a day's shape by what lacks of a correlation of 1."""
    if cell.statistic == "carbon day shape":
        return (1.0 - cell.synthetic) / (1.0 - cell.low)
    return (cell.synthetic - cell.real) / max(0.5 * (cell.high - cell.low), 1e-9)


def bounds(field: str) -> tuple[float, float]:
    """Least and most that the entry allows."""
    limits = {type(m).__name__: m for m in Calibration.model_fields[field].metadata}
    return float(limits["Ge"].ge), float(limits["Le"].le)


def fit(problem: Problem, evaluations: int) -> dict[str, float]:
    """The calibration of least squares, from the present one."""
    fields = list(Calibration.model_fields)
    low, high = np.array([bounds(field) for field in fields]).T
    span = high - low
    start = np.array([getattr(problem.entry.calibration, field) for field in fields])
    begin = np.clip((start - low) / span, 0.005, 0.995)

    def values(unit: Floats) -> dict[str, float]:
        return dict(zip(fields, (low + span * unit).tolist(), strict=True))

    def residuals(unit: Floats) -> Floats:
        return np.concatenate([problem.misses(values(unit)), PULL * (unit - begin)])

    found = least_squares(
        residuals, begin, bounds=(0.0, 1.0), diff_step=0.01, max_nfev=evaluations, loss="soft_l1", x_scale=0.1
    )
    return {field: float(f"{value:.3g}") for field, value in values(found.x).items()}


def yaml_block(fitted: dict[str, float]) -> str:
    """As it stands in the catalog."""
    return "calibration:\n" + "".join(f"  {field}: {value!r}\n" for field, value in fitted.items())


def main() -> None:
    """Fit the named zones one by one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zones", nargs="*", default=list(catalog()), metavar="ZONE")
    parser.add_argument("--evaluations", type=int, default=9, help="iterations of least squares")
    parser.add_argument("--write", action="store_true", help="replace the block in the zone's file")
    arguments = parser.parse_args()
    root = Path(os.environ.get(ENVIRONMENT_VARIABLE) or Path(__file__).parents[3] / "shared" / "data")
    for name in arguments.zones:
        begun_s = time.monotonic()
        problem = Problem.of(name, root)
        fitted = fit(problem, arguments.evaluations)
        outcome, years = problem.run(fitted)
        found = problem.cells(years)
        links = f"{problem.wind_link:.2f} real" if np.isfinite(problem.wind_link) else "unknown"
        print(f"{name:4} wind and carbon: {links}, {problem.our_wind_link(outcome):.2f} ours")
        for cell in found:
            mark = "" if cell.agrees else "   MISS"
            print(f"{name:4} {cell.statistic:32} {cell.real:9.3f} {cell.synthetic:9.3f}{mark}")
        *facts_off, blackouts = problem.fact_distances(outcome)
        facts = ", ".join(f"{off * FACT_MARGIN:+.1%}" for off in facts_off)
        missed = sum(not cell.agrees for cell in found)
        print(
            f"{name}: {missed} of {len(found)} cells miss; facts off by {facts}; power short in "
            f"{blackouts * BLACKOUT_SHARE:.3%} of hours; {time.monotonic() - begun_s:.0f} s"
        )
        block = yaml_block(fitted)
        if arguments.write:
            path = GRIDS / f"{name}.yaml"
            path.write_text(re.sub(r"calibration:\n(  .*\n)+", block, path.read_text()))
        else:
            print(block)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
