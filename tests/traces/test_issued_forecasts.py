"""Forecasts as they come with a built year: kinds, errors in the units of the published ones, origin, size."""

import logging

import numpy as np
import pytest
from real_files import write_zone
from trace_samples import ZONES, demand

from wattshift.scenario import load_scenario
from wattshift.traces import (
    CARBON,
    MARGINAL,
    PRICE,
    SOLAR,
    TEMPERATURE,
    WIND,
    Traces,
    TraceSpec,
    build_traces,
)
from wattshift.traces.clock import DAY_S, HOUR_S, Hours, calendar_years, solar_hour
from wattshift.traces.zones import catalog

QUANTITIES = (CARBON, PRICE, TEMPERATURE, SOLAR, WIND, MARGINAL)
LEADS_H = (1, 3, 6, 12, 24)
ENDS = 8760 - 24


def truth(year: Traces, quantity: int) -> np.ndarray:
    """[T, Z] of an hourly year."""
    weather = (year.temp_c, year.solar_share, year.wind_share)
    series = (year.carbon_kg_per_kwh, year.price_usd_per_kwh, *weather, year.marginal_kg_per_kwh)
    return series[quantity].astype(float)


def errors(year: Traces, quantity: int, lead: int) -> np.ndarray:
    """[T, Z] of an hourly year, forecast less truth."""
    issued = year.forecast[:ENDS, quantity, :, lead - 1].astype(float)
    return issued - truth(year, quantity)[lead : ENDS + lead]


def rms(values: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(values**2, axis=0))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_errors_grow_with_lead_in_every_zone(year: Traces, quantity: int) -> None:
    by_lead = np.array([rms(errors(year, quantity, lead)) for lead in LEADS_H])
    assert (np.diff(by_lead, axis=0) > 0.0).all()


@pytest.mark.parametrize(
    ("quantity", "zones", "low", "high"),
    [
        (TEMPERATURE, ("TEX", "DE", "GB", "ON"), 1.0, 2.2),  # K, stations at mid-latitudes
        (SOLAR, ZONES, 0.03, 0.09),  # of capacity, from a country to a single plant, over all hours
        (WIND, ZONES, 0.03, 0.15),  # of capacity, from a country to a single farm
    ],
)
def test_day_ahead_errors_are_of_the_size_of_published_ones(year, quantity, zones, low, high) -> None:
    found = rms(errors(year, quantity, 24))[[ZONES.index(zone) for zone in zones]]
    assert (found > low).all(), found
    assert (found < high).all(), found


@pytest.mark.parametrize("zone", ["DE", "GB"])
def test_carbon_beats_the_last_value_at_once_and_by_more_with_lead(year: Traces, zone: str) -> None:
    """WattTime's marginal forecasts, January and July 2020: .73 to .78 of its error at 1 h, .53 to .71 at 3 h."""
    z = ZONES.index(zone)
    carbon = truth(year, CARBON)[:, z]
    last = np.array([rms(carbon[: ENDS - 1] - carbon[lead + 1 : ENDS + lead]) for lead in (1, 3)])
    ours = np.array([rms(errors(year, CARBON, lead)[:, z]) for lead in (1, 3)])
    assert 0.5 < ours[0] / last[0] < 1.0
    assert ours[1] / last[1] < ours[0] / last[0]


@pytest.mark.parametrize("lead", [3, 6, 12])
def test_the_marginal_intensity_is_forecast_better_than_by_its_last_value_or_by_the_average(year: Traces, lead) -> None:
    marginal, average = truth(year, MARGINAL), truth(year, CARBON)
    known = slice(0, ENDS - 1)  # of the hour before the one in which the forecast is issued
    target = marginal[lead + 1 : ENDS + lead]
    issued = {name: year.forecast[1:ENDS, row, :, lead - 1] for name, row in (("own", MARGINAL), ("average", CARBON))}
    own = rms(issued["own"] - target)
    assert (own < rms(marginal[known] - target)).all()
    assert (own < rms(issued["average"] * marginal[known] / average[known] - target)).all()


def test_errors_of_wind_and_carbon_are_opposite_and_those_of_carbon_and_price_alike(year: Traces) -> None:
    carbon, price, wind = (errors(year, quantity, 12) for quantity in (CARBON, PRICE, WIND))
    of_zones = range(len(ZONES))
    assert np.mean([np.corrcoef(wind[:, z], carbon[:, z])[0, 1] for z in of_zones]) < -0.1
    assert np.mean([np.corrcoef(price[:, z], carbon[:, z])[0, 1] for z in of_zones]) > 0.1


def test_forecasts_stay_within_what_is_possible(year: Traces) -> None:
    for quantity in (SOLAR, WIND):
        assert year.forecast[:, quantity].min() == 0.0
        assert year.forecast[:, quantity].max() <= 1.0
    assert year.forecast[:, CARBON].min() >= 0.0
    assert year.forecast[:, MARGINAL].min() >= 0.0
    assert year.request_forecast_per_s.min() >= 0.0
    z, longitude_deg = ZONES.index("DE"), catalog()["DE"].place.longitude_deg
    middle_s = year.start_s + HOUR_S // 2 + HOUR_S * np.arange(8760)
    night = np.abs(solar_hour(middle_s, longitude_deg) - 12.0) > 10.5
    assert year.forecast[:ENDS, SOLAR, z, 5][night[6 : ENDS + 6]].max() == 0.0


