"""Traces of millions of rows, read some rows at a time: as text they would not fit into memory."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from wattshift.data.errors import DataError
from wattshift.data.model import Column, Seconds
from wattshift.data.text import Csv

BATCH_ROWS = 100_000


@contextmanager
def opened(path: Path) -> Iterator[io.TextIOBase]:
    """The text of a plain or gzipped file, read as it is asked for.

    Raises:
        DataError: no such file, a gzip file cut short, or not UTF-8; also while it is read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            yield io.TextIOWrapper(stream, "utf-8-sig", newline="")
    except OSError as error:
        reason = "not a whole gzip file" if isinstance(error, gzip.BadGzipFile) else "cannot be read"
        raise DataError(f"{path}: {reason} ({error})") from error
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start} of a part)") from error


def batches(path: Path, *, header: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> Iterator[Csv]:
    """A CSV file as `text.read_csv` reads it, in parts. Nothing may be kept of a file before its last part is read.

    Args:
        path: the file, plain or gzipped.
        header: titles, if the file has none itself.
        rows: of one part.

    Raises:
        DataError: a row has another number of cells than the header, or there is no row.
    """
    with opened(path) as text:
        reader = csv.reader(text)
        titles = list(header) if header is not None else next(reader, [])
        header_line = reader.line_num
        found = False
        while part := [(reader.line_num, row) for row in islice(reader, rows)]:
            kept = [(line, row) for line, row in part if row]
            for line, row in kept:
                if len(row) != len(titles):
                    raise DataError(f"{path}, line {line}: {len(row)} cells, expected {len(titles)}")
            if kept:
                found = True
                yield Csv(path, titles, header_line, [line for line, _ in kept], [row for _, row in kept])
        if not found:
            raise DataError(f"{path}: no data below the header")


Part = tuple[Seconds, Seconds, tuple[Column, ...]]
"""Times, line numbers and columns of one part of a file."""


def gathered(parts: Iterator[Csv], read_part: Callable[[Csv], Part]) -> Part:
    """Read every part and join what was read."""
    times, lines, columns = zip(*(read_part(part) for part in parts), strict=True)
    joined = tuple(
        same[0]._replace(values=np.concatenate([column.values for column in same]))
        for same in zip(*columns, strict=True)
    )
    return np.concatenate(times), np.concatenate(lines), joined
