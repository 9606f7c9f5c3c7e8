"""Catalog: chips, plants, power trains, batteries, networks, ..., every number with unit, grade and source."""

from .entries import Access, Battery, Chip, Envelope, Generator, Link, Plant, PowerTrain, Quantity, Router
from .load import (
    CatalogError,
    access,
    batteries,
    chips,
    envelopes,
    generators,
    links,
    plants,
    power_trains,
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
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "Router",
    "access",
    "batteries",
    "chips",
    "envelopes",
    "generators",
    "links",
    "plants",
    "power_trains",
    "routers",
    "sections",
]
