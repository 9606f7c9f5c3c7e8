"""Reading the catalog's YAML files, once per process."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from .entries import Access, Battery, Chip, Entry, Envelope, Generator, Link, Plant, PowerTrain, Router
from .kinds import JobKind, RequestKind

AnyEntry = TypeVar("AnyEntry", bound=Entry)


class CatalogError(ValueError):
    """A catalog file is not as it should be: names the file, the entry and the fault."""


@cache
def chips() -> Mapping[str, Chip]:
    """Compute chips by name."""
    return _read("chips.yaml", Chip)


@cache
def plants() -> Mapping[str, Plant]:
    """Cooling plants by name."""
    catalog = _read("plants.yaml", Plant)
    for name, plant in catalog.items():
        if plant.rest is not None and (plant.rest not in catalog or catalog[plant.rest].rest is not None):
            raise CatalogError(f"plants.yaml: {name}.rest: got {plant.rest!r}, must be a plant that takes all its heat")
        if plant.envelope not in envelopes():
            raise CatalogError(f"plants.yaml: {name}.envelope: got {plant.envelope!r}, must be an envelope")
    return catalog


@cache
def envelopes() -> Mapping[str, Envelope]:
    """Thermal envelopes of equipment by name."""
    return _read("envelopes.yaml", Envelope)


@cache
def power_trains() -> Mapping[str, PowerTrain]:
    """UPS and PDU combinations by name."""
    return _read("power_trains.yaml", PowerTrain)


@cache
def batteries() -> Mapping[str, Battery]:
    """Batteries by name."""
    return _read("batteries.yaml", Battery)


@cache
def generators() -> Mapping[str, Generator]:
    """Stand-by generators by name."""
    return _read("generators.yaml", Generator)


@cache
def links() -> Mapping[str, Link]:
    """Network links by name."""
    return _read("links.yaml", Link)


@cache
def routers() -> Mapping[str, Router]:
    """Routers of sites by name."""
    return _read("routers.yaml", Router)


@cache
def access() -> Mapping[str, Access]:
    """Access networks by name."""
    return _read("access.yaml", Access)


@cache
def request_kinds() -> Mapping[str, RequestKind]:
    """Kinds of online requests by name."""
    return _read("workloads/requests.yaml", RequestKind)


@cache
def job_kinds() -> Mapping[str, JobKind]:
    """Kinds of jobs by name."""
    return _read("workloads/jobs.yaml", JobKind)


def sections() -> dict[str, Mapping[str, Entry]]:
    """All of the catalog, by section: for the documentation's tables and the test of provenance."""
    return {
        "chips": chips(),
        "plants": plants(),
        "envelopes": envelopes(),
        "power_trains": power_trains(),
        "batteries": batteries(),
        "generators": generators(),
        "links": links(),
        "routers": routers(),
        "access": access(),
        "request_kinds": request_kinds(),
        "job_kinds": job_kinds(),
    }


def _read(file_name: str, entry_type: type[AnyEntry]) -> Mapping[str, AnyEntry]:
    text = resources.files(__package__).joinpath(file_name).read_text(encoding="utf-8")
    return parse(text, file_name, entry_type)


def parse(text: str, file_name: str, entry_type: type[AnyEntry]) -> Mapping[str, AnyEntry]:
    """Entries of one catalog file.

    Args:
        text: YAML with `sources` (key -> citation) and `entries` (name -> fields, numbers as `[value, grade, source]`,
            where source is a key of `sources` or the citation itself).
        file_name: for messages.
        entry_type: model of the entries.

    Raises:
        CatalogError: an entry breaks its model.
    """
    document = yaml.safe_load(text)
    sources = document["sources"]
    entries: dict[str, AnyEntry] = {}
    for name, fields in document["entries"].items():
        written_out = {field: _write_out(value, sources) for field, value in fields.items()}
        try:
            entries[name] = entry_type.model_validate(written_out)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
            raise CatalogError(f"{file_name}: {name}: {faults}") from error
    return MappingProxyType(entries)


def _write_out(value: Any, sources: Mapping[str, str]) -> Any:
    """`[value, grade, source]` as a mapping, with the citation in place of its key, wherever it stands.

    `[probability, value, grade, source]` likewise; other fields as they are.
    """
    if isinstance(value, dict):
        return {key: _write_out(item, sources) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if any(isinstance(item, dict | list) for item in value) or len(value) not in (3, 4):
        return [_write_out(item, sources) for item in value]
    *place, number, grade, source = value
    return {"value": number, "grade": grade, "source": sources.get(source, source)} | (
        {"at": place[0]} if place else {}
    )
