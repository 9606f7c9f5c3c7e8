"""The linear program of one decision: batteries, imports and starts of jobs over a horizon of equal periods.

Minimise what energy, peaks, requests of grid operators, wear and late jobs cost by the forecast, subject to the balance
of power and charge at every site and period, the chips of every module and period, and one start for every job.
Fractions of a job may start at different times; all else is exact for means over a period. Solved by HiGHS (Huangfu and
Hall, Parallelizing the dual revised simplex method, 2018) through `scipy.optimize.linprog`, which takes no warm start:
what does not change from decision to decision, the matrix of the sites, is built once for each length of the horizon.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_array, coo_array, csr_array

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

    job: Ints  # [K] 0..N-1
    module: Ints  # [K]
    site: Ints  # [K]
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


class Frame(NamedTuple):
    """The sites' part of the program: constant, and the same for every decision."""

    equal: csr_array  # [2 S T, n]: balances of power, then of charge
    below: csr_array  # [2 S T + S, n]: peaks, requests of grid operators, missing charge
    n_columns: int


def solve(period_h: float, battery: Battery, outside: Outside, starts: Starts) -> Plan:
    """The cheapest plan.

    Args:
        period_h: Length of a period, h.
        battery: The sites' batteries.
        outside: Forecasts and meters.
        starts: Of jobs; without jobs all its axes K and N are empty.

    Raises:
        RuntimeError: HiGHS found no optimum. Every variable is bounded or paid for, so this is a defect.
    """
    n_sites, n_periods = outside.net_kw.shape
    frame = _frame(n_sites, n_periods, period_h, *map(tuple, _efficiencies(battery)))
    n_jobs, n_modules = len(starts.unplanned_usd), len(starts.free_chips)
    start_columns, chip_rows, job_rows = _job_part(starts, n_sites, n_periods, n_modules, n_jobs)
    untouched = csr_array((frame.below.shape[0], len(starts.job) + n_jobs))
    equal = _corner(frame.equal, start_columns, job_rows)
    below = _corner(frame.below, untouched, chip_rows)
    soc_then = np.zeros((n_sites, n_periods))
    soc_then[:, 0] = outside.soc_kwh
    growth_of = np.broadcast_to(outside.peak_kw[:, None], (n_sites, n_periods))
    solution = linprog(
        np.concatenate([_site_costs(period_h, battery, outside), starts.cost_usd, starts.unplanned_usd]),
        A_eq=equal,
        b_eq=np.concatenate([outside.net_kw.ravel(), soc_then.ravel(), np.ones(n_jobs)]),
        A_ub=below,
        b_ub=np.concatenate(
            [growth_of.ravel(), outside.allowed_kw.ravel(), -outside.target_kwh, starts.free_chips.ravel()]
        ),
        bounds=np.concatenate([_site_bounds(battery, outside), np.tile([0.0, 1.0], (len(starts.job) + n_jobs, 1))]),
        method="highs",
    )
    if not solution.success:
        raise RuntimeError(f"the program of a decision has no optimum: {solution.message}")
    by_period = solution.x[: 6 * n_sites * n_periods].reshape(6, n_sites, n_periods)
    return Plan(
        cost_usd=float(solution.fun),
        battery_kw=by_period[CHARGE] - by_period[DISCHARGE],
        soc_kwh=by_period[SOC],
        import_kw=by_period[IMPORT],
        started=solution.x[frame.n_columns : frame.n_columns + len(starts.job)],
    )


def no_starts(n_modules: int, n_periods: int) -> Starts:
    """Without jobs."""
    none, no_one = np.zeros(0), np.zeros(0, np.int64)
    free_chips = np.zeros((n_modules, n_periods))
    return Starts(no_one, no_one, no_one, none, none, none, np.zeros((0, n_periods)), free_chips, none)


def _efficiencies(battery: Battery) -> tuple[list[float], list[float]]:
    return battery.charge_efficiency.tolist(), battery.discharge_efficiency.tolist()


