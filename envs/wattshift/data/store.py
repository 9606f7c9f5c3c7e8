"""The store: imported sets, each a folder with one Parquet file and its provenance to read beside it.

```
STORE/NAME/data.parquet       time_utc, the columns, estimated; provenance in the schema's metadata too
STORE/NAME/provenance.json
```

A set is written beside its final place and renamed, so that it is there whole or not at all.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wattshift import __version__
from wattshift.data.errors import DataError
from wattshift.data.model import Column, Table
from wattshift.data.options import Options
from wattshift.data.places import Place

ENVIRONMENT_VARIABLE = "WATTSHIFT_DATA_STORE"
DATA, PROVENANCE = "data.parquet", "provenance.json"
DRAFT = ".draft-"
METADATA_KEY = b"wattshift"


class ImportedSet(NamedTuple):
    """A set of the store: the table and where it came from."""

    name: str
    table: Table
    provenance: dict[str, Any]


def store_folder(named: Path | None = None) -> Path:
    """`named`, else `$WATTSHIFT_DATA_STORE`, else `wattshift/store` in the user's data folder."""
    if named is not None:
        return named
    stated = os.environ.get(ENVIRONMENT_VARIABLE)
    if stated:
        return Path(stated)
    users = os.environ.get("XDG_DATA_HOME")
    return (Path(users) if users else Path.home() / ".local" / "share") / "wattshift" / "store"


def set_name(table: Table) -> str:
    """Zone, format, first and last day: `DE-electricity-maps-20220101-20221231`."""
    days = [datetime.fromtimestamp(int(t), UTC).strftime("%Y%m%d") for t in (table.time_s.min(), table.time_s.max())]
    return "-".join([table.zone or "any", table.format, *days])


def provenance_of(table: Table, sources: Sequence[Path], options: Options, findings: Sequence[str]) -> dict[str, Any]:
    """Everything needed to trust, or to repeat, an import."""
    return {
        "wattshift": __version__,
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": [{"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in sources],
        "format": table.format,
        "options": options.given(),
        "zone": table.zone,
        "original_zone": table.original_zone,
        "index": table.index,
        "step_s": table.step_s,
        "original_clock": table.clock,
        "rows": len(table.time_s),
        "columns": [
            {
                "name": column.name,
                "quantity": column.quantity,
                "unit": column.unit,
                "scope": column.scope,
                "original_name": column.original_name,
                "original_unit": column.original_unit,
                "scale": column.scale,
                "shift": column.shift,
            }
            for column in table.columns
        ],
        "place": table.place,
        "notes": list(table.notes),
        "findings": list(findings),
    }


def write(folder: Path, name: str, table: Table, provenance: dict[str, Any], *, replace: bool = False) -> Path:
    """Store a table under a name, whole or not at all.

    Raises:
        DataError: the name is taken and `replace` is not asked for, or the store cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    final = folder / name
    if final.exists() and not replace:
        raise DataError(f"{final}: there is a set of that name; say --replace, or another --name")
    text = json.dumps(provenance, indent=2, ensure_ascii=False)
    arrays = {"time_utc": pa.array(table.time_s * 1_000_000, pa.timestamp("us", tz="UTC"))}
    arrays |= {column.name: pa.array(column.values) for column in table.columns}
    if table.estimated is not None:
        arrays["estimated"] = pa.array(table.estimated)
    content = pa.table(arrays).replace_schema_metadata({METADATA_KEY: text.encode()})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
        try:
            pq.write_table(content, draft / DATA)
            (draft / PROVENANCE).write_text(text + "\n", encoding="utf-8")
            if final.exists():
                final.rename(draft / "replaced")
            draft.rename(final)
            shutil.rmtree(final / "replaced", ignore_errors=True)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise DataError(f"{final}: cannot be written ({error})") from error
    return final


def load(folder: Path, name: str) -> ImportedSet:
    """A set of the store.

    Raises:
        DataError: there is none of that name, or it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / name / DATA
    if not path.is_file():
        raise DataError(f"no set {name!r} in {folder}; it has {', '.join(names(folder)) or 'none'}")
    try:
        content = pq.read_table(path)
        stated = json.loads((content.schema.metadata or {})[METADATA_KEY])
        columns = tuple(
            Column(
                one["quantity"],
                content[one["name"]].to_numpy(),
                one["original_name"],
                one["original_unit"],
                one["scope"],
                one["scale"],
                one["shift"],
            )
            for one in stated["columns"]
        )
        table = Table(
            path,
            stated["format"],
            stated["zone"],
            stated["index"],
            content["time_utc"].cast(pa.int64()).to_numpy() // 1_000_000,
            np.arange(content.num_rows, dtype=np.int64),
            columns,
            stated["original_clock"],
            stated["original_zone"],
            content["estimated"].to_numpy() if "estimated" in content.column_names else None,
            "row {}",
            tuple(stated["notes"]),
            Place(*stated["place"]) if stated["place"] else None,
        )
    except (OSError, KeyError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path}: damaged, import it again ({error})") from error
    return ImportedSet(name, table, stated)


def names(folder: Path) -> list[str]:
    """Names of all sets, sorted; drafts of imports that were killed are no sets."""
    if not folder.is_dir():
        return []
    return sorted(path.parent.name for path in folder.glob(f"*/{DATA}") if not path.parent.name.startswith("."))


def read_provenance(folder: Path, name: str) -> dict[str, Any]:
    """The provenance alone, without reading the data.

    Raises:
        DataError: there is none, or it is not JSON.
    """
    path = folder / name / PROVENANCE
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
