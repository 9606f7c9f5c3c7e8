"""The picture of a week: what the grid does, what each site draws under two policies, and what it costs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from pictures.play import Week

SITE_COLOURS = ("#1f5fa8", "#e0a030", "#3d9a6c", "#c8641e", "#8a5aa8", "#5c6b78")
POLICY_COLOURS = ("#6b7a88", "#c0392b")
INK, GRID = "#22303c", "#dde3e8"


def draw_week(weeks: Sequence[Week], sites: Sequence[str], path: Path) -> None:
    """Draw the same window under two policies, the reference first.

    Args:
        weeks: two ways through one window.
        sites: names, in the order of the columns.
        path: file to write.
    """
    reference, other = weeks
    figure, axes = plt.subplots(
        4, 1, figsize=(12.0, 9.6), sharex=True, layout="constrained", height_ratios=(1.0, 1.5, 1.5, 1.1)
    )
    _draw_grid(axes[0], reference, sites)
    top_kw = 1.08 * max(hourly(week, week.import_kw).sum(axis=1).max() for week in weeks)
    for ax, week in zip(axes[1:3], weeks, strict=True):
        _draw_import(ax, week, top_kw)
    _draw_cost(axes[3], reference, other)
    for ax in axes:
        _tidy(ax, reference)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(sites), frameon=False, fontsize=10)
    figure.savefig(path, dpi=110, facecolor="white")
    plt.close(figure)


def hourly(week: Week, series: np.ndarray) -> np.ndarray:
    """Means over whole hours of a series [T, ...]."""
    per_hour = round(1.0 / week.step_h)
    return series[: len(series) // per_hour * per_hour].reshape(-1, per_hour, *series.shape[1:]).mean(axis=1)


def _times(week: Week, hours: np.ndarray) -> np.ndarray:
    """Hours after the start as matplotlib's dates, in days."""
    return mdates.date2num(datetime.fromtimestamp(week.start_s, UTC)) + hours / 24.0


def _draw_grid(ax: Axes, week: Week, sites: Sequence[str]) -> None:
    carbon_g_per_kwh = 1e3 * hourly(week, week.carbon_kg_per_kwh)
    times = _times(week, 0.5 + np.arange(len(carbon_g_per_kwh)))
    for nth, site in enumerate(sites):
        ax.plot(times, carbon_g_per_kwh[:, nth], color=SITE_COLOURS[nth], linewidth=1.5, label=site)
    ax.set_ylim(0.0)
    _title(ax, "Carbon intensity of each site's grid", "g/kWh")


def _draw_import(ax: Axes, week: Week, top_kw: float) -> None:
    import_kw = hourly(week, week.import_kw)
    times = _times(week, 0.5 + np.arange(len(import_kw)))
    ax.stackplot(times, import_kw.T, colors=SITE_COLOURS, linewidth=0.0, alpha=0.9)
    ax.set_ylim(0.0, top_kw)
    figures = (
        f"{week.kpi['cost_usd']:,.0f} USD,  {week.kpi['carbon_kg'] / 1e3:.1f} t CO₂e,  "
        f"{week.kpi['energy_kwh'] / 1e3:,.0f} MWh,  SLO met {week.kpi['slo_share']:.2%},  "
        f"jobs late: {week.kpi['jobs_late']:.0f}"
    )
    _title(ax, f"Power from the grid, {week.policy}", "kW")
    ax.set_title(figures, loc="right", fontsize=10, color=INK)


def _draw_cost(ax: Axes, reference: Week, other: Week) -> None:
    """Cumulative cost of both, and their difference on an axis of its own, since it is a small part of either."""
    times = _times(reference, reference.hours)
    for week, colour in zip((reference, other), POLICY_COLOURS, strict=True):
        ax.plot(times, np.cumsum(week.cost_usd), color=colour, linewidth=1.8, label=week.policy)
    ax.set_ylim(0.0)
    saved_usd = np.cumsum(reference.cost_usd) - np.cumsum(other.cost_usd)
    aside = ax.twinx()
    aside.fill_between(times, 0.0, saved_usd, color=POLICY_COLOURS[1], alpha=0.18, linewidth=0.0)
    reach_usd = 1.15 * max(np.abs(saved_usd).max(), 1e-9)
    aside.set_ylim(-reach_usd, reach_usd)
    aside.set_ylabel(f"saved by {other.policy}, USD", color=POLICY_COLOURS[1], fontsize=9)
    aside.tick_params(colors=POLICY_COLOURS[1], labelsize=9)
    for side in ("top", "left", "right", "bottom"):
        aside.spines[side].set_visible(False)
    ax.legend(loc="upper left", frameon=False, fontsize=10)
    _title(ax, "Cost since the start of the window, all terms", "USD")


def _title(ax: Axes, title: str, unit: str) -> None:
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    ax.set_ylabel(unit, fontsize=9, color=INK)


def _tidy(ax: Axes, week: Week) -> None:
    ax.set_xlim(*_times(week, np.array([0.0, week.hours[-1]])))
    ax.xaxis.set_major_locator(mdates.DayLocator(tz=UTC))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%a %d %b", tz=UTC))
    ax.tick_params(labelsize=9, colors=INK)
    ax.grid(color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
