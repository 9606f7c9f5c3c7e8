"""A zone's picture: days, duration curves and memory of the real and the synthetic years, and one synthetic week.

Of the real years only means, quantiles and correlations are drawn.
"""

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from calibration import statistics as of
from calibration.samples import CARBON, PRICE, TEMPERATURE, Year, average
from calibration.statistics import Floats, Hourly
from wattshift.traces.clock import HOUR_S, WEEK_H

REAL, SYNTHETIC = "#22303c", "#e07b2a"
SEASONS = {"Dec-Feb": "#1f5fa8", "Mar-May": "#3d9a6c", "Jun-Aug": "#d99a1c", "Sep-Nov": "#8a5aa8"}
SHARES = np.linspace(0.005, 0.995, 199)  # beyond, a few spikes would flatten the rest
WEEK_DAY = 103  # in April: sun, wind and load all matter
MOSAIC = [
    ["carbon day", "carbon duration", "carbon memory"],
    ["price day", "price duration", "price memory"],
    ["temperature day", "week", "week"],
]
UNITS = {CARBON: "carbon, g/kWh", PRICE: "price, USD/MWh", TEMPERATURE: "temperature, °C"}


def draw_zone(title: str, real: dict[int, Year], usual: dict[int, Year], synthetic: Sequence[Year], path: Path) -> None:
    """Draw one zone.

    Args:
        title: above the picture.
        real: all real years, for carbon and temperature.
        usual: those whose prices are compared.
        synthetic: years of the model.
        path: file to write.
    """
    figure, axes = plt.subplot_mosaic(MOSAIC, figsize=(11, 8), layout="constrained")
    for name, series in (("carbon", CARBON), ("price", PRICE), ("temperature", TEMPERATURE)):
        shown = list((usual if series == PRICE else real).values())
        _days(axes[f"{name} day"], series, shown, synthetic)
        if series != TEMPERATURE:
            _duration(axes[f"{name} duration"], series, shown, synthetic)
            _memory(axes[f"{name} memory"], series, shown, synthetic)
    _week(axes["week"], synthetic[0])
    styles = {f"synthetic, {len(synthetic)} years": "--"}
    if any(series is not None for year in real.values() for series in year):
        styles[f"real, prices of {', '.join(map(str, usual))}"] = "-"
    handles = [plt.Line2D([], [], color="#555555", linestyle=style) for style in styles.values()]
    handles += [plt.Line2D([], [], color=colour) for colour in SEASONS.values()]
    figure.legend(handles, [*styles, *SEASONS], loc="outside lower center", ncols=6, frameon=False, fontsize=9)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """With a palette: a third of the size, and lines need no more colours."""
    drawn = BytesIO()
    figure.savefig(drawn, dpi=80, facecolor="white")
    plt.close(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(drawn).convert("RGB").quantize(256).save(path, optimize=True)


def _both(
    real: Sequence[Year], synthetic: Sequence[Year], series: str, statistic: Callable[[Hourly], Floats]
) -> list[tuple[str, str, Floats]]:
    """Line style, colour and values of the real and the synthetic line, of what there is."""
    found = (("-", REAL, average(real, series, statistic)), ("--", SYNTHETIC, average(synthetic, series, statistic)))
    return [(style, colour, values) for style, colour, values in found if values is not None]


def _days(ax: Axes, series: str, real: Sequence[Year], synthetic: Sequence[Year]) -> None:
    for style, _, days in _both(real, synthetic, series, of.season_day_shapes):
        for colour, day in zip(SEASONS.values(), days, strict=True):
            ax.plot(np.arange(24) + 0.5, day, color=colour, linestyle=style, linewidth=1.4)
    ax.set(xlim=(0, 24), xticks=range(0, 25, 6), xlabel="local hour", title=f"Mean day: {UNITS[series]}")
    _tidy(ax)


def _duration(ax: Axes, series: str, real: Sequence[Year], synthetic: Sequence[Year]) -> None:
    for style, colour, values in _both(real, synthetic, series, partial(of.quantiles, shares=SHARES)):
        ax.plot(100.0 * SHARES, values[::-1], color=colour, linestyle=style, linewidth=1.6)
    ax.set(xlim=(0, 100), xlabel="share of the hours above, %", title=f"Duration: {UNITS[series]}")
    _tidy(ax)


def _memory(ax: Axes, series: str, real: Sequence[Year], synthetic: Sequence[Year]) -> None:
    lags = partial(of.autocorrelations, last_lag_h=WEEK_H)
    for style, colour, values in _both(real, synthetic, series, lags):
        ax.plot(values, color=colour, linestyle=style, linewidth=1.4)
    ax.set(xlim=(0, WEEK_H), xticks=range(0, WEEK_H + 1, 24), xlabel="lag, h")
    ax.set_title(f"Autocorrelation: {UNITS[series].split(',')[0]}")
    _tidy(ax)


def _week(ax: Axes, year: Year) -> None:
    """Carbon and price of the model on two axes, from the first local midnight of the week."""
    other = ax.twinx()
    for axis, series, colour in ((ax, CARBON, SYNTHETIC), (other, PRICE, "#1f5fa8")):
        hourly: Hourly = getattr(year, series)
        local_hour = hourly.local_s() // HOUR_S % 24
        begin = WEEK_DAY * 24 + int(np.argmin(local_hour[WEEK_DAY * 24 :][:24]))
        axis.plot(np.arange(WEEK_H) + 0.5, hourly.values[begin : begin + WEEK_H], color=colour, linewidth=1.4)
        axis.set_ylabel(UNITS[series], color=colour)
    ax.set(xticks=range(0, WEEK_H + 1, 24), xlim=(0, WEEK_H), xlabel="local hours")
    ax.set_title("A synthetic week in April")
    _tidy(ax)
    other.spines["top"].set_visible(False)


def _tidy(ax: Axes) -> None:
    ax.title.set_fontsize(10)
    ax.grid(color="#dde3e8", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
