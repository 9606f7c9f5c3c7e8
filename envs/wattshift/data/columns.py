"""From the cells of a file to a `Column` in the kept unit, with every refusal naming its line."""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wattshift.data.errors import DataError
from wattshift.data.model import Column
from wattshift.data.options import Options
from wattshift.data.quantities import quantity
from wattshift.data.text import EMPTY, number
from wattshift.data.units import Conversion, conversion

Where = Callable[[int], str]


def column(
    name: str,
    cells: Iterable[str],
    unit: str,
    where: Where,
    *,
    title: str,
    scope: str = "",
    missing: Sequence[str] = EMPTY,
    usd_per_unit: float = 1.0,
    written_unit: str = "",
) -> Column:
    """Convert the cells of one column.

    Args:
        name: the quantity.
        cells: as written in the file.
        unit: of the file, one of `units`.
        where: file and line of a row, for messages.
        title: the column's name in the file.
        scope: of carbon, "direct" or "life_cycle".
        missing: what the file writes for no value; becomes NaN.
        usd_per_unit: exchange rate, of prices only.
        written_unit: what people call the unit, if that is no word of `units`.

    Raises:
        DataError: text instead of a number, or a value out of range; the line is named.
    """
    kind = quantity(name)
    try:
        rule = conversion(unit, kind.unit)
    except DataError as error:
        raise DataError(f"{where(0)}, {title!r}: {error}") from error
    scale = rule.scale * usd_per_unit
    lowest, highest = (bound / scale - rule.shift for bound in (kind.lowest, kind.highest))
    values = np.array(
        [
            math.nan
            if cell in missing
            else number(cell, lowest, highest, f"{kind.title} in {written_unit or unit}", where(k))
            for k, cell in enumerate(cells)
        ]
    )
    return Column(name, scale * (values + rule.shift), title, written_unit or unit, scope, scale, rule.shift)


def usd_rate(unit: str, options: Options, path: Path) -> float:
    """Dollars for one unit of the currency of `unit`: 1 for USD, else as stated.

    Raises:
        DataError: the unit is no price, or the rate must be stated and is not positive, or USD has a rate other than 1.
    """
    rule: Conversion = conversion(unit, "USD/kWh")
    if rule.currency == "USD" and options.usd_per_unit is None:
        return 1.0
    rate = float(options.need("usd_per_unit", path, f"the prices are in {rule.currency}"))
    if not rate > 0 or (rule.currency == "USD" and rate != 1.0):
        raise DataError(f"--usd-per-unit: got {rate:g} for {rule.currency}, must be positive, and 1 for USD")
    return rate


def price_column(
    cells: Iterable[str],
    unit: str,
    where: Where,
    options: Options,
    path: Path,
    *,
    title: str,
    missing: Sequence[str] = EMPTY,
) -> Column:
    """A price in any currency as USD/kWh; the rate is asked for unless the currency is USD."""
    rate = usd_rate(unit, options, path)
    return column("price", cells, unit, where, title=title, missing=missing, usd_per_unit=rate)


def flags(cells: Sequence[str], where: Where, what: str) -> NDArray[np.bool_]:
    """True and false as written by people and programs.

    Raises:
        DataError: another word; the line is named.
    """
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}
    found = np.zeros(len(cells), bool)
    for k, cell in enumerate(cells):
        if cell.casefold() not in words:
            raise DataError(f"{where(k)}: {what} is {cell!r}, expected true or false")
        found[k] = words[cell.casefold()]
    return found
