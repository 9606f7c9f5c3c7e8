"""The bars of the calibration: like agrees with like, a departure beyond the bar is a miss, and the page says so."""

import numpy as np
import pytest

from wattshift.traces.clock import HOUR_S, calendar_years, hours_in_year, midnight_s
from wattshift.traces.noise import unit_noise


def made_year(year, carbon=1.0, price=1.0, late_h=0, warm_k=0.0):
    """A year with a day shape, noise and some negative prices."""
    from calibration.samples import Year
    from calibration.statistics import Hourly

    n_hours, begin_s = hours_in_year(year), midnight_s(year)
    noise = unit_noise(year, "made", calendar_years(year, 1), 12.0)[:n_hours]
    wave = np.cos(2 * np.pi * (np.arange(n_hours) - 19 - late_h) / 24)
    season = np.cos(2 * np.pi * np.arange(n_hours) / n_hours)
    return Year(
        Hourly(begin_s, carbon * (300.0 + 50.0 * wave + 30.0 * noise), "Europe/London"),
        Hourly(begin_s, price * (60.0 + 15.0 * wave + 25.0 * noise), "Europe/London"),
        Hourly(begin_s, 12.0 - 8.0 * season - 4.0 * wave + warm_k, "Europe/London"),
    )


def misses(real, synthetic):
    from calibration.cells import cells

    return {cell.statistic for cell in cells("ZZ", real, synthetic) if not cell.agrees}


@pytest.fixture
def real():
    return {2022: made_year(2022), 2023: made_year(2023)}


def test_like_agrees_with_like_in_every_cell(real):
    from calibration.cells import cells

    found = cells("ZZ", real, [made_year(year) for year in (2025, 2026, 2027)])
    assert [cell.statistic for cell in found if not cell.agrees] == []
    assert len(found) == 16
    assert len({cell.statistic for cell in found}) == 16


@pytest.mark.parametrize(
    ("departure", "missed"),
    [
        ({"carbon": 1.08}, set()),
        ({"carbon": 1.12}, {"carbon mean"}),
        ({"carbon": 1.27}, {"carbon mean", "carbon sd", "carbon p5", "carbon p95"}),
        ({"late_h": 6}, {"carbon day shape"}),
        ({"price": 1.17}, {"price median"}),
        ({"price": 1.3}, {"price median", "price p95"}),
        ({"warm_k": 0.9}, set()),
        ({"warm_k": -1.1}, {"temperature mean"}),
    ],
    ids=str,
)
def test_what_departs_by_more_than_its_bar_is_a_miss_and_nothing_else_is(real, departure, missed):
    assert misses(real, [made_year(year, **departure) for year in (2025, 2026)]) == missed


def test_prices_of_another_regime_are_left_out_and_carbon_is_not():
    from calibration.cells import cells, crisis_cells, dear_years, usual_years

    real = {2021: made_year(2021, price=0.5), 2022: made_year(2022, price=2.5), 2023: made_year(2023)}
    assert set(usual_years(real)) == {2023}
    assert set(dear_years(real)) == {2022}
    usual = {cell.statistic: set(cell.by_year) for cell in cells("ZZ", real, [made_year(2025)])}
    assert usual["price median"] == {2023}
    assert usual["carbon mean"] == {2021, 2022, 2023}
    dear = crisis_cells("ZZ", real, [made_year(2025, price=2.5)])
    assert {cell.statistic for cell in dear} >= {"price median", "price p95"}
    assert all(set(cell.by_year) == {2022} and cell.agrees for cell in dear)
    assert crisis_cells("ZZ", {2023: real[2023]}, [made_year(2025)]) == []


def test_a_flat_day_has_no_shape_to_compare(real):
    from calibration.cells import cells

    flat = {name: made_year(name, carbon=0.4) for name in real}
    assert "carbon day shape" not in {cell.statistic for cell in cells("ZZ", flat, [made_year(2025, carbon=0.4)])}


