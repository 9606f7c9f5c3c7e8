"""The power systems of the catalog, hour by hour: energy adds up, and prices, carbon and weather hang together."""

from functools import cache

import numpy as np
import pytest
from pydantic import ValidationError
from trace_samples import ZONES

from wattshift.traces import TraceError, TraceSpec
from wattshift.traces.clock import calendar_years, season
from wattshift.traces.grid import Conditions, dispatch, synthetic_grid
from wattshift.traces.grid.dispatch import Dispatch
from wattshift.traces.grid.entries import Calibration, Plant
from wattshift.traces.grid.load import grid_entry
from wattshift.traces.grid.supply import inflexible_mw
from wattshift.traces.synthetic import conditions
from wattshift.traces.zones import catalog

SEED = 5
HOURS = calendar_years(2025, 1)


@cache
def seen(name: str) -> Conditions:
    return conditions(name, catalog()[name], HOURS, SEED)[1]


def run(name: str, weather: Conditions, **changes: object) -> Dispatch:
    entry = grid_entry(name).model_copy(update=changes)
    return dispatch(name, catalog()[name], entry, HOURS, weather, SEED, "usual")


@cache
def usual(name: str) -> Dispatch:
    return run(name, seen(name))


@pytest.fixture(params=[*ZONES])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_energy_balances_every_hour(name: str) -> None:
    outcome = usual(name)
    lines = grid_entry(name).plants.get("imports")
    could_export = lines.export_mw * grid_entry(name).calibration.imports if lines else 0.0
    own = sum(mw for plant, mw in outcome.generation_mw().items() if plant != "imports")
    through_lines = outcome.generation_mw().get("imports", np.zeros_like(own))
    imports = np.maximum(through_lines - could_export, 0.0)
    supply = own + imports + outcome.storage.discharge_mw + outcome.cleared.unserved_mw
    use = outcome.demand_mw + outcome.storage.charge_mw + outcome.exports_mw + outcome.cleared.surplus_mw
    np.testing.assert_allclose(supply, use, rtol=1e-9)
    assert (outcome.exports_mw >= 0.0).all()
    assert (outcome.curtailed_mw() >= -1e-6).all()
    assert not ((imports > 1e-6) & (outcome.exports_mw > 1e-6)).any()


def test_storage_stays_between_empty_and_full_and_ends_days_as_it_began_them(name: str) -> None:
    outcome, storage = usual(name), grid_entry(name).storage
    charge, discharge, stored = outcome.storage
    assert max(charge.max(), discharge.max()) <= storage.power_mw * (1 + 1e-12)
    assert stored.min() >= -1e-6
    assert stored.max() <= storage.energy_mwh * (1 + 1e-12) + 1e-6
    np.testing.assert_allclose(np.diff(stored), storage.round_trip * charge[1:] - discharge[1:], atol=1e-6)
    assert discharge.sum() == pytest.approx(storage.round_trip * charge.sum())
    assert not (charge * discharge).any()


def test_storage_takes_at_low_and_gives_at_high_prices() -> None:
    outcome = usual("CAL")
    price, storage = outcome.price_usd_per_mwh, outcome.storage
    paid = (price @ storage.charge_mw) / storage.charge_mw.sum()
    earned = (price @ storage.discharge_mw) / storage.discharge_mw.sum()
    assert earned > 1.2 * paid


def test_prices_keep_to_the_market_and_negative_ones_need_a_surplus(name: str) -> None:
    outcome, market = usual(name), grid_entry(name).market
    price = outcome.price_usd_per_mwh
    assert price.min() >= market.floor_usd_per_mwh
    assert price.max() <= market.cap_usd_per_mwh
    negative = price < 0.0
    costly = [mw for b, mw in zip(outcome.blocks, outcome.cleared.accepted_mw, strict=True) if b.low.min() >= 0.0]
    assert not np.sum(costly, axis=0)[negative].any()
    assert (inflexible_mw(outcome.blocks) + outcome.generation_mw().get("imports", 0.0) > outcome.demand_mw)[
        negative
    ].all()


def test_carbon_lies_between_the_cleanest_and_the_dirtiest_source(name: str) -> None:
    outcome = usual(name)
    factors = [block.kg_per_mwh for block in outcome.blocks]
    losses = 1.5  # storage gives back less than it took
    for series in (outcome.average_kg_per_mwh, outcome.marginal_kg_per_mwh):
        assert series.min() >= min(factors) - 1e-9
        assert series.max() <= losses * max(factors)
    _, counts = np.unique(outcome.average_kg_per_mwh, return_counts=True)
    assert counts.max() < 5  # no value on which the hours pile up


