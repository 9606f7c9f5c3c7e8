"""The modules of a scenario with their catalog entries: what the compiler derives chip and plant columns from."""

from dataclasses import dataclass

from wattshift import catalog
from wattshift.catalog import Chip, Envelope, Plant, PowerTrain

from .schema import Scenario
from .sites import Module, Site
from .workloads import JobClass, RequestClass

CAPACITY_MARGIN = 1.15
"""Capacity of a cooling plant over the module's design heat."""

UPS_MARGIN = 1.2
"""Rating of a UPS over the module's design power: loaded to five sixths at most."""

LEAKAGE_REFERENCE_C = 25.0
"""Inlet temperature at which the chips' powers hold."""

LARGEST_FAN_FLOW = 1.3
"""Of server fans, over their flow at full load and 25 C."""

TRIP_MARGIN_K = 15.0
"""From the highest allowable inlet temperature to the shut-down of the servers (estimate)."""


@dataclass(frozen=True)
class Installed:
    """One module where it stands."""

    site_index: int
    site: Site
    module: Module
    chip: Chip
    plant: Plant
    rest: Plant | None  # air plant that takes what the main one leaves
    power: PowerTrain
    envelope: Envelope

    @property
    def name(self) -> str:
        """`site/module`."""
        return f"{self.site.name}/{self.module.name}"

    @property
    def fan_w(self) -> float:
        """Server fans per chip at full load and 25 C inlet, W: little is left of them where a liquid takes the heat."""
        return self.chip.fan_w.value * self.plant.server_fan_share.value

    @property
    def leakage_per_k(self) -> float:
        """Relative growth of chip power per K of inlet above the reference."""
        return self.chip.leakage_per_k.value * self.plant.leakage_share.value

    @property
    def design_kw(self) -> float:
        """IT power with all chips busy at the reference inlet; the plant's design heat."""
        return self.module.count * (self.chip.peak_w.value + self.chip.node_peak_w.value + self.fan_w) / 1e3

    @property
    def hottest_kw(self) -> float:
        """The same with the inlet at the throttle point, where chips leak most before they slow, and fans at most."""
        excess_k = max(self.envelope.allowable_max_c.value - LEAKAGE_REFERENCE_C, 0.0)
        leakage_w = self.chip.peak_w.value * self.leakage_per_k * excess_k
        fans_w = self.fan_w * (LARGEST_FAN_FLOW**3 - 1.0)
        return self.design_kw + self.module.count * (leakage_w + fans_w) / 1e3

    @property
    def supply_range_c(self) -> tuple[float, float]:
        """Set-points that the plant can hold and that keep the inlet within the envelope's allowable range."""
        low_c = max(self.plant.supply_min_c.value, self.envelope.allowable_min_c.value)
        high_c = min(self.plant.supply_max_c.value, self.envelope.allowable_max_c.value - self.plant.loop_rise_k.value)
        return low_c, max(low_c, high_c)

    @property
    def supply_c(self) -> float:
        """Set-point of the autopilot: the plant's, as far as the inlet stays within the recommended range."""
        low_c, high_c = self.supply_range_c
        recommended_c = self.envelope.recommended_max_c.value - self.plant.loop_rise_k.value
        return max(low_c, min(self.plant.supply_c.value, recommended_c, high_c))

    @property
    def supply_least_c(self) -> float:
        """Supply below which the thermal term is charged: the recommended minimum, as far as the autopilot holds it.

        Where plant and equipment do not fit at both ends of the range, it keeps the warm one.
        """
        return min(self.envelope.recommended_min_c.value, self.supply_c)

    @property
    def trip_c(self) -> float:
        """Loop temperature at which the servers shut themselves down."""
        return self.envelope.allowable_max_c.value + TRIP_MARGIN_K

    @property
    def ups_rated_kw(self) -> float:
        """Rating of the UPS, kW."""
        return UPS_MARGIN * self.design_kw

    def plants(self) -> list[tuple[Plant, float]]:
        """The cooling plants in use, each with its share of the heat."""
        share = self.plant.share.value
        return [(self.plant, share)] + ([(self.rest, 1.0 - share)] if self.rest is not None else [])


def installed(scenario: Scenario) -> list[Installed]:
    """All modules in the order of `Params`."""
    plants = catalog.plants()
    return [
        Installed(
            site_index=index,
            site=site,
            module=module,
            chip=catalog.chips()[module.chip],
            plant=plants[module.plant],
            rest=plants[rest] if (rest := plants[module.plant].rest) is not None else None,
            power=catalog.power_trains()[module.power],
            envelope=catalog.envelopes()[module.envelope or plants[module.plant].envelope],
        )
        for index, site in enumerate(scenario.sites)
        for module in site.modules
    ]


def request_rate(chip: Chip, request: RequestClass) -> float:
    """Requests per second of one chip at full speed and full batch; 0 where it cannot run the class.

    Rate = dense peak x efficiency / operations per request: compute-bound, memory bandwidth only as far as it is in
    the efficiency. Check: conversation on Llama-3.1-8B has 900 context and 350 output tokens of 16e9 operations, 20e12
    in all; at 35 % of the H100's 989e12/s that is 17.3 requests or 6060 output tokens per second, .114 J/token at the
    measured 688 W, between ML.ENERGY's .070 (batch 512, shorter contexts) and .455 (batch 8).
    """
    if chip.memory_gb.value < request.memory_gb:
        return 0.0
    return chip.tera_ops(request.precision) * request.efficiency.get(chip.kind, 0.0) / request.tera_ops


def service_ms(chip: Chip, request: RequestClass, load: float) -> float:
    """Time of one request at full speed on a chip loaded to `load` 0..1 of what it can serve, ms.

    The full batch takes batch / rate; with a = lone_share, the batch of that load takes a / (1 - load (1 - a)) of it
    (`kernel/batching.py`).
    """
    lone = request.lone_share
    return 1e3 * request.batch / request_rate(chip, request) * lone / (1.0 - load * (1.0 - lone))


def reduce_rate(chip: Chip, request: RequestClass) -> float:
    """Requests per second whose data one chip reduces at full speed; 0 where it cannot."""
    preprocess = request.preprocess
    if preprocess is None or chip.memory_gb.value < preprocess.memory_gb:
        return 0.0
    tera_ops_per_s = chip.tera_ops(preprocess.precision or request.precision)
    return tera_ops_per_s * preprocess.efficiency.get(chip.kind, 0.0) / preprocess.tera_ops


def job_speed(chip: Chip, job: JobClass) -> float:
    """Reference chip-hours of work per chip-hour: peak over the reference's peak, times the kind's efficiency."""
    efficiency = job.relative_efficiency.get(chip.kind, 0.0)
    if chip.memory_gb.value < job.memory_gb:
        return 0.0
    reference = catalog.chips()[job.reference_chip]
    return efficiency * chip.tera_ops(job.precision) / reference.tera_ops(job.precision)
