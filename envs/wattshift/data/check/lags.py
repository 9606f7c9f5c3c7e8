"""Clocks: whether carbon, price and temperature follow the sun, and each other, at the hour they usually do.

A shifted clock leaves every number plausible, but moves the hours at which carbon falls and temperature rises. The test
correlates hourly changes of two series at lags of -12..12 h and asks whether the best lag is where it is in that
zone's files of other years (`catalog/signatures.yaml`). Changes, because levels keep the memory of yesterday; ranks
of prices, because spikes would drown the rest. Irradiance, where a file has it,
decides instead of temperature, at the file's own place. Zones outside the catalog have no usual lag: else only price
against carbon can be tested there, and only where they are closely tied.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from wattshift.data.check.finding import Finding, Weight
from wattshift.data.check.hourly import Hourly, hourly, ranks, sun_height
from wattshift.data.check.values import signatures
from wattshift.data.model import Table
from wattshift.data.places import place_of

FURTHEST_H = 12
SHORTEST_D = 60
ANYWHERE = {"sun_irradiance": [0]}  # usual in every zone
DECISIVE = 0.01  # by which the best correlation must exceed that at the usual lag
DECISIVE_TEMP = 0.03  # of temperature: stations and reanalyses of one place differ by as much as .02 at one hour
UNKNOWN_ZONE = 0.5  # correlation from which price and carbon are taken to be tied in a zone we know nothing of


class Lags(NamedTuple):
    """Correlations of changes, `[2 * FURTHEST_H + 1]`, at lags -FURTHEST_H..FURTHEST_H."""

    correlation: np.ndarray

    @property
    def best_h(self) -> int:
        """Hours by which the second series follows the first most closely."""
        return int(np.argmax(self.correlation)) - FURTHEST_H

    def at(self, lag_h: int) -> float:
        """Correlation at a lag."""
        return float(self.correlation[lag_h + FURTHEST_H])


def lag_correlations(first: np.ndarray, second: np.ndarray) -> Lags:
    """Correlation of hourly changes of two series on the same hours; hours missing in either are left out."""
    leading, following = np.diff(first), np.diff(second)
    found = np.zeros(2 * FURTHEST_H + 1)
    n = len(leading)
    for lag in range(-FURTHEST_H, FURTHEST_H + 1):
        a = leading[max(0, -lag) : n - max(0, lag)]
        b = following[max(0, lag) : n - max(0, -lag)]
        both = np.isfinite(a) & np.isfinite(b)
        a, b = a[both], b[both]
        if len(a) > 2 and a.std() > 0 and b.std() > 0:
            found[lag + FURTHEST_H] = np.corrcoef(a, b)[0, 1]
    return Lags(found)


def lag_findings(tables: Sequence[Table]) -> Iterator[Finding]:
    """Every pair that can be tested among tables of one zone, against the sun and against each other."""
    zone = tables[0].zone
    series = hourly(tables)
    if series is None:
        return
    if len(series.begin_s) < 24 * SHORTEST_D:
        days = len(series.begin_s) // 24
        yield Finding(Weight.NOTE, "clock", f"not tested: {days} days, {SHORTEST_D} are needed")
        return
    usual = ANYWHERE | signatures().get(zone, {}).get("lags_h", {})
    why_not = signatures().get(zone, {}).get("why_not", {})
    for pair, first, second in _pairs(series, zone):
        lags = lag_correlations(first, second)
        leader, follower = pair.split("_")
        names = f"{follower} against {leader}"
        if pair in usual:
            yield _judged(names, lags, usual[pair], zone, DECISIVE_TEMP if follower == "temp" else DECISIVE)
        elif pair in why_not:
            yield Finding(Weight.NOTE, "clock", f"{names} does not decide in {zone}: {why_not[pair]}")
        elif pair == "carbon_price" and lags.correlation.max() >= UNKNOWN_ZONE:
            yield _judged(names, lags, [-1, 0, 1], zone, DECISIVE)
        else:
            yield Finding(Weight.NOTE, "clock", f"{names} not tested: no usual lag is known for zone {zone}")


def _pairs(series: Hourly, zone: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    place = place_of(zone)
    price = ranks(series.price) if series.price is not None else None
    if series.irradiance is not None and series.place is not None:
        sun = sun_height(series.begin_s + 1800, series.place.latitude_deg, series.place.longitude_deg)
        yield "sun_irradiance", sun, series.irradiance
    if place is not None:
        sun = sun_height(series.begin_s + 1800, place.latitude_deg, place.longitude_deg)
        if series.carbon is not None:
            yield "sun_carbon", sun, -series.carbon
        if price is not None:
            yield "sun_price", sun, -price
        if series.temp is not None:
            yield "sun_temp", sun, series.temp
    if series.carbon is not None and price is not None:
        yield "carbon_price", series.carbon, price


def _judged(names: str, lags: Lags, usual_h: Sequence[int], zone: str, decisive: float) -> Finding:
    best = lags.best_h
    expected = max(usual_h, key=lags.at)
    evidence = f"best lag {best:+d} h (correlation {lags.at(best):.2f})"
    usually = " or ".join(f"{lag:+d}" for lag in usual_h)
    if best in usual_h or lags.at(best) - lags.at(expected) < decisive:
        return Finding(Weight.NOTE, "clock", f"{names}: {evidence}, usual in {zone}: {usually} h")
    late = best - expected
    message = (
        f"{names}: {evidence}, but usual in {zone} is {usually} h ({lags.at(expected):.2f}): "
        f"the clock of {names.split()[0]} is probably {abs(late)} h {'late' if late > 0 else 'early'}"
    )
    if names.endswith("carbon"):
        message += ", or that of carbon the other way"
    return Finding(Weight.DOUBT, "clock", message)
