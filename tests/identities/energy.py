"""Electricity and heat: conserved at every site and in every loop, and within what plants and stores can do."""

import numpy as np

from identities.residual import (
    Before,
    Floats,
    above,
    at_sites,
    broken,
    of_sites,
    step_h,
    unequal,
    worst,
)
from wattshift.world import World


def electricity(world: World, before: Before) -> Floats:
    """Site: import + solar + wind + generator + discharge = IT + cooling + losses + charge + export + curtailed."""
    moved = world.ledger.sites
    sources = ("import_kw", "solar_kw", "wind_kw", "generator_kw", "discharge_kw")
    uses = ("it_kw", "cooling_kw", "loss_kw", "charge_kw", "export_kw", "curtailed_kw")
    return unequal(sum(moved[name] for name in sources), sum(moved[name] for name in uses))


def grid(world: World, before: Before) -> Floats:
    """A site imports and exports at most what its connection carries, and nothing while the feed is out."""
    moved, most_kw = world.ledger.sites, world.params.sites["import_limit_kw"] * world.state.sites["feed_up"]
    return worst(above(moved["import_kw"], most_kw), above(moved["export_kw"], most_kw * world.state.sites["up"]))


def renewables(world: World, before: Before) -> Floats:
    """Solar, wind and contracted output are the installed power times the weather's share; matched is within import."""
    params, moved = world.params.sites, world.ledger.sites
    solar_share, wind_share = (at_sites(world, before, name) for name in ("solar_share", "wind_share"))
    return worst(
        unequal(moved["solar_kw"], params["pv_kw"] * solar_share),
        unequal(moved["wind_kw"], params["wind_kw"] * wind_share),
        unequal(moved["ppa_kw"], params["ppa_kw"] * np.where(params["ppa_is_wind"] == 1, wind_share, solar_share)),
        unequal(moved["matched_kw"], np.minimum(moved["ppa_kw"], moved["import_kw"])),
    )


def flows_have_a_sign(world: World, before: Before) -> Floats:
    """No flow of power, water, fuel or carbon is negative."""
    moved = world.ledger.sites
    return worst(*(above(-moved[name], 0.0) for name in moved.dtype.names if not name.endswith("_usd")))


def sites(world: World, before: Before) -> Floats:
    """A site is the sum of its modules (IT, losses, cooling, water), a module's IT that of idle, serving, working."""
    ours, modules = world.ledger.sites, world.ledger.modules
    return worst(
        unequal(modules["it_kw"], modules["idle_kw"] + modules["serving_kw"] + modules["working_kw"]),
        unequal(ours["it_kw"], of_sites(world, modules["it_kw"])),
        unequal(ours["loss_kw"], of_sites(world, modules["loss_kw"])),
        unequal(ours["cooling_kw"], of_sites(world, modules["plant_kw"].sum(axis=2))),
        unequal(ours["water_l"], of_sites(world, modules["water_l"])),
    )


def heat(world: World, before: Before) -> Floats:
    """Every module: heat produced = removed by both plants + stored in the loop."""
    moved = world.ledger.modules
    return unequal(moved["it_kw"], moved["heat_removed_kw"].sum(axis=2) + moved["heat_stored_kw"], 1.0)


def stored_heat(world: World, before: Before) -> Floats:
    """Heat stored = heat capacity x change of temperature."""
    warming_k = world.state.modules["loop_c"] - before.state.modules["loop_c"]
    stored_kwh = world.ledger.modules["heat_stored_kw"] * step_h(world)
    return unequal(stored_kwh, world.params.modules["mass_kwh_per_k"] * warming_k)


def plants(world: World, before: Before) -> Floats:
    """A plant removes at most its capacity, the main one at most what power allows, none without power; none heats."""
    moved, state = world.ledger.modules, world.state
    site_up = state.sites["up"][:, world.params.modules["site"]]
    runs = state.modules["cooling_up"] * site_up
    limit_kw = world.params.plants["capacity_kw"] * runs[:, :, None]
    limit_kw[:, :, 0] = np.minimum(limit_kw[:, :, 0], moved["heat_limit_kw"])
    # What is removed is the difference of produced and stored, so its rounding is theirs.
    return worst(
        above(moved["heat_removed_kw"], limit_kw, 1.0),
        above(-moved["heat_removed_kw"], 0.0, 1.0),
        broken((runs == 1)[:, :, None] | (moved["plant_kw"] == 0.0)),
    )


def trips(world: World, before: Before) -> Floats:
    """A module trips above its trip temperature, and no module below its throttle temperature is tripped."""
    params, state = world.params.modules, world.state.modules
    too_hot, cool = state["loop_c"] > params["trip_c"], state["loop_c"] < params["throttle_c"]
    was, now = before.state.modules["tripped"] == 1, state["tripped"] == 1
    return broken(now == (too_hot | (was & ~cool)))


def battery(world: World, before: Before) -> Floats:
    """Change of charge = charge x efficiency - discharge / efficiency."""
    kinds, moved = world.params.sites, world.ledger.sites
    stored_kw = moved["charge_kw"] * kinds["battery_charge_efficiency"]
    drawn_kw = moved["discharge_kw"] / kinds["battery_discharge_efficiency"]
    after_kwh, before_kwh = world.state.sites["soc_kwh"], before.state.sites["soc_kwh"]
    # The change is the difference of two charges, so its rounding is theirs.
    magnitude_kwh = np.maximum(kinds["battery_kwh"], 1e-3)
    return unequal(after_kwh, before_kwh + (stored_kw - drawn_kw) * step_h(world), magnitude_kwh)


def battery_limits(world: World, before: Before) -> Floats:
    """Charge within the cells, power within the rating, the reserve kept with the feed, one way, never exported."""
    kinds, moved, charge_kwh = world.params.sites, world.ledger.sites, world.state.sites["soc_kwh"]
    keeps = (moved["discharge_kw"] > 0.0) & (world.state.sites["feed_up"] == 1)
    reserve_kwh = np.where(keeps, kinds["battery_reserve_share"] * kinds["battery_kwh"], 0.0)
    return worst(
        above(charge_kwh, kinds["battery_kwh"]),
        above(reserve_kwh, charge_kwh),
        above(np.maximum(moved["charge_kw"], moved["discharge_kw"]), kinds["battery_kw"] * world.state.sites["up"]),
        broken((moved["charge_kw"] == 0.0) | (moved["discharge_kw"] == 0.0)),
        above(np.minimum(moved["discharge_kw"], moved["export_kw"]), 0.0, 1.0),
    )


def generator(world: World, before: Before) -> Floats:
    """Fuel burnt leaves the tank and suffices for the output; a generator runs without the feed, within its rating."""
    kinds, moved, state = world.params.sites, world.ledger.sites, world.state.sites
    runs = moved["generator_kw"] > 0.0
    burns = moved["fuel_l"] > 0.0
    least_l = moved["generator_kw"] * kinds["generator_l_per_kwh"] * step_h(world)
    tank_l = np.maximum(kinds["generator_fuel_l"], 1e-3)
    return worst(
        unequal(state["fuel_l"], before.state.sites["fuel_l"] - moved["fuel_l"], tank_l),
        broken((state["fuel_l"] >= 0.0) & (runs == burns)),
        above(least_l, moved["fuel_l"]),
        above(moved["generator_kw"], kinds["generator_kw"] * (1 - state["feed_up"])),
    )
