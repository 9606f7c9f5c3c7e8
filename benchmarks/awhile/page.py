"""The tables of published savings and ours, for the terminal and for the page."""

from typing import NamedTuple

import numpy as np
from validation.check import markdown_table

from awhile.experiments import Case
from awhile.published import PUBLISHED, TOLERANCE_POINTS

HEADING = ("region", "work", "suspended", "forecast error", "published, %", "ours, %", "sd over repetitions", "agrees")


class Row(NamedTuple):
    """One case of one region, in per cent."""

    region: str
    case: Case
    mean: float
    sd: float  # over repetitions

    @property
    def published(self) -> float | None:
        """What the paper reports, if it does."""
        return PUBLISHED.get(self.region, {}).get(self.case)

    @property
    def agrees(self) -> bool | None:
        """Whether ours lies within the tolerance; None where nothing is published."""
        return None if self.published is None else abs(self.mean - self.published) <= TOLERANCE_POINTS


def rows_of(region: str, found: dict[Case, list[float]]) -> list[Row]:
    """Means and spreads over repetitions, of shares saved."""
    spread = {case: np.std(shares, ddof=1) if len(shares) > 1 else 0.0 for case, shares in found.items()}
    return [Row(region, case, 100 * float(np.mean(found[case])), 100 * float(spread[case])) for case in found]


def cells(row: Row) -> tuple[str, ...]:
    """A row as text, in the order of `HEADING`."""
    published = "" if row.published is None else f"{row.published:.1f}"
    agrees = {True: "yes", False: "MISS", None: ""}[row.agrees]
    suspended = "yes" if row.case.interruptible else ""
    error = f"{row.case.error:.0%}" if row.case.error else "exact"
    return row.region, row.case.work, suspended, error, published, f"{row.mean:.2f}", f"{row.sd:.2f}", agrees


def page(rows: list[Row], command: str, year: int, repetitions: int) -> str:
    """The whole page, in Markdown."""
    compared = [row for row in rows if row.agrees is not None]
    others = [row for row in rows if row.agrees is None]
    missed = [row for row in compared if not row.agrees]
    verdict = f"{len(compared) - len(missed)} of {len(compared)} comparisons agree"
    return f"""# Let's Wait Awhile, reproduced

Savings of carbon by moving work in time, as published by Wiesner et al. ("Let's Wait Awhile", Middleware 2021), and by
our reader (`wattshift.traces.readers.half_hours`) and planning functions (`wattshift_agents.shifting`, the ones behind
the heuristics `lowest-slot`, `lowest-window` and `wait-awhile`) on the paper's files, which are not part of this
repository. {verdict} within {TOLERANCE_POINTS} points{_names(missed)}. Year {year}, {repetitions} repetitions;
jobs and noise are drawn anew in each.

```
{command}
```

{markdown_table(HEADING, [cells(row) for row in compared])}

## Protocol
- Forecast: the series plus Gaussian noise, sd = error x yearly mean, drawn once a repetition for the whole series.
  Plans are made on the forecast, carbon is counted on the series. Saving = 1 - carbon / carbon of starting at once.
- Nightly: a job of 30 minutes at 01:00 UTC on each day of the year, moved to the slot of lowest forecast within +-8 h.
- ML jobs: 3,387, at half-hours from 9:00 to 16:30 UTC of Mondays to Fridays (holidays count as workdays), no two at the
  same time, 4 h to below 90 h long. A job may end late by the time from its undisturbed end until somebody looks.
- Not suspended: the window of lowest mean forecast. Suspended: the cheapest slots. Suspending costs nothing.
- 15-minute data are read at the half-hour stamps, as in the paper.

## What the published numbers do not say
- Whether the ML jobs' numbers are those of an exact or of a noisy forecast: our source does not say. Each stands beside
  both above.
- "Next workday": in the code of the paper, a job that ends on Friday after 17:00 is looked at on Saturday at 9:00, not
  on Monday. The table above follows the code. Under the strict rule ("next workday, strict" below) jobs have the
  weekend, and save about a point more than published: more than the {TOLERANCE_POINTS} points allowed.

Nothing is published for these:

{markdown_table(HEADING[:4] + HEADING[5:7], [cells(row)[:4] + cells(row)[5:7] for row in others])}
"""


def _names(missed: list[Row]) -> str:
    if not missed:
        return ""
    return "; missed: " + ", ".join(f"{row.region} {row.case.work} ({row.mean - row.published:+.2f})" for row in missed)
