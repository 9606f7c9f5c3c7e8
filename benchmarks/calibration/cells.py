"""The bars of the calibration: one cell a zone and statistic, with the range in which synthetic agrees with real."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from validation.check import Check

from calibration import statistics as of
from calibration.samples import CARBON, PRICE, TEMPERATURE, Year, average
from calibration.statistics import Floats, Hourly

LEAST_SHAPE_CORRELATION = 0.9
LEAST_RANGE_G_PER_KWH = 50.0
"""Where carbon's local hours differ by less, the day has no shape worth a correlation."""

PRICES_ALIKE = 0.15
"""Two years whose median prices differ by no more are one regime: the bar of the median itself."""


@dataclass(frozen=True)
class Cell:
    """One statistic of one zone.

    Args:
        zone: name in the catalog.
        statistic: what was measured.
        unit: of both values.
        real: mean of the real years' statistics.
        synthetic: mean of the synthetic years' statistics.
        tolerance: in words, for the table.
        low: least synthetic value that agrees.
        high: most.
        by_year: the real years' statistics; empty where it is one of all years at once.
    """

    zone: str
    statistic: str
    unit: str
    real: float
    synthetic: float
    tolerance: str
    low: float
    high: float
    by_year: dict[int, float] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether synthetic lies within the range; NaN does not."""
        return self.low <= self.synthetic <= self.high

    def check(self) -> Check:
        """As a line of a table."""
        years = ", ".join(f"{year}: {value:.4g}" for year, value in self.by_year.items())
        real = f"{self.real:.4g} {self.unit}".strip() + (f" ({years})" if years else "")
        return Check(self.statistic, real, self.synthetic, self.low, self.high, self.unit, self.tolerance)


class Bar(NamedTuple):
    """A statistic of a year and how far synthetic may be from real: a share of real, or a difference."""

    statistic: str
    unit: str
    margin: float
    relative: bool
    measure: Callable[[Year], float]

    def cell(self, zone: str, real: dict[int, Year], synthetic: Sequence[Year]) -> Cell:
        """Means over the years on both sides."""
        by_year = {name: self.measure(year) for name, year in real.items()}
        expected = float(np.mean(list(by_year.values())))
        found = float(np.mean([self.measure(year) for year in synthetic]))
        margin = self.margin * abs(expected) if self.relative else self.margin
        words = f"{100 * self.margin:g} %" if self.relative else f"{self.margin:g} {self.unit}".strip()
        return Cell(
            zone, self.statistic, self.unit, expected, found, words, expected - margin, expected + margin, by_year
        )


def _of(series: str, measure: Callable[[Hourly], float]) -> Callable[[Year], float]:
    def measured(year: Year) -> float:
        found: Hourly | None = getattr(year, series)
        return math.nan if found is None else measure(found)

    return measured


def _price_and_carbon(year: Year) -> float:
    if year.carbon_g_per_kwh is None or year.price_usd_per_mwh is None:
        return math.nan
    return of.rank_correlation(year.carbon_g_per_kwh, year.price_usd_per_mwh)


def _residual_lag_24(series: Hourly) -> float:
    return of.autocorrelation(of.residual(series), 24)


CARBON_BARS = (
    Bar("carbon mean", "g/kWh", 0.10, True, _of(CARBON, of.mean)),
    Bar("carbon sd", "g/kWh", 0.25, True, _of(CARBON, of.sd)),
    Bar("carbon p5", "g/kWh", 0.20, True, _of(CARBON, partial(of.quantile, share=0.05))),
    Bar("carbon p95", "g/kWh", 0.20, True, _of(CARBON, partial(of.quantile, share=0.95))),
    Bar("carbon day range", "g/kWh", 0.30, True, _of(CARBON, of.day_range)),
    Bar("carbon lag-1", "", 0.03, False, _of(CARBON, partial(of.autocorrelation, lag_h=1))),
    Bar("carbon lag-24", "", 0.12, False, _of(CARBON, partial(of.autocorrelation, lag_h=24))),
    Bar("carbon residual lag-24", "", 0.15, False, _of(CARBON, _residual_lag_24)),
)
PRICE_BARS = (
    Bar("price median", "USD/MWh", 0.15, True, _of(PRICE, partial(of.quantile, share=0.5))),
    Bar("price p95", "USD/MWh", 0.25, True, _of(PRICE, partial(of.quantile, share=0.95))),
    Bar("price negative share", "", 0.03, False, _of(PRICE, of.negative_share)),
    Bar("price-carbon rank correlation", "", 0.20, False, _price_and_carbon),
)
WEATHER_BARS = (
    Bar("temperature mean", "C", 1.0, False, _of(TEMPERATURE, of.mean)),
    Bar("temperature sd", "C", 0.15, True, _of(TEMPERATURE, of.sd)),
    Bar("temperature daily range", "C", 0.20, True, _of(TEMPERATURE, of.daily_range)),
)


def cells(zone: str, real: dict[int, Year], synthetic: Sequence[Year]) -> list[Cell]:
    """Every cell of a zone in usual years, of what there is real data of.

    Args:
        zone: name in the catalog.
        real: years by calendar year.
        synthetic: years of the model with usual fuel prices.
    """
    usual = usual_years(real)
    found = [bar.cell(zone, real, synthetic) for bar in CARBON_BARS]
    found += day_shape_cells(zone, real, synthetic)
    found += [bar.cell(zone, usual, synthetic) for bar in PRICE_BARS]
    found += [bar.cell(zone, real, synthetic) for bar in WEATHER_BARS]
    return known(found)


def crisis_cells(zone: str, real: dict[int, Year], synthetic: Sequence[Year]) -> list[Cell]:
    """Price cells of the dear years that `cells` leaves out; `synthetic` are years with the crisis's fuel prices."""
    dear = dear_years(real)
    return known([bar.cell(zone, dear, synthetic) for bar in PRICE_BARS]) if dear else []


def known(found: list[Cell]) -> list[Cell]:
    """Without the cells for which there is no real value."""
    return [cell for cell in found if math.isfinite(cell.real)]


def day_shape_cells(zone: str, real: dict[int, Year], synthetic: Sequence[Year]) -> list[Cell]:
    """Correlation of carbon's 24 local hours with the real ones, where these differ enough to have a shape."""
    expected, found = mean_day(list(real.values())), mean_day(synthetic)
    if not np.ptp(expected) > LEAST_RANGE_G_PER_KWH:  # NaN where there is no carbon
        return []
    correlation = float(np.corrcoef(expected, found)[0, 1])
    words = f"at least {LEAST_SHAPE_CORRELATION:g}"
    return [Cell(zone, "carbon day shape", "", 1.0, correlation, words, LEAST_SHAPE_CORRELATION, 1.0)]


def mean_day(years: Sequence[Year]) -> Floats:
    """Carbon by local hour, `[24]`, mean over the years; NaN where there is none."""
    found = average(years, CARBON, of.day_shape)
    return np.full(24, np.nan) if found is None else found


def usual_years(real: dict[int, Year]) -> dict[int, Year]:
    """The last year, and those before whose median price is like its own: 2022 was a year of dear gas."""
    last = median_price(real[max(real)])
    return {name: year for name, year in real.items() if not abs(median_price(year) - last) > PRICES_ALIKE * abs(last)}


def dear_years(real: dict[int, Year]) -> dict[int, Year]:
    """Years dearer than the usual ones."""
    usual = usual_years(real)
    last = median_price(real[max(real)])
    return {name: year for name, year in real.items() if name not in usual and median_price(year) > last}


median_price = PRICE_BARS[0].measure
"""Median price of a year, USD/MWh; NaN where there is none."""