def test_a_windier_year_is_cleaner_and_cheaper() -> None:
    for zone in ("DE", "GB", "TEX"):
        weather = seen(zone)
        windier = run(zone, weather._replace(wind_m_per_s=1.15 * weather.wind_m_per_s))
        assert windier.average_kg_per_mwh.mean() < usual(zone).average_kg_per_mwh.mean()
        assert windier.price_usd_per_mwh.mean() < usual(zone).price_usd_per_mwh.mean()


@pytest.mark.parametrize(("zone", "low", "high"), [("GB", -0.8, -0.4), ("DE", -0.75, -0.35), ("CAL", -0.35, 0.15)])
def test_the_grid_is_clean_when_it_blows_where_wind_feeds_it(zone: str, low: float, high: float) -> None:
    """Real years, less month and hour: GB -.7, DE -.55, CAL 0."""
    cell = HOURS.begin_s().astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12 * 24
    cell += np.arange(HOURS.n_with_margin) % 24

    def residual(series: np.ndarray) -> np.ndarray:
        return series - (np.bincount(cell, series) / np.bincount(cell))[cell]

    windy, dirty = residual(seen(zone).wind_m_per_s), residual(np.log(usual(zone).average_kg_per_mwh))
    assert low < np.corrcoef(windy, dirty)[0, 1] < high


def test_without_storage_more_wind_is_never_dearer_in_any_hour() -> None:
    weather, none = seen("DE"), grid_entry("DE").storage.model_copy(update={"power_mw": 0.0})
    before = run("DE", weather, storage=none)
    after = run("DE", weather._replace(wind_m_per_s=1.2 * weather.wind_m_per_s), storage=none)
    assert (after.price_usd_per_mwh <= before.price_usd_per_mwh + 1e-9).all()
    assert (after.average_kg_per_mwh <= before.average_kg_per_mwh + 1e-9).all()


def test_a_hotter_summer_and_a_colder_winter_raise_demand() -> None:
    weather = seen("TEX")
    summer = season(HOURS.begin_s(), catalog()["TEX"].climate.warmest_day) > 0.7
    hotter = run("TEX", weather._replace(temp_c=weather.temp_c + 3.0))
    assert (hotter.demand_mw >= usual("TEX").demand_mw)[summer].all()
    assert hotter.demand_mw[summer].mean() > 1.02 * usual("TEX").demand_mw[summer].mean()
    weather = seen("FR")
    winter = season(HOURS.begin_s(), catalog()["FR"].climate.warmest_day) < -0.7
    colder = run("FR", weather._replace(temp_c=weather.temp_c - 3.0))
    assert colder.demand_mw[winter].mean() > 1.02 * usual("FR").demand_mw[winter].mean()


def test_mean_demand_and_fleets_are_those_of_the_facts(name: str) -> None:
    outcome, entry = usual(name), grid_entry(name)
    assert outcome.demand_mw.mean() == pytest.approx(entry.demand.mean_mw, rel=0.12)
    for fleet, facts in (("wind", entry.wind), ("solar", entry.solar)):
        if facts.capacity_mw > 100:
            output = outcome.generation_mw()[fleet].mean() / facts.capacity_mw
            assert output == pytest.approx(facts.capacity_factor, rel=0.25), fleet


@pytest.mark.parametrize("zone", ["DE", "GB", "FR", "NSW"])
def test_dear_gas_is_dear_power_in_the_same_weather(zone: str) -> None:
    crisis = dispatch(zone, catalog()[zone], grid_entry(zone), HOURS, seen(zone), SEED, "crisis")
    assert np.median(crisis.price_usd_per_mwh) > 1.2 * np.median(usual(zone).price_usd_per_mwh)
    np.testing.assert_array_equal(crisis.demand_mw, usual(zone).demand_mw)


def test_a_zone_without_a_grid_is_named() -> None:
    with pytest.raises(TraceError, match=r"zone MOON: catalog/grids has no MOON\.yaml"):
        synthetic_grid("MOON", catalog()["DE"], HOURS, seen("DE"), SEED)


def test_faulty_entries_are_refused_with_the_reason() -> None:
    usual_plant = {"kind": "gas", "capacity_mw": 5, "grade": "A", "source": "x"}
    with pytest.raises(ValidationError, match="gas: give efficiency or bid_usd_per_mwh"):
        Plant.model_validate(usual_plant)
    with pytest.raises(ValidationError, match="must ascend"):
        Plant.model_validate(usual_plant | {"efficiency": (0.5, 0.4)})
    with pytest.raises(ValidationError, match="imports: give kg_per_mwh"):
        Plant.model_validate(usual_plant | {"kind": "imports", "bid_usd_per_mwh": (1, 2)})
    with pytest.raises(ValidationError, match="less than or equal"):
        Calibration.model_validate(grid_entry("DE").calibration.model_dump() | {"level": 7})
    with pytest.raises(ValidationError, match="fuel: only allowed with source: synthetic"):
        TraceSpec.model_validate({"source": "real", "fuel": "crisis"})
