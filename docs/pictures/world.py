"""The picture of a scenario's world: its sites on the map, what stands in them, and the links between them."""

import math
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from pictures.continents import rings
from wattshift.scenario import Params, Scenario, compile_params, load_scenario
from wattshift.scenario.sites import Site

SEA, LAND, INK, FAINT = "#eef3f7", "#d9dfd6", "#22303c", "#6b7a88"
TIER_COLOUR = {"cloud": "#1f5fa8", "regional": "#2a8c6e", "edge": "#c8641e"}
LINK_COLOUR = {"backbone": "#1f5fa8", "submarine": "#5a4a9c", "transit": "#9a8f2e", "regional": "#c8641e"}
MAP = (-178.0, 182.0, -24.0, 80.0)
"""West, east, south, north."""

STRETCH = 1.12
"""Height of a degree of latitude over the width of one of longitude: about right at 27 degrees north."""

WIDTH_INCH = 14.4


SHORT_DEG = 10.0
"""Links that span less longitude have their label below them, since their ends would cover it."""


class Place(NamedTuple):
    """Where a site's card stands on the map, and how it is aligned there."""

    east: float
    north: float
    across: str  # which side of the card is at `east`


CARDS = {
    "california": Place(-174.5, 30.0, "left"),
    "toronto": Place(-64.0, 39.5, "left"),
    "texas-factory": Place(-122.0, 2.0, "left"),
    "british-hospitals": Place(-46.0, 77.0, "left"),
    "frankfurt": Place(28.0, 63.0, "left"),
    "singapore-metro": Place(52.0, -3.5, "left"),
}
"""Cards of the hybrid scenario, in the seas around the sites."""


def draw_world(scenario_name: str, path: Path) -> None:
    """Draw a scenario whose sites have their places in `CARDS`."""
    scenario = load_scenario(scenario_name)
    params = compile_params(scenario)
    west, east, south, north = MAP
    figure = plt.figure(figsize=(WIDTH_INCH, WIDTH_INCH * STRETCH * (north - south) / (east - west)))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    _draw_map(axes)
    sites = {site.name: site for site in scenario.sites}
    for link, numbers in zip(scenario.links, params.links, strict=True):
        _draw_link(axes, sites[link.ends[0]], sites[link.ends[1]], link.kind, numbers)
    for site in scenario.sites:
        _draw_site(axes, site)
    _draw_legend(axes, scenario, params)
    figure.savefig(path, dpi=130, facecolor="white")
    plt.close(figure)


def _draw_map(axes: Axes) -> None:
    west, east, south, north = MAP
    axes.set(xlim=(west, east), ylim=(south, north), facecolor=SEA, xticks=[], yticks=[])
    axes.set_aspect(STRETCH)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for ring in rings().values():
        axes.fill(*zip(*ring, strict=True), facecolor=LAND, edgecolor="white", linewidth=0.8, zorder=1)


def great_circle(a: Site, b: Site, n_points: int = 121) -> np.ndarray:
    """Points [n, 2] (degrees east, degrees north) on the shortest way, longitudes running on past 180."""
    ends = [_unit_vector(site) for site in (a, b)]
    angle = math.acos(float(np.clip(ends[0] @ ends[1], -1.0, 1.0)))
    share = np.linspace(0.0, 1.0, n_points)[:, None]
    points = (np.sin((1.0 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / math.sin(angle)
    east = np.degrees(np.unwrap(np.arctan2(points[:, 1], points[:, 0])))
    return np.column_stack([east, np.degrees(np.arcsin(points[:, 2]))])


def _unit_vector(site: Site) -> np.ndarray:
    east, north = math.radians(site.longitude), math.radians(site.latitude)
    return np.array([math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)])


def _draw_link(axes: Axes, a: Site, b: Site, kind: str, numbers: np.void) -> None:
    """A link as its great circle, as wide as its capacity; what leaves the map on one side returns on the other."""
    way = great_circle(a, b)
    width = 0.5 + 0.9 * math.log10(numbers["capacity_gbps"])
    for turn in (-360.0, 0.0, 360.0):
        axes.plot(way[:, 0] + turn, way[:, 1], color=LINK_COLOUR[kind], linewidth=width, alpha=0.75, zorder=2)
    east, north = way[len(way) // 2]
    is_short = abs(way[-1, 0] - way[0, 0]) < SHORT_DEG
    axes.annotate(
        f"{numbers['latency_ms']:.0f} ms",
        (east + 360.0 if east < MAP[0] else east, north - 4.5 if is_short else north),
        ha="center",
        va="center",
        fontsize=7.5,
        color=LINK_COLOUR[kind],
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        zorder=3,
    )


def _draw_site(axes: Axes, site: Site) -> None:
    colour = TIER_COLOUR[site.tier]
    card = CARDS[site.name]
    axes.annotate(
        card_text(site),
        (site.longitude, site.latitude),
        xytext=(card.east, card.north),
        textcoords="data",
        ha=card.across,
        va="top",
        fontsize=8.2,
        linespacing=1.35,
        color=INK,
        bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": colour, "linewidth": 1.6},
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 3},
        zorder=4,
    )
    marker = "o" if site.tier == "cloud" else "s"
    axes.plot(site.longitude, site.latitude, marker, color=colour, markersize=9, markeredgecolor="white", zorder=6)


def card_text(site: Site) -> str:
    """What stands at a site, in a few lines."""
    lines = [rf"$\bf{{{site.name.replace('-', '{-}')}}}$   {site.tier}, grid {site.zone}"]
    lines += [f"▦ {module.count} {module.chip}   ❄ {module.plant}" for module in site.modules]
    power = [f"☀ {site.pv_kw:g} kW"] if site.pv_kw > 0.0 else []
    if site.battery is not None:
        power.append(f"▮ {site.battery.energy_kwh:g} kWh / {site.battery.power_kw:g} kW")
    return "\n".join([*lines, "   ".join(power)])


def _draw_legend(axes: Axes, scenario: Scenario, params: Params) -> None:
    tiers = [tier for tier in TIER_COLOUR if any(site.tier == tier for site in scenario.sites)]
    kinds = list(dict.fromkeys(link.kind for link in scenario.links))
    capacity_gbps = {link.kind: row["capacity_gbps"] for link, row in zip(scenario.links, params.links, strict=True)}
    handles = [
        Line2D(
            [], [], color=TIER_COLOUR[tier], marker="o" if tier == "cloud" else "s", linestyle="", label=f"{tier} site"
        )
        for tier in tiers
    ]
    handles += [
        Line2D([], [], color=LINK_COLOUR[kind], linewidth=2, label=f"{kind} link, {capacity_gbps[kind]:g} Gbit/s")
        for kind in kinds
    ]
    handles += [
        Line2D([], [], linestyle="", marker=rf"${sign}$", color=INK, markersize=8, label=text)
        for sign, text in (("▦", "chips"), ("❄", "cooling"), ("☀", "photovoltaics"), ("▮", "battery"))
    ]
    axes.legend(handles=handles, loc="lower right", fontsize=8, frameon=True, facecolor="white", framealpha=0.9)
