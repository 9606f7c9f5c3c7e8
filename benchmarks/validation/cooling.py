"""Cooling: annual PUE and WUE of every design, the liquid retrofit, and the best set-point of every plant."""

from typing import NamedTuple

import numpy as np

from . import set_points
from .check import Check, Section, markdown_table
from .one_site import LOAD, scenario_of, year

ZONES = ("CAL", "TEX", "DE", "GB", "ON", "NSW")
BY_DESIGN = "PUE and WUE by design, published medians and P5-P95"
RETROFIT = "liquid retrofit of a 1-2 MW site, published measurement"


class Design(NamedTuple):
    """A published design at its usual size, and what was published of it."""

    plant: str
    chip: str
    chips: int
    power: str
    pue: float
    pue_band: tuple[float, float] | None  # P5-P95
    wue: tuple[float, float] | None  # medians; one number twice where one was published
    text: str


CPU, GPU = "epyc-9654", "h100-sxm"
DESIGNS = (
    Design("air-dx-small", CPU, 50, "edge", 2.05, None, (0.06, 0.06), "small room, DX, small UPS"),
    Design(
        "air-chiller-mid", CPU, 1000, "double-conversion", 1.84, (1.60, 2.27), (0.06, 0.06), "mid, air-cooled chiller"
    ),
    Design("dry-cooler-mid", CPU, 1000, "double-conversion", 1.59, None, None, "mid, dry cooler"),
    Design("free-air-mid", CPU, 1000, "double-conversion", 1.58, (1.39, 1.90), (0.03, 0.03), "mid, air economiser"),
    Design("tower-mid", CPU, 1000, "double-conversion", 1.37, None, (2.5, 2.5), "mid, water economiser"),
    Design(
        "free-air-adiabatic",
        CPU,
        20000,
        "delta-conversion",
        1.155,
        (1.07, 1.23),
        (0.02, 0.34),
        "large, air economiser + adiabatic",
    ),
    Design("tower", CPU, 20000, "delta-conversion", 1.12, None, (2.2, 2.2), "large, water economiser"),
    Design("liquid-tower", GPU, 8000, "delta-conversion", 1.13, None, (2.0, 2.0), "liquid + water economiser"),
    Design(
        "liquid-dry-adiabatic",
        GPU,
        8000,
        "delta-conversion",
        1.10,
        (1.05, 1.14),
        (0.16, 0.16),
        "liquid, dry + adiabatic",
    ),
)


def section() -> Section:
    """All of it."""
    annual, annual_table = annual_checks()
    optimum = set_points.curves()
    return Section(
        title="Cooling",
        text=(
            "**Annual PUE and WUE.** One site a design, at its usual size with the power train usual for it "
            f"(UPS and PDU losses are in PUE), chips {LOAD:.0%} busy in the mean, every hour of a synthetic year "
            f"in each of {', '.join(ZONES)}; medians and ranges are over these zones. Fans, pumps and chillers "
            "of the catalog, cycles of concentration, and the set-point of `liquid-dry-adiabatic` were chosen "
            "within their plausible range to come near these medians, and the humidification behind a WUE of "
            ".03-.06 is an input. So the medians say that one set of plausible numbers gives the published "
            "levels; the spread over climates was not fitted.\n\n"
            "**Retrofit.** The three published numbers fit together only if facility power is everything but IT "
            "and the servers' fans are part of IT: total x .898 and PUE x .967 make IT x .929, and facility "
            "power x .819 then needs a PUE of 1.39 before. Here cold plates for 75 % of the heat (`liquid- "
            "chiller`) join the chilled water of `air-chiller`: 1200 H100, 80 % busy, 1.1 MW of IT, mean of "
            "Germany and California.\n\n"
            f"{set_points.TEXT}"
        ),
        checks=annual + retrofit_checks() + set_points.checks(optimum),
        tables=[annual_table, set_points.weather_table(optimum), set_points.depth_table(optimum)],
        pictures=[set_points.draw(optimum)],
    )


def annual_checks() -> tuple[list[Check], str]:
    """PUE and WUE of each design over the zones, against medians (10 %) and bands."""
    checks, rows = [], []
    for design in DESIGNS:
        years = [year(scenario_of(zone, design.plant, design.chip, design.chips, design.power, LOAD)) for zone in ZONES]
        pue, wue = (np.array([kpis[name] for kpis in years]) for name in ("pue", "wue_l_per_kwh"))
        checks += design_checks(design, pue, wue)
        numbers = [f"{value:.3f}" for zone in zip(pue, wue, strict=True) for value in zone]
        rows.append((f"`{design.plant}`", *(f"{a} / {b}" for a, b in zip(numbers[::2], numbers[1::2], strict=True))))
    years = [year(scenario_of(zone, "immersion", GPU, 1000, "delta-conversion", LOAD)) for zone in ZONES]
    partial = [1.0 + kpis["cooling_kwh"] / kpis["it_kwh"] for kpis in years]
    for what, ours in (("lowest", min(partial)), ("highest", max(partial))):
        checks.append(Check(f"immersion, pPUE, {what} zone", "1.02-1.05", ours, 1.02, 1.05, "", BY_DESIGN))
    return checks, markdown_table(("PUE / WUE, L/kWh", *ZONES), rows)


def design_checks(design: Design, pue: np.ndarray, wue: np.ndarray) -> list[Check]:
    """Of one design."""
    what, middle = design.text, design.pue
    checks = [Check(f"{what}: PUE", f"{middle:g}", float(np.median(pue)), 0.9 * middle, 1.1 * middle, "", BY_DESIGN)]
    if design.pue_band is not None:
        low, high = design.pue_band
        for end, value in (("lowest", pue.min()), ("highest", pue.max())):
            checks.append(
                Check(f"{what}: PUE, {end} zone", f"P5-P95 {low:g}-{high:g}", float(value), low, high, "", BY_DESIGN)
            )
    if design.wue is not None:
        low, high = design.wue
        published = f"{low:g}" if low == high else f"{low:g}-{high:g}"
        checks.append(
            Check(f"{what}: WUE", published, float(np.median(wue)), 0.9 * low, 1.1 * high, "L/kWh", BY_DESIGN)
        )
    return checks


def retrofit_checks() -> list[Check]:
    """0 to 75 % direct-to-chip on the same chilled water: change of facility power, total power and PUE, in %."""
    changes = []
    for zone in ("DE", "CAL"):
        air, liquid = (
            year(scenario_of(zone, plant, GPU, 1200, "double-conversion", 0.8))
            for plant in ("air-chiller", "liquid-chiller")
        )
        total = [kpis["it_kwh"] * kpis["pue"] for kpis in (air, liquid)]
        facility = [total[0] - air["it_kwh"], total[1] - liquid["it_kwh"]]
        ratios = (facility[1] / facility[0], total[1] / total[0], liquid["pue"] / air["pue"])
        changes.append([100.0 * (ratio - 1.0) for ratio in ratios])
    ours = np.mean(changes, axis=0)
    published = (("facility power (all but IT)", -18.1), ("total power", -10.2), ("PUE", -3.3))
    return [
        Check(f"0 to 75 % direct-to-chip: {what}", f"{value:g} %", float(mine), value - 3.0, value + 3.0, "%", RETROFIT)
        for (what, value), mine in zip(published, ours, strict=True)
    ]
