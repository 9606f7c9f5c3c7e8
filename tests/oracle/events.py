"""What has happened in an episode, or is the case now: random worlds must not be quiet ones."""

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.state import DEFERRED, FIRST_SITE, PUSHING, RUNNING, STAGING
from wattshift.kernel.terms import SUMS, TERMS
from wattshift.scenario.tables import TARGETS
from wattshift.world import World

Cases = dict[str, NDArray[np.bool_]]

COUNTED = {
    "requests late": "requests_late",
    "requests dropped": "requests_dropped",
    "jobs finished": "jobs_finished",
    "jobs late": "jobs_late",
    "jobs rejected": "jobs_rejected",
    "jobs abandoned": "jobs_abandoned",
    "jobs preempted": "jobs_preempted",
    "chips throttled": "throttled_chip_h",
    "chips failed": "failed_chip_h",
    "chips asleep": "asleep_chip_h",
    "link woken": "link_wakes",
    "export": "export_kwh",
    "wind or sun curtailed": "curtailed_kwh",
    "wind power": "wind_kwh",
    "generator ran": "generator_kwh",
    "contract's output matched": "matched_kwh",
    "import beyond a request": "excess_kwh",
    "battery discharged": "discharge_kwh",
    "water used": "water_l",
}


def seen(world: World) -> Cases:
    """Name -> [E]; what `COUNTED` names has happened in the episode, the others are so after the last step."""
    sums = world.ledger.totals["sums"]
    counted = {name: sums[:, SUMS.index(total)] > 0.0 for name, total in COUNTED.items()}
    cases = counted | faults(world) | network(world) | jobs(world) | capacity(world) | heat(world) | power(world)
    cases["action clipped"] = world.ledger.totals["clipped"] > 0.0
    cases["episode settled"] = world.ledger.totals["terms_usd"][:, TERMS.index("settlement_usd")] != 0.0
    return {name: is_so.reshape(world.n_envs, -1).any(axis=1) for name, is_so in cases.items()}


def faults(world: World) -> Cases:
    """What is out of service, and why."""
    sites, modules, links = world.state.sites, world.state.modules, world.state.links
    site_up = sites["up"][:, world.params.modules["site"]] == 1
    hazard_chips = np.zeros(modules.shape)
    for nth, hazard in enumerate(world.params.hazards):
        if TARGETS[hazard["what"]] == "chips":
            hazard_chips[:, hazard["target"]] = world.state.hazards["failed"][:, nth]
    own = (modules["in_service"] == 1) & (modules["tripped"] == 0) & site_up
    return {
        "site out of service": sites["up"] == 0,
        "feed out of service": sites["feed_up"] == 0,
        "link out of service": links["up"] == 0,
        "module out of service": modules["in_service"] == 0,
        "plants out of service": modules["cooling_up"] == 0,
        "module tripped": modules["tripped"] == 1,
        "module dark for want of power": own & (modules["up"] == 0),
        "chips out by chance and by script": modules["failed_chips"] > hazard_chips,
        "dozens of chips failed": hazard_chips > 50,
        "plants of a module out of service run": (modules["up"] == 0) & (world.ledger.modules["coolant_flow"] > 0.0),
    }


def network(world: World) -> Cases:
    """Paths, links, and where requests go."""
    params, ledger, links = world.params, world.ledger, world.state.links
    nth, gbps = world.state.paths["nth"], ledger.links["gbps"]
    firsts, seconds = params.pairs["first"], params.pairs["second"]
    per_s = ledger.routes["per_s"]
    return {
        "flow split over modules": (per_s > 0.0).sum(axis=2) > 1,
        "data reduced at the origin": (per_s > 0.0) & (params.candidates["reducer"] >= 0),
        "links loaded": gbps > 0.0,
        "link full": gbps > 0.9 * params.links["capacity_gbps"],
        "link asleep": links["asleep"] == 1,
        "link crossed that is wished asleep": (world.control.links["may_sleep"] == 1) & (ledger.links["needed"] == 1),
        "sites cut off": nth[:, firsts, seconds] < 0,
        "detour in use": nth[:, firsts, seconds] > 0,
        "site's network": ledger.sites["router_kw"] + ledger.sites["access_kw"] > 0.0,
    }


