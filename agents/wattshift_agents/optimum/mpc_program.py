"""The linear program of one decision: batteries, imports and starts of jobs over a horizon of equal periods.

Minimise what energy, peaks, requests of grid operators, wear and late jobs cost by the forecast, subject to the balance
of power and charge at every site and period, the chips of every module and period, and one start for every job.
Fractions of a job may start at different times; all else is exact for means over a period. What does not change from
decision to decision, the sites' columns, is built once for each length of the horizon.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array

from wattshift_agents.jobs import JOB_VIEW

from .mpc_solver import Basis, LinearProgram, minimise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IMPORT, SURPLUS, CHARGE, DISCHARGE, EXCESS, SOC = range(6)
"""Variables of every site and period, in this order; the growth of the peak and the missing charge follow, by site."""


class Battery(NamedTuple):
    """Constants of the batteries, each [S]; sites without one have no power and no room."""

    power_kw: Floats
    least_kwh: Floats  # charge in the cells that dispatch never leaves
    most_kwh: Floats
    charge_efficiency: Floats
    discharge_efficiency: Floats
    wear_usd_per_kwh: Floats  # discharged at the bus
    ageing_usd_per_kwh_h: Floats  # of keeping a kWh in the cells for an hour


class Outside(NamedTuple):
    """What happens to the sites by the forecast; T periods."""

    net_kw: Floats  # [S, T] load that is not planned here, less sun and wind
    import_usd_per_kwh: Floats  # [S, T]
    surplus_usd_per_kwh: Floats  # [S, T] earned by what is left over, at least 0
    allowed_kw: Floats  # [S, T] beyond which a kWh costs `excess_usd_per_kwh` more
    excess_usd_per_kwh: Floats  # [S]
    peak_kw: Floats  # [S] already paid for
    growth_usd_per_kw: Floats  # [S] of a higher peak
    soc_kwh: Floats  # [S] now
    kept_usd_per_kwh: Floats  # [S] worth of a kWh in the cells at the end
    target_kwh: Floats  # [S] below which a kWh missing at the end costs more than it is worth,
    missing_usd_per_kwh: Floats  # [S] by so much


class Starts(NamedTuple):
    """Ways to start N jobs, K in all, on M modules."""

    jobs: NDArray[np.void]  # [N] JOB_VIEW
    job: Ints  # [K] 0..N-1
    module: Ints  # [K]
    site: Ints  # [K]
    period: Ints  # [K] in which it starts
    cost_usd: Floats  # [K] of what the balance of power does not see
    chips: Floats  # [K]
    kw: Floats  # [K] while it runs
    share: Floats  # [K, T] of each period in which it runs
    free_chips: Floats  # [M, T] for all of them together
    unplanned_usd: Floats  # [N] of a job that does not start within the horizon


class Plan(NamedTuple):
    """The optimum."""

    cost_usd: float  # of all the program sees
    battery_kw: Floats  # [S, T] + charge, at the bus
    soc_kwh: Floats  # [S, T] at the periods' ends
    import_kw: Floats  # [S, T]
    started: Floats  # [K] share of its job that starts so
    basis: Basis  # where the next program may begin
    iterations: int  # of the simplex method


class Shapes(NamedTuple):
    """The parts of which columns and rows consist, in this order."""

    by_period: tuple[int, int, int]  # columns [6, S, T]: `IMPORT` to `SOC`
    by_site: tuple[int, int]  # columns [2, S]: growth of the peak, missing charge
    starts: tuple[int]  # columns [K]
    unplanned: tuple[int]  # columns [N]: the share of a job that does not start
    balances: tuple[int, int, int]  # rows [4, S, T]: power, charge, peak, requests of grid operators
    missing: tuple[int]  # rows [S]: charge at the end
    chips: tuple[int, int]  # rows [M, T]
    once: tuple[int]  # rows [N]: every job starts, or stays unplanned

    @property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """Parts of the columns."""
        return self[:4]

    @property
    def rows(self) -> tuple[tuple[int, ...], ...]:
        """Parts of the rows."""
        return self[4:]


def shapes_of(n_sites: int, starts: Starts) -> Shapes:
    """The parts of the program of these starts."""
    n_modules, n_periods = starts.free_chips.shape
    n_starts, n_jobs = len(starts.job), len(starts.jobs)
    return Shapes(
        by_period=(6, n_sites, n_periods),
        by_site=(2, n_sites),
        starts=(n_starts,),
        unplanned=(n_jobs,),
        balances=(4, n_sites, n_periods),
        missing=(n_sites,),
        chips=(n_modules, n_periods),
        once=(n_jobs,),
    )


def cut(vector: NDArray, shapes: tuple[tuple[int, ...], ...]) -> list[NDArray]:
    """A vector over columns or rows as its parts."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True)]


