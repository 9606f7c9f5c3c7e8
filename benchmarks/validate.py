"""Hold the models against published values: prints the table and writes docs/validation.md, misses included.

`make validate`, or `python benchmarks/validate.py TOPIC...` to print some topics and write nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from validation.pages import Page

PAGE = Page(
    name="validation",
    title="Validation",
    intro="The models held against published measurements and laws. `make validate` computes everything on this page "
    "and writes it; `python benchmarks/validate.py TOPIC` prints one topic.",
    package="validation",
    topics=("chips", "cooling", "power", "network", "faults", "wind", "forecasts", "identities"),
)

if __name__ == "__main__":
    sys.exit(PAGE.main(__doc__))