def jobs(world: World) -> Cases:
    """What the job table holds."""
    params, table = world.params, world.state.jobs
    on_table = np.arange(table.shape[1]) < world.state.episode["n_jobs"][:, None]
    held, gang = table["held"], table["gang"]
    return {
        "data being staged": on_table & (table["status"] == STAGING),
        "result being pushed": on_table & (table["status"] == PUSHING),
        "job away from its origin": on_table & (table["site"] != params.streams["origin"][table["stream"]]),
        "job loading": on_table & (table["restart_h"] > 0.0),
        "job urgent": on_table & (table["slack_h"] < params.rules["urgent_slack_h"][0]),
        "job put off by the decision": on_table & (table["directive"] == DEFERRED),
        "job sent to a site": on_table & (table["directive"] >= FIRST_SITE),
        "gang shrunk": on_table & (held > 0) & (held < gang),
        "gang grown": on_table & (table["status"] == RUNNING) & (held > gang),
    }


def capacity(world: World) -> Cases:
    """Chips and models."""
    modules, moved = world.state.modules, world.ledger.modules
    awake = np.maximum(modules["awake"] - modules["failed_chips"], 0)
    grid_feeds = world.state.sites["feed_up"][:, world.params.modules["site"]] == 1
    is_short = (modules["up"] == 1) & (moved["ready"] < awake)
    return {
        "chips waking": modules["waking"] > 0,
        "chips held back, feed in service": is_short & grid_feeds,
        "chips held back, feed out": is_short & ~grid_feeds,
        "models still to be loaded": moved["asked_chips"] > moved["serving_chips"] * (1.0 + 1e-6),
    }


def heat(world: World) -> Cases:
    """Loops and plants."""
    params, moved, loop_c = world.params, world.ledger.modules, world.state.modules["loop_c"]
    removed_kw, limit_kw = moved["heat_removed_kw"][:, :, 0], moved["heat_limit_kw"]
    return {
        "plant at capacity": removed_kw > params.plants["capacity_kw"][:, 0] * (1.0 - 1e-9),
        "plant held back for want of power": (removed_kw > limit_kw * (1.0 - 1e-9)) & (removed_kw > 0.0),
        "two plants": moved["plant_kw"].min(axis=2) > 0.0,
        "plant with adiabatic assist": (moved["water_l"] > 0.0) & (params.plants["adiabatic"][:, 0] > 0.0),
        "loop below its set-point": loop_c < world.control.modules["supply_c"],
        "loop above its limit": loop_c > params.modules["inlet_limit_c"],
        "coolant too cold": (moved["beyond_k"] > 0.0) & (loop_c < params.modules["inlet_limit_c"]),
    }


def power(world: World) -> Cases:
    """Sites and their batteries, generators, contracts."""
    params, state, moved = world.params.sites, world.state.sites, world.ledger.sites
    reserve_kwh = params["battery_reserve_share"] * params["battery_kwh"]
    discharges = moved["discharge_kw"] > 0.0
    islanded = (params["generator_kw"] > 0.0) & (state["generator_left_s"] == 0.0) & (state["feed_up"] == 0)
    rows = world.row - 1
    return {
        "battery full": (state["soc_kwh"] == params["battery_kwh"]) & (params["battery_kwh"] > 0.0),
        "battery charging": moved["charge_kw"] > 0.0,
        "battery refuses": world.ledger.totals["storage_beyond"] > 0.0,
        "reserve used": discharges & (state["soc_kwh"] < reserve_kwh),
        "battery helps the connection": discharges
        & (world.control.sites["battery_kw"] >= 0.0)
        & (state["feed_up"] == 1),
        "battery bridges the generator's start": discharges & (moved["generator_kw"] > 0.0),
        "generator's tank does not last": islanded & (moved["generator_kw"] == 0.0) & (moved["discharge_kw"] > 0.0),
        "site without a connection charges its battery": (moved["charge_kw"] > 0.0)
        & (params["import_limit_kw"] == 0.0),
        "battery takes what a thin connection spares": (moved["charge_kw"] > 0.0)
        & (params["thin"] == 1)
        & (state["feed_up"] == 1)
        & (world.control.sites["battery_kw"] == 0.0),
        "curtailment request": state["curtailing"] == 1,
        "curtailment announced": state["curtail_in_h"] > 0.0,
        "month changed": (rows > 0) & (world.traces.month[rows] != world.traces.month[np.maximum(rows - 1, 0)]),
    }
