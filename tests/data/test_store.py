"""The store: what goes in comes out, whole or not at all, with where it came from."""

import hashlib
import json
from datetime import datetime

import numpy as np
import pytest
from grid_files import scaled, sunny_year, twice, with_text, write

from wattshift.data import store
from wattshift.data.cli import main
from wattshift.data.errors import DataError
from wattshift.data.formats import read
from wattshift.data.importing import import_files
from wattshift.data.options import Options


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return sunny_year()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


def test_a_set_comes_back_as_it_was_read(tmp_path, folder, lines) -> None:
    path = write(tmp_path / "a.csv", lines)
    done = import_files([path], Options(), folder=folder)
    back = store.load(folder, done.name)
    table = read(path, Options())
    np.testing.assert_array_equal(back.table.time_s, table.time_s)
    np.testing.assert_array_equal(back.table.estimated, table.estimated)
    for mine, theirs in zip(back.table.columns, table.columns, strict=True):
        np.testing.assert_array_equal(mine.values, theirs.values)
        assert mine._replace(values=theirs.values) == theirs
    assert (back.table.zone, back.table.clock, back.table.step_s) == ("DE", table.clock, 3600)
    assert done.name == "DE-electricity-maps-20230701-20231117"


def test_provenance_stands_beside_and_inside_the_data(tmp_path, folder, lines) -> None:
    import pyarrow.parquet as pq

    path = write(tmp_path / "a.csv", lines)
    done = import_files([path], Options(zone="DE"), folder=folder)
    stated = json.loads((done.folder / store.PROVENANCE).read_text(encoding="utf-8"))
    inside = pq.read_schema(done.folder / store.DATA).metadata[store.METADATA_KEY]
    assert json.loads(inside) == stated
    assert stated["sources"] == [{"file": "a.csv", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}]
    assert stated["options"] == {"zone": "DE"}
    assert stated["original_clock"] == "UTC, hour starting"
    assert [column["original_unit"] for column in stated["columns"]] == ["g/kWh", "g/kWh"]
    assert datetime.fromisoformat(stated["imported_at"]).tzinfo is not None


def test_yearly_files_become_one_set_and_agreeing_overlaps_are_kept_once(tmp_path, folder, lines) -> None:
    first = write(tmp_path / "a.csv", lines[:1000])
    second = write(tmp_path / "b.csv", [lines[0], *lines[980:]])
    done = import_files([second, first], Options(), folder=folder)
    assert len(done.table.time_s) == len(lines) - 1
    assert (np.diff(done.table.time_s) == 3600).all()
    assert done.table.where(1500).startswith(str(second))


def test_files_that_contradict_each_other_are_refused(tmp_path, folder, lines) -> None:
    first = write(tmp_path / "a.csv", lines[:1000])
    second = write(tmp_path / "b.csv", [lines[0], *with_text(lines, 990, "123.0")[980:]])
    with pytest.raises(DataError, match=r"b.csv, line 11: .* at 2023-08-11 .* contradicts .*a.csv"):
        import_files([first, second], Options(), folder=folder)
    assert store.names(folder) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: with_text(lines, 700, "n/a"), "line 700: 'n/a' is not a number"),
        (lambda lines: twice(lines, "2023-08-05 01:00"), "appears twice\nnothing was imported"),
        (lambda lines: scaled(lines, 2.2046), "lb/MWh read as g/kWh"),
    ],
)
def test_a_bad_file_leaves_nothing_behind(tmp_path, folder, lines, capsys, change, message) -> None:
    good = write(tmp_path / "a.csv", lines[:600])
    bad = write(tmp_path / "b.csv", change(lines))
    assert main(["data", "import", str(bad), "--store", str(folder)]) == 2
    assert message in capsys.readouterr().err
    assert main(["data", "import", str(good), str(bad), "--store", str(folder)]) == 2
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_doubt_may_be_accepted_a_fault_may_not(tmp_path, folder, lines) -> None:
    doubtful = write(tmp_path / "a.csv", scaled(lines, 2.2046))
    done = import_files([doubtful], Options(), folder=folder, accept=True)
    assert any("lb/MWh" in text for text in store.read_provenance(folder, done.name)["findings"])
    faulty = write(tmp_path / "b.csv", twice(lines, "2023-08-05 01:00"))
    with pytest.raises(DataError, match="appears twice"):
        import_files([faulty], Options(), folder=folder, accept=True)


def test_a_name_is_taken_once(tmp_path, folder, lines) -> None:
    path = write(tmp_path / "a.csv", lines)
    import_files([path], Options(), folder=folder, name="mine")
    with pytest.raises(DataError, match="there is a set of that name; say --replace"):
        import_files([path], Options(), folder=folder, name="mine")
    shorter = write(tmp_path / "b.csv", lines[:500])
    import_files([shorter], Options(), folder=folder, name="mine", replace=True)
    assert len(store.load(folder, "mine").table.time_s) == 499
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_a_write_that_fails_keeps_the_old_set(tmp_path, folder, lines, monkeypatch) -> None:
    import pyarrow.parquet as pq

    path = write(tmp_path / "a.csv", lines)
    import_files([path], Options(), folder=folder, name="mine")

    def broken(*_args, **_options) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", broken)
    with pytest.raises(DataError, match="cannot be written"):
        import_files([path], Options(), folder=folder, name="mine", replace=True)
    assert [entry.name for entry in folder.iterdir()] == ["mine"]
    assert len(store.load(folder, "mine").table.time_s) == len(lines) - 1


def test_list_show_and_formats(tmp_path, folder, lines, capsys) -> None:
    path = write(tmp_path / "a.csv", lines)
    import_files([path], Options(), folder=folder, name="mine")
    assert main(["data", "list", "--store", str(folder)]) == 0
    picture = tmp_path / "mine.png"
    assert main(["data", "show", "mine", "--store", str(folder), "--out", str(picture)]) == 0
    assert main(["data", "formats"]) == 0
    said = capsys.readouterr().out
    assert "mine: zone DE, 3360 rows" in said
    assert "carbon_average_life_cycle" in said
    assert "electricity-maps: " in said
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_an_unknown_name_lists_what_there_is(tmp_path, folder, lines, capsys) -> None:
    import_files([write(tmp_path / "a.csv", lines)], Options(), folder=folder, name="mine")
    assert main(["data", "check", "yours", "--store", str(folder)]) == 2
    assert "yours: neither a file nor a set of" in capsys.readouterr().err
    assert main(["data", "check", "mine", "--store", str(folder)]) == 0
