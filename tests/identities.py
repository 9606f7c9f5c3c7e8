"""What must hold at every step, whatever the world and the policy: identities as residuals, for a whole batch at once.

Each takes the world after a step and the moment before it, and gives a relative residual for every environment, zero up
to rounding. They read what the step wrote, and nothing of how; a decision must be one step long.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import RUNNING, STAGING, WAITING
from wattshift.kernel.terms import SUMS
from wattshift.world import World

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
USABLE_LINK_SHARE = 0.95


class Before(NamedTuple):
    """What stood before a step."""

    state: Any
    sums: Floats
    row: NDArray[np.int64]  # [E] row of the traces that the step lives through

    @classmethod
    def of(cls, world: World) -> Before:
        """Copies of what the step will change."""
        return cls(copy.deepcopy(world.state), world.ledger.totals["sums"].copy(), world.row.copy())


Identity = Callable[[World, Before], Floats]


def unequal(ours: Any, theirs: Any, magnitude: float = 1e-3) -> Floats:
    """[E] largest difference over all other axes, relative to the larger of both, or to `magnitude`."""
    ours, theirs = np.broadcast_arrays(np.asarray(ours, np.float64), np.asarray(theirs, np.float64))
    scale = np.maximum(np.maximum(np.abs(ours), np.abs(theirs)), magnitude)
    return _largest(np.abs(ours - theirs) / scale)


def above(values: Any, most: Any, magnitude: float = 1e-3) -> Floats:
    """[E] largest excess over what is allowed, relative."""
    values, most = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(most, np.float64))
    return _largest(np.maximum(values - most, 0.0) / np.maximum(np.abs(most), magnitude))


def broken(rule_holds: Any) -> Floats:
    """[E] 1 where a rule without a measure is broken anywhere."""
    return _largest(~np.asarray(rule_holds, np.bool_))


def _largest(values: NDArray[Any]) -> Floats:
    return values.reshape(len(values), -1).max(axis=1, initial=0.0).astype(np.float64)


def worst(*residuals: Floats) -> Floats:
    """[E] the largest of several."""
    return np.max(residuals, axis=0)


def step_h(world: World) -> float:
    """Hours of a step."""
    return float(world.params.rules["step_s"][0]) / 3600.0


def by_index(values: Floats, index: NDArray[Any], size: int) -> Floats:
    """[E, size] sums of [E, N] values that belong to `index` [N]."""
    return values @ (index[:, None] == np.arange(size)).astype(np.float64)


def of_sites(world: World, values: Floats) -> Floats:
    """[E, S] sums of per-module values [E, M]."""
    return by_index(values, world.params.modules["site"], len(world.params.sites))


def of_classes(world: World, values: Floats) -> Floats:
    """[E, C] sums of per-flow values [E, F]."""
    return by_index(values, world.params.flows["request_class"], len(world.params.request_classes))


def held_chips(world: World) -> NDArray[np.int64]:
    """[E, M] chips of gangs on the table."""
    jobs = world.state.jobs
    on_table = np.arange(jobs.shape[1]) < world.state.episode["n_jobs"][:, None]
    holds = on_table & np.isin(jobs["status"], (STAGING, RUNNING))
    held = np.zeros_like(world.state.modules["held_chips"])
    np.add.at(held, (np.nonzero(holds)[0], jobs["module"][holds]), jobs["gang"][holds])
    return held


def electricity(world: World, before: Before) -> Floats:
    """Every site: import + PV + discharge = IT + cooling + losses + charge + export + curtailed."""
    moved = world.ledger.sites
    supply_kw = moved["import_kw"] + moved["solar_kw"] + moved["discharge_kw"]
    uses = ("it_kw", "cooling_kw", "loss_kw", "charge_kw", "export_kw", "curtailed_kw")
    return unequal(supply_kw, sum(moved[name] for name in uses))


def flows_have_a_sign(world: World, before: Before) -> Floats:
    """No flow of power, water or carbon is negative."""
    moved = world.ledger.sites
    return worst(*(above(-moved[name], 0.0) for name in moved.dtype.names if name != "cost_usd"))


def sites(world: World, before: Before) -> Floats:
    """A site is the sum of its modules: IT, losses, cooling, water."""
    ours, modules = world.ledger.sites, world.ledger.modules
    return worst(
        unequal(ours["it_kw"], of_sites(world, modules["it_kw"])),
        unequal(ours["loss_kw"], of_sites(world, modules["loss_kw"])),
        unequal(ours["cooling_kw"], of_sites(world, modules["plant_kw"].sum(axis=2))),
        unequal(ours["water_l"], of_sites(world, modules["water_l"])),
    )


def heat(world: World, before: Before) -> Floats:
    """Every module: heat produced = removed by both plants + stored."""
    moved = world.ledger.modules
    return unequal(moved["it_kw"], moved["heat_removed_kw"].sum(axis=2) + moved["heat_stored_kw"], 1.0)


def stored_heat(world: World, before: Before) -> Floats:
    """Heat stored = heat capacity x change of temperature."""
    warming_k = world.state.modules["loop_c"] - before.state.modules["loop_c"]
    stored_kwh = world.ledger.modules["heat_stored_kw"] * step_h(world)
    return unequal(stored_kwh, world.params.modules["mass_kwh_per_k"] * warming_k)


def plant_capacity(world: World, before: Before) -> Floats:
    """The main plant removes at most its capacity, and never heats."""
    removed_kw, capacity_kw = world.ledger.modules["heat_removed_kw"][:, :, 0], world.params.plants["capacity_kw"][:, 0]
    return worst(above(removed_kw, capacity_kw, 1.0), above(-removed_kw, 0.0, 1.0))


def requests(world: World, before: Before) -> Floats:
    """Every class: arrived = served + dropped; served = routed; late are among the served."""
    counts, step_s = world.ledger.requests, step_h(world) * 3600.0
    routed = of_classes(world, world.ledger.routes["per_s"].sum(axis=2)) * step_s
    arriving = of_classes(world, world.ledger.flows["per_s"]) * step_s
    return worst(
        unequal(counts["arrived"], counts["served"] + counts["dropped"]),
        unequal(counts["arrived"], arriving),
        unequal(counts["served"], routed),
        above(counts["late"], counts["served"]),
    )


def histogram(world: World, before: Before) -> Floats:
    """The latency histogram holds every request served in the episode."""
    served = world.ledger.totals["sums"][:, SUMS.index("requests_served")]
    return unequal(world.state.latency_count.sum(axis=1), served)


def jobs(world: World, before: Before) -> Floats:
    """Arrived = finished + rejected + abandoned + on the table."""
    sums = world.ledger.totals["sums"]
    gone = sum(sums[:, SUMS.index(f"jobs_{end}")] for end in ("finished", "rejected", "abandoned"))
    return unequal(sums[:, SUMS.index("jobs_arrived")], gone + world.state.episode["n_jobs"])


def chip_hours(world: World, before: Before) -> Floats:
    """Chip-hours booked are at most those that are ready; a chip serves or works."""
    moved, step_length_h = world.ledger.modules, step_h(world)
    booked_h = (moved["serving_chips"] + moved["working_chips"]) * step_length_h
    return above(booked_h, moved["ready"] * step_length_h)


def gangs(world: World, before: Before) -> Floats:
    """Chips held = the gangs that hold them, on top of those that serve at most the chips there are."""
    held = world.state.modules["held_chips"]
    table = world.state.jobs
    on_table = np.arange(table.shape[1]) < world.state.episode["n_jobs"][:, None]
    has_module = table["module"] >= 0
    return worst(
        broken(held == held_chips(world)),
        broken(~on_table | (has_module == (table["status"] != WAITING))),
        above(world.ledger.modules["serving_chips"] + held, world.params.modules["chips"]),
    )


def battery(world: World, before: Before) -> Floats:
    """Change of charge = charge x efficiency - discharge / efficiency."""
    kinds, moved = world.params.sites, world.ledger.sites
    stored_kw = moved["charge_kw"] * kinds["battery_charge_efficiency"]
    drawn_kw = moved["discharge_kw"] / kinds["battery_discharge_efficiency"]
    change_kwh = world.state.sites["soc_kwh"] - before.state.sites["soc_kwh"]
    # The change is the difference of two charges, so its rounding is theirs.
    return _largest(
        np.abs(change_kwh - (stored_kw - drawn_kw) * step_h(world)) / np.maximum(kinds["battery_kwh"], 1e-3)
    )


def battery_limits(world: World, before: Before) -> Floats:
    """Charge within the cells, power within the rating, the reserve kept, never both ways, never into the grid."""
    kinds, moved, charge_kwh = world.params.sites, world.ledger.sites, world.state.sites["soc_kwh"]
    reserve_kwh = np.where(moved["discharge_kw"] > 0.0, kinds["battery_reserve_share"] * kinds["battery_kwh"], 0.0)
    return worst(
        above(charge_kwh, kinds["battery_kwh"]),
        above(reserve_kwh, charge_kwh),
        above(np.maximum(moved["charge_kw"], moved["discharge_kw"]), kinds["battery_kw"]),
        broken((moved["charge_kw"] == 0.0) | (moved["discharge_kw"] == 0.0)),
        above(np.minimum(moved["discharge_kw"], moved["export_kw"]), 0.0, 1.0),
    )


def links(world: World, before: Before) -> Floats:
    """Links carry at most what they may, and nothing while out of service."""
    gbps, most_gbps = world.ledger.links["gbps"], USABLE_LINK_SHARE * world.params.links["capacity_gbps"]
    return above(gbps, np.where(world.state.links["up"] == 1, most_gbps, 0.0))


def outages(world: World, before: Before) -> Floats:
    """A module out of service serves, works, holds and draws nothing."""
    is_down, moved = world.state.modules["up"] == 0, world.ledger.modules
    active = [moved[name] for name in ("serving_chips", "working_chips", "it_kw", "loss_kw", "ready")]
    return broken(~is_down | (sum(active) + world.state.modules["held_chips"] == 0.0))


def carbon(world: World, before: Before) -> Floats:
    """The episode's sum = sites + network, each its energy x the intensity of its zone."""
    params, moved = world.params, world.ledger.sites
    kg_per_kwh = world.traces.zones["carbon_kg_per_kwh"][before.row].astype(np.float64)
    sites_kg = moved["import_kw"] * step_h(world) * kg_per_kwh[:, params.sites["zone"]]
    links_kg = world.ledger.links["power_kw"] * step_h(world) * kg_per_kwh[:, params.links["zones"]].mean(axis=2)
    total_kg = sites_kg.sum(axis=1) + links_kg.sum(axis=1)
    # What a step adds is the difference of two sums, so its rounding is theirs.
    sum_kg = world.ledger.totals["sums"][:, SUMS.index("carbon_kg")]
    return worst(
        unequal(moved["carbon_kg"], sites_kg),
        unequal(sum_kg, before.sums[:, SUMS.index("carbon_kg")] + total_kg),
    )


