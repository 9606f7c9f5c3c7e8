"""Cooling: annual PUE and WUE of every design, the liquid retrofit, and the best set-point of every plant."""

from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from wattshift import catalog

from .check import Check, Section, markdown_table
from .one_site import scenario_of, set_points, year

ZONES = ("CAL", "TEX", "DE", "GB", "ON", "NSW")
BY_DESIGN = "PUE and WUE by design, published medians and P5-P95"
RETROFIT = "liquid retrofit of a 1-2 MW site, published measurement"
PICTURE = Path(__file__).parents[2] / "docs" / "validation" / "setpoint.png"

ORDINARY = (20.0, 15.0)
"""Dry and wet bulb of ordinary weather, C."""


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
LOAD = 0.6
ACTIVE = tuple(name for name, plant in catalog.plants().items() if plant.carnot_share.value > 0.0)


def section() -> Section:
    """All of it."""
    annual, annual_table = annual_checks()
    optimum, optimum_table = optimum_checks()
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
            "**Set-points.** Total power of servers, fans and plant against the supply set-point at "
            f"{ORDINARY[0]:.0f} C dry and {ORDINARY[1]:.0f} C wet bulb, chips {LOAD:.0%} busy: fans and leakage "
            "grow with the inlet, compressor and outdoor fans save. The curves of the chilled-water plants are "
            "flat below their minimum: there the compressor is at its best lift, and colder costs next to "
            "nothing."
        ),
        checks=annual + retrofit_checks() + optimum,
        tables=[annual_table, optimum_table],
        pictures=[PICTURE.name],
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


def optimum_checks() -> tuple[list[Check], str]:
    """Where the total power of each active plant has its minimum, and the picture of the curves."""
    checks, rows, curves = [], [], {}
    for name in ACTIVE:
        supply_c, total_kw = set_points(scenario_of("DE", name, GPU, 1000, "delta-conversion", LOAD), *ORDINARY)
        best = int(total_kw.argmin())
        above = 100.0 * (total_kw / total_kw[best] - 1.0)
        rows.append(
            (
                f"`{name}`",
                f"{supply_c[0]:.0f}-{supply_c[-1]:.0f}",
                f"{supply_c[best]:.1f}",
                f"{above[0]:.2f}",
                f"{above[len(above) // 2]:.2f}",
                f"{above[-1]:.2f}",
            )
        )
        margin_c = 1e-6
        low, high = supply_c[0] + margin_c, supply_c[-1] - margin_c
        checks.append(
            Check(
                f"{name}: best set-point",
                "inside the range",
                supply_c[best],
                low,
                high,
                "C",
                "fans and leakage against the plant",
            )
        )
        curves[name] = (supply_c, above)
    draw(curves)
    heading = ("plant", "range, C", "best, C", "coldest, % more", "autopilot, % more", "warmest, % more")
    return checks, markdown_table(heading, rows)


def draw(curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Excess of total power over its minimum against the set-point, a panel for each family of plants."""
    families = {
        "air": [name for name in curves if name.startswith("air")],
        "air with economiser": [n for n in curves if n.startswith(("free", "dry", "tower"))],
        "liquid and edge": [n for n in curves if n.startswith(("liquid", "immersion", "edge"))],
    }
    figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained", sharey=True)
    for axis, (family, names) in zip(axes, families.items(), strict=True):
        for name in names:
            supply_c, above = curves[name]
            (line,) = axis.plot(supply_c, above, label=name)
            axis.plot(supply_c[above.argmin()], 0.0, "o", color=line.get_color())
        axis.set(title=family, xlabel="supply set-point, C", ylim=(-0.3, 10.0))
        axis.legend(frameon=False, fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("servers, fans and plant: % above the least")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)