def test_kinds_differ_in_the_forecasts_alone() -> None:
    kinds = {kind: build_traces(demand("DE"), TraceSpec(forecast=kind), 3600) for kind in ("persistence", "perfect")}
    kinds["realistic"] = build_traces(demand("DE"), TraceSpec(), 3600)
    for one in kinds.values():
        assert (one.zones == kinds["realistic"].zones).all()
        assert (one.request_rate_per_s == kinds["realistic"].request_rate_per_s).all()
    wind = truth(kinds["perfect"], WIND)
    for lead in LEADS_H:
        assert rms(errors(kinds["perfect"], WIND, lead)).max() < 1e-6
        assert rms(errors(kinds["perfect"], MARGINAL, lead)).max() < 1e-6
        assert rms(errors(kinds["realistic"], WIND, lead)).min() > 0.01
        back = 24 if lead < 24 else 48
        issued = kinds["persistence"].forecast[48:ENDS, WIND, :, lead - 1]
        np.testing.assert_allclose(issued, wind[48 + lead - back : ENDS + lead - back], atol=1e-6)
    rates = kinds["perfect"].request_rate_per_s
    np.testing.assert_allclose(kinds["perfect"].request_forecast_per_s[:ENDS, :, 5], rates[6 : ENDS + 6], rtol=1e-5)


def test_real_traces_know_the_files_of_the_year_before_or_else_the_model(tmp_path, caplog) -> None:
    zone = catalog()["ON"]

    def write(year: int, carbon_g: float) -> None:
        whole = calendar_years(year, 1)
        around = Hours(whole.start_s - DAY_S, whole.n_hours + 48)
        write_zone(
            tmp_path,
            zone,
            around,
            year,
            carbon_g=lambda t: carbon_g + t // HOUR_S % 24,
            usd_per_kwh=lambda t: 0.01 + 0.001 * (t // HOUR_S % 24),
            temp_c=lambda t: float(t // HOUR_S % 24),
        )

    spec = TraceSpec(source="real", first_year=2023, root=tmp_path, forecast="persistence")
    write(2023, 300.0)
    with caplog.at_level(logging.WARNING):
        without = build_traces(demand("ON"), spec, 3600)
    assert "ON: climate and last weeks known to forecasts are the model's" in caplog.text
    caplog.clear()
    write(2022, 100.0)
    with_files = build_traces(demand("ON"), spec, 3600)
    assert "model's" not in caplog.text
    np.testing.assert_allclose(with_files.forecast[0, CARBON, 0, :22], 0.1 + np.arange(1, 23) / 1000.0, rtol=1e-5)
    assert (without.forecast[24:] == with_files.forecast[24:]).all()
    assert (without.forecast[0, CARBON] != with_files.forecast[0, CARBON]).any()


def test_a_year_of_hybrid_in_steps_of_five_minutes_takes_less_than_150_mb() -> None:
    """Counted from an hourly year: rows are twelve times as many, forecasts are not."""
    hourly = build_traces(load_scenario("hybrid").demand(), TraceSpec(), 3600)
    per_row = (hourly.zones, hourly.clock, hourly.month, hourly.request_rate_per_s, hourly.job_rate_per_h)
    per_hour = (hourly.forecast, hourly.request_forecast_per_s, hourly.job_forecast_per_h)
    assert 12 * sum(array.nbytes for array in per_row) + sum(array.nbytes for array in per_hour) < 120e6


def test_real_forecasts_of_marginal_carbon_beat_the_last_value_as_the_catalog_says(real_root) -> None:
    """The ratios that short leads of carbon are taken from, recomputed from WattTime's forecasts of five minutes."""
    import pandas as pd

    folder = real_root / "marginal_sgip_moer"
    if not folder.is_dir():
        pytest.skip(f"no marginal forecasts in {real_root}")
    ratios = []
    for path in sorted(folder.glob("*.csv*")):
        rows = pd.read_csv(path)
        issued = pd.to_datetime(rows["time"], utc=True)
        rows = rows[issued.dt.strftime("%Y-%m") == path.name.split(".")[0][-7:]]  # less a day at both ends
        truth = rows["moer"].to_numpy()
        ratios.append(
            [
                rms(rows[f"f{step}"].to_numpy()[:-step] - truth[step:]) / rms(truth[:-step] - truth[step:])
                for step in (1, 12, 36)
            ]
        )
    after_5_min, after_1_h, after_3_h = np.array(ratios).T
    assert (after_5_min > 1.0).all()
    assert ((after_1_h > 0.7) & (after_1_h < 0.8)).all()
    assert ((after_3_h > 0.5) & (after_3_h < 0.75)).all()
