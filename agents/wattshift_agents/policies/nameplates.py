"""Nameplates: what is written on a site, module, link or class of work, scaled to about -1 to 1.

All are ratios or logarithms, so that a site of ten chips and one of a thousand look alike where they are alike.
"""

import numpy as np
from numpy.typing import NDArray

from wattshift.scenario.tables import Params

Floats = NDArray[np.float32]


def nameplates(params: Params) -> dict[str, Floats]:
    """Kind of thing -> [N, P] its nameplates, one row each."""
    return {
        "sites": _sites(params),
        "modules": _modules(params),
        "links": _links(params),
        "flows": _flows(params),
        "job_classes": _job_classes(params),
    }


def _sites(params: Params) -> Floats:
    sites = params.sites
    site_kw = _chip_kw_by_site(params)
    return _columns(
        np.log10(site_kw / site_kw.mean()),
        sites["battery_kw"] / site_kw,
        sites["battery_kwh"] / (4.0 * site_kw),
        sites["pv_kw"] / site_kw,
        sites["wind_kw"] / site_kw,
        np.log10(site_kw / sites["scale_kw"]),
        sites["demand_usd_per_kw_month"] / 10.0,
        sites["export_price_share"],
        sites["curtail_chance"],
    )


def _modules(params: Params) -> Floats:
    modules = params.modules
    module_kw = _chip_kw(params)
    return _columns(
        module_kw / _chip_kw_by_site(params)[modules["site"]],
        modules["job_share"],
        modules["chip_idle_w"] / modules["chip_peak_w"],
        modules["chip_floor_w"] / modules["chip_peak_w"],
        modules["sleep_w"] / modules["chip_peak_w"],
        modules["wake_s"] / 300.0,
        modules["air_cooled"],
        (params.services["rate_per_s"] > 0.0).mean(axis=1),  # share of the classes of requests that it can serve
        (params.stream_speed > 0.0).mean(axis=0),  # share of the streams of jobs that it may run
    )


def _links(params: Params) -> Floats:
    links = params.links
    return _columns(
        np.log10(links["capacity_gbps"]) / 3.0,
        links["latency_ms"] / 100.0,
        10.0 * links["usd_per_gb"],
        np.log10(1.0 + links["idle_kw"]),
    )


def _flows(params: Params) -> Floats:
    classes = params.request_classes[params.flows["request_class"]]
    return _columns(np.log10(classes["objective_ms"]) - 2.0, classes["mb"])


def _job_classes(params: Params) -> Floats:
    classes = params.job_classes
    return _columns(classes["slack_h"] / 24.0, classes["late_usd_per_chip_h"], classes["least_share"])


def _chip_kw(params: Params) -> NDArray[np.float64]:
    return params.modules["chips"] * params.modules["chip_peak_w"] / 1000.0


def _chip_kw_by_site(params: Params) -> NDArray[np.float64]:
    by_site = np.zeros(len(params.sites))
    np.add.at(by_site, params.modules["site"], _chip_kw(params))
    return by_site


def _columns(*columns: NDArray) -> Floats:
    return np.stack(columns, axis=-1).astype(np.float32)
