"""Pictures of a table: the series with its holes, the shape of the day on two clocks, the duration curve."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from wattshift.data.check.times import step_text
from wattshift.data.model import Column, Table
from wattshift.data.places import place_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def summary(table: Table) -> str:
    """A table of numbers, one line a column: rows, missing, mean, standard deviation, quantiles, in the kept unit."""
    titles = ("mean", "sd", "min", "p5", "p50", "p95", "max")
    lines = [f"{'column':32}{'unit':>9}{'rows':>9}{'empty':>7}" + "".join(f"{title:>10}" for title in titles)]
    for column in table.columns:
        known = column.values[np.isfinite(column.values)]
        empty = len(column.values) - len(known)
        if not len(known):
            lines.append(f"{column.name:32}{column.unit:>9}{len(column.values):>9}{empty:>7}")
            continue
        numbers = [known.mean(), known.std(), *np.percentile(known, [0, 5, 50, 95, 100])]
        lines.append(
            f"{column.name:32}{column.unit:>9}{len(column.values):>9}{empty:>7}"
            + "".join(f"{x:>10.4g}" for x in numbers)
        )
    return "\n".join(lines)


def draw(table: Table, path: Path) -> None:
    """Write a picture, one row of panels a column.

    Args:
        table: what to draw.
        path: of the picture; the ending chooses the kind.
    """
    from matplotlib.figure import Figure

    n = len(table.columns)
    figure = Figure(figsize=(15, 3.2 * n + 0.4), layout="constrained")
    panels = figure.subplots(n, 3, squeeze=False, width_ratios=(3, 1.3, 1.3))
    for row, column in zip(panels, table.columns, strict=True):
        _series(row[0], table, column)
        _day_shape(row[1], table, column)
        _duration(row[2], column)
    figure.suptitle(f"{table.zone}, {table.format}: {step_text(table.step_s) if table.step_s else 'events'}")
    figure.savefig(path, dpi=110)


def _series(axes: "Axes", table: Table, column: Column) -> None:
    times = table.time_s.astype("datetime64[s]")
    axes.plot(times, column.values, linewidth=0.4, marker="." if table.index == "event" else "", markersize=1)
    if table.step_s:
        for k in np.flatnonzero(np.diff(table.time_s) > table.step_s):
            axes.axvspan(times[k], times[k + 1], color="tab:red", alpha=0.35)
    axes.set_title(f"{column.kind.title} {column.scope.replace('_', ' ')} (holes red)", fontsize=9)
    axes.set_ylabel(column.unit)


def _day_shape(axes: "Axes", table: Table, column: Column) -> None:
    place = place_of(table.zone)
    clocks = ["UTC"] + ([place.timezone] if place else [])
    for clock in clocks:
        zone = ZoneInfo(clock)
        hours = np.array([datetime.fromtimestamp(t, zone).hour for t in table.time_s.tolist()])
        shape = [_mean(column.values[hours == hour]) for hour in range(24)]
        axes.plot(range(24), shape, label=clock)
    axes.set_title("mean by hour of the day", fontsize=9)
    axes.legend(fontsize=7)


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _duration(axes: "Axes", column: Column) -> None:
    known = np.sort(column.values[np.isfinite(column.values)])[::-1]
    axes.plot(np.linspace(0, 100, len(known)), known)
    axes.set_title("% of the time above", fontsize=9)