@lru_cache(maxsize=64)
def _frame(
    n_sites: int, n_periods: int, period_h: float, charging: tuple[float, ...], discharging: tuple[float, ...]
) -> Frame:
    """Rows of the sites; columns are the six variables by site and period, then growth and missing charge by site."""
    cells = n_sites * n_periods
    at = np.arange(6 * cells + 2 * n_sites)
    of = at[: 6 * cells].reshape(6, cells)
    growth, missing = at[6 * cells :].reshape(2, n_sites)
    row = np.arange(cells)
    ones = np.ones(cells)
    later = row[row % n_periods > 0]
    site = row // n_periods
    equal = _sparse(
        [
            (row, of[IMPORT], ones),
            (row, of[SURPLUS], -ones),
            (row, of[CHARGE], -ones),
            (row, of[DISCHARGE], ones),
            (cells + row, of[SOC], ones),
            (cells + later, of[SOC][later - 1], -ones[later]),
            (cells + row, of[CHARGE], -period_h * np.asarray(charging)[site]),
            (cells + row, of[DISCHARGE], period_h / np.asarray(discharging)[site]),
        ],
        (2 * cells, len(at)),
    )
    last = np.arange(n_sites) * n_periods + n_periods - 1
    by_site = np.arange(n_sites)
    below = _sparse(
        [
            (row, of[IMPORT], ones),
            (row, growth[site], -ones),
            (cells + row, of[IMPORT], ones),
            (cells + row, of[EXCESS], -ones),
            (2 * cells + by_site, of[SOC][last], -ones[last]),
            (2 * cells + by_site, missing, -ones[last]),
        ],
        (2 * cells + n_sites, len(at)),
    )
    return Frame(equal, below, len(at))


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


def _site_bounds(battery: Battery, outside: Outside) -> Floats:
    """`[n, 2]`; a battery found below its reserve is filled by the site first, so its floor is what it holds now."""
    shape = outside.net_kw.shape
    most = np.full((6, *shape), np.inf)
    least = np.zeros((6, *shape))
    most[SURPLUS] = np.maximum(-outside.net_kw, 0.0)  # only sun and wind are left over: batteries never export
    most[CHARGE] = most[DISCHARGE] = battery.power_kw[:, None]
    most[SOC] = np.maximum(battery.most_kwh, outside.soc_kwh)[:, None]
    least[SOC] = np.minimum(battery.least_kwh, outside.soc_kwh)[:, None]
    rest = np.tile([0.0, np.inf], (2 * shape[0], 1))
    return np.concatenate([np.stack([least.ravel(), most.ravel()], axis=1), rest])


def _job_part(
    starts: Starts, n_sites: int, n_periods: int, n_modules: int, n_jobs: int
) -> tuple[csr_array, csr_array, csr_array]:
    """Power that starts add to the sites' balances, chips that they take, and that each job starts once or not."""
    n_starts = len(starts.job)
    start, period = np.nonzero(starts.share)
    share = starts.share[start, period]
    power = [(starts.site[start] * n_periods + period, start, -starts.kw[start] * share)]
    chips = [(starts.module[start] * n_periods + period, start, starts.chips[start] * share)]
    one, job = np.ones(n_starts), np.arange(n_jobs)
    once = [(starts.job, np.arange(n_starts), one), (job, n_starts + job, np.ones(n_jobs))]
    n_columns = n_starts + n_jobs
    return (
        _sparse(power, (2 * n_sites * n_periods, n_columns)),
        _sparse(chips, (n_modules * n_periods, n_columns)),
        _sparse(once, (n_jobs, n_columns)),
    )


def _sparse(parts: list[tuple[Ints, Ints, Floats]], shape: tuple[int, int]) -> csr_array:
    rows, columns, values = (np.concatenate(axis) for axis in zip(*parts, strict=True))
    return coo_array((values, (rows, columns)), shape=shape).tocsr()


def _corner(upper: csr_array, right: csr_array, lower: csr_array) -> csr_array:
    """`[[upper, right], [0, lower]]`."""
    return block_array([[upper, right], [None, lower]], format="csr")