def water(world: World, before: Before) -> Floats:
    """The episode's sum = the sites' water."""
    index = SUMS.index("water_l")
    return unequal(world.ledger.totals["sums"][:, index], before.sums[:, index] + world.ledger.sites["water_l"].sum(1))


def energy(world: World, before: Before) -> Floats:
    """The episode's sums = the sites' powers x the step, and the links'."""
    sums, moved = world.ledger.totals["sums"], world.ledger.sites
    powers = {f"{name}_kwh": moved[f"{name}_kw"] for name in ("it", "cooling", "loss", "import", "export", "curtailed")}
    powers |= {"solar_kwh": moved["solar_kw"], "discharge_kwh": moved["discharge_kw"]}
    powers["network_kwh"] = world.ledger.links["power_kw"]
    return worst(
        *(
            unequal(sums[:, SUMS.index(name)], before.sums[:, SUMS.index(name)] + kw.sum(axis=1) * step_h(world))
            for name, kw in powers.items()
        )
    )


def cost(world: World, before: Before) -> Floats:
    """The terms' sum = the sites' cost + network + SLA credits by class + lateness + settlement."""
    terms, rules, moved = world.terms(), world.params.rules[0], world.ledger
    price = world.traces.zones["price_usd_per_kwh"][before.row].astype(np.float64)
    links_kwh = moved.links["power_kw"] * step_h(world)
    network_usd = (links_kwh * price[:, world.params.links["zones"]].mean(axis=2)).sum(axis=1)
    network_usd += moved.totals["network_carbon_kg"] * rules["carbon_usd_per_kg"]
    network_usd += moved.links["gbps"] / 8.0 * rules["step_s"] @ world.params.links["usd_per_gb"]
    classes = world.params.request_classes
    sla_usd = moved.requests["late"] @ classes["late_usd"] + moved.requests["dropped"] @ classes["drop_usd"]
    work_usd = sla_usd + terms["lateness_usd"] + terms["settlement_usd"]
    parts = [moved.sites["cost_usd"].sum(axis=1), network_usd, work_usd]
    magnitude = sum(np.abs(values) for values in terms.values())
    return np.abs(sum(terms.values()) - sum(parts)) / np.maximum(magnitude, 1e-3)


def finite(world: World, before: Before) -> Floats:
    """No number is missing or infinite anywhere."""
    tables = [table for group in (world.state, world.control, world.ledger) for table in group]
    columns = [table[name] if name else table for table in tables for name in table.dtype.names or ("",)]
    return worst(*(broken(np.isfinite(column)) for column in columns))


IDENTITIES: tuple[Identity, ...] = (
    electricity,
    flows_have_a_sign,
    sites,
    heat,
    stored_heat,
    plant_capacity,
    requests,
    histogram,
    jobs,
    chip_hours,
    gangs,
    battery,
    battery_limits,
    links,
    outages,
    energy,
    carbon,
    water,
    cost,
    finite,
)


def residuals(world: World, before: Before) -> dict[str, Floats]:
    """Of every identity, name -> [E]."""
    return {identity.__name__: identity(world, before) for identity in IDENTITIES}
