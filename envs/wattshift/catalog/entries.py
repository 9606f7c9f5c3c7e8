"""What a catalog entry holds: quantities with their provenance, grouped by kind of equipment."""

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

ChipKind = Literal["cpu", "gpu", "tpu", "npu", "asic", "fpga"]
Precision = Literal["int8", "bf16"]


class Quantity(BaseModel):
    """One number and where it comes from; the unit is in the name of the field that holds it.

    Written in YAML as `[value, grade, source]`. A is read in a primary source or recomputed from data, B stands in
    secondary sources that agree, C is an engineering estimate, and then the source begins with "estimate".
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    value: float
    grade: Literal["A", "B", "C"]
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _estimates_say_so(self) -> "Quantity":
        if (self.grade == "C") != self.source.startswith("estimate"):
            raise ValueError(f"grade C and a source that begins with 'estimate' go together, got {self.source!r}")
        return self


def within(low: float, high: float) -> AfterValidator:
    """Validator that refuses a quantity outside `low .. high`."""

    def check(quantity: Quantity) -> Quantity:
        if not low <= quantity.value <= high:
            raise ValueError(f"got {quantity.value:g}, must be in {low:g} .. {high:g}")
        return quantity

    return AfterValidator(check)


Positive = Annotated[Quantity, within(1e-9, math.inf)]
NonNegative = Annotated[Quantity, within(0.0, math.inf)]
Share = Annotated[Quantity, within(0.0, 1.0)]
Celsius = Annotated[Quantity, within(-50.0, 100.0)]


class Entry(BaseModel):
    """Base of all entries: unknown fields are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Chip(Entry):
    """A compute chip and its share of the server around it. Powers in W, peaks dense, in tera-operations per second."""

    kind: ChipKind
    peak_w: Positive
    idle_w: Positive
    floor_w: Positive  # holding a model and serving next to nothing
    bf16_tflops: Positive | None = None  # None: the chip cannot compute in bf16
    int8_tops: Positive | None = None
    memory_gb: Positive
    node_idle_w: NonNegative  # rest of the server per chip, without fans, idle
    node_peak_w: NonNegative
    fan_w: NonNegative  # fans of an air-cooled server at full load and 25 C inlet, per chip
    leakage_per_k: NonNegative
    dvfs_exponent: Annotated[Quantity, within(1.0, 4.0)]
    min_speed: Share
    job_power_share: Share
    sleep_w: NonNegative  # chip and its share of the node while asleep
    wake_s: Positive  # from asleep to ready

    @model_validator(mode="after")
    def _powers_are_ordered(self) -> "Chip":
        if not self.idle_w.value <= self.floor_w.value <= self.peak_w.value:
            raise ValueError("must hold idle_w <= floor_w <= peak_w")
        if self.node_idle_w.value > self.node_peak_w.value:
            raise ValueError("must hold node_idle_w <= node_peak_w")
        if self.sleep_w.value > self.idle_w.value + self.node_idle_w.value:
            raise ValueError("must hold sleep_w <= idle_w + node_idle_w")
        return self

    def tera_ops(self, precision: Precision) -> float:
        """Dense peak in 1e12 operations per second; 0 where the chip lacks the precision."""
        peak = self.bf16_tflops if precision == "bf16" else self.int8_tops
        return peak.value if peak is not None else 0.0


class Envelope(Entry):
    """Inlet temperatures of a class of equipment: of the air, or of the coolant where a liquid takes the heat."""

    summary: str
    recommended_min_c: Celsius
    recommended_max_c: Celsius  # beyond it the thermal term is charged
    allowable_min_c: Celsius
    allowable_max_c: Celsius  # beyond it the chips slow

    @model_validator(mode="after")
    def _ranges_are_nested(self) -> "Envelope":
        limits = (self.allowable_min_c, self.recommended_min_c, self.recommended_max_c, self.allowable_max_c)
        values = [limit.value for limit in limits]
        if values != sorted(values):
            raise ValueError("the recommended range must lie within the allowable one")
        return self


