"""The table of an evaluation, as people read it in a terminal."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from wattshift_agents.kinds import HEURISTIC, LEARNED, PLANNER
from wattshift_agents.results import Comparison, Results
from wattshift_agents.statistics import Estimate

WIDTH_WITHOUT_TERMINAL = 190
"""Characters a line, where output goes to a file and no terminal says how many there are."""

_MEASURING = Console(width=10_000)
"""Wide enough to learn what a table would like to be."""


class Column(NamedTuple):
    """A KPI's column: its heading and how a mean is written."""

    heading: str
    kpi: str
    write: Callable[[float], str]


KPI_COLUMNS = (
    Column("carbon kg", "carbon_kg", "{:,.0f}".format),
    Column("energy kWh", "energy_kwh", "{:,.0f}".format),
    Column("PUE", "pue", "{:.3f}".format),
    Column("SLO met", "slo_share", "{:.2%}".format),
    Column("jobs late", "jobs_late", "{:,.1f}".format),
    Column("p95 ms", "latency_p95_ms", "{:,.0f}".format),
    Column("peak kW", "peak_kw", "{:,.0f}".format),
    Column("cycles", "battery_cycles", "{:.1f}".format),
)


def make_console() -> Console:
    """A console as wide as the terminal, or wide enough for the table where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)


def results_table(results: Results, title: str, confidence: float = 0.95, width: int = WIDTH_WITHOUT_TERMINAL) -> Table:
    """Policies by rising mean objective, with paired differences of it and their intervals.

    Planners are no heuristics; where there is one, all are held against it in a column of its own.
    Where the task weighs its terms unevenly, the objective stands before the money; else they are the same.

    Args:
        results: Must hold the autopilot and at least two windows.
        title: Says what was evaluated.
        confidence: Probability of the intervals.
        width: Characters a line; KPI columns that do not fit are left out, the last ones first.
    """
    entries = results.comparisons(confidence)
    columns = [column for column in KPI_COLUMNS if column.kpi in entries[0].means]
    caption = (
        f"Means over {len(results.windows)} windows, the same for every policy. Differences are paired, negative is "
        f"cheaper, with {confidence:.0%} bootstrap intervals. Best heuristic: {results.best(HEURISTIC)} (for itself: "
        "the next one). ms: time of a decision of one environment, the world's not included."
    )
    if results.weighs_unevenly:
        caption += " Ranks and differences are those of the objective, as the task weighs the terms of the cost."
    while True:
        table = Table(title=title, caption=caption, caption_justify="left")
        _fill(table, entries, columns, results)
        if not columns or table.__rich_measure__(_MEASURING, _MEASURING.options).maximum <= width:
            return table
        columns = columns[:-1]


def _fill(table: Table, entries: Sequence[Comparison], columns: Sequence[Column], results: Results) -> None:
    totals = ("objective USD", "cost USD") if results.weighs_unevenly else ("cost USD",)
    planner = results.best(PLANNER)
    to_planner = () if planner is None else (f"to {planner} %",)
    table.add_column("policy", no_wrap=True)
    for heading in (*totals, "to autopilot USD", "to autopilot %", "to best heuristic %", *to_planner, "ms"):
        table.add_column(heading, justify="right", no_wrap=True)
    for column in columns:
        table.add_column(column.heading, justify="right", no_wrap=True)
    money = "{:,.0f}" if entries[0].objective_usd.value >= 1000.0 else "{:,.1f}"
    for entry in entries:
        table.add_row(
            entry.policy,
            *[money.format(usd.value) for usd in (entry.objective_usd, entry.cost_usd)[-len(totals) :]],
            with_interval(entry.to_autopilot_usd, money.replace(":", ":+")),
            _percent(entry.to_autopilot_share),
            _percent(entry.to_best_share),
            *[_percent(entry.to_planner_share) for _ in to_planner],
            f"{entry.decision_ms:.2f}",
            *[column.write(entry.means[column.kpi]) for column in columns],
            style="bold" if entry.kind == LEARNED else None,
        )


def _percent(share: Estimate | None) -> str:
    return "" if share is None else with_interval(share, "{:+.2f}", scale=100.0)


def with_interval(estimate: Estimate, pattern: str, scale: float = 1.0) -> str:
    """The estimate followed by its interval in brackets, escaped from rich's markup."""
    value, low, high = (pattern.format(scale * part) for part in estimate)
    return f"{value} \\[{low}, {high}]"
