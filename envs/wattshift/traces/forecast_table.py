"""The table of `catalog/forecast.yaml`: how good forecasts are by quantity and lead, how their errors correlate."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Literal, Self

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, model_validator

from wattshift.traces.series import LEADS
from wattshift.traces.spec import Strict
from wattshift.traces.zones import Sourced

Floats = NDArray[np.float64]


class Skill(Sourced):
    """How one quantity is forecast."""

    explained: dict[int, float] = Field(description="lead in hours -> share of the variance around climatology")
    clock: Literal["sun", "civil"] = Field(description="whose hours of the day climatology tells apart")
    drifts: bool = Field(default=False, description="climatology is scaled to the last two weeks")
    ignored_tail: float = Field(default=0.0, ge=0, lt=0.5, description="share of the past cut off at both ends")
    lowest: float | None = Field(default=None, description="least possible value; null = none")
    highest: float | None = Field(default=None, description="greatest possible value; null = none")

    @model_validator(mode="after")
    def _falls_with_lead(self) -> Self:
        leads = list(self.explained)
        if leads != sorted(leads) or leads[:1] != [1] or leads[-1:] != [LEADS]:
            raise ValueError(f"explained: leads must ascend from 1 to {LEADS}, got {leads}")
        shares = list(self.explained.values())
        if shares[0] >= 1.0 or shares[-1] <= 0.0 or (np.diff(shares) >= 0.0).any():
            raise ValueError(f"explained: shares must fall with lead within 0..1, got {shares}")
        return self

    def by_lead(self) -> Floats:
        """`[LEADS]` explained share at leads of 1, 2, ... hours, linear in the logarithm of the lead."""
        known = np.log(list(self.explained))
        return np.interp(np.log(np.arange(1, LEADS + 1)), known, list(self.explained.values()))


class Pair(Strict):
    """Correlation of the errors of two quantities of one zone."""

    of: tuple[str, str]
    rho: float = Field(gt=-1, lt=1)


class Correlation(Sourced):
    """Pairs that are not listed are uncorrelated."""

    pairs: tuple[Pair, ...]


class Memory(Sourced):
    """How long errors last."""

    error_time_h: float = Field(gt=0)


class ForecastTable(Strict):
    """Everything that is assumed about forecasts."""

    quantities: dict[str, Skill]
    correlation: Correlation
    memory: Memory

    @model_validator(mode="after")
    def _correlations_are_possible(self) -> Self:
        unknown = {name for pair in self.correlation.pairs for name in pair.of} - set(self.quantities)
        if unknown:
            raise ValueError(f"correlation: unknown quantities {sorted(unknown)}, known are {list(self.quantities)}")
        lowest = np.linalg.eigvalsh(self.correlations(list(self.quantities))).min()
        if lowest <= 0.0:
            raise ValueError(f"correlation: no errors can be correlated so, lowest eigenvalue {lowest:.3g}")
        return self

    def correlations(self, quantities: Sequence[str]) -> Floats:
        """Correlation matrix of the errors of some quantities, in their order."""
        place = {name: nth for nth, name in enumerate(quantities)}
        matrix = np.eye(len(quantities))
        for pair in self.correlation.pairs:
            if all(name in place for name in pair.of):
                one, other = (place[name] for name in pair.of)
                matrix[one, other] = matrix[other, one] = pair.rho
        return matrix


def forecast_text() -> bytes:
    """The bytes of `catalog/forecast.yaml`."""
    return (files("wattshift") / "catalog" / "forecast.yaml").read_bytes()


@lru_cache(maxsize=1)
def forecast_table() -> ForecastTable:
    """The table of the catalog."""
    return ForecastTable.model_validate(yaml.safe_load(forecast_text()))
