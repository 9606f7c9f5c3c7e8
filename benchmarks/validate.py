"""Hold the models against published values: prints the table and writes docs/validation.md, misses included.

`make validate`, or `python benchmarks/validate.py TOPIC...` to print some topics and write nothing.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parent))

from validation.check import Section
from validation.report import section_parts, show, summary

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


def page(sections: list[Section]) -> str:
    """The whole page, in Markdown."""
    checks = [check for section in sections for check in section.checks]
    parts = [
        "# Validation",
        "The models held against published measurements and laws. `make validate` computes everything on this page and "
        f"writes it; `python benchmarks/validate.py TOPIC` prints one topic. {summary(checks)}",
    ]
    for section in sections:
        parts += section_parts(section, "validation")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
