"""Requests and jobs: nothing is lost, and no chip does two things at once."""

import numpy as np

from identities.residual import (
    Before,
    Floats,
    above,
    broken,
    jobs_on_table,
    of_classes,
    step_h,
    unequal,
    worst,
)
from wattshift.kernel.state import PUSHING, RUNNING, STAGING, WAITING
from wattshift.kernel.terms import SUMS
from wattshift.world import World


def requests(world: World, before: Before) -> Floats:
    """Every class: arrived = served + dropped; served = routed; late are among the served."""
    counts, step_s = world.ledger.requests, step_h(world) * 3600.0
    routed_per_s = world.ledger.routes["per_s"].sum(axis=2)
    return worst(
        unequal(counts["arrived"], counts["served"] + counts["dropped"]),
        unequal(counts["arrived"], of_classes(world, world.ledger.flows["per_s"]) * step_s),
        unequal(counts["served"], of_classes(world, routed_per_s) * step_s),
        above(routed_per_s, world.ledger.flows["per_s"]),
        above(counts["late"], counts["served"]),
    )


def latency(world: World, before: Before) -> Floats:
    """No request is answered sooner than light and a lone request on its chip allow."""
    params, routes = world.params, world.ledger.routes
    shortest_ms = params.path_ms[params.flows["origin"][:, None], params.candidates["site"], 0]
    least_ms = np.where(routes["per_s"] > 0.0, params.candidates["local_ms"] + 2.0 * shortest_ms, 0.0)
    return worst(above(least_ms, routes["latency_ms"]), broken((routes["per_s"] > 0.0) | (routes["latency_ms"] == 0.0)))


def histogram(world: World, before: Before) -> Floats:
    """The latency histogram holds every request served in the episode."""
    served = world.ledger.totals["sums"][:, SUMS.index("requests_served")]
    return unequal(world.state.latency_count.sum(axis=1), served)


def jobs(world: World, before: Before) -> Floats:
    """Arrived = finished + rejected + abandoned + on the table, those whose result is on its way included."""
    sums = world.ledger.totals["sums"]
    gone = sum(sums[:, SUMS.index(f"jobs_{end}")] for end in ("finished", "rejected", "abandoned"))
    return unequal(sums[:, SUMS.index("jobs_arrived")], gone + world.state.episode["n_jobs"])


def job_table(world: World, before: Before) -> Floats:
    """A job stages data, or has work, or has a result to push: each by its status, each within its class's numbers."""
    table, params, on_table = world.state.jobs, world.params, jobs_on_table(world)
    kind = params.job_classes[params.streams["job_class"][table["stream"]]]
    status, to_come_gb = table["status"], table["stage_gb"]
    is_pushing, is_staging = status == PUSHING, status == STAGING
    most_gb = np.where(is_pushing, kind["result_gb"], np.where(is_staging, kind["data_gb"] * table["gang"], 0.0))
    rules = (
        np.isin(status, (WAITING, STAGING, RUNNING, PUSHING)),
        is_pushing == (table["work_h"] == 0.0),
        ~is_pushing | (to_come_gb > 0.0),
        to_come_gb <= most_gb,
        table["restart_h"] <= kind["restart_h"],
        (table["module"] >= 0) == np.isin(status, (STAGING, RUNNING)),
    )
    return worst(*(broken(~on_table | holds) for holds in rules))


def gangs(world: World, before: Before) -> Floats:
    """Chips held = the gangs that hold them, each between its least and its most; the others hold none."""
    table, params = world.state.jobs, world.params
    kind = params.job_classes[params.streams["job_class"][table["stream"]]]
    holds = jobs_on_table(world) & np.isin(table["status"], (STAGING, RUNNING))
    held = np.zeros_like(world.state.modules["held_chips"])
    np.add.at(held, (np.nonzero(holds)[0], table["module"][holds]), table["held"][holds])
    least = np.ceil(kind["least_share"] * table["gang"] - 1e-9)
    most = np.floor(kind["most_share"] * table["gang"] + 1e-9)
    within = (table["held"] >= np.maximum(least, 1.0)) & (table["held"] <= most)
    return worst(
        broken(world.state.modules["held_chips"] == held),
        broken(~jobs_on_table(world) | np.where(holds, within, table["held"] == 0)),
    )


def chips(world: World, before: Before) -> Floats:
    """Chips that serve or work <= ready; held + holding a model <= ready <= awake; awake + waking <= all."""
    moved, state = world.ledger.modules, world.state.modules
    return worst(
        above(moved["serving_chips"] + moved["working_chips"], moved["ready"]),
        above(moved["serving_chips"], state["replicas"]),
        broken(state["held_chips"] + state["replicas"] <= moved["ready"]),
        broken((moved["ready"] >= 0) & (moved["ready"] <= np.maximum(state["awake"] - state["failed_chips"], 0))),
        broken((state["awake"] >= 0) & (state["waking"] >= 0)),
        broken(state["awake"] + state["waking"] <= world.params.modules["chips"]),
    )


def outages(world: World, before: Before) -> Floats:
    """A module out of service serves, works, holds and draws nothing; nor does a site's battery or import."""
    modules, moved, sites = world.state.modules, world.ledger.modules, world.state.sites
    site_up = sites["up"][:, world.params.modules["site"]]
    names = ("serving_chips", "working_chips", "it_kw", "loss_kw", "ready")
    active = sum(moved[name] for name in names) + modules["held_chips"] + modules["replicas"]
    used_kw = sum(world.ledger.sites[name] for name in ("charge_kw", "discharge_kw", "import_kw", "export_kw"))
    return worst(
        broken((modules["up"] == 1) | (active == 0.0)),
        broken(modules["up"] <= modules["in_service"] * site_up),
        broken((sites["up"] == 1) | (used_kw == 0.0)),
    )
