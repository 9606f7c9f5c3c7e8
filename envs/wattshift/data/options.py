"""What a file may leave unsaid and the user must then say; nothing here has a default."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from wattshift.data.errors import DataError, MissingStatementError


class Option(NamedTuple):
    """A statement about a file: its flag on the command line, its meaning, and the words allowed (empty: any)."""

    name: str
    meaning: str
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"

    @property
    def flag(self) -> str:
        """As typed."""
        return "--" + self.name.replace("_", "-")


_ALL = (
    Option("zone", "grid zone the data belongs to, a name of the catalog where there is one", metavar="ZONE"),
    Option(
        "timezone",
        "clock of times without an offset: UTC, a fixed offset such as +10:00, or an IANA name such as Europe/Berlin",
        metavar="CLOCK",
    ),
    Option("hour", "whether a time names the start or the end of its interval", ("starting", "ending")),
    Option("unit", "unit of the numbers, such as g/kWh, lb/MWh or EUR/MWh", metavar="UNIT"),
    Option("usd_per_unit", "US dollars for one unit of the price's currency", metavar="RATE"),
    Option("signal", "average or marginal carbon intensity", ("average", "marginal")),
    Option("scope", "direct emissions only, or the life cycle", ("direct", "life_cycle")),
    Option("location", "node, settlement point or series, where a file has several", metavar="NAME"),
    Option("dates", "order of day and month in dates with slashes or dots", ("day-first", "month-first")),
    Option("year", "calendar year to place a typical year in", metavar="YEAR"),
    Option("start", "UTC time of second zero, for traces that count seconds, such as 2023-01-01T00:00", metavar="TIME"),
)
OPTIONS = {option.name: option for option in _ALL}


@dataclass(frozen=True)
class Options:
    """Statements about one file; None is "not said"."""

    zone: str | None = None
    timezone: str | None = None
    hour: str | None = None
    unit: str | None = None
    usd_per_unit: float | None = None
    signal: str | None = None
    scope: str | None = None
    location: str | None = None
    dates: str | None = None
    year: int | None = None
    start: str | None = None

    def __post_init__(self) -> None:
        """Words that are not allowed are refused here, whatever the way in."""
        for name, value in self.given().items():
            choices = OPTIONS[name].choices
            if choices and value not in choices:
                raise DataError(f"{OPTIONS[name].flag}: got {value!r}, allowed are {', '.join(choices)}")

    def given(self) -> dict[str, str | float | int]:
        """What was said, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def need(self, name: str, path: Path, why: str) -> str:
        """A statement that the file does not make itself, as text.

        Raises:
            MissingStatementError: it was not given; the message names the option.
        """
        value = getattr(self, name)
        if value is None:
            option = OPTIONS[name]
            words = f" {{{','.join(option.choices)}}}" if option.choices else f" {option.metavar}"
            raise MissingStatementError(f"{path}: {why}; say {option.flag}{words} ({option.meaning})")
        return str(value)
