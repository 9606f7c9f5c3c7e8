"""Several files of one series, such as one a year, as one table."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wattshift.data.clock import utc_text
from wattshift.data.errors import DataError
from wattshift.data.model import Column, Table


def joined(tables: Sequence[Table]) -> Table:
    """One table of all rows, in order of the files' first times.

    Where files overlap (archives cut into months often keep a day on either side) rows that say the same are kept once.

    Raises:
        DataError: the files are of different zones, formats or columns, or contradict each other.
    """
    tables = sorted(tables, key=lambda table: int(table.time_s.min()))
    table = tables[0]
    for other in tables[1:]:
        table = _appended(table, other)
    return table


def _kind(table: Table) -> tuple[str, ...]:
    return (table.zone, table.format, table.index, *(column.name for column in table.columns))


def _appended(table: Table, other: Table) -> Table:
    if _kind(table) != _kind(other) or (table.estimated is None) != (other.estimated is None):
        raise DataError(f"{other.path}: not of the same zone, format and columns as {table.path}; import it by itself")
    fresh = np.ones(len(other.time_s), bool)
    if table.index != "event":
        order = np.argsort(table.time_s, kind="stable")
        at = order[np.searchsorted(table.time_s, other.time_s, sorter=order).clip(max=len(order) - 1)]
        fresh = table.time_s[at] != other.time_s
        for mine, theirs in zip(table.columns, other.columns, strict=True):
            differ = ~fresh & ~np.isclose(mine.values[at], theirs.values, rtol=1e-6, atol=1e-9, equal_nan=True)
            if differ.any():
                k = int(np.flatnonzero(differ)[0])
                when = utc_text(other.time_s[k])
                raise DataError(f"{other.where(k)}: {theirs.original_name!r} at {when} contradicts {table.path}")
    return replace(
        table,
        time_s=np.concatenate([table.time_s, other.time_s[fresh]]),
        row=np.concatenate([table.row, other.row[fresh]]),
        columns=tuple(_longer(*pair, fresh) for pair in zip(table.columns, other.columns, strict=True)),
        estimated=None
        if table.estimated is None or other.estimated is None
        else np.concatenate([table.estimated, other.estimated[fresh]]),
        notes=(*table.notes, *other.notes),
        appended=(*table.appended, (len(table.time_s), other.path)),
    )


def _longer(mine: Column, theirs: Column, fresh: np.ndarray) -> Column:
    return mine._replace(values=np.concatenate([mine.values, theirs.values[fresh]]))
