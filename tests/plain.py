"""A world so plain that its optimum is known by hand."""

import numpy as np
from work import jobless_world


def plain_world(price_usd_per_kwh, wear=0.0):
    """Hours of Toronto and Dallas idle, without requests, jobs, cooling, losses, sun, carbon or demand charge.

    What is left is a constant load and the batteries of tiny; prices of the hours as given.
    """
    world = jobless_world(step_s=3600.0, episode_days=len(price_usd_per_kwh) / 24.0)
    params, traces = world.params, world.traces
    for name in ("leakage_per_k", "fan_w", "node_idle_w", "chip_idle_w"):
        params.modules[name] = 0.0
    params.modules["chip_idle_w"] = 10.0
    params.modules["sleep_w"] = 10.0
    for name in ("ups_loss_0", "ups_loss_1", "ups_loss_2", "pdu_loss_share"):
        params.modules[name] = 0.0
    for name in ("transport_kw_per_kw", "rejection_kw_per_kw", "makeup_l_per_kwh", "humidify_l_per_kwh"):
        params.plants[name] = 0.0
    params.plants["carnot_share"] = 0.0
    params.plants["free_approach_k"] = -60.0
    for name in ("pv_kw", "demand_usd_per_kw_month", "price_adder_usd_per_kwh", "battery_worn_per_h"):
        params.sites[name] = 0.0
    params.sites["battery_worn_per_kwh"] = wear
    params.sites["battery_usd_per_worn"] = 1.0
    params.rules["carbon_usd_per_kg"] = 0.0
    params.rules["site_networks"] = 0
    params.links["idle_kw"] = params.links["sleep_kw"] = 0.0
    zones = traces.zones[:100].copy()
    zones["price_usd_per_kwh"] = np.resize(price_usd_per_kwh, len(zones))[:, None]
    mean = np.full(zones.shape[1], 0.1)
    quiet = np.zeros_like(traces.request_rate_per_s)
    world.traces = traces._replace(zones=zones, request_rate_per_s=quiet, mean_price_usd_per_kwh=mean)
    return world
