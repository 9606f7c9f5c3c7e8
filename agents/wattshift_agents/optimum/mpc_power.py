"""Power of jobs and requests as a plan counts it: linear, at the clock the plan runs them with."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.chips import FAN_IDLE_FLOW

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params

Floats = NDArray[np.float64]

W_PER_KW = 1000.0


def job_chip_kw(params: "Params", clock: Floats, others_sleep: bool) -> Floats:
    """`[M]` what a chip draws in a job beyond what it draws without one, before cooling and losses.

    Args:
        params: Of the world.
        clock: [M] relative speed.
        others_sleep: A chip without work sleeps; else it idles.
    """
    modules = params.modules
    dynamic = (modules["chip_peak_w"] - modules["chip_idle_w"]) * modules["job_power_share"]
    without = modules["node_idle_w"] + modules["fan_w"] * FAN_IDLE_FLOW**3
    if others_sleep:
        without = modules["sleep_w"] - modules["chip_idle_w"]
    kw: Floats = (
        modules["node_peak_w"] + modules["fan_w"] - without + dynamic * clock ** modules["dvfs_exponent"]
    ) / W_PER_KW
    return kw


def serving_chips_per_rate(params: "Params") -> Floats:
    """`[F, M]` chips that a request/s of every flow keeps busy at the module that is nearest to it, 0 at all others."""
    flows = np.arange(len(params.flows))
    nearest = params.candidates["module"][:, 0]
    rate = params.services["rate_per_s"][nearest, params.flows["request_class"]]
    chips = np.zeros((len(flows), len(params.modules)))
    chips[flows, nearest] = 1.0 / rate
    return chips


def serving_chip_kw(params: "Params") -> Floats:
    """`[M]` what a chip's worth of requests draws beyond sleep: the load itself, and the replicas it is spread over."""
    modules = params.modules
    by_load = modules["chip_peak_w"] - modules["chip_floor_w"] + modules["node_peak_w"] - modules["node_idle_w"]
    by_replica = modules["chip_floor_w"] + modules["node_idle_w"] - modules["sleep_w"]
    return (by_load + by_replica / params.rules["serve_utilisation"][0]) / W_PER_KW


def idle_kw(params: "Params") -> Floats:
    """`[S]` what all chips of a site draw awake and idle."""
    modules = params.modules
    by_module = modules["chips"] * (modules["chip_idle_w"] + modules["node_idle_w"]) / W_PER_KW
    at_site = modules["site"] == np.arange(len(params.sites))[:, None]
    by_site: Floats = at_site @ by_module
    return by_site
