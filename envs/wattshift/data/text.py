"""Opening files, plain, gzipped or zipped, and reading CSV with line numbers."""

import csv
import gzip
import io
import json
import math
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.data.errors import DataError

HEAD_BYTES = 20_000
EMPTY = ("",)


def find(path: Path) -> Path:
    """The file itself or its `.gz`.

    Raises:
        DataError: neither exists.
    """
    for candidate in (path, path.with_name(path.name + ".gz")):
        if candidate.is_file():
            return candidate
    raise DataError(f"{path}: no such file, neither plain nor as {path.name}.gz")


def _opened(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.open(path)
    if path.suffix == ".zip":
        archive = zipfile.ZipFile(path)
        names = archive.namelist()
        if len(names) != 1:
            raise DataError(f"{path}: {len(names)} files in the archive, expected one; unpack it and name one")
        return io.BytesIO(archive.read(names[0]))
    return path.open("rb")


def _bytes(path: Path, size: int = -1) -> bytes:
    try:
        with _opened(path) as stream:
            return stream.read(size)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: a folder, expected a file") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"{path}: not a whole gzip file ({error})") from error
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: not a whole zip file ({error})") from error


def head(path: Path) -> str:
    """The first characters, for recognising the format; what is not UTF-8 is replaced."""
    return _bytes(path, HEAD_BYTES).decode("utf-8-sig", errors="replace")


def read_text(path: Path) -> str:
    """The whole file as text, UTF-8 with or without a byte-order mark.

    Raises:
        DataError: no such file, a broken archive, or not UTF-8.
    """
    try:
        return _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DataError: not JSON; the line is named.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {error.lineno}: not JSON, {error.msg} at column {error.colno}") from error


class Csv(NamedTuple):
    """A CSV file: header and rows, every row as long as the header."""

    path: Path
    header: list[str]
    header_line: int
    lines: list[int]
    rows: list[list[str]]

    def position(self, *names: str) -> int:
        """Index of the first of these columns that the file has; letter case and outer spaces do not matter.

        Raises:
            DataError: it has none of them.
        """
        plain = [title.strip().casefold() for title in self.header]
        for name in names:
            if name.casefold() in plain:
                return plain.index(name.casefold())
        wanted = " or ".join(repr(name) for name in names)
        columns = ", ".join(map(repr, self.header))
        raise DataError(f"{self.path}, line {self.header_line}: no column {wanted}; the columns are {columns}")

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name.casefold() in (title.strip().casefold() for title in self.header)

    def cells(self, *names: str) -> list[str]:
        """The cells of one column, without outer spaces; found as `position` says."""
        index = self.position(*names)
        return [row[index].strip() for row in self.rows]

    @property
    def line_numbers(self) -> NDArray[np.int64]:
        """Of every row, as `Table.row` wants them."""
        return np.array(self.lines, np.int64)

    def where(self, k: int) -> str:
        """File and line of row `k`."""
        return f"{self.path}, line {self.lines[k]}"

    def only_rows(self, wanted: Sequence[bool]) -> "Csv":
        """The rows that are wanted."""
        return self.in_order([k for k, keep in enumerate(wanted) if keep])

    def in_order(self, chosen: Iterable[int]) -> "Csv":
        """These rows, in this order."""
        chosen = list(chosen)
        return self._replace(lines=[self.lines[k] for k in chosen], rows=[self.rows[k] for k in chosen])


def read_csv(
    path: Path,
    *,
    delimiter: str = ",",
    skip_lines: int = 0,
    take_lines: int | None = None,
    header: list[str] | None = None,
) -> Csv:
    """Read a CSV file; blank lines are passed over.

    Args:
        path: the file, or its compressed form.
        delimiter: between cells.
        skip_lines: lines above the header.
        take_lines: lines from the header on that belong to the table, where others follow it; not given, all.
        header: titles, if the file has none itself.

    Raises:
        DataError: a row has another number of cells than the header, or there is no row.
    """
    end = None if take_lines is None else skip_lines + take_lines
    reader = csv.reader(read_text(path).splitlines()[skip_lines:end], delimiter=delimiter)
    titles = header if header is not None else next(reader, [])
    lines: list[int] = []
    rows: list[list[str]] = []
    for row in reader:
        if not row:
            continue
        line = reader.line_num + skip_lines
        if len(row) != len(titles):
            raise DataError(f"{path}, line {line}: {len(row)} cells, expected {len(titles)} as in the header")
        lines.append(line)
        rows.append(row)
    if not rows:
        raise DataError(f"{path}: no data below the header")
    return Csv(path, titles, skip_lines + 1, lines, rows)


def number(text: str, lowest: float, highest: float, unit: str, where: str) -> float:
    """A finite number within its physical range; a range left is nearly always a wrong unit.

    Raises:
        DataError: it is no number, NaN, infinite or out of range.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise DataError(f"{where}: {text!r} is not a number, expected {unit}") from error
    if not math.isfinite(value) or not lowest <= value <= highest:
        raise DataError(f"{where}: got {text}, expected {unit} between {lowest:g} and {highest:g}")
    return value
