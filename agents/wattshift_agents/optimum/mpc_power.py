"""Power of jobs and requests as a plan counts it: linear, at the clock the plan runs them with."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from wattshift.scenario.tables import Params

Floats = NDArray[np.float64]

W_PER_KW = 1000.0


def job_chip_kw(params: "Params", clock: Floats) -> Floats:
    """`[M]` what a chip draws in a job beyond what it draws asleep, before cooling and losses.

    Args:
        params: Of the world.
        clock: [M] relative speed.
    """
    modules = params.modules
    dynamic = (modules["chip_peak_w"] - modules["chip_idle_w"]) * modules["job_power_share"]
    awake = modules["chip_idle_w"] + modules["node_peak_w"] + modules["fan_w"] - modules["sleep_w"]
    return (awake + dynamic * clock ** modules["dvfs_exponent"]) / W_PER_KW


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
