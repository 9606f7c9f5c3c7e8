"""The fit of a grid's calibration: its scales, its block in the catalog, and what it counts as a miss."""

import importlib
import re

import numpy as np
import pytest
import yaml

from wattshift.traces.clock import calendar_years
from wattshift.traces.grid.entries import Calibration
from wattshift.traces.grid.load import grid_entry, grid_text
from wattshift.traces.spec import SYNTHETIC_FIRST_YEAR
from wattshift.traces.synthetic import conditions
from wattshift.traces.zones import catalog


@pytest.fixture
def fit():
    return importlib.import_module("calibration.fit")


@pytest.mark.parametrize("zone", catalog())
def test_every_block_of_the_catalog_is_as_the_fit_prints_it(fit, zone: str) -> None:
    calibration = grid_entry(zone).calibration
    printed = fit.yaml_block(calibration.model_dump())
    text = grid_text(zone).decode()
    assert Calibration.model_validate(yaml.safe_load(printed)["calibration"]) == calibration
    assert yaml.safe_load(re.sub(r"calibration:\n(  .*\n)+", printed, text)) == yaml.safe_load(text)


def test_bounds_are_those_of_the_entry(fit) -> None:
    for field in Calibration.model_fields:
        low, high = fit.bounds(field)
        assert low < high
        for zone in catalog():
            assert low <= getattr(grid_entry(zone).calibration, field) <= high


def test_a_cell_at_the_edge_of_its_range_is_one_margin_away(fit) -> None:
    cell = fit.Cell("DE", "carbon mean", "g/kWh", 100.0, 110.0, "10 %", 90.0, 110.0, (2023,))
    assert fit.cell_distance(cell) == pytest.approx(1.0)
    shape = fit.Cell("DE", "carbon day shape", "", 1.0, 0.9, "at least 0.9", 0.9, 1.0, (2023,))
    assert fit.cell_distance(shape) == pytest.approx(1.0)


def test_the_model_does_not_miss_its_own_years(fit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "N_YEARS", 1)
    zone, entry, hours = catalog()["SG"], grid_entry("SG"), calendar_years(SYNTHETIC_FIRST_YEAR, 1)
    weather, seen = conditions("SG", zone, hours, fit.SEED)
    values = entry.calibration.model_dump()
    unknown = fit.Problem("SG", zone, entry, hours, weather, seen, {}, float("nan"))
    outcome, years = unknown.run(values)
    link = unknown.our_wind_link(outcome)
    problem = fit.Problem("SG", zone, entry, hours, weather, seen, {2023: years[0]}, link)
    np.testing.assert_allclose([fit.cell_distance(cell) for cell in problem.cells(years)], 0.0, atol=1e-9)
    np.testing.assert_allclose(problem.shape_distances(years), 0.0, atol=1e-9)
    assert problem.wind_distance(outcome) == pytest.approx(0.0)
    missed = problem.misses(values | {"emissions": 0.9, "bids": 0.5})
    assert np.abs(missed).sum() > 10.0
