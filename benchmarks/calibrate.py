"""Hold the synthetic world against the real one: prints the tables and writes docs/calibration.md, misses included.

`make calibrate`, or `python benchmarks/calibrate.py --zones CAL DE` to print some zones and write nothing.
"""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parent))

from calibration.cells import Cell
from calibration.zones import REAL_YEARS, Calibrated, calibrated
from validation.check import Section, markdown_table
from validation.report import row, section_parts, show, summary

from wattshift.traces.errors import TraceError
from wattshift.traces.real import ENVIRONMENT_VARIABLE, data_folder
from wattshift.traces.spec import SYNTHETIC_FIRST_YEAR
from wattshift.traces.zones import catalog, find_zones

MORE: tuple[str, ...] = ("workloads",)
"""Modules of `calibration/` that come after the zones. Each has `section(root: Path) -> Section`, whose checks hold
real (`published`) against synthetic (`ours`)."""

HEADINGS = ("statistic", "real (by year)", "synthetic", "agrees within", "", "bar")
DOCS = Path(__file__).parents[1] / "docs"
PICTURES = "calibration"


def main(arguments: list[str] | None = None) -> int:
    """Measure zones and generators; the exit status is 0 whatever the cells say: a miss is a result."""
    options = parse(arguments)
    mpl.use("Agg")
    begun_s = time.monotonic()
    whole = options.zones == list(catalog())
    pictures = options.output / PICTURES if whole else None
    zones = []
    for name in (progress := tqdm(options.zones, unit="zone")):
        progress.set_description(name)
        zones.append(calibrated(name, catalog()[name], options.data, options.years, options.seed, pictures))
    more = [importlib.import_module(f"calibration.{module}").section(options.data) for module in MORE if whole]
    show([zone.section for zone in zones], HEADINGS)
    show(more, HEADINGS)
    print(verdict(zones))
    if whole:
        path = options.output / "calibration.md"
        path.write_text(page(zones, more, options.years, options.seed), encoding="utf-8")
        print(f"wrote {path.name} and {PICTURES}/*.png in {time.monotonic() - begun_s:.0f} s")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Options, checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    named = os.environ.get(ENVIRONMENT_VARIABLE) or DOCS.parents[1] / "shared" / "data"
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(named),
        help=f"folder of real data; default: {ENVIRONMENT_VARIABLE}, or %(default)s",
    )
    parser.add_argument("--zones", nargs="+", default=list(catalog()), metavar="ZONE", help=", ".join(catalog()))
    parser.add_argument("--years", type=int, default=8, help="synthetic years, at least 5; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="of the synthetic years; default: %(default)s")
    parser.add_argument("--output", type=Path, default=DOCS, help="folder of the page; default: docs")
    options = parser.parse_args(arguments)
    if options.years < 5:
        parser.error(f"--years: got {options.years}, at least 5 are needed for a year's mean to settle")
    try:
        find_zones(options.zones)
        data_folder(options.data)
    except TraceError as error:
        parser.error(str(error))
    return options


def verdict(zones: Sequence[Calibrated]) -> str:
    """How many cells agree: those of usual years, on which the bars are set, and those of dear fuel."""
    usual = [cell.check() for zone in zones for cell in zone.cells]
    dear = [cell.check() for zone in zones for cell in zone.crisis]
    return f"Zones in usual years: {summary(usual)} Prices in years of dear fuel: {summary(dear)}"


def page(zones: Sequence[Calibrated], more: Sequence[Section], n_years: int, seed: int) -> str:
    """The whole page, in Markdown."""
    found = [cell for zone in zones for cell in (*zone.cells, *zone.crisis)]
    last = SYNTHETIC_FIRST_YEAR + n_years - 1
    real = " and ".join(str(year) for year in REAL_YEARS)
    parts = [
        "# Calibration",
        "The synthetic world held against the real one, misses first. `make calibrate` computes everything on this "
        "page and writes it; `python benchmarks/calibrate.py --zones CAL DE` prints some zones. "
        f"**{verdict(zones)}**",
        f"Synthetic: the years {SYNTHETIC_FIRST_YEAR} to {last} of seed {seed}. Real: {real}, each year measured by "
        "itself and then averaged, as the synthetic years are. Prices are compared with the last real year, and with "
        "those before whose median is within 15 % of its own. Dearer years are held against synthetic ones with the "
        "fuel prices of 2022 (`fuel: crisis`). Hours are local, `residual` is what is left after the mean of each "
        "month and hour; the daily range is that of single days, the day range that of the mean day. Pictures of real "
        "years show means, quantiles and correlations only.",
        "## Misses",
        misses(found),
    ]
    for section in (*(zone.section for zone in zones), *more):
        parts += section_parts(section, PICTURES, HEADINGS)
    return "\n\n".join(parts) + "\n"


def misses(found: Sequence[Cell]) -> str:
    """The cells that do not agree, as a table."""
    lines = [(cell.zone, *row(cell.check())[:4], cell.tolerance) for cell in found if not cell.agrees]
    return markdown_table(("zone", *HEADINGS[:4], "bar"), lines) if lines else "None."


if __name__ == "__main__":
    sys.exit(main())
