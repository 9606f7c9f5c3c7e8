"""Catalog: chips, plants, power trains, networks, workloads, ..., every number with unit, grade and source."""

from .entries import Access, Battery, Chip, Envelope, Generator, Link, Plant, PowerTrain, Quantity, Router
from .kinds import JobKind, RequestKind
from .load import (
    CatalogError,
    access,
    batteries,
    chips,
    envelopes,
    generators,
    job_kinds,
    links,
    plants,
    power_trains,
    request_kinds,
    routers,
    sections,
)

__all__ = [
    "Access",
    "Battery",
    "CatalogError",
    "Chip",
    "Envelope",
    "Generator",
    "JobKind",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "RequestKind",
    "Router",
    "access",
    "batteries",
    "chips",
    "envelopes",
    "generators",
    "job_kinds",
    "links",
    "plants",
    "power_trains",
    "request_kinds",
    "routers",
    "sections",
]