def test_what_there_is_no_real_data_of_has_no_cells(real):
    from calibration.cells import cells

    price_only = {name: year._replace(carbon_g_per_kwh=None, temp_c=None) for name, year in real.items()}
    found = cells("ZZ", price_only, [made_year(2025)])
    assert [cell.statistic for cell in found] == ["price median", "price p95", "price negative share"]
    nothing = {name: year._replace(price_usd_per_mwh=None) for name, year in price_only.items()}
    assert cells("ZZ", nothing, [made_year(2025)]) == []


def test_what_is_no_number_does_not_agree(real):
    from dataclasses import replace

    from calibration.cells import cells

    for cell in cells("ZZ", real, [made_year(2025)]):
        assert not replace(cell, synthetic=float("nan")).agrees


def test_synthetic_years_are_the_calendar_years_of_one_build():
    from calibration.samples import synthetic_years

    from wattshift.traces.synthetic import synthetic_zone
    from wattshift.traces.zones import catalog

    zone = catalog()["DE"]
    years = synthetic_years("DE", zone, 2, seed=4)
    whole = synthetic_zone("DE", zone, calendar_years(2025, 2), 4)
    carbon = np.concatenate([year.carbon_g_per_kwh.values for year in years])
    np.testing.assert_allclose(carbon, 1e3 * whole.carbon_kg_per_kwh[: len(carbon)])
    assert [year.temp_c.begin_s for year in years] == [midnight_s(2025), midnight_s(2026)]
    assert len(carbon) == 2 * 8760


def test_rows_keep_their_holes_and_half_hours_fall_into_their_hour():
    from calibration.samples import from_rows

    from wattshift.traces.readers.hours import Row

    begin_s = midnight_s(2023)
    rows = [Row(begin_s + 1800 + HOUR_S * hour, 0.001 * hour, "here") for hour in (0, 1, 3)]
    series = from_rows(rows, 1e3, "Asia/Kolkata")
    assert series.begin_s == begin_s
    np.testing.assert_allclose(series.values, [0.0, 1.0, np.nan, 3.0])


def test_the_page_counts_the_cells_and_lists_the_misses_first(real, monkeypatch):
    from calibrate import page
    from calibration.cells import cells
    from calibration.zones import Calibrated
    from validation.check import Section

    found = cells("ZZ", real, [made_year(2025, carbon=1.12)])
    text = page([Calibrated(found, Section("ZZ: Nowhere", "", [cell.check() for cell in found]))], [], 8, 0)
    assert "15 of 16 checks agree, 1 miss." in text
    listed, table = text.split("## ZZ: Nowhere")
    assert "| ZZ | carbon mean |" in listed
    assert "carbon sd" not in listed
    assert table.count("| agrees |") == 15
    assert table.count("| MISS |") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--zones", "CALL"], "did you mean CAL?"),
        (["--years", "4"], "at least 5"),
        (["--data", "no-such-folder"], "no-such-folder: no such folder of real data"),
    ],
    ids=str,
)
def test_wrong_options_are_refused_in_words(arguments, message, tmp_path, capsys):
    from calibrate import parse

    with pytest.raises(SystemExit) as refusal:
        parse(["--data", str(tmp_path), *arguments])
    assert refusal.value.code == 2
    assert message in capsys.readouterr().err


def test_without_any_real_file_the_zone_says_so_and_shows_what_was_published(tmp_path):
    from calibration.published import published_checks
    from calibration.samples import real_year
    from calibration.zones import text

    from wattshift.traces.zones import catalog

    years = {year: real_year(catalog()["DE"], tmp_path, year) for year in (2022, 2023)}
    assert text(years) == "No hourly real data of carbon, price, weather."
    (carbon,) = published_checks("FR", [made_year(2025, carbon=0.18)])
    assert carbon.holds
    assert carbon.ours == pytest.approx(54.0, abs=2.0)
    assert not published_checks("FR", [made_year(2025, carbon=0.3)])[0].holds
    assert published_checks("DE", [made_year(2025)]) == []
