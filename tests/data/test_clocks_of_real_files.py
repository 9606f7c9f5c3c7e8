"""The clock tests on all real files: silent on clean ones, and which shifts they see."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from wattshift.data.check import Finding, Weight, check_together
from wattshift.data.formats import read
from wattshift.data.model import Table
from wattshift.data.options import Options

ROOT = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")
FOLDERS = {  # carbon and weather, price
    "CAL": ("US-CAL-CISO", "US-CAL-CISO"),
    "TEX": ("US-TEX-ERCO", "US-TEX-ERCO"),
    "DE": ("DE-LU", "DE-LU"),
    "GB": ("GB", "GB_incompleted"),
    "IN": ("IN-WE", "IN"),
    "SG": ("SG", "SG"),
    "NSW": ("AU-NSW", "AU-NSW"),
    "ON": ("CA-ON", "CA-ON"),
    "BR": ("BR-SP", "BR"),
}
DECIDED_BY_ONE_HOUR = ("CAL", "TEX", "DE", "NSW", "GB", "SG", "ON", "BR")
pytestmark = pytest.mark.skipif(
    not (ROOT / "carbon_electricitymaps").is_dir(), reason="no real data: set WATTSHIFT_DATA to run these tests"
)


def table_of(zone: str, kind: str, year: int) -> Table:
    carbon, price = FOLDERS[zone]
    folder = {
        "carbon": f"carbon_electricitymaps/{carbon}",
        "price": f"price_processed/{price}",
        "weather": f"weather_openmeteo/{carbon}",
    }[kind]
    (path,) = (ROOT / folder).glob(f"*{year}*")
    return read(path, Options(zone=None if kind == "carbon" else zone))


def doubts(*tables: Table) -> list[Finding]:
    return [finding for finding in check_together(tables) if finding.weight >= Weight.DOUBT]


@pytest.mark.parametrize("year", [2022, 2023])
@pytest.mark.parametrize("zone", FOLDERS)
def test_clean_files_raise_no_doubt_of_their_clock(zone, year) -> None:
    found = doubts(*(table_of(zone, kind, year) for kind in ("carbon", "price", "weather")))
    assert found == []


@pytest.mark.parametrize(("zone", "station"), [("NSW", "AUS_NSW"), ("CAL", "USA_CA"), ("TEX", "USA_TX")])
def test_typical_years_of_stations_raise_no_doubt_either(zone, station) -> None:
    (path,) = (ROOT / "weather_epw").glob(f"{station}*")
    assert doubts(read(path, Options(zone=zone, year=2023))) == []


@pytest.mark.parametrize("zone", DECIDED_BY_ONE_HOUR)
def test_carbon_an_hour_off_is_seen_in_the_year_that_chose_no_lag(zone) -> None:
    carbon = table_of(zone, "carbon", 2023)
    for hours in (-1, 1):
        assert doubts(replace(carbon, time_s=carbon.time_s + 3600 * hours)), hours


@pytest.mark.parametrize("zone", FOLDERS)
def test_weather_two_hours_off_is_seen_everywhere(zone) -> None:
    weather = table_of(zone, "weather", 2023)
    for hours in (-2, 2):
        assert doubts(replace(weather, time_s=weather.time_s + 3600 * hours)), hours


@pytest.mark.parametrize("zone", ["CAL", "TEX", "DE", "GB", "NSW", "ON"])
def test_a_price_two_hours_off_is_seen_beside_its_carbon(zone) -> None:
    carbon, price = table_of(zone, "carbon", 2023), table_of(zone, "price", 2023)
    for hours in (-2, 2):
        assert doubts(carbon, replace(price, time_s=price.time_s + 3600 * hours)), hours
