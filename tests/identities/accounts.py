"""Accounts: sums, carbon, water and money of a step add up, and to what was moved."""

import numpy as np

from identities.residual import (
    Before,
    Floats,
    at_links,
    at_sites,
    broken,
    grown,
    step_h,
    unequal,
    worst,
)
from wattshift.kernel.terms import SUMS
from wattshift.world import World

SITE_POWERS = (
    "it",
    "cooling",
    "loss",
    "import",
    "export",
    "curtailed",
    "solar",
    "wind",
    "generator",
    "discharge",
    "ppa",
    "matched",
    "excess",
)


def energy(world: World, before: Before) -> Floats:
    """The episode's energies = the powers of sites, links, routers and access x the step."""
    moved, hours = world.ledger.sites, step_h(world)
    network_kw = world.ledger.links["power_kw"].sum(axis=1) + (moved["router_kw"] + moved["access_kw"]).sum(axis=1)
    return worst(
        *(grown(world, before, f"{name}_kwh", moved[f"{name}_kw"].sum(axis=1) * hours) for name in SITE_POWERS),
        grown(world, before, "network_kwh", network_kw * hours),
    )


def fuel_and_water(world: World, before: Before) -> Floats:
    """The episode's fuel and water = the sites'."""
    moved = world.ledger.sites
    return worst(*(grown(world, before, name, moved[name].sum(axis=1)) for name in ("fuel_l", "water_l")))


def data_sent(world: World, before: Before) -> Floats:
    """The episode's gigabytes = what the links carried."""
    return grown(world, before, "transfer_gb", world.ledger.links["gbps"].sum(axis=1) / 8.0 * step_h(world) * 3600.0)


def time_out_of_service(world: World, before: Before) -> Floats:
    """Hours out of service, asleep and failed = those of the step, summed."""
    state, hours = world.state, step_h(world)
    asleep = world.params.modules["chips"] - state.modules["awake"] - state.modules["waking"]
    return worst(
        grown(world, before, "site_down_h", (state.sites["up"] == 0).sum(axis=1) * hours),
        grown(world, before, "module_down_h", (state.modules["up"] == 0).sum(axis=1) * hours),
        grown(world, before, "failed_chip_h", state.modules["failed_chips"].sum(axis=1) * hours),
        grown(world, before, "asleep_chip_h", (asleep * state.modules["up"]).sum(axis=1) * hours),
        grown(world, before, "asleep_link_h", state.links["asleep"].sum(axis=1) * hours),
    )


def carbon(world: World, before: Before) -> Floats:
    """Carbon = import (less what a contract covers, if so accounted) x the zone's intensity + fuel's + network's."""
    params, moved, hours = world.params, world.ledger.sites, step_h(world)
    intensity = at_sites(world, before, "carbon_kg_per_kwh")
    counted_kw = moved["import_kw"] - moved["matched_kw"] * params.rules["market_carbon"][0]
    sites_kg = counted_kw * hours * intensity + moved["fuel_l"] * params.sites["fuel_kg_per_l"]
    links_kg = world.ledger.links["power_kw"] * hours * at_links(world, before, "carbon_kg_per_kwh")
    networks_kg = (moved["router_kw"] + moved["access_kw"]) * hours * intensity
    network_kg = links_kg.sum(axis=1) + networks_kg.sum(axis=1)
    # Where all import is covered, the difference is rounding of what was imported.
    imported_kg = moved["import_kw"] * hours * intensity
    return worst(
        unequal(moved["carbon_kg"], sites_kg, np.maximum(imported_kg, 1e-3)),
        unequal(world.ledger.totals["network_carbon_kg"], network_kg),
        grown(world, before, "carbon_kg", sites_kg.sum(axis=1) + network_kg),
    )


def charged_network_kg(world: World, before: Before) -> Floats:
    """[E] carbon of the network at the intensity that is charged."""
    moved, hours = world.ledger, step_h(world)
    name = charged(world)
    links_kg = moved.links["power_kw"] * hours * at_links(world, before, name)
    sites_kg = (moved.sites["router_kw"] + moved.sites["access_kw"]) * hours * at_sites(world, before, name)
    return links_kg.sum(axis=1) + sites_kg.sum(axis=1)


