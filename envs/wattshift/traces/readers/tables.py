"""From tables of `wattshift.data` to dated rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from wattshift.data.errors import DataError
from wattshift.data.model import Table
from wattshift.traces.errors import TraceError
from wattshift.traces.readers.hours import Row


@contextmanager
def as_trace_errors() -> Iterator[None]:
    """What is wrong with a file is wrong with the traces that need it."""
    try:
        yield
    except DataError as error:
        raise TraceError(str(error)) from error


def rows_of(table: Table, name: str) -> list[Row]:
    """One column as rows; cells that are empty in the file are left out, and so make holes.

    Raises:
        TraceError: the table has no such column.
    """
    with as_trace_errors():
        values = table.column(name).values
    known = np.flatnonzero(np.isfinite(values)).tolist()
    return [Row(int(table.time_s[k]), float(values[k]), table.where(k)) for k in known]
