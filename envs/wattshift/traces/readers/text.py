"""Opening files, plain or gzipped, and reading CSV with line numbers."""

import csv
import gzip
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from wattshift.traces.errors import TraceError


def find(path: Path) -> Path:
    """The file itself or its `.gz`.

    Raises:
        TraceError: neither exists.
    """
    for candidate in (path, path.with_name(path.name + ".gz")):
        if candidate.is_file():
            return candidate
    raise TraceError(f"{path}: no such file, neither plain nor as {path.name}.gz")


def read_text(path: Path) -> str:
    """Decompressed UTF-8 text of a plain or gzipped file.

    Raises:
        TraceError: it is not gzip although named so, or not UTF-8.
    """
    raw = path.read_bytes()
    try:
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError) as error:
        raise TraceError(f"{path}: not a whole gzip file ({error})") from error
    except UnicodeDecodeError as error:
        raise TraceError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error


def csv_cells(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Line number and the cells of the wanted columns, row by row.

    Raises:
        TraceError: a column is not in the header, a row has another number of cells than the header, or no row.
    """
    rows = csv.reader(read_text(path).splitlines())
    header = next(rows, [])
    for column in columns:
        if column not in header:
            raise TraceError(f"{path}, line 1: no column {column!r}; the columns are {', '.join(map(repr, header))}")
    wanted = [header.index(column) for column in columns]
    for row in rows:
        if len(row) != len(header):
            raise TraceError(f"{path}, line {rows.line_num}: {len(row)} cells, expected {len(header)} as in line 1")
        yield rows.line_num, [row[k] for k in wanted]
    if rows.line_num < 2:
        raise TraceError(f"{path}: no data below the header")


def number(text: str, lowest: float, highest: float, unit: str, where: str) -> float:
    """A finite number within its physical range; a range left is nearly always a wrong unit.

    Raises:
        TraceError: it is no number, NaN, infinite or out of range.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise TraceError(f"{where}: {text!r} is not a number, expected {unit}") from error
    if not math.isfinite(value) or not lowest <= value <= highest:
        raise TraceError(f"{where}: got {text}, expected {unit} between {lowest:g} and {highest:g}")
    return value


def moment(text: str, where: str) -> datetime:
    """A time, with or without offset.

    Raises:
        TraceError: it is no ISO 8601 time.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise TraceError(f"{where}: {text!r} is not a time such as 2023-01-31 17:00:00") from error


def whole_hour(text: str, where: str) -> datetime:
    """A time, with or without offset, on the hour.

    Raises:
        TraceError: it is no ISO 8601 time or not on the hour.
    """
    when = moment(text, where)
    if when.minute or when.second or when.microsecond:
        raise TraceError(f"{where}: {text} is not on the hour, hourly data expected")
    return when
