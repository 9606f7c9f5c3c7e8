"""KPIs of finished episodes: the one vocabulary used by `info`, TensorBoard, tables, reports and docs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .kernel.state import LATENCY_BINS, LATENCY_FIRST_MS, LATENCY_RATIO, Ledger, State
from .kernel.terms import SUMS, TERMS

_PLAIN_SUMS = tuple(
    name
    for name in SUMS
    if name
    not in ("import_kwh", "export_kwh", "curtailed_kwh", "discharge_kwh", "request_hops", "request_congestion_ms")
)


ATTRIBUTED = ("energy_kwh", "carbon_kg", "cost_usd")
"""KPIs that attribution shares out, each as `<KPI>/<class>`."""

IDLE = "idle"
"""In the place of a class: what no class caused."""

EVERYTHING = (1.0,) * len(TERMS)
"""Weights of a task that pays for every term."""


def episode_kpis(
    params: Any, state: State, ledger: Ledger, envs: np.ndarray, weights: Sequence[float] = EVERYTHING
) -> dict[str, np.ndarray]:
    """KPIs of the episodes of environments `envs` so far.

    Args:
        params: of the world.
        state: likewise.
        ledger: likewise.
        envs: rows to report.
        weights: of the cost terms in the task's objective, in the order of `TERMS`.

    Returns:
        name -> float64 [len(envs)]. Shares are of 1; a share or ratio without a base (no request, no IT energy) is 0.
    """
    sums = {name: ledger.totals["sums"][envs, index] for index, name in enumerate(SUMS)}
    cost = {name: ledger.totals["cost_usd"][envs, index] for index, name in enumerate(TERMS)}
    facility_kwh = sums["it_kwh"] + sums["cooling_kwh"] + sums["loss_kwh"]
    renewable_kwh = sums["solar_kwh"] + sums["wind_kwh"] - sums["export_kwh"] - sums["curtailed_kwh"]
    battery_kwh = params.sites["battery_kwh"].sum()
    zeros = np.zeros(len(envs))
    worn_kwh = (state.sites["worn_share"][envs] * params.sites["battery_kwh"]).sum(axis=1)
    return {
        "objective_usd": (ledger.totals["cost_usd"][envs] * np.asarray(weights)).sum(axis=1),
        "cost_usd": ledger.totals["cost_usd"][envs].sum(axis=1),
        **cost,
        "energy_kwh": facility_kwh + sums["network_kwh"],
        **{name: sums[name] for name in _PLAIN_SUMS},
        "import_kwh": sums["import_kwh"],
        "export_kwh": sums["export_kwh"],
        "pue": _ratio(facility_kwh, sums["it_kwh"]),
        "wue_l_per_kwh": _ratio(sums["water_l"], sums["it_kwh"]),
        "renewable_share": _ratio(renewable_kwh, facility_kwh),
        "peak_kw": state.sites["highest_kw"][envs].sum(axis=1),
        "slo_share": _ratio(sums["requests_served"] - sums["requests_late"], sums["requests_arrived"]),
        "latency_p95_ms": latency_quantile_ms(state.latency_count[envs], 0.95),
        "jobs_unfinished": state.episode["n_jobs"][envs].astype(np.float64),
        "battery_wear_share": _ratio(worn_kwh, battery_kwh + zeros),
        "battery_cycles": sums["discharge_kwh"] / battery_kwh if battery_kwh > 0.0 else zeros,
        "mean_hops": _ratio(sums["request_hops"], sums["requests_served"]),
        "congestion_ms": _ratio(sums["request_congestion_ms"], sums["requests_served"]),
        "link_utilisation_max": ledger.totals["link_utilisation_max"][envs],
    }


def attributed_kpis(names: tuple[str, ...], ledger: Ledger, envs: np.ndarray) -> dict[str, np.ndarray]:
    """What each class caused in the episodes of environments `envs` so far; with `attribution=True`.

    Args:
        names: request classes, job classes, and `IDLE`.
        ledger: of a world that attributes.
        envs: rows to report.

    Returns:
        `energy_kwh/<name>`, `carbon_kg/<name>`, `cost_usd/<name>` -> float64 [len(envs)]; over the names they sum to
        the episode's `energy_kwh`, `carbon_kg` and `cost_usd`.
    """
    kpis = {}
    for quantity in ATTRIBUTED:
        column = f"episode_{quantity}"
        parts = (ledger.requests[column][envs], ledger.jobs[column][envs])
        idle = ledger.totals[f"episode_idle_{quantity}"][envs, None]
        for name, values in zip(names, np.hstack([*parts, idle]).T, strict=True):
            kpis[f"{quantity}/{name}"] = values.copy()
    return kpis


def latency_quantile_ms(counts: np.ndarray, share: float) -> np.ndarray:
    """Quantile of the latency over requests, each taken at the mean latency of its route in its step.

    Args:
        counts: [E, LATENCY_BINS] requests per bin; within a bin they are taken as evenly spread in the logarithm.
        share: of requests below the quantile, 0..1.
    """
    total = counts.sum(axis=1)
    cumulative = counts.cumsum(axis=1)
    target = share * total
    index = (cumulative < target[:, None]).sum(axis=1).clip(max=LATENCY_BINS - 1)
    envs = np.arange(len(counts))
    before = cumulative[envs, index] - counts[envs, index]
    within = _ratio(target - before, counts[envs, index])
    return np.where(total > 0.0, LATENCY_FIRST_MS * LATENCY_RATIO ** (index - 1 + within), 0.0)


def _ratio(part: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.divide(part, base, out=np.zeros_like(part), where=base > 0.0)
