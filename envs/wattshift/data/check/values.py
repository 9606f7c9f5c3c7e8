"""The numbers: cells left empty, words for "missing" written as numbers, frozen series, estimates, wrong units."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from wattshift.data.check.finding import Finding, Weight
from wattshift.data.model import Column, Table
from wattshift.data.units import KG_PER_LB

SENTINELS = (-9999.0, -999.0, -99.9, -99.0, 99.9, 999.0, 999.9, 9999.0, 99999.0)
SENTINEL_ROWS = 3  # as often a value must stand before it is taken for one of them
FROZEN_H = 72  # no weather and no grid stands still, to the last digit, for three days
FROZEN = ("carbon_average", "carbon_marginal", "temp", "humidity", "wind")
ZERO_H = 12
ZERO = ("carbon_average", "temp", "humidity")
MOSTLY_ESTIMATED = 0.5
SWING = 1.75  # a year's mean stays within this factor of the typical one, a wrong unit does not
FACTORS = {
    1.0 / KG_PER_LB: "lb/MWh read as g/kWh (factor 2.20)",
    KG_PER_LB: "g/kWh read as lb/MWh (factor 0.454)",
    1000.0: "kg/kWh read as g/kWh, or kg/kWh multiplied by 1000 once too often",
    0.001: "g/kWh read as kg/MWh twice over, or divided by 1000 once too often",
}


@lru_cache(maxsize=1)
def signatures() -> dict[str, Any]:
    """`catalog/signatures.yaml`: what is usual in the zones of the catalog."""
    return yaml.safe_load((files("wattshift") / "catalog" / "signatures.yaml").read_bytes())


def value_findings(table: Table) -> Iterator[Finding]:
    """Everything about the values of a table, column by column."""
    if table.estimated is not None:
        share = float(table.estimated.mean())
        text = f"{100 * share:.1f} % of the rows are flagged as estimated by the publisher"
        yield Finding(
            Weight.NOTE, "estimated", text + (", the series is a model's" if share > MOSTLY_ESTIMATED else "")
        )
    for column in table.columns:
        yield from _missing(table, column)
        yield from _sentinels(table, column)
        yield from _standing_still(table, column)
        yield from _level(table, column)


def _missing(table: Table, column: Column) -> Iterator[Finding]:
    rows = np.flatnonzero(np.isnan(column.values))
    if len(rows):
        message = f"{len(rows)} cells of {column.original_name!r} are empty, the first in {table.where(rows[0])}"
        yield Finding(Weight.HOLE, "missing", message)


def _sentinels(table: Table, column: Column) -> Iterator[Finding]:
    written = column.as_written
    for sentinel in SENTINELS:
        said = np.isclose(written, sentinel, rtol=1e-9, atol=0.0)
        others = written[~said & np.isfinite(written)]
        rows = np.flatnonzero(said)
        apart = len(others) and not others.min() < sentinel < others.max()  # 99.9 EUR/MWh is an ordinary price
        if len(rows) >= SENTINEL_ROWS and apart and table.index != "event":
            message = (
                f"{column.original_name!r} is {sentinel:g} in {len(rows)} rows, the first in {table.where(rows[0])}: "
                "a number that many programs write for a missing value"
            )
            yield Finding(Weight.DOUBT, "sentinel", message)


def _standing_still(table: Table, column: Column) -> Iterator[Finding]:
    if table.index == "event" or not table.step_s:
        return
    for names, longest_h, only in ((FROZEN, FROZEN_H, None), (ZERO, ZERO_H, 0.0)):
        if column.quantity not in names:
            continue
        first, length = longest_run(column.as_written, only)
        if length * table.step_s >= longest_h * 3600:
            value = column.as_written[first]
            message = f"{column.original_name!r} stays at {value:g} for {length} rows from {table.where(first)}"
            yield Finding(Weight.DOUBT, "frozen", message)


def longest_run(values: np.ndarray, only: float | None) -> tuple[int, int]:
    """First row and length of the longest run of equal values; of one value, if `only` is given."""
    same = values[1:] == values[:-1]
    if only is not None:
        same = same & (values[1:] == only)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(int)))
    if not len(edges):
        return 0, 1
    begins, ends = edges[::2], edges[1::2]
    longest = int((ends - begins).argmax())
    return int(begins[longest]), int(ends[longest] - begins[longest]) + 1


def _level(table: Table, column: Column) -> Iterator[Finding]:
    """A mean that is off by the factor between two units."""
    typical = signatures().get(table.zone, {}).get("mean_carbon_g_per_kwh", {}).get(column.scope)
    if column.quantity != "carbon_average" or typical is None:
        return
    mean = 1000.0 * float(np.nanmean(column.values))
    ratio = mean / typical
    if 1.0 / SWING <= ratio <= SWING:
        return
    factor = min(FACTORS, key=lambda one: abs(np.log(ratio / one)))
    guess = FACTORS[factor] if abs(np.log(ratio / factor)) < np.log(SWING) else "a wrong unit, or another zone"
    message = (
        f"the mean of {column.original_name!r} is {mean:.3g} g/kWh, {ratio:.3g} times the {typical} usual in "
        f"{table.zone}: probably {guess}"
    )
    yield Finding(Weight.DOUBT, "unit", message)
