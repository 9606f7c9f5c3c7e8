"""What a check has to say."""

from enum import IntEnum
from typing import NamedTuple


class Weight(IntEnum):
    """How much a finding weighs.

    NOTE: a fact worth knowing. HOLE: data that is not there; it may be imported, what uses it must cope. DOUBT: the
    numbers or the clock are probably wrong; imported only if the user accepts it. FAULT: cannot be imported.
    """

    NOTE = 0
    HOLE = 1
    DOUBT = 2
    FAULT = 3


class Finding(NamedTuple):
    """One finding: its weight, what was tested, and a message that names the place and what is expected."""

    weight: Weight
    test: str
    message: str

    def __str__(self) -> str:
        return f"{self.weight.name.lower():5} {self.test}: {self.message}"
