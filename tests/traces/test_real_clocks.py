"""The real series against each other: sun, carbon and price agree on the hour, so every clock was read right."""

import numpy as np
import pytest
from trace_samples import demand

from wattshift.traces import Traces, TraceSpec, build_traces
from wattshift.traces.clock import solar_hour
from wattshift.traces.zones import catalog

SUNNY = ("CAL", "DE", "NSW")


@pytest.fixture(scope="module")
def real(real_root) -> Traces:
    return build_traces(demand(*SUNNY), TraceSpec(source="real", first_year=2023, root=real_root), 3600)


def best_lag_h(x: np.ndarray, y: np.ndarray, furthest_h: int = 6) -> int:
    """Lag in hours at which changes of y follow changes of x most closely."""
    dx, dy = np.diff(x.astype(float)), np.diff(y.astype(float))
    lags = range(-furthest_h, furthest_h + 1)
    inside = slice(furthest_h, len(dx) - furthest_h)
    score = [np.corrcoef(dx[inside], np.roll(dy, -lag)[inside])[0, 1] for lag in lags]
    return lags[int(np.argmax(score))]


def day_shape(values: np.ndarray, hour: np.ndarray) -> np.ndarray:
    return np.array([np.median(values[hour.astype(int) == h]) for h in range(24)])


@pytest.mark.parametrize("zone", SUNNY)
def test_carbon_is_lowest_around_solar_noon(real, zone) -> None:
    z = SUNNY.index(zone)
    middle_s = real.start_s + 1800 + 3600 * np.arange(len(real.temp_c), dtype=np.int64)
    hour = solar_hour(middle_s, catalog()[zone].place.longitude_deg)
    assert 10 <= day_shape(real.carbon_kg_per_kwh[:, z], hour).argmin() <= 15
    assert 11 <= day_shape(real.solar_share[:, z], hour).argmax() <= 13
    assert 12 <= day_shape(real.temp_c[:, z], hour).argmax() <= 17
    assert 10 <= day_shape(real.price_usd_per_kwh[:, z], hour).argmin() <= 15


@pytest.mark.parametrize("zone", SUNNY)
def test_carbon_falls_as_the_sun_rises(real, zone) -> None:
    z = SUNNY.index(zone)
    assert abs(best_lag_h(real.solar_share[:, z], -real.carbon_kg_per_kwh[:, z])) <= 1


@pytest.mark.parametrize("zone", SUNNY)
def test_price_moves_with_carbon_in_the_same_hour(real, zone) -> None:
    z = SUNNY.index(zone)
    ranks = np.argsort(np.argsort(real.price_usd_per_kwh[:, z]))  # spikes would drown the rest
    assert abs(best_lag_h(real.carbon_kg_per_kwh[:, z], ranks)) <= 1


def test_means_agree_with_those_published_for_the_year(real) -> None:
    assert real.mean_carbon_kg_per_kwh == pytest.approx([0.261, 0.367, 0.554], rel=0.01)
    assert real.mean_price_usd_per_kwh == pytest.approx([0.0615, 0.1026, 0.0605], rel=0.02)


def test_synthetic_years_resemble_the_real_one(real) -> None:
    model = build_traces(demand(*SUNNY), TraceSpec(seed=5, first_year=2023), 3600)
    for name in ("carbon_kg_per_kwh", "price_usd_per_kwh", "temp_c", "wet_bulb_c", "solar_share"):
        ours, theirs = getattr(model, name).astype(float), getattr(real, name).astype(float)
        scale = theirs.std(axis=0)
        assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 0.3 * scale).all(), name
        if name != "price_usd_per_kwh":  # its spread is that of a handful of spikes
            assert ours.std(axis=0) == pytest.approx(scale, rel=0.3), name


def test_the_british_year_that_begins_late_is_refused(real_root) -> None:
    spec = TraceSpec(source="real", first_year=2022, root=real_root)
    with pytest.raises(ValueError, match=r"GB_electricity_prices_2022.csv.*line 2: 455 missing hours"):
        build_traces(demand("GB"), spec, 3600)


def test_a_missing_day_is_filled_and_reported(real_root, caplog) -> None:
    build_traces(demand("DE"), TraceSpec(source="real", first_year=2022, root=real_root), 3600)
    assert "24 missing hours from 2022-09-02 22:00 UTC" in caplog.text
