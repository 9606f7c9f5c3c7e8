"""The files of `catalog/grids`, one a zone."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml
from pydantic import ValidationError

from wattshift.traces.errors import TraceError
from wattshift.traces.grid.entries import GridEntry


def grids_text() -> bytes:
    """The bytes of all the files, in the order of their names."""
    return b"".join(file.read_bytes() for file in sorted(_folder().iterdir(), key=lambda file: file.name))


def grid_text(zone_name: str) -> bytes:
    """The bytes of a zone's file.

    Raises:
        TraceError: there is none.
    """
    file = _folder() / f"{zone_name}.yaml"
    if not file.is_file():
        raise TraceError(f"zone {zone_name}: catalog/grids has no {zone_name}.yaml, so it has no synthetic grid")
    return file.read_bytes()


def _folder() -> Traversable:
    return files("wattshift") / "catalog" / "grids"


@cache
def grid_entry(zone_name: str) -> GridEntry:
    """The power system of a zone.

    Raises:
        TraceError: no file, or an entry of it breaks its model.
    """
    try:
        return GridEntry.model_validate(yaml.safe_load(grid_text(zone_name)))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise TraceError(f"catalog/grids/{zone_name}.yaml: {faults}") from error
