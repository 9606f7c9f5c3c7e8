"""The best set-point of every active plant: inside its range in any ordinary weather, alone and with the flow."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from wattshift import catalog

from .check import Check, markdown_table
from .one_site import LOAD, USD_PER_KWH, Sweep, scenario_of, sweep

PICTURE = Path(__file__).parents[2] / "docs" / "validation" / "setpoint.png"

WEATHERS = ((8.0, 6.0), (15.0, 12.0), (20.0, 15.0), (28.0, 20.0))
"""Dry and wet bulb of ordinary weather, C."""
MILD = WEATHERS.index((20.0, 15.0))

FLOWS = 19
"""Levels of the flow slot, the autopilot's in the middle."""
USUAL_FLOW = FLOWS // 2

ACTIVE = tuple(name for name, plant in catalog.plants().items() if plant.carnot_share.value > 0.0)
CONSTANT_SPEED = tuple(name for name in ACTIVE if catalog.plants()[name].least_flow.value > LOAD)

_WEATHERS = ", ".join(f"{dry_c:g}/{wet_c:g}" for dry_c, wet_c in WEATHERS)

TEXT = (
    f"**Set-points.** What servers, their fans and the plant draw, and what a day costs ({USD_PER_KWH:g} "
    f"USD/kWh, water, the thermal term), against the supply set-point in ordinary weathers ({_WEATHERS} C dry "
    f"and wet bulb), chips {LOAD:.0%} busy. Fans and leakage grow with the inlet, compressor and outdoor fans "
    "save: in mild and warm weather the minimum of the power alone lies inside, if barely where the compressor "
    "is near its least lift (`air-tower`). In the cold it does not: at the least lift, or with an economiser "
    "that carries all the heat, colder supply costs next to nothing and spares fans and leakage. There the "
    "lower end of the recommended range ends what pays (18 C for air, the dew point for cold plates, the oil "
    "for baths): a limit with its price, not physics; where it is the best set-point, the table shows it.\n\n"
    "**Flow.** Then set-point and flow together. Plants at constant speed have no flow to choose. Of the others "
    "air handlers have the best flow inside the slot's range; pumps of cold plates and baths are cheapest at "
    "its lower end, or near it, since only leakage answers to a slower coolant."
)


class Curves(NamedTuple):
    """A plant's sweeps, one a weather, over set-point and flow."""

    name: str
    by_weather: tuple[Sweep, ...]

    def best(self, weather: int, of: Callable[[Sweep], np.ndarray]) -> int:
        """Set-point of the minimum at the autopilot's flow."""
        return int(of(self.by_weather[weather])[:, USUAL_FLOW].argmin())

    def best_pair(self, weather: int) -> tuple[int, int]:
        """Set-point and flow of the least cost."""
        usd_per_h = self.by_weather[weather].usd_per_h
        supply, flow = np.unravel_index(int(usd_per_h.argmin()), usd_per_h.shape)
        return int(supply), int(flow)


def power_of(found: Sweep) -> np.ndarray:
    """Kilowatts [supply, flow]."""
    return found.power_kw


def cost_of(found: Sweep) -> np.ndarray:
    """USD/h [supply, flow]."""
    return found.usd_per_h


def curves() -> list[Curves]:
    """Of every active plant, under the servers of its usual kind."""
    found = []
    for name in ACTIVE:
        scenario = scenario_of("DE", name, "h100-sxm", 1000, "delta-conversion", LOAD)
        found.append(Curves(name, tuple(sweep(scenario, *weather, flows=FLOWS) for weather in WEATHERS)))
    return found


def checks(found: list[Curves]) -> list[Check]:
    """Power in mild weather; cost, and cost with the flow, in how many weathers the minimum is inside."""
    rows = []
    for plant in found:
        supply_c = plant.by_weather[MILD].supply_c
        best_c = supply_c[plant.best(MILD, power_of)]
        low, high = supply_c[0] + 1e-6, supply_c[-1] - 1e-6
        source = "fans and leakage against the plant"
        rows.append(
            Check(
                f"{plant.name}: set-point of least power, 20/15 C", "inside the range", best_c, low, high, "C", source
            )
        )
    for plant in found:
        size = len(plant.by_weather[0].supply_c)
        pairs = [plant.best_pair(nth) for nth in range(len(WEATHERS))]
        places = [plant.best(nth, cost_of) for nth in range(len(WEATHERS))] + [supply for supply, _ in pairs]
        rows.append(
            all_inside(f"{plant.name}: set-points of least cost", places, size, "the same, and the recommended range")
        )
        if plant.name not in CONSTANT_SPEED:
            flows = [flow for _, flow in pairs]
            rows.append(all_inside(f"{plant.name}: flows of least cost", flows, FLOWS, "cube of the flow against them"))
    return rows


