"""What a format module declares."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wattshift.data.model import Table
from wattshift.data.options import Options


@dataclass(frozen=True)
class Format:
    """One file format.

    Attributes:
        name: as typed after `--format`.
        summary: what it is and who publishes it, one line.
        looks_like: the header or first lines, for the table in the docs.
        states: what the files say themselves: unit, clock, zone, signal, scope.
        asks: options that must be given because the files do not say.
        may: options that are understood but not always necessary.
        source: where the layout is documented.
        sniff: whether the first characters of a file look like this format.
        read: the reader; raises `DataError` with file, line and reason.
    """

    name: str
    summary: str
    looks_like: str
    states: str
    asks: tuple[str, ...]
    may: tuple[str, ...]
    source: str
    sniff: Callable[[str], bool]
    read: Callable[[Path, Options], Table]

    @property
    def takes(self) -> tuple[str, ...]:
        """Options that this format understands."""
        return self.asks + self.may