def charged_kg(world: World, before: Before) -> Floats:
    """[E] carbon of import, fuel and network at the intensity that is charged."""
    params, moved = world.params, world.ledger.sites
    counted_kw = moved["import_kw"] - moved["matched_kw"] * params.rules["market_carbon"][0]
    sites_kg = counted_kw * step_h(world) * at_sites(world, before, charged(world))
    fuel_kg = moved["fuel_l"] @ params.sites["fuel_kg_per_l"]
    return sites_kg.sum(axis=1) + fuel_kg + charged_network_kg(world, before)


def charged(world: World) -> str:
    """The zones' column that carbon is charged at."""
    return "marginal_kg_per_kwh" if world.params.rules["marginal_carbon"][0] == 1 else "carbon_kg_per_kwh"


def carbon_price(world: World, before: Before) -> Floats:
    """[E] USD/kg of the step: more where the episode has emitted more than its budget until the step's end."""
    rules = world.params.rules[0]
    emitted_kg = before.ledger.totals["sums"][:, SUMS.index("carbon_kg")]
    budget_kg = rules["carbon_budget_kg_per_h"] * world.state.episode["step"] * step_h(world)
    return rules["carbon_usd_per_kg"] + np.where(emitted_kg > budget_kg, rules["carbon_over_usd_per_kg"], 0.0)


def wear(world: World, before: Before) -> Floats:
    """Capacity that batteries lost in the episode = the steps' wear, which is never undone."""
    worn = world.ledger.sites["worn_share"]
    after, earlier = world.state.sites["worn_share"], before.state.sites["worn_share"]
    return worst(unequal(after, earlier + worn, 1e-9), broken(worn >= 0.0))


def demand(world: World, before: Before) -> Floats:
    """The demand charge so far = the billing period's peak x its hours so far, period for period."""
    state, earlier = world.state, before.state
    row = before.row
    opens = (row > 0) & (world.traces.month[row] != world.traces.month[row - 1])
    peak_kw, period_h = earlier.sites["peak_kw"], earlier.episode["period_h"]
    paid_kwh = np.where(opens[:, None], 0.0, peak_kw * period_h[:, None])
    owed_kwh = state.sites["peak_kw"] * state.episode["period_h"][:, None]
    usd_per_kwh = world.params.sites["demand_usd_per_kw_month"] / 730.0
    import_kw = world.ledger.sites["import_kw"]
    # The charge of a step is the difference of two accounts, so its rounding is theirs.
    account_usd = owed_kwh @ usd_per_kwh
    return worst(
        unequal(world.terms()["demand_usd"] + paid_kwh @ usd_per_kwh, account_usd),
        unequal(state.sites["peak_kw"], np.maximum(import_kw, np.where(opens[:, None], 0.0, peak_kw))),
        unequal(state.sites["highest_kw"], np.maximum(import_kw, earlier.sites["highest_kw"])),
    )


