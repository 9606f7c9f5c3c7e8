"""HiGHS, begun where an earlier program ended.

Huangfu and Hall, Parallelizing the dual revised simplex method, Mathematical Programming Computation 10, 2018. Every
program is passed whole to a solver of its own, so that nothing but the basis given to it decides where it begins.
"""

from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Floats = NDArray[np.float64]
Statuses = NDArray[np.int8]

_STATUSES = tuple(highspy.HighsBasisStatus.__members__.values())
AT_LOW = int(highspy.HighsBasisStatus.kLower)
BETWEEN = int(highspy.HighsBasisStatus.kBasic)
"""Statuses of a column or row: at its lower bound, or basic."""


class LinearProgram(NamedTuple):
    """Minimise `cost . x` where `low <= x <= high` and `row_low <= matrix x <= row_high`."""

    cost: Floats  # [n]
    low: Floats  # [n]
    high: Floats  # [n]
    row_low: Floats  # [m]
    row_high: Floats  # [m]
    matrix: csc_array  # [m, n]


class Basis(NamedTuple):
    """What of a program is at which bound, or in between; a guess may have too many or too few of the latter."""

    columns: Statuses  # [n]
    rows: Statuses  # [m]


class Optimum(NamedTuple):
    """Where the solver ended."""

    cost: float
    values: Floats  # [n]
    basis: Basis
    iterations: int  # of the simplex method


def minimise(program: LinearProgram, guess: Basis | None = None) -> Optimum:
    """The optimum; without a guess from the slack basis.

    The guess changes how long it takes, and which of several optima is found, never their cost. Without presolve, which
    takes longer than it saves on programs of this size, and does not begin from a guess.

    Raises:
        RuntimeError: there is no optimum, or the solver did not find it.
    """
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1)):
        solver.setOptionValue(option, value)
    _pass(solver, program)
    if guess is not None:
        solver.setBasis(_as_basis(guess))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        if guess is not None:  # a poor guess may lead to a basis that is singular in numbers
            return minimise(program)
        raise RuntimeError(f"the solver ended with: {solver.modelStatusToString(solver.getModelStatus())}")
    basis, info = solver.getBasis(), solver.getInfo()
    return Optimum(
        cost=info.objective_function_value,
        values=np.array(solver.getSolution().col_value),
        basis=Basis(_numbers(basis.col_status), _numbers(basis.row_status)),
        iterations=info.simplex_iteration_count,
    )


def _pass(solver: highspy.Highs, program: LinearProgram) -> None:
    n_rows, n_columns = program.matrix.shape
    solver.passModel(
        n_columns,
        n_rows,
        program.matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        *program[:5],
        program.matrix.indptr.astype(np.int32),
        program.matrix.indices.astype(np.int32),
        program.matrix.data,
        np.zeros(n_columns, np.int32),  # no column is held to whole numbers
    )


def _as_basis(guess: Basis) -> highspy.HighsBasis:
    basis = highspy.HighsBasis()
    basis.col_status = [_STATUSES[status] for status in guess.columns.tolist()]
    basis.row_status = [_STATUSES[status] for status in guess.rows.tolist()]
    basis.valid = True
    basis.alien = True  # HiGHS completes it, or leaves out what depends on the rest
    return basis


def _numbers(statuses: list[highspy.HighsBasisStatus]) -> Statuses:
    return np.fromiter(map(int, statuses), np.int8, len(statuses))