class Plant(Entry):
    """A cooling plant; powers per kW of its capacity, at full flow."""

    summary: str
    wet: bool  # rejects heat against the wet bulb
    rest: str | None = None  # air plant that takes the heat which this one leaves
    share: Share = Quantity(value=1.0, grade="A", source="a plant without `rest` takes all the heat")
    envelope: str  # of the equipment that it usually cools
    supply_c: Celsius  # set-point of the autopilot
    supply_min_c: Celsius
    supply_max_c: Celsius
    free_approach_k: NonNegative | None = None  # None: no economiser
    rise_k: Positive
    least_flow: Share  # of coolant and outdoor fans; 1: constant speed
    carnot_share: Share  # compressor COP over Carnot COP; 0: no compressor
    condenser_approach_k: NonNegative
    evaporator_approach_k: NonNegative
    derate_per_k: Share  # of the compressor's capacity, per K outdoors above 35 C
    transport_kw_per_kw: NonNegative
    rejection_kw_per_kw: NonNegative
    adiabatic: Share = Quantity(value=0.0, grade="A", source="a plant that does not say otherwise has no assist")
    cycles: Annotated[Quantity, within(1.5, 20.0)] | None = None  # of concentration; None: nothing evaporates
    humidify_l_per_kwh: NonNegative  # for the air of the room, per kWh of heat
    loop_rise_k: Positive  # loop above supply
    time_constant_min: Positive
    server_fan_share: Share  # of the fan power of an air-cooled server
    leakage_share: Share  # of the leakage growth of an air-cooled chip

    @model_validator(mode="after")
    def _is_consistent(self) -> "Plant":
        if not self.supply_min_c.value <= self.supply_c.value <= self.supply_max_c.value:
            raise ValueError("must hold supply_min_c <= supply_c <= supply_max_c")
        if (self.rest is None) != (self.share.value == 1.0):
            raise ValueError("`rest` must be named exactly when `share` is below 1")
        if self.carnot_share.value == 0.0 and self.free_approach_k is None:
            raise ValueError("a plant without a compressor (carnot_share 0) needs an economiser (free_approach_k)")
        if self.adiabatic.value > 0.0 and (self.wet or self.free_approach_k is None):
            raise ValueError("an adiabatic assist belongs to a dry plant with an economiser")
        if (self.wet or self.adiabatic.value > 0.0) != (self.cycles is not None):
            raise ValueError("cycles of concentration belong to a plant that evaporates water (wet or adiabatic)")
        return self


class PowerTrain(Entry):
    """UPS and PDU: UPS loss / rated = constant + linear x + square x^2, x = load / rated."""

    loss_constant: Share
    loss_linear: Share
    loss_square: Share
    pdu_loss_share: Share


class Battery(Entry):
    """A battery with its converter; efficiencies one way. It is replaced when a fifth of its capacity is lost."""

    charge_efficiency: Share
    discharge_efficiency: Share
    replacement_usd_per_kwh: NonNegative  # of capacity
    cycle_life: Positive  # full-equivalent cycles to 80 % of the capacity
    calendar_life_y: Positive  # years to 80 % at half charge, unused
    max_rate_per_h: Positive  # power over energy, both ways


class Generator(Entry):
    """A stand-by generator: fuel per hour = idle part x rated power + l_per_kwh x output (HOMER's fuel curve)."""

    summary: str
    start_s: NonNegative  # from the loss of the feed until it carries load
    idle_l_per_kwh: NonNegative  # per hour of running and kW rated
    l_per_kwh: Positive  # per kWh of output on top
    least_load: Share  # below this share of its rating it burns as much as at it
    carbon_kg_per_l: NonNegative
    usd_per_l: NonNegative


class Link(Entry):
    """A network link; capacity each way, power of both ends together."""

    summary: str
    capacity_gbps: Positive
    us_per_km: Positive
    route_factor: Annotated[Quantity, within(1.0, 5.0)]  # length of the route over the great circle
    equipment_ms: NonNegative  # one way
    idle_kw: NonNegative  # ports in service, whatever they carry
    sleep_share: Share  # of idle_kw while the link sleeps
    kw_per_gbps: NonNegative
    usd_per_gb: NonNegative
    mtbf_h: Positive
    mttr_h: Positive


class Router(Entry):
    """A site's router without the line ports, which belong to the links."""

    summary: str
    idle_kw: NonNegative  # chassis, fabric and fans
    kw_per_gbps: NonNegative  # per Gbps on its ports, summed over the links that end here


class Access(Entry):
    """The access network between users and their site."""

    summary: str
    round_trip_ms: NonNegative
    kwh_per_gb: NonNegative
