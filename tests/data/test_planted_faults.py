"""Every planted fault is found by `wattshift data check`, in a synthetic file and in copies of real ones."""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest
from grid_files import day_first, exchanged, scaled, shifted, sunny_year, time_of, twice, with_text, without_day, write

from wattshift.data.check import Weight, check_together
from wattshift.data.cli import main
from wattshift.data.formats import read
from wattshift.data.options import Options
from wattshift.data.units import KG_PER_LB

REAL = Path(os.environ.get("WATTSHIFT_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="module", params=["synthetic", "real"])
def clean(request) -> list[str]:
    """Lines of a clean file of zone DE, July to December 2023."""
    if request.param == "synthetic":
        return sunny_year()
    path = REAL / "carbon_electricitymaps" / "DE-LU" / "DE-LU_2023_hourly.csv.gz"
    if not path.is_file():
        pytest.skip(f"no real data at {REAL}: set WATTSHIFT_DATA to run this test")
    lines = gzip.decompress(path.read_bytes()).decode("utf-8-sig").splitlines()
    return [lines[0], *(line for line in lines[1:] if time_of(line).month > 6)]


@pytest.fixture
def checked(tmp_path, capsys):
    """Exit code and output of a check of these lines."""

    def run(lines: list[str]) -> tuple[int, str]:
        code = main(["data", "check", str(write(tmp_path / "file.csv", lines))])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def test_a_clean_file_has_no_findings(clean, checked) -> None:
    code, said = checked(clean)
    assert (code, said.splitlines()[-1]) == (0, "nothing found")
    assert "carbon against sun: best lag +0 h" in said


@pytest.mark.parametrize("hours", [-8, -1, 1, 2, 7])
def test_a_shifted_clock(clean, checked, hours) -> None:
    code, said = checked(shifted(clean, hours))
    direction = "late" if hours > 0 else "early"
    assert code == 1
    assert f"the clock of carbon is probably {abs(hours)} h {direction}" in said


def test_every_shift_of_one_to_eight_hours(clean, tmp_path) -> None:
    table = read(write(tmp_path / "file.csv", clean), Options())
    for hours in (*range(-8, 0), *range(1, 9)):
        moved = replace(table, time_s=table.time_s + 3600 * hours)
        doubts = [finding for finding in check_together([moved]) if finding.weight == Weight.DOUBT]
        assert len(doubts) == 1, hours
        assert f"{abs(hours)} h {'late' if hours > 0 else 'early'}" in doubts[0].message


@pytest.mark.parametrize(
    ("factor", "message"),
    [(1.0 / KG_PER_LB, "lb/MWh read as g/kWh"), (KG_PER_LB, "g/kWh read as lb/MWh"), (1e-3, "divided by 1000")],
)
def test_a_wrong_unit(clean, checked, factor, message) -> None:
    code, said = checked(scaled(clean, factor))
    assert code == 1
    assert message in said


def test_a_missing_day(clean, checked) -> None:
    code, said = checked(without_day(clean, "2023-08-05"))
    line = 2 + next(k for k, row in enumerate(clean[1:]) if row.startswith("2023-08-05"))
    assert code == 1
    assert f"line {line}: 24 rows (24 h) missing before it, from 2023-08-05 00:00 UTC" in said


def test_a_duplicated_autumn_hour(clean, checked) -> None:
    code, said = checked(twice(clean, "2023-10-29 01:00"))
    assert code == 1
    assert "2023-10-29 01:00 UTC appears twice, where Europe/Berlin changes its clock" in said


def test_a_duplicated_hour_elsewhere_has_no_hint_of_clocks(clean, checked) -> None:
    code, said = checked(twice(clean, "2023-08-05 01:00"))
    assert code == 1
    assert "2023-08-05 01:00 UTC appears twice\n" in said


def test_day_first_dates(clean, checked) -> None:
    code, said = checked(day_first(clean))
    assert code == 2
    assert "line 2: '01/07/2023 00:00' may be day-first or month-first" in said


def test_a_day_with_its_month_exchanged(clean, checked) -> None:
    code, said = checked(exchanged(clean, "2023-09-08"))
    assert code == 1
    assert "are the dates day-first?" in said


@pytest.mark.parametrize("text", ["n/a", "1.234.5", "12 g", "--"])
def test_text_in_a_number(clean, checked, text) -> None:
    code, said = checked(with_text(clean, 40, text))
    assert code == 2
    assert f"file.csv, line 40: {text.replace(',', '.')!r} is not a number" in said


def test_a_sentinel(clean, checked) -> None:
    lines = clean
    for line in (40, 41, 42, 90):
        lines = with_text(lines, line, "999.0")
    code, said = checked(lines)
    assert code == 1
    assert "is 999 in 4 rows, the first in" in said
    assert "line 40" in said


def test_a_frozen_series(clean, checked) -> None:
    lines = clean
    for line in range(500, 580):
        lines = with_text(lines, line, "321.5")
    code, said = checked(lines)
    assert code == 1
    assert "stays at 321.5 for 80 rows" in said
