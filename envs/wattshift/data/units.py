"""Units that files use, and the factor to the one unit that each quantity is kept in."""

import re
from typing import NamedTuple

from wattshift.data.errors import DataError

KG_PER_LB = 0.45359237  # exact, international yard and pound agreement of 1959


class Conversion(NamedTuple):
    """`kept = scale * (given + shift)`; `currency` is that of a price, else empty."""

    scale: float
    shift: float = 0.0
    currency: str = ""


_BY_UNIT: dict[str, dict[str, Conversion]] = {
    "kg/kWh": {
        "kg/kWh": Conversion(1.0),
        "t/MWh": Conversion(1.0),
        "g/kWh": Conversion(1e-3),
        "kg/MWh": Conversion(1e-3),
        "lb/MWh": Conversion(KG_PER_LB / 1000.0),
        "lb/kWh": Conversion(KG_PER_LB),
    },
    "C": {
        "C": Conversion(1.0),
        "F": Conversion(5.0 / 9.0, -32.0),
        "K": Conversion(1.0, -273.15),
        "0.1C": Conversion(0.1),
    },
    "share": {"share": Conversion(1.0), "%": Conversion(0.01), "tenths": Conversion(0.1), "oktas": Conversion(0.125)},
    "m/s": {
        "m/s": Conversion(1.0),
        "km/h": Conversion(1.0 / 3.6),
        "mph": Conversion(0.44704),
        "kn": Conversion(1852.0 / 3600.0),
    },
    "W/m2": {"W/m2": Conversion(1.0), "Wh/m2": Conversion(1.0)},  # the energy of an hour is its mean power
    "Pa": {"Pa": Conversion(1.0), "hPa": Conversion(100.0)},
    "s": {"s": Conversion(1.0), "ms": Conversion(1e-3), "min": Conversion(60.0), "h": Conversion(3600.0)},
    "GiB": {"GiB": Conversion(1.0), "MiB": Conversion(1.0 / 1024.0)},
    "1": {"1": Conversion(1.0)},
}
_PRICE = re.compile(r"([A-Z]{3})/(k|M)Wh")


def conversion(given: str, kept: str) -> Conversion:
    """How to turn numbers in `given` into `kept`; a price's exchange rate is not part of it.

    Raises:
        DataError: the unit is not known for that quantity.
    """
    if kept == "USD/kWh":
        price = _PRICE.fullmatch(given)
        if price is None:
            raise DataError(f"unit {given!r} is not a price: write currency and energy, as in EUR/MWh or USD/kWh")
        return Conversion(1.0 if price[2] == "k" else 1e-3, 0.0, price[1])
    known = _BY_UNIT[kept]
    if given not in known:
        raise DataError(f"unit {given!r} cannot become {kept}; known are {', '.join(known)}")
    return known[given]


UNIT_WORDS = {
    "g_per_kwh": "g/kWh",
    "kg_per_kwh": "kg/kWh",
    "kg_per_mwh": "kg/MWh",
    "lb_per_mwh": "lb/MWh",
    "t_per_mwh": "t/MWh",
    "c": "C",
    "f": "F",
    "k": "K",
    "percent": "%",
    "share": "share",
    "m_per_s": "m/s",
    "km_per_h": "km/h",
    "w_per_m2": "W/m2",
    "hpa": "hPa",
    "pa": "Pa",
    "s": "s",
    "h": "h",
    "gib": "GiB",
    "count": "1",
}
"""Units as they stand at the end of a column's name in plain files."""
