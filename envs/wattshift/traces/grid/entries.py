"""What `catalog/grids/ZONE.yaml` holds: public facts of one zone's power system, and a small calibration.

Facts carry a grade (A primary source or recomputed from data, B secondary source or rounded, C engineering estimate)
and their source. The calibration is fitted by `benchmarks/calibration/fit.py`, every number within bounds given here.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from wattshift.traces.spec import Regime, Strict
from wattshift.traces.zones import Sourced

Fuel = Literal["gas", "coal", "lignite", "oil"]
Kind = Literal["nuclear", "hydro", "biomass", "geothermal", "gas", "coal", "lignite", "oil", "imports"]

LIFE_CYCLE_KG_PER_MWH: dict[str, float] = {
    "wind": 11.0,
    "solar": 45.0,
    "nuclear": 12.0,
    "hydro": 24.0,
    "biomass": 230.0,
    "geothermal": 38.0,
    "gas": 490.0,
    "coal": 820.0,
    "lignite": 1050.0,
    "oil": 650.0,
}
"""IPCC AR5 WG III (2014), Annex III, table A.III.2, medians, the factors that Electricity Maps falls back on; solar is
the mean of its rooftop and utility medians, oil UK POST (2014). AR5 lumps coal: lignite by its direct 364 kg per MWh of
heat (IPCC 2006 guidelines, vol. 2, table 2.2) at 36 %, and some 40 kg upstream. Zones may say otherwise of a plant."""

DIRECT_KG_PER_MWH_HEAT: dict[str, float] = {"gas": 202.0, "coal": 341.0, "lignite": 364.0, "oil": 279.0}
"""What a carbon price is paid on: IPCC 2006 guidelines, vol. 2, table 2.2, lower heating value."""

Ordered = Annotated[tuple[float, float], Field(description="lowest and highest")]


class FuelPrice(Sourced):
    """USD per MWh of heat."""

    usual: float = Field(ge=0)
    crisis: float = Field(ge=0, description="in 2022")
    sd: float = Field(default=0.0, ge=0, le=1, description="of the log, over weeks")
    crisis_sd: float | None = Field(default=None, ge=0, le=1, description="the same in 2022; absent: as usual")

    def of(self, regime: Regime) -> tuple[float, float]:
        """The mean price and its sd in a regime."""
        if regime == "usual":
            return self.usual, self.sd
        return self.crisis, self.sd if self.crisis_sd is None else self.crisis_sd


class CarbonPrice(Sourced):
    """USD per tonne."""

    usual: float = Field(ge=0)
    crisis: float = Field(ge=0, description="in 2022")

    def of(self, regime: Regime) -> float:
        """The price in a regime."""
        return self.crisis if regime == "crisis" else self.usual


class Fleet(Sourced):
    """All photovoltaics or all wind turbines of a zone."""

    capacity_mw: float = Field(ge=0)
    capacity_factor: float = Field(gt=0, lt=1, description="published mean output per MW installed")


class Plant(Sourced):
    """All units of one kind, or all lines from outside (`imports`)."""

    kind: Kind
    capacity_mw: float = Field(gt=0, description="installed; of lines: what can be taken in")
    export_mw: float = Field(default=0.0, ge=0, description="imports only: what can be sent out")
    availability: float = Field(default=0.9, gt=0, le=1, description="mean share of the capacity that can be had")
    season: float = Field(default=0.0, ge=0, le=0.9, description="relative swing of it over the year: inflow, upkeep")
    peak_day: float = Field(default=1.0, ge=1, le=366)
    variability: float = Field(default=0.0, ge=0, le=1, description="relative sd of it over weeks, outages apart")
    must_run: float = Field(default=0.0, ge=0, le=1, description="share of what can be had that does not give way")
    efficiency: Ordered | None = Field(default=None, description="fuels: of the worst and the best unit, lower heating")
    bid_usd_per_mwh: Ordered | None = Field(default=None, description="what is offered otherwise than at cost of fuel")
    follows_gas: float = Field(default=0.0, ge=0, le=1, description="power of the gas price in such an offer")
    kg_per_mwh: float | None = Field(default=None, gt=0, description="life cycle; imports must say")
    extra_usd_per_mwh: float = Field(default=3.0, ge=0, description="operation and upkeep that goes with output")

    @model_validator(mode="after")
    def _either_fuel_or_offer(self) -> Self:
        burns = self.kind in DIRECT_KG_PER_MWH_HEAT
        if burns and self.efficiency is None and self.bid_usd_per_mwh is None:
            raise ValueError(f"{self.kind}: give efficiency or bid_usd_per_mwh")
        if not burns and (self.efficiency is not None or self.bid_usd_per_mwh is None):
            raise ValueError(f"{self.kind}: give bid_usd_per_mwh and no efficiency")
        if self.kind == "imports" and self.kg_per_mwh is None:
            raise ValueError("imports: give kg_per_mwh")
        if self.kind != "imports" and self.export_mw:
            raise ValueError(f"{self.kind}: only imports have export_mw")
        for pair in (self.efficiency, self.bid_usd_per_mwh):
            if pair is not None and not pair[0] < pair[1]:
                raise ValueError(f"{self.kind}: {pair} must ascend")
        return self

    @property
    def life_cycle_kg_per_mwh(self) -> float:
        """The zone's own factor, else that of the kind."""
        return self.kg_per_mwh if self.kg_per_mwh is not None else LIFE_CYCLE_KG_PER_MWH[self.kind]


