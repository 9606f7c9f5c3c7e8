"""Power of every site: grid, own supply, battery, contracts and their prices, as rows of the program."""

import numpy as np
from numpy.typing import NDArray

from wattshift.kernel.account import HOURS_PER_MONTH
from wattshift.kernel.carbon import mean_charged_kg_per_kwh
from wattshift.kernel.settle import FIRST_CHARGE_SHARE

from .case import Case
from .program import Floats, Ints, Loads, Program


def mean_usd_per_kwh(case: Case) -> Floats:
    """[S] price of settlement: the mean cost of a kWh over all traces, without what a budget asks on top."""
    sites, traces = case.params.sites, case.traces
    carbon_usd = mean_charged_kg_per_kwh(case.rules, traces, sites["zone"]) * case.rules.carbon_usd_per_kg
    return traces.mean_price_usd_per_kwh[sites["zone"]] + sites["price_adder_usd_per_kwh"] + carbon_usd


def add_sites(program: Program, case: Case, load_kwh: Loads, most_kw: Floats) -> dict[str, float]:
    """Serve the load.

    Args:
        program: to add to.
        case: the episode.
        load_kwh: of the modules.
        most_kw: [M] that they draw at most.

    Returns:
        The constant parts of the cost, USD by term.
    """
    sites, slots, episode = case.params.sites, case.slots, case.episode
    price, carbon = case.price_usd_per_kwh(), case.carbon_usd_per_kwh()
    spot = case.of_sites("price_usd_per_kwh")
    own_kw = sites["pv_kw"] * case.of_sites("solar_share") + sites["wind_kw"] * case.of_sites("wind_share")
    own_kwh = slots.total_h(own_kw)
    is_market = case.rules.market_carbon == 1
    usd = slots.least(price) + slots.least(carbon) if is_market else slots.least(price + carbon)
    shape = usd.shape
    imported = program.variables(shape, slots.total_h(episode.feed_up * sites["import_limit_kw"]), usd, term="energy")

    balance = program.at_most(own_kwh)
    program.add(balance, imported, -1.0)
    exports = (sites["export_price_share"] > 0.0) & episode.feed_up & episode.site_up
    earned_usd = slots.most(spot * sites["export_price_share"])
    exported = program.variables(shape, slots.total_h(own_kw * exports), -earned_usd, term="energy")
    program.add(balance, exported, 1.0)
    burnt_usd = sites["generator_l_per_kwh"] * (
        sites["fuel_usd_per_l"] + sites["fuel_kg_per_l"] * case.rules.carbon_usd_per_kg
    )
    generated = program.variables(
        shape, slots.total_h(sites["generator_kw"] * ~episode.feed_up), burnt_usd, term="fuel"
    )
    program.add(balance, generated, -1.0)
    for module, part in load_kwh:
        program.add(balance[:, case.params.modules["site"][module]], part, 1.0)
    _add_peaks(program, case, imported)
    return {
        "wear": _add_batteries(program, case, balance, most_kw),
        "energy": _add_contracts(program, case, imported, spot),
    }


def surely_idle(case: Case, most_kw: Floats) -> NDArray[np.bool_]:
    """[H, S] steps in which the battery neither gives nor takes: the autopilot wishes nothing of it.

    It would fill its reserve, and give what the connection does not carry or, once the feed was lost, what is needed.

    Args:
        case: the episode.
        most_kw: [M] that the modules draw at most.
    """
    sites = case.params.sites
    if "storage" in case.drives:
        return np.zeros(case.episode.feed_up.shape, np.bool_)
    load_kw = np.bincount(case.params.modules["site"], most_kw, len(sites))
    is_ample = load_kw * (1.0 + 1e-6) <= sites["import_limit_kw"]
    is_filled = sites["battery_reserve_share"] <= FIRST_CHARGE_SHARE
    return np.logical_and.accumulate(case.episode.feed_up, axis=0) & is_ample & is_filled


