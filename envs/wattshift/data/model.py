"""What a file says after reading: columns in known units on one index of UTC times, each row with its place."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.errors import DataError
from wattshift.data.options import Options
from wattshift.data.places import Place
from wattshift.data.quantities import QUANTITIES, Quantity

Floats = NDArray[np.float64]
Seconds = NDArray[np.int64]
Index = Literal["interval", "instant", "event"]


class Column(NamedTuple):
    """One quantity; NaN where the file leaves the cell empty.

    `unit` is the one the values are in, `original_unit` that of the file (with its currency, if a price).
    """

    quantity: str
    values: Floats  # [rows]
    original_name: str
    original_unit: str
    scope: str = ""  # of carbon: "direct" or "life_cycle"
    scale: float = 1.0  # values = scale * (number in the file + shift)
    shift: float = 0.0

    @property
    def as_written(self) -> Floats:
        """The numbers of the file, to within rounding."""
        return self.values / self.scale - self.shift

    @property
    def kind(self) -> Quantity:
        """Unit, range and title."""
        return QUANTITIES[self.quantity]

    @property
    def unit(self) -> str:
        """Unit of the values."""
        return self.kind.unit

    @property
    def name(self) -> str:
        """Unique within a table: the quantity, and the scope where there is one."""
        return f"{self.quantity}_{self.scope}" if self.scope else self.quantity


@dataclass(frozen=True)
class Table:
    """One file as read. Rows are as in the file: order, gaps and repetitions are for `check` to judge.

    `index` says what a time stands for: the start of an interval (a mean or a market price), an instant
    (a measurement), or an event (a request or job; not evenly spaced).
    """

    path: Path
    format: str
    zone: str
    index: Index
    time_s: Seconds  # [rows] POSIX seconds, UTC
    row: Seconds  # [rows] line of a text file, or number of an element
    columns: tuple[Column, ...]
    clock: str  # the original clock, in words: "UTC", "offset in file", "Europe/Berlin, hour ending"
    original_zone: str = ""
    estimated: NDArray[np.bool_] | None = None  # [rows] flagged as estimated by the publisher
    row_word: str = "line {}"
    notes: tuple[str, ...] = field(default=())  # remarks that belong into the provenance
    place: Place | None = None  # where weather was measured, if the file says so
    appended: tuple[tuple[int, Path], ...] = field(default=())  # first rows of further files, and these files

    def __post_init__(self) -> None:
        """Lengths agree and names are unique; a reader that breaks this is a bug, not a bad file."""
        lengths = {len(self.time_s), len(self.row), *(len(column.values) for column in self.columns)}
        if self.estimated is not None:
            lengths.add(len(self.estimated))
        names = [column.name for column in self.columns]
        if len(lengths) != 1 or len(set(names)) != len(names) or not names:
            raise AssertionError(f"{self.format}: columns {names} of lengths {sorted(lengths)}")

    def where(self, k: int) -> str:
        """File and place of row `k`, for messages."""
        path = next((path for first, path in reversed(self.appended) if first <= k), self.path)
        return f"{path}, {self.row_word.format(self.row[k])}"

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            DataError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(f"{self.path}: no column {name!r}; it has {', '.join(c.name for c in self.columns)}")

    @property
    def step_s(self) -> int:
        """Most common distance of consecutive times, seconds; 0 for events and single rows."""
        if self.index == "event" or len(self.time_s) < 2:
            return 0
        return commonest_step_s(self.time_s)


def commonest_step_s(time_s: Seconds) -> int:
    """The step that consecutive times differ by most often (the shortest, if several); 0 if they never rise."""
    steps, counts = np.unique(np.diff(time_s), return_counts=True)
    counts = np.where(steps > 0, counts, 0)
    return int(steps[counts.argmax()]) if counts.max(initial=0) else 0


def only(values: Sequence[str], where: Callable[[int], str], what: str) -> str:
    """The single value of a column that must not change within a file.

    Raises:
        DataError: it changes; the first row that differs is named.
    """
    for k, value in enumerate(values):
        if value != values[0]:
            raise DataError(f"{where(k)}: {what} is {value!r}, but {values[0]!r} before; expected one in a file")
    return values[0]


def one_of(values: Iterable[str], options: Options, path: Path, what: str) -> str:
    """Which of several series in one file is meant: the only one, or the one named by `--location`.

    Raises:
        DataError: there are several and none is named, or the named one is not there.
    """
    found = sorted(set(values))
    if len(found) == 1 and options.location is None:
        return found[0]
    listed = ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")
    wanted = options.need("location", path, f"it has {len(found)} of the kind {what}: {listed}")
    if wanted not in found:
        raise DataError(f"{path}: no {what} {wanted!r}, it has {listed}")
    return wanted
