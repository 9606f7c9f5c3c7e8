"""An episode's sums, KPIs and demand charge are those of its steps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from worlds import POLICIES, make_world, rollout, sum_of, traces_of

from wattshift.kernel.terms import SUMS, TERMS
from wattshift.scenario.tables import TARGETS

HOURS = 0.25
"""Of a step."""


@pytest.fixture(scope="module", params=["tiny", "faulty-hybrid"])
def episode(request):
    """A whole episode with its steps' ledgers kept: (world, moments, sites, terms, links)."""
    world = make_world(len(POLICIES), scenario=request.param, step_s=3600.0 * HOURS, episode_days=1.0)
    kept = [
        (moment, world.ledger.sites.copy(), world.ledger.totals["terms_usd"].copy(), world.ledger.links.copy())
        for moment in rollout(world, seed=11)
    ]
    return world, *zip(*kept, strict=True)


def test_sums_of_the_episode_are_those_of_its_steps(episode):
    world, _, sites, terms, links = episode
    totals = world.ledger.totals
    assert_allclose(totals["cost_usd"], sum(terms), rtol=1e-9, atol=1e-12)
    for name in ("it", "cooling", "loss", "import", "export", "curtailed", "solar", "wind", "generator", "discharge"):
        steps_kwh = sum(step[f"{name}_kw"].sum(axis=1) for step in sites) * HOURS
        assert_allclose(totals["sums"][:, SUMS.index(f"{name}_kwh")], steps_kwh, rtol=1e-9, atol=1e-9)
    at_sites_kw = sum((step["router_kw"] + step["access_kw"]).sum(axis=1) for step in sites)
    network_kwh = (at_sites_kw + sum(step["power_kw"].sum(axis=1) for step in links)) * HOURS
    assert_allclose(sum_of(totals["sums"], "network_kwh"), network_kwh, rtol=1e-9)
    assert_allclose(sum_of(totals["sums"], "water_l"), sum(step["water_l"].sum(axis=1) for step in sites), rtol=1e-9)


def test_kpis_repeat_the_ledger(episode):
    world = episode[0]
    kpis = world.kpis(np.arange(world.n_envs))
    assert_allclose(kpis["cost_usd"], sum(kpis[name] for name in TERMS), rtol=1e-12)
    assert_allclose(kpis["requests_arrived"], kpis["requests_served"] + kpis["requests_dropped"], rtol=1e-9)
    gone = kpis["jobs_finished"] + kpis["jobs_rejected"] + kpis["jobs_abandoned"]
    assert_array_equal(kpis["jobs_arrived"], gone + kpis["jobs_unfinished"])
    facility_kwh = kpis["it_kwh"] + kpis["cooling_kwh"] + kpis["loss_kwh"]
    assert_allclose(kpis["energy_kwh"], facility_kwh + kpis["network_kwh"])
    assert_allclose(kpis["pue"], facility_kwh / kpis["it_kwh"])
    assert (kpis["pue"] > 1.0).all()
    for share in ("slo_share", "renewable_share"):
        assert ((kpis[share] >= 0.0) & (kpis[share] <= 1.0)).all()


def test_kpis_use_the_vocabulary_of_the_design(episode):
    world = episode[0]
    names = (
        "cost_usd electricity_usd demand_usd carbon_usd sla_usd lateness_usd transfer_usd water_usd wear_usd "
        "thermal_usd energy_kwh it_kwh cooling_kwh network_kwh loss_kwh carbon_kg water_l pue wue_l_per_kwh "
        "renewable_share peak_kw requests_arrived requests_served requests_dropped slo_share latency_p95_ms "
        "jobs_arrived jobs_finished jobs_late jobs_rejected jobs_unfinished lateness_h throttled_chip_h battery_cycles"
    )
    assert set(names.split()) <= world.kpis(np.arange(1)).keys()


def test_demand_charge_is_each_sites_peak_for_the_time_of_the_episode(episode):
    world, _, sites, *_ = episode
    peak_kw = np.max([step["import_kw"] for step in sites], axis=0)
    assert_array_equal(world.state.sites["highest_kw"], peak_kw)
    months = world.steps_per_episode * HOURS / 730.0
    charge_usd = peak_kw @ world.params.sites["demand_usd_per_kw_month"] * months
    assert_allclose(world.ledger.totals["cost_usd"][:, TERMS.index("demand_usd")], charge_usd, rtol=1e-9)


def test_faults_happen_at_the_rate_of_the_scenario(episode):
    """Availability of sites that fail every 5 h and take 1 h to repair is 5/6; of the others the catalog's."""
    world, moments, *_ = episode
    up = np.array([moment.before.sites["up"] for moment in moments])
    of_sites = world.params.hazards[world.params.hazards["what"] == TARGETS.index("site")]
    if (of_sites["mtbf_h"] == 5.0).all():
        assert 0.7 < up.mean() < 0.97
    else:
        assert up.mean() > 0.97


def test_the_year_has_what_the_tests_need():
    """Negative prices and no sun: the corners of the balance are visited."""
    zones = traces_of("hybrid").zones
    assert zones["price_usd_per_kwh"].min() < 0.0
    assert zones["solar_share"].min() == 0.0
