"""Hold the models against published values: prints the table and writes docs/validation.md, misses included.

`make validate`, or `python benchmarks/validate.py TOPIC...` to print some topics and write nothing.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parent))

from validation.check import Check, Section, markdown_table

TOPICS: tuple[str, ...] = ("chips", "cooling", "power", "network", "faults", "wind", "forecasts", "identities")
"""Modules of `validation/`, in the order of the page."""

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"


def main(arguments: list[str] | None = None) -> int:
    """Run topics; the exit status is 0 whatever the checks say: a miss is a result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", choices=[[], *TOPICS], metavar="TOPIC", help=", ".join(TOPICS))
    topics = parser.parse_args(arguments).topics or TOPICS
    begun_s = time.monotonic()
    sections = []
    for topic in (progress := tqdm(topics, unit="topic")):
        progress.set_description(topic)
        sections.append(importlib.import_module(f"validation.{topic}").section())
    show(sections)
    if len(sections) == len(TOPICS):
        PAGE.write_text(page(sections))
        print(f"wrote {PAGE.relative_to(PAGE.parents[1])} in {time.monotonic() - begun_s:.0f} s")
    return 0


def show(sections: list[Section]) -> None:
    """Print every check and the tables."""
    console = Console()
    for section in sections:
        table = Table(title=section.title, title_justify="left")
        for heading in ("what", "published", "ours", "agrees within", ""):
            table.add_column(heading)
        for check in section.checks:
            colour = "green" if check.holds else "red"
            table.add_row(*row(check)[:-2], f"[{colour}]{verdict(check)}[/{colour}]")
        console.print(table)
        for more in section.tables:
            console.print(more, markup=False, highlight=False)


def row(check: Check) -> tuple[str, ...]:
    """A check as text: what, published, ours, range, verdict, source."""
    agrees = f"{check.low:.4g} .. {check.high:.4g}"
    return check.what, check.published, f"{check.ours:.4g} {check.unit}".strip(), agrees, verdict(check), check.source


def verdict(check: Check) -> str:
    """In a word."""
    return "agrees" if check.holds else "MISS"


def page(sections: list[Section]) -> str:
    """The whole page, in Markdown."""
    checks = [check for section in sections for check in section.checks]
    missed = sum(not check.holds for check in checks)
    parts = [
        "# Validation",
        "The models held against published measurements and laws. `make validate` computes everything on this page and "
        f"writes it; `python benchmarks/validate.py TOPIC` prints one topic. {len(checks) - missed} of {len(checks)} "
        f"checks agree{f', {missed} miss' if missed else ''}.",
    ]
    for section in sections:
        parts += [f"## {section.title}", section.text]
        if section.checks:
            heading = ("what", "published", "ours", "agrees within", "", "source")
            parts.append(markdown_table(heading, [row(check) for check in section.checks]))
        parts += section.tables
        parts += [f"![{section.title}](validation/{picture})" for picture in section.pictures]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
