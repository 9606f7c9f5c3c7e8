"""Traces from the store: the same as from the folder of files, and refusals that say what to import."""

import math

import numpy as np
import pytest
from real_files import carbon_path, price_path, weather_path, write_zone
from trace_samples import demand

from wattshift.data.importing import import_files
from wattshift.data.options import Options
from wattshift.traces import TraceError, TraceSpec, build_traces
from wattshift.traces.clock import DAY_S, HOUR_S, Hours, calendar_years
from wattshift.traces.zones import catalog

YEAR = calendar_years(2023, 1)


def hump(t: int) -> float:
    return 1.0 + 0.5 * math.sin(2 * math.pi * (t % DAY_S) / DAY_S) + 0.2 * math.sin(t / 5e5)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of files of zone CAL and a store with the same, imported."""
    root, store = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("store")
    zone = catalog()["CAL"]
    write_zone(
        root,
        zone,
        Hours(YEAR.start_s, YEAR.n_hours),
        2023,
        carbon_g=lambda t: 250.0 * hump(t),
        usd_per_kwh=lambda t: 0.05 * hump(t + 4 * HOUR_S),
        temp_c=lambda t: 15.0 * hump(t + 7 * HOUR_S),
        gzipped=False,
    )
    options = Options(zone="CAL")
    for path in (carbon_path(root, zone, 2023), price_path(root, zone, 2023), weather_path(root, zone, 2023)):
        stated = options if path != carbon_path(root, zone, 2023) else Options()
        import_files([path], stated, folder=store, accept=True)  # clock and frozen cloud are not California's
    return root, store


def test_imported_traces_equal_those_from_the_folder(folders) -> None:
    root, store = folders
    files = build_traces(demand("CAL"), TraceSpec(source="real", root=root), 3600)
    imported = build_traces(demand("CAL"), TraceSpec(source="imported", store=store), 3600)
    for name, expected in files._asdict().items():
        np.testing.assert_array_equal(getattr(imported, name), expected, err_msg=name)


def test_a_missing_series_is_named_with_the_command_that_supplies_it(folders, tmp_path) -> None:
    root, _ = folders
    zone = catalog()["CAL"]
    import_files([carbon_path(root, zone, 2023)], Options(), folder=tmp_path / "store", accept=True)
    spec = TraceSpec(source="imported", store=tmp_path / "store")
    with pytest.raises(TraceError, match=r"zone CAL: no set of .* has price, temp, humidity, cloud, wind") as error:
        build_traces(demand("CAL"), spec, 3600)
    assert "wattshift data import FILE --format open-meteo --zone CAL" in str(error.value)
    assert "wattshift data import FILE --format entsoe-csv --zone CAL" in str(error.value)


def test_a_year_that_was_not_imported_is_refused(folders) -> None:
    with pytest.raises(TraceError, match="missing hours from 2022-01-02"):
        build_traces(demand("CAL"), TraceSpec(source="imported", store=folders[1], first_year=2022), 3600)


def test_a_store_belongs_to_imported_traces_only(tmp_path) -> None:
    with pytest.raises(ValueError, match="store: only allowed with source: imported"):
        TraceSpec(store=tmp_path)