def cost(world: World, before: Before) -> Floats:
    """The terms' sum = sites + network + credits for requests and jobs + settlement; and a term = what it prices."""
    terms, params, moved, hours = world.terms(), world.params, world.ledger, step_h(world)
    rules, sites, price = params.rules[0], moved.sites, at_sites(world, before, "price_usd_per_kwh")
    paid = price + params.sites["price_adder_usd_per_kwh"]
    links_usd = (moved.links["power_kw"] * at_links(world, before, "price_usd_per_kwh")).sum(axis=1) * hours
    networks_usd = ((sites["router_kw"] + sites["access_kw"]) * paid).sum(axis=1) * hours
    network_usd = links_usd + networks_usd
    grid_usd = sites["import_kw"] * paid - sites["export_kw"] * price * params.sites["export_price_share"]
    contract_usd = sites["ppa_kw"] * (params.sites["ppa_usd_per_kwh"] - price)
    classes, carbon_usd_per_kg = params.request_classes, carbon_price(world, before)
    expected = {
        "electricity_usd": (grid_usd + contract_usd).sum(axis=1) * hours + network_usd,
        "carbon_usd": charged_kg(world, before) * carbon_usd_per_kg,
        "water_usd": sites["water_l"].sum(axis=1) * rules["water_usd_per_l"],
        "wear_usd": sites["worn_share"] @ params.sites["battery_usd_per_worn"],
        "fuel_usd": sites["fuel_l"] @ params.sites["fuel_usd_per_l"],
        "thermal_usd": (moved.modules["it_kw"] * moved.modules["beyond_k"]).sum(axis=1)
        * hours
        * rules["thermal_usd_per_kwh_k"],
        "curtailment_usd": sites["excess_kw"] @ params.sites["curtail_usd_per_kwh"] * hours,
        "transfer_usd": moved.links["gbps"] / 8.0 * rules["step_s"] @ params.links["usd_per_gb"],
        "sla_usd": moved.requests["late"] @ classes["late_usd"] + moved.requests["dropped"] @ classes["drop_usd"],
        "lateness_usd": moved.jobs["lateness_usd"].sum(axis=1),
    }
    # The sum may be small where credits and costs cancel; so may electricity where prices change sign.
    magnitude = np.maximum(sum(np.abs(values) for values in terms.values()), 1e-3)
    network_usd = network_usd + charged_network_kg(world, before) * carbon_usd_per_kg
    works_usd = sum(terms[name] for name in ("transfer_usd", "sla_usd", "lateness_usd", "settlement_usd"))
    parts_usd = sites["cost_usd"].sum(axis=1) + network_usd + works_usd
    grown_usd = before.ledger.totals["cost_usd"] + moved.totals["terms_usd"]
    return worst(
        unequal(sum(terms.values()), parts_usd, magnitude),
        unequal(moved.totals["cost_usd"], grown_usd),
        *(unequal(terms[name], usd, magnitude) for name, usd in expected.items()),
    )


def attribution(world: World, before: Before) -> Floats:
    """Shares of request classes, job classes and idle sum to energy, carbon and cost of the step and the episode."""
    if not world._wiring.attribution:
        return np.zeros(world.n_envs)
    moved, hours = world.ledger, step_h(world)
    powers_kw = sum(moved.sites[name] for name in ("it_kw", "cooling_kw", "loss_kw", "router_kw", "access_kw"))
    wholes = {
        "energy_kwh": (powers_kw.sum(axis=1) + moved.links["power_kw"].sum(axis=1)) * hours,
        "carbon_kg": moved.sites["carbon_kg"].sum(axis=1) + moved.totals["network_carbon_kg"],
        "cost_usd": sum(world.terms().values()),
    }
    magnitudes = {"cost_usd": np.maximum(sum(np.abs(usd) for usd in world.terms().values()), 1e-3)}
    residuals = []
    for name, whole in wholes.items():
        magnitude = magnitudes.get(name, 1e-3)
        residuals.append(unequal(shares(moved, "", name), whole, magnitude))
        episodes = shares(before.ledger, "episode_", name) + shares(moved, "", name)
        residuals.append(unequal(shares(moved, "episode_", name), episodes, magnitude))
    return worst(*residuals)


def shares(ledger: object, span: str, name: str) -> Floats:
    """[E] sum over all classes and idle."""
    column = f"{span}{name}"
    of_classes = ledger.requests[column].sum(axis=1) + ledger.jobs[column].sum(axis=1)
    return of_classes + ledger.totals[f"{span}idle_{name}"]


def finite(world: World, before: Before) -> Floats:
    """No number is missing or infinite anywhere."""
    tables = [table for group in (world.state, world.control, world.ledger) for table in group]
    columns = [table[name] if name else table for table in tables for name in table.dtype.names or ("",)]
    return worst(*(broken(np.isfinite(column)) for column in columns))