def _add_batteries(program: Program, case: Case, balance: Ints, most_kw: Floats) -> float:
    """Linear storage, wear by cycling and by time, and the settlement of the charge; returns its constant part."""
    has = np.flatnonzero(case.params.sites["battery_kwh"] > 0.0)
    if len(has) == 0:
        return 0.0
    sites, slots = case.params.sites[has], case.slots
    into, out_of = sites["battery_charge_efficiency"], 1.0 / sites["battery_discharge_efficiency"]
    first_kwh = FIRST_CHARGE_SHARE * sites["battery_kwh"]
    acts = case.episode.site_up & ~surely_idle(case, most_kw)
    most_kwh = slots.total_h(acts[:, has] * sites["battery_kw"])
    # The reserve is only touched when the feed has been lost.
    was_fed = np.logical_and.accumulate(case.episode.feed_up[:, has], axis=0)
    kept_kwh = np.minimum(sites["battery_reserve_share"] * sites["battery_kwh"], first_kwh) * slots.least(was_fed)
    n_steps = slots.n_steps[:, None]
    # Cost of a kWh in the cells through a slot, and of the wear by a kWh drawn: what enters counts least if it enters
    # in the last step, what leaves counts most if it leaves in the first (a step counts the mean of its ends).
    aged_usd = sites["battery_usd_per_worn"] * sites["battery_worn_per_h"] * slots.hours[:, None]
    held_usd = aged_usd / sites["battery_kwh"]
    drawn_usd = sites["battery_usd_per_worn"] * sites["battery_worn_per_kwh"] - held_usd * (1.0 - 0.5 / n_steps)
    charge = program.variables(most_kwh.shape, most_kwh, held_usd * 0.5 / n_steps * into, term="wear")
    discharge = program.variables(most_kwh.shape, most_kwh, drawn_usd * out_of, term="wear")
    begins_usd = np.concatenate([held_usd[1:], np.zeros((1, len(has)))])  # a slot's end is the next one's beginning
    full_kwh, kept_kwh = sites["battery_kwh"] * (1.0 + 1e-9), kept_kwh * (1.0 - 1e-9)
    stored = program.variables(most_kwh.shape, full_kwh, begins_usd, kept_kwh, term="wear")
    rows = program.equal(np.concatenate([first_kwh[None], np.zeros((len(slots.first) - 1, len(has)))]))
    program.add(rows, stored, 1.0)
    program.add(rows[1:], stored[:-1], -1.0)
    program.add(rows, charge, -into)
    program.add(rows, discharge, out_of)
    program.add(balance[:, has], charge, 1.0)
    program.add(balance[:, has], discharge, -1.0)

    usd = mean_usd_per_kwh(case)[has]
    missing = program.variables((len(has),), first_kwh, usd / into, term="settlement")
    beyond = program.variables((len(has),), sites["battery_kwh"] - first_kwh, -usd / out_of, term="settlement")
    rows = program.equal(first_kwh)
    program.add(rows, stored[-1], 1.0)
    program.add(rows, missing, 1.0)
    program.add(rows, beyond, -1.0)
    return float((0.5 * aged_usd).sum() + (held_usd[0] * first_kwh).sum())


def _add_peaks(program: Program, case: Case, imported: Ints) -> None:
    """Demand charge: the highest slot mean of a month, which is at most its highest step, for its hours."""
    month = case.traces.month[case.episode.start + case.slots.first]
    sites = case.params.sites
    for value in np.unique(month):
        own = np.flatnonzero(month == value)
        usd_per_kw = sites["demand_usd_per_kw_month"] * case.slots.hours[own].sum() / HOURS_PER_MONTH
        peak_kw = program.variables((len(sites),), sites["import_limit_kw"], usd_per_kw, term="demand")
        rows = program.at_most(np.zeros((len(own), len(sites))))
        program.add(rows, imported[own], 1.0 / case.slots.hours[own, None])
        program.add(rows, peak_kw, -1.0)


def _add_contracts(program: Program, case: Case, imported: Ints, spot: Floats) -> float:
    """Contracts for difference do not depend on the policy; under market accounting they spare carbon of the import."""
    sites, slots = case.params.sites, case.slots
    share = np.where(sites["ppa_is_wind"] == 1, case.of_sites("wind_share"), case.of_sites("solar_share"))
    contracted_kw = sites["ppa_kw"] * share
    if case.rules.market_carbon == 1:
        spared_usd = slots.least(case.carbon_usd_per_kwh())
        matched = program.variables(spared_usd.shape, slots.total_h(contracted_kw), -spared_usd, term="energy")
        rows = program.at_most(np.zeros(spared_usd.shape))
        program.add(rows, matched, 1.0)
        program.add(rows, imported, -1.0)
    return float((contracted_kw * (sites["ppa_usd_per_kwh"] - spot)).sum() * slots.step_h)