def all_inside(what: str, places: list[int], size: int, source: str) -> Check:
    """How many of some places in a list of that size are neither the first nor the last: all should be."""
    inside, wanted = sum(0 < place < size - 1 for place in places), len(places)
    return Check(what, f"inside in {wanted} of {wanted}", inside, wanted, wanted, "", source)


def weather_table(found: list[Curves]) -> str:
    """Best set-points by weather: power / cost, and both choices together."""
    rows: list[tuple[object, ...]] = []
    for plant in found:
        least_c = recommended_min_c(plant.name)
        cells = []
        for nth, of_weather in enumerate(plant.by_weather):
            supply, flow = plant.best_pair(nth)
            power_c, cost_c = (of_weather.supply_c[plant.best(nth, of)] for of in (power_of, cost_of))
            chosen = f"{of_weather.supply_c[supply]:.1f}"
            chosen += "" if plant.name in CONSTANT_SPEED else f" at {of_weather.flow[flow]:.2f}"
            cells.append(f"{power_c:.1f} / {cost_c:.1f}; {chosen}")
        supply_c = plant.by_weather[0].supply_c
        rows.append((f"`{plant.name}`", f"{supply_c[0]:.0f}-{supply_c[-1]:.0f}", f"{least_c:.0f}", *cells))
    heading = ("best supply, C: power / cost; with the flow", "range", "recommended from")
    return markdown_table((*heading, *(f"{dry:g}/{wet:g} C" for dry, wet in WEATHERS)), rows)


def recommended_min_c(plant: str) -> float:
    """Lower end of the recommended range of the plant's usual equipment."""
    return catalog.envelopes()[catalog.plants()[plant].envelope].recommended_min_c.value


def depth_table(found: list[Curves]) -> str:
    """How deep the minimum is: percent of the least cost that both ends and the autopilot cost more, by weather."""
    rows: list[tuple[object, ...]] = []
    for plant in found:
        cells = []
        for of_weather in plant.by_weather:
            usd_per_h = of_weather.usd_per_h[:, USUAL_FLOW]
            power_kw = of_weather.power_kw[:, USUAL_FLOW]
            middle = len(usd_per_h) // 2
            above = 100.0 * (usd_per_h / usd_per_h.min() - 1.0)
            coldest_kw = f"{100.0 * (power_kw[0] / power_kw.min() - 1.0):.2f}"
            cells.append(f"{coldest_kw}; {above[0]:.1f} / {above[middle]:.2f} / {above[-1]:.1f}")
        rows.append((f"`{plant.name}`", *cells))
    heading = "% above the least: power at the coldest; cost at coldest / autopilot / warmest"
    return markdown_table((heading, *(f"{dry:g}/{wet:g} C" for dry, wet in WEATHERS)), rows)


def draw(found: list[Curves]) -> str:
    """Excess of the cost over its minimum against the set-point, cold and mild weather; returns the picture's name."""
    families = {
        "air": ("air",),
        "air with economiser": ("free", "dry", "tower"),
        "liquid and edge": ("liquid", "immersion", "edge"),
    }
    figure, axes = plt.subplots(2, 3, figsize=(13, 7.5), layout="constrained", sharey=True)
    for row, weather in zip(axes, (0, MILD), strict=True):
        for axis, (family, starts) in zip(row, families.items(), strict=True):
            for plant in found:
                if not plant.name.startswith(starts):
                    continue
                of_weather = plant.by_weather[weather]
                usd_per_h = of_weather.usd_per_h[:, USUAL_FLOW]
                above = 100.0 * (usd_per_h / usd_per_h.min() - 1.0)
                (line,) = axis.plot(of_weather.supply_c, above, label=plant.name)
                axis.plot(of_weather.supply_c[above.argmin()], 0.0, "o", color=line.get_color())
            dry_c, wet_c = WEATHERS[weather]
            axis.set(title=f"{family}, {dry_c:g}/{wet_c:g} C", xlabel="supply set-point, C", ylim=(-0.3, 10.0))
            axis.legend(frameon=False, fontsize=8)
            axis.spines[["top", "right"]].set_visible(False)
        row[0].set_ylabel("cost: % above the least")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)
    return PICTURE.name
