"""A sparse linear program built block by block, and a lower bound of its optimum that does not trust the solver.

Every variable is bounded on both sides. So any multipliers y of the rows (of the right sign) give, with the reduced
costs r = c - A'y, the bound b'y + sum of min(r_j low_j, r_j high_j): weak duality with boxes (e.g. Jansson, Rigorous
lower and upper bounds in linear programming, SIAM J. Optimization 14, 2004). The solver only proposes y; a poor
proposal makes the bound looser, never wrong.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Loads = list[tuple[int, Ints]]
"""Modules, and variables over the slots [N] of what each draws behind its site's meter, kWh."""

ROUNDING = 1e-12
"""Relative error granted to each product that the certified bound sums up, far above that of doubles."""


METHODS = ("highs-ipm", "highs-ds")
"""Of HiGHS, the second if the first gives up: a week of `hybrid` takes interior points a third of a simplex's time."""


class Solution(NamedTuple):
    """What the program's optimum is at least, and the point at which the solver stood."""

    certified: float  # lower bound of the optimum, from the multipliers
    optimum: float  # the solver's own value
    values: Floats  # [variables]
    terms_usd: dict[str, float]  # what the variables cost there, by the name given to them


class Program:
    """Minimise `cost . x` under rows `A x <= rhs` and `A x = rhs`, and `low <= x <= high`.

    Attributes:
        terms: numbers of the variables that were given a name for what they cost, in the order they came.
    """

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats]] = []
        self._rhs: list[Floats] = []
        self._is_equal: list[NDArray[np.bool_]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self.terms: dict[str, list[Ints]] = {}
        self._n_columns = self._n_rows = 0

    def variables(
        self, shape: tuple[int, ...], high: ArrayLike, cost: ArrayLike = 0.0, low: ArrayLike = 0.0, term: str = ""
    ) -> Ints:
        """New variables; `high`, `low` and `cost` broadcast to `shape`. Returns their numbers [shape].

        `term` names what they cost, for orientation.

        Raises:
            ValueError: a bound or a cost is not finite, or a lower bound is above its upper one.
        """
        columns = [np.broadcast_to(np.asarray(part, np.float64), shape).ravel() for part in (cost, low, high)]
        if not all(np.isfinite(part).all() for part in columns):
            raise ValueError("variables: costs and bounds must be finite, without which nothing is certified")
        if (columns[1] > columns[2]).any():
            raise ValueError("variables: a lower bound is above its upper bound")
        self._columns.append((columns[0], columns[1], columns[2]))
        first, self._n_columns = self._n_columns, self._n_columns + columns[0].size
        numbers = np.arange(first, self._n_columns)
        if term:
            self.terms.setdefault(term, []).append(numbers)
        return numbers.reshape(shape)

    def at_most(self, rhs: ArrayLike) -> Ints:
        """New rows `... <= rhs`, empty as yet; returns their numbers [shape of rhs]."""
        return self._rows(rhs, False)

    def equal(self, rhs: ArrayLike) -> Ints:
        """New rows `... = rhs`."""
        return self._rows(rhs, True)

    def add(self, rows: ArrayLike, variables: ArrayLike, coefficients: ArrayLike) -> None:
        """Add `coefficient x variable` to rows; the three broadcast, and what meets twice adds up."""
        parts = np.broadcast_arrays(rows, variables, np.asarray(coefficients, np.float64))
        self._entries.append((parts[0].ravel(), parts[1].ravel(), parts[2].ravel()))

    def solve(self) -> Solution:
        """The optimum, certified.

        Raises:
            RuntimeError: the solver found no multipliers.
        """
        cost, low, high = (np.concatenate(parts) for parts in zip(*self._columns, strict=True))
        rhs, is_equal = np.concatenate(self._rhs), np.concatenate(self._is_equal)
        rows, columns, coefficients = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        matrix = csr_array(csc_array((coefficients, (rows, columns)), shape=(self._n_rows, self._n_columns)))
        for method in METHODS:
            result = linprog(
                cost,
                A_ub=matrix[~is_equal],
                b_ub=rhs[~is_equal],
                A_eq=matrix[is_equal],
                b_eq=rhs[is_equal],
                bounds=np.column_stack([low, high]),
                method=method,
            )
            if result.x is not None:
                break
        else:
            raise RuntimeError(f"linear program of {self._n_rows} rows: {result.message}")
        multipliers = np.empty(self._n_rows)
        multipliers[~is_equal] = np.minimum(result.ineqlin.marginals, 0.0)
        multipliers[is_equal] = result.eqlin.marginals
        certified = dual_bound(cost, matrix, rhs, low, high, multipliers)
        spent_usd = cost * result.x
        terms_usd = {
            term: float(sum(spent_usd[numbers].sum() for numbers in parts)) for term, parts in self.terms.items()
        }
        return Solution(certified, float(result.fun), result.x, terms_usd)

    def _rows(self, rhs: ArrayLike, is_equal: bool) -> Ints:
        values = np.asarray(rhs, np.float64)
        self._rhs.append(values.ravel())
        self._is_equal.append(np.full(values.size, is_equal))
        first, self._n_rows = self._n_rows, self._n_rows + values.size
        return np.arange(first, self._n_rows).reshape(values.shape)


def dual_bound(cost: Floats, matrix: Any, rhs: Floats, low: Floats, high: Floats, multipliers: Floats) -> float:
    """Lower bound of a program's optimum by weak duality, less a margin for rounding."""
    reduced = cost - matrix.T @ multipliers
    by_bounds = np.minimum(reduced * low, reduced * high)
    magnitude = np.abs(cost) + abs(matrix).T @ np.abs(multipliers)
    at_stake = (magnitude * np.maximum(np.abs(low), np.abs(high))).sum() + np.abs(rhs * multipliers).sum()
    return float((rhs * multipliers).sum() + by_bounds.sum() - ROUNDING * at_stake)
