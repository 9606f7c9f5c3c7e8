"""Show the headline claims of the field on our world: prints them and writes docs/headlines.md, misses included.

`make headlines`, or `python benchmarks/headlines.py CLAIM...` to print some claims and write nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from claims.overview import overview
from validation.pages import Page

PAGE = Page(
    name="headlines",
    title="Headline claims",
    intro="What the field claims, beside what this world gives, with the setting. `make headlines` computes everything "
    "on this page in about a minute and writes it; the table's commands print one claim. *Agrees within* says what "
    "counts as agreement: the published range, or the direction where only that is claimed.",
    package="claims",
    topics=("network", "carbon", "cooling", "edge", "outage"),
    finish=overview,
)

if __name__ == "__main__":
    sys.exit(PAGE.main(__doc__))
