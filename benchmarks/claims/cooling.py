"""Liquid and free-air cooling against plain air: the same modules with another plant, for a year in three climates."""

from typing import NamedTuple

import numpy as np
from validation.check import Check, Section, markdown_table
from validation.one_site import scenario_of, year

CLIMATES = {"SE": "Sweden", "TEX": "Texas", "SG": "Singapore"}
"""Zones from cold to hot and humid."""

MEDIANS = "medians of PUE by design, mid-sized rooms"
RETROFIT = "liquid retrofit of a 1-2 MW site, 0 to 75 % direct-to-chip"


class Hall(NamedTuple):
    """Modules that every plant in turn has to cool; the first plant is plain air."""

    text: str
    chip: str
    chips: int
    load: float
    plants: tuple[str, ...]


ROOM = Hall("1000 EPYC", "epyc-9654", 1000, 0.6, ("air-chiller-mid", "free-air-mid", "dry-cooler-mid", "tower-mid"))
HALL = Hall(
    "1200 H100",
    "h100-sxm",
    1200,
    0.8,
    ("air-chiller", "free-air", "free-air-adiabatic", "liquid-chiller", "liquid-dry", "liquid-tower", "immersion"),
)
TEXT = f"""One site of one module on the autopilot, every hour of a synthetic year: {ROOM.text} {ROOM.load:.0%} busy
in a mid-sized room, {HALL.text} {HALL.load:.0%} busy in a hall of 1.1 MW, both behind double-conversion UPS, whose
losses are in PUE. Only the plant changes, and the same requests are served. The climates are those of
{", ".join(CLIMATES.values())}. `liquid-chiller` is the retrofit of the published measurement: cold plates for 75 % of
the heat on the chilled water of `air-chiller`, with most of the servers' fans gone, which are part of IT."""


class Year(NamedTuple):
    """Of one plant in one climate."""

    pue: float
    total_kwh: float  # IT, cooling, losses
    facility_kwh: float  # all but IT
    water_l_per_kwh: float

    def change(self, base: "Year", quantity: str) -> float:
        """Against another plant, %."""
        return 100.0 * (getattr(self, quantity) / getattr(base, quantity) - 1.0)


Years = dict[str, dict[str, Year]]
"""By plant and climate."""


def simulate(hall: Hall) -> Years:
    """A year of every plant in every climate."""
    return {plant: {zone: lived(hall, plant, zone) for zone in CLIMATES} for plant in hall.plants}


def lived(hall: Hall, plant: str, zone: str) -> Year:
    """One year."""
    kpis = year(scenario_of(zone, plant, hall.chip, hall.chips, "double-conversion", hall.load))
    total_kwh = kpis["it_kwh"] * kpis["pue"]
    return Year(kpis["pue"], total_kwh, total_kwh - kpis["it_kwh"], kpis["wue_l_per_kwh"])


def mean_change(years: Years, plant: str, base: str, quantity: str) -> float:
    """Over the climates, %."""
    return float(np.mean([years[plant][zone].change(years[base][zone], quantity) for zone in CLIMATES]))


def checks(room: Years, hall: Years) -> list[Check]:
    """Mean over the climates; then that the order holds in each of them."""
    plain = HALL.plants[0]
    retrofit = [
        Check(
            f"75 % direct-to-chip against air: {what}, mean of climates",
            f"{published:g} %",
            mean_change(hall, "liquid-chiller", plain, quantity),
            published - 3.0,
            published + 3.0,
            "%",
            RETROFIT,
        )
        for what, quantity, published in (
            ("total energy", "total_kwh", -10.2),
            ("facility energy (all but IT)", "facility_kwh", -18.1),
            ("PUE", "pue", -3.3),
        )
    ]
    published = 100.0 * (1.58 / 1.84 - 1.0)
    free_air = mean_change(room, "free-air-mid", ROOM.plants[0], "pue")
    hottest = [hall[plant]["SG"].change(hall[plain]["SG"], "total_kwh") for plant in ("free-air", "liquid-dry")]
    return [
        *retrofit,
        Check(
            "air economiser against chiller, mid-sized: PUE, mean of climates",
            f"{published:.1f} % (1.84 to 1.58)",
            free_air,
            published - 5.0,
            published + 5.0,
            "%",
            MEDIANS,
        ),
        Check("free air against plain air in Singapore: total", "less", hottest[0], -100, 0, "%", "the field's claim"),
        Check(
            "liquid-dry against plain air in Singapore: total", "less", hottest[1], -100, 0, "%", "the field's claim"
        ),
    ]


def table(hall: Hall, years: Years) -> str:
    """Every plant: PUE, total energy against plain air, and water, by climate."""
    heading = (
        hall.text,
        *(f"PUE, {zone}" for zone in CLIMATES),
        *(f"total energy, {zone}" for zone in CLIMATES),
        *(f"facility energy, {zone}" for zone in CLIMATES),
        *(f"L/kWh, {zone}" for zone in CLIMATES),
    )
    base = years[hall.plants[0]]
    rows = [
        (
            f"`{plant}`",
            *(f"{by_zone[zone].pue:.2f}" for zone in CLIMATES),
            *(f"{by_zone[zone].change(base[zone], 'total_kwh'):+.1f} %" for zone in CLIMATES),
            *(f"{by_zone[zone].change(base[zone], 'facility_kwh'):+.1f} %" for zone in CLIMATES),
            *(f"{by_zone[zone].water_l_per_kwh:.2f}" for zone in CLIMATES),
        )
        for plant, by_zone in years.items()
    ]
    return markdown_table(heading, rows)


def section() -> Section:
    """Both halls in all climates."""
    room, hall = simulate(ROOM), simulate(HALL)
    return Section("Liquid and free-air cooling", TEXT, checks(room, hall), [table(ROOM, room), table(HALL, hall)])
