"""The vocabulary of imported columns: every quantity with its one unit and the range beyond which it is refused."""

from typing import NamedTuple

from wattshift.data.errors import DataError


class Quantity(NamedTuple):
    """A kind of column.

    Values outside `lowest..highest` are physically or by market rule impossible, nearly always a wrong unit.
    """

    name: str
    unit: str
    lowest: float
    highest: float
    title: str


_ALL = (
    Quantity("carbon_average", "kg/kWh", 0.0, 2.0, "average carbon intensity"),  # lignite: about 1.1
    Quantity("carbon_marginal", "kg/kWh", -2.0, 3.0, "marginal carbon intensity"),
    Quantity("price", "USD/kWh", -20.0, 30.0, "price of electricity"),  # caps: ERCOT 9 until 2021, AEMO about 11
    Quantity("temp", "C", -70.0, 65.0, "air temperature"),
    Quantity("dew_point", "C", -90.0, 45.0, "dew point"),
    Quantity("wet_bulb", "C", -70.0, 45.0, "wet-bulb temperature"),
    Quantity("humidity", "share", 0.0, 1.1, "relative humidity"),  # stations report slight supersaturation
    Quantity("cloud", "share", 0.0, 1.0, "cloud cover"),
    Quantity("wind", "m/s", 0.0, 113.0, "wind speed at 10 m"),  # record gust: Barrow Island, 1996 (WMO)
    Quantity("irradiance_global", "W/m2", -20.0, 2000.0, "global horizontal irradiance"),
    Quantity("irradiance_direct", "W/m2", -20.0, 1500.0, "direct normal irradiance"),
    Quantity("irradiance_diffuse", "W/m2", -20.0, 1500.0, "diffuse horizontal irradiance"),
    Quantity("pressure", "Pa", 30_000.0, 110_000.0, "air pressure at the station"),
    Quantity("requests", "1", 0.0, 1e12, "requests in the interval"),
    Quantity("context_tokens", "1", 0.0, 1e8, "tokens read by a request"),
    Quantity("generated_tokens", "1", 0.0, 1e8, "tokens written by a request"),
    Quantity("duration", "s", 0.0, 1e9, "run time of a job"),
    Quantity("wait", "s", 0.0, 1e9, "time from submission to start of a job"),
    Quantity("cpus", "1", 0.0, 1e6, "CPU cores of a job"),
    Quantity("gpus", "1", 0.0, 1e6, "GPUs of a job, fractions allowed"),
    Quantity("instances", "1", 0.0, 1e6, "parallel instances of a job"),
    Quantity("memory", "GiB", 0.0, 1e9, "memory of a job"),
)
QUANTITIES = {quantity.name: quantity for quantity in _ALL}


def quantity(name: str) -> Quantity:
    """The quantity of that name.

    Raises:
        DataError: there is none.
    """
    if name not in QUANTITIES:
        raise DataError(f"unknown quantity {name!r}, known are {', '.join(QUANTITIES)}")
    return QUANTITIES[name]
