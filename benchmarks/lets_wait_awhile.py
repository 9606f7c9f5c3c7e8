"""Let's Wait Awhile (Middleware 2021) on its own files: prints published savings beside ours, writes the page in docs/.

`python benchmarks/lets_wait_awhile.py FILE...`, or `make reproduce ARGS="FILE..."`. A file has the columns `Time`
(naive UTC, every 30 or 15 minutes) and `Carbon Intensity` (g/kWh), plain or gzipped, and reaches from 8 hours before
the year to 8 days after it. Files of the paper (https://github.com/dos-group/lets-wait-awhile) are known by name: ger,
gb, fr.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parent))

from awhile.experiments import CASES, Case, savings
from awhile.page import HEADING, Row, cells, page, rows_of
from awhile.published import REGION_OF_FILE

from wattshift.traces.errors import TraceError
from wattshift.traces.readers.half_hours import read_half_hours

PAGE = Path(__file__).parents[1] / "docs" / "lets-wait-awhile.md"

WIDTH = 110
"""Least columns of the printed table, where the output is no terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Run all cases; 0 whatever they say (a miss is a result), 2 if a file cannot be used."""
    options = _options(arguments)
    rows: list[Row] = []
    with tqdm(total=len(options.files) * options.repetitions * len(CASES), unit="case", disable=None) as progress:
        for path in options.files:
            progress.set_description(region_of(path))
            try:
                rows += _play(path, options.year, options.seed, options.repetitions, progress)
            except TraceError as error:
                progress.close()
                print(f"{path}: {error}" if str(path) not in str(error) else error, file=sys.stderr)
                return 2
    _show(rows)
    if options.page is not None:
        names = " ".join(path.name for path in options.files)
        command = (
            f"python benchmarks/lets_wait_awhile.py {names} --repetitions {options.repetitions} --seed {options.seed}"
        )
        options.page.write_text(page(rows, command, options.year, options.repetitions), encoding="utf-8")
        print(f"wrote {options.page.name}")
    return 0


def region_of(path: Path) -> str:
    """The region of a known file, else the file's name."""
    stem = path.name.split(".")[0]
    return REGION_OF_FILE.get(stem.split("_")[0], stem)


def _play(path: Path, year: int, seed: int, repetitions: int, progress: tqdm) -> list[Row]:
    series = read_half_hours(path)
    found: dict[Case, list[float]] = {case: [] for case in CASES}
    for repetition in range(repetitions):
        for case, share in savings(series, year, seed + repetition):
            found[case].append(share)
            progress.update()
    return rows_of(region_of(path), found)


def _show(rows: list[Row]) -> None:
    table = Table(title="Carbon saved by waiting", title_justify="left")
    for heading in HEADING:
        table.add_column(heading, no_wrap=heading in ("region", "work"))
    for row in rows:
        table.add_row(*cells(row))
    Console(width=max(Console().width, WIDTH)).print(table)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="carbon intensity, CSV, plain or .gz")
    parser.add_argument("--year", type=int, default=2020, help="calendar year to play (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=10, help="draws of jobs and noise (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first repetition; the next has one more (%(default)s)"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="Markdown file to write (docs/lets-wait-awhile.md)")
    parser.add_argument("--no-page", dest="page", action="store_const", const=None, help="print only")
    options = parser.parse_args(arguments)
    if options.repetitions < 1:
        parser.error(f"--repetitions: got {options.repetitions}, must be at least 1")
    if options.seed < 0:
        parser.error(f"--seed: got {options.seed}, must be at least 0")
    return options


if __name__ == "__main__":
    sys.exit(main())