def solve(period_h: float, battery: Battery, outside: Outside, starts: Starts, guess: Basis | None = None) -> Plan:
    """The cheapest plan.

    Args:
        period_h: Length of a period, h.
        battery: The sites' batteries.
        outside: Forecasts and meters.
        starts: Of jobs; without jobs all its axes K and N are empty.
        guess: Where to begin.

    Raises:
        RuntimeError: HiGHS found no optimum. Every variable is bounded or paid for, so this is a defect.
    """
    shapes = shapes_of(len(outside.net_kw), starts)
    optimum = minimise(_program(shapes, period_h, battery, outside, starts), guess)
    by_period, _, started, _ = cut(optimum.values, shapes.columns)
    return Plan(
        cost_usd=optimum.cost,
        battery_kw=by_period[CHARGE] - by_period[DISCHARGE],
        soc_kwh=by_period[SOC],
        import_kw=by_period[IMPORT],
        started=started,
        basis=optimum.basis,
        iterations=optimum.iterations,
    )


def no_starts(n_modules: int, n_periods: int) -> Starts:
    """Without jobs."""
    none, no_one, nobody = np.zeros(0), np.zeros(0, np.int64), np.zeros(0, JOB_VIEW)
    share, free_chips = np.zeros((0, n_periods)), np.zeros((n_modules, n_periods))
    return Starts(nobody, no_one, no_one, no_one, no_one, none, none, none, share, free_chips, none)


def _program(shapes: Shapes, period_h: float, battery: Battery, outside: Outside, starts: Starts) -> LinearProgram:
    """Costs, bounds and matrix."""
    n_sites, n_periods = outside.net_kw.shape
    n_choices = len(starts.job) + len(starts.jobs)
    soc_then = np.zeros((n_sites, n_periods))
    soc_then[:, 0] = outside.soc_kwh
    equal = np.concatenate([outside.net_kw.ravel(), soc_then.ravel()])
    peak_kw = np.repeat(outside.peak_kw, n_periods)
    below = np.concatenate([peak_kw, outside.allowed_kw.ravel(), -outside.target_kwh, starts.free_chips.ravel()])
    once = np.ones(len(starts.jobs))
    site_low, site_high = _site_bounds(battery, outside)
    return LinearProgram(
        cost=np.concatenate([_site_costs(period_h, battery, outside), starts.cost_usd, starts.unplanned_usd]),
        low=np.concatenate([site_low, np.zeros(n_choices)]),
        high=np.concatenate([site_high, np.ones(n_choices)]),
        row_low=np.concatenate([equal, np.full(len(below), -np.inf), once]),
        row_high=np.concatenate([equal, below, once]),
        matrix=_matrix(shapes, period_h, battery, starts),
    )


def _matrix(shapes: Shapes, period_h: float, battery: Battery, starts: Starts) -> csc_array:
    """The sites' columns, which do not change, beside those of the starts."""
    n_rows = sum(math.prod(part) for part in shapes.rows)
    _, n_sites, n_periods = shapes.by_period
    efficiencies = battery.charge_efficiency, battery.discharge_efficiency
    sites = _site_columns(n_sites, n_periods, period_h, *(tuple(part.tolist()) for part in efficiencies))
    jobs = _start_columns(shapes, starts, n_rows)
    indptr = np.concatenate([sites.indptr, sites.indptr[-1] + jobs.indptr[1:]])
    entries = np.concatenate([sites.data, jobs.data]), np.concatenate([sites.indices, jobs.indices]), indptr
    return csc_array(entries, shape=(n_rows, len(indptr) - 1))