class Storage(Sourced):
    """Pumped hydro and batteries as one reservoir."""

    power_mw: float = Field(ge=0)
    energy_mwh: float = Field(ge=0)
    round_trip: float = Field(default=0.78, gt=0, le=1)


class Market(Sourced):
    """Rules of the exchange, USD/MWh."""

    floor_usd_per_mwh: float
    cap_usd_per_mwh: float = Field(gt=0)


class DemandFacts(Sourced):
    """Load of the zone, less what its storage takes."""

    mean_mw: float = Field(gt=0)
    morning_hour: float = Field(default=8.5, ge=0, lt=24, description="local civil time")
    evening_hour: float = Field(default=19.0, ge=0, lt=24)


def _calibrated(low: float, high: float, what: str) -> Any:
    return Field(ge=low, le=high, description=what)


class Calibration(Strict):
    """What is fitted to the statistics of real years. Shares are of mean demand unless said otherwise."""

    level: float = _calibrated(0.5, 1.2, "demand without heating and cooling, over mean demand")
    heating_per_k: float = _calibrated(0, 0.03, "demand per K below 15 C")
    cooling_per_k: float = _calibrated(0, 0.06, "demand per K above 20 C")
    morning: float = _calibrated(-0.2, 0.4, "hump of demand around the morning hour")
    evening: float = _calibrated(-0.2, 0.5, "hump of demand around the evening hour")
    night: float = _calibrated(0, 0.5, "trough of demand before dawn")
    weekend: float = _calibrated(-0.05, 0.25, "less demand at weekends")
    demand_slow_sd: float = _calibrated(0, 0.08, "of demand over days, weather apart")
    demand_fast_sd: float = _calibrated(0, 0.05, "of demand over hours")
    wind_calm: float = _calibrated(0.3, 3.0, "speed that gives half the output, over the place's mean speed")
    wind_spread: float = _calibrated(0.0, 1.5, "power of the place's speed in the fleet's")
    wind_regional_sd: float = _calibrated(0, 0.6, "of the log of the fleet's speed, the place's wind apart")
    wind_night: float = _calibrated(-0.5, 0.5, "log of the fleet's speed at night, against noon")
    solar_yield: float = _calibrated(0.4, 2.0, "output over that of a flat roof")
    solar_flatness: float = _calibrated(0, 3.0, "how far trackers flatten the day")
    outage_sd: float = _calibrated(0, 0.15, "relative, of what firm plants can deliver, over days")
    firm: float = _calibrated(0.6, 1.3, "capacity that burns fuel, over what the facts say")
    inflexible: float = _calibrated(0, 2.5, "must-run, over what the facts say")
    imports: float = _calibrated(0.3, 1.6, "lines that are used, over what the facts say")
    emissions: float = _calibrated(0.85, 1.2, "fossil life-cycle factors, over the medians")
    bids: float = _calibrated(0.3, 2.0, "positive bids, over cost")
    bid_sd_slow: float = _calibrated(0, 0.4, "of the log of bids, over days")
    bid_sd_fast: float = _calibrated(0, 0.35, "of the log of bids, over hours")
    steep: float = _calibrated(0, 0.5, "share of thermal capacity offered far above cost")
    steep_ratio: float = _calibrated(1.05, 8.0, "highest of those bids, over cost")
    scarcity: float = _calibrated(0.02, 0.5, "width of the scarcity offers beyond the last plant")
    surplus_usd_per_mwh: float = _calibrated(1.0, 120.0, "what inflexible plants pay at most to go on running")


class GridEntry(Strict):
    """One zone's power system."""

    title: str
    demand: DemandFacts
    solar: Fleet
    wind: Fleet
    plants: dict[str, Plant] = Field(min_length=1)
    storage: Storage
    fuels: dict[Fuel, FuelPrice]
    carbon_price: CarbonPrice
    market: Market
    calibration: Calibration

    @model_validator(mode="after")
    def _fuels_are_priced(self) -> Self:
        for name, plant in self.plants.items():
            if plant.efficiency is not None and plant.kind not in self.fuels:
                raise ValueError(f"plants: {name} burns {plant.kind}, which has no price in fuels")
            if plant.follows_gas and "gas" not in self.fuels:
                raise ValueError(f"plants: {name} follows gas, which has no price in fuels")
        return self
