"""Carbon intensity as published with "Let's Wait Awhile" (Wiesner et al., Middleware 2021): `Time,Carbon Intensity`.

g/kWh of the mix that is consumed, from ENTSO-E production and the life-cycle factors of the IPCC; naive UTC, 15 or 30
minutes (some files change from one to the other). The zone is in the file's name only, so it is asked for.
"""

from pathlib import Path

from wattshift.data.clock import parsed, utc_s
from wattshift.data.columns import column
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import Options
from wattshift.data.text import read_csv

TIME, VALUE = "Time", "Carbon Intensity"


def sniff(beginning: str) -> bool:
    """By the header."""
    return beginning.split("\n", 1)[0].strip() == f"{TIME},{VALUE}"


def read(path: Path, options: Options) -> Table:
    """Average life-cycle carbon intensity.

    Raises:
        DataError: missing column, no time, text instead of a number, value out of range.
    """
    csv = read_csv(path)
    times = [parsed(cell, csv.where(k)) for k, cell in enumerate(csv.cells(TIME))]
    return Table(
        path,
        FORMAT.name,
        options.need("zone", path, "the file does not name its zone"),
        "interval",
        utc_s(times, "UTC", csv.where),
        csv.line_numbers,
        (column("carbon_average", csv.cells(VALUE), "g/kWh", csv.where, title=VALUE, scope="life_cycle"),),
        "UTC, period starting",
    )


FORMAT = Format(
    name="lets-wait-awhile",
    summary="Let's Wait Awhile (Wiesner et al. 2021): average carbon intensity from ENTSO-E production",
    looks_like="Time,Carbon Intensity",
    states="g/kWh, UTC, period starting, average, life cycle",
    asks=("zone",),
    may=(),
    source="https://github.com/dos-group/lets-wait-awhile",
    sniff=sniff,
    read=read,
)