@lru_cache(maxsize=64)
def _site_columns(
    n_sites: int, n_periods: int, period_h: float, charging: tuple[float, ...], discharging: tuple[float, ...]
) -> csc_array:
    """The six variables by site and period, then growth and missing charge by site."""
    cells = n_sites * n_periods
    of = np.arange(6 * cells).reshape(6, cells)
    growth, missing = 6 * cells + np.arange(2 * n_sites).reshape(2, n_sites)
    cell, by_site = np.arange(cells), np.arange(n_sites)
    ones = np.ones(cells)
    power, charge, peak, request = np.arange(4 * cells).reshape(4, cells)
    at_end = 4 * cells + by_site
    later = cell[cell % n_periods > 0]
    last = by_site * n_periods + n_periods - 1
    site = cell // n_periods
    return _sparse(
        [
            (power, of[IMPORT], ones),
            (power, of[SURPLUS], -ones),
            (power, of[CHARGE], -ones),
            (power, of[DISCHARGE], ones),
            (charge, of[SOC], ones),
            (charge[later], of[SOC][later - 1], -ones[later]),
            (charge, of[CHARGE], -period_h * np.asarray(charging)[site]),
            (charge, of[DISCHARGE], period_h / np.asarray(discharging)[site]),
            (peak, of[IMPORT], ones),
            (peak, growth[site], -ones),
            (request, of[IMPORT], ones),
            (request, of[EXCESS], -ones),
            (at_end, of[SOC][last], -ones[last]),
            (at_end, missing, -ones[last]),
        ],
        (4 * cells + n_sites, 6 * cells + 2 * n_sites),
    )


def _start_columns(shapes: Shapes, starts: Starts, n_rows: int) -> csc_array:
    """Power that starts add to the sites' balances, chips that they take, and that each job starts once or not."""
    _, n_sites, n_periods = shapes.by_period
    (n_starts,), (n_jobs,) = shapes.starts, shapes.unplanned
    first_chip = 4 * n_sites * n_periods + n_sites
    first_job = n_rows - n_jobs
    start, period = np.nonzero(starts.share)
    share = starts.share[start, period]
    job = np.arange(n_jobs)
    return _sparse(
        [
            (starts.site[start] * n_periods + period, start, -starts.kw[start] * share),
            (first_chip + starts.module[start] * n_periods + period, start, starts.chips[start] * share),
            (first_job + starts.job, np.arange(n_starts), np.ones(n_starts)),
            (first_job + job, n_starts + job, np.ones(n_jobs)),
        ],
        (n_rows, n_starts + n_jobs),
    )


def _site_costs(period_h: float, battery: Battery, outside: Outside) -> Floats:
    soc = np.broadcast_to(battery.ageing_usd_per_kwh_h[:, None] * period_h, outside.net_kw.shape).copy()
    soc[:, -1] -= outside.kept_usd_per_kwh
    wear = np.broadcast_to(battery.wear_usd_per_kwh[:, None] * period_h, outside.net_kw.shape)
    excess = np.broadcast_to(outside.excess_usd_per_kwh[:, None] * period_h, outside.net_kw.shape)
    by_period = np.stack(
        [
            outside.import_usd_per_kwh * period_h,
            -outside.surplus_usd_per_kwh * period_h,
            np.zeros_like(soc),
            wear,
            excess,
            soc,
        ]
    )
    return np.concatenate([by_period.ravel(), outside.growth_usd_per_kw, outside.missing_usd_per_kwh])


def _site_bounds(battery: Battery, outside: Outside) -> tuple[Floats, Floats]:
    """Least and most of the sites' columns.

    A battery found below its reserve is filled by the site first, so its floor is what it holds now.
    """
    shape = outside.net_kw.shape
    most = np.full((6, *shape), np.inf)
    least = np.zeros((6, *shape))
    most[SURPLUS] = np.maximum(-outside.net_kw, 0.0)  # only sun and wind are left over: batteries never export
    most[CHARGE] = most[DISCHARGE] = battery.power_kw[:, None]
    most[SOC] = np.maximum(battery.most_kwh, outside.soc_kwh)[:, None]
    least[SOC] = np.minimum(battery.least_kwh, outside.soc_kwh)[:, None]
    by_site = np.zeros(2 * shape[0])
    return np.concatenate([least.ravel(), by_site]), np.concatenate([most.ravel(), by_site + np.inf])


def _sparse(parts: list[tuple[Ints, Ints, Floats]], shape: tuple[int, int]) -> csc_array:
    rows, columns, values = (np.concatenate(axis) for axis in zip(*parts, strict=True))
    return coo_array((values, (rows, columns)), shape=shape).tocsc()
