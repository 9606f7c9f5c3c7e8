"""Catalog: chips, plants, power trains, batteries, generators, networks, every number with unit, grade and source."""

from .entries import Access, Battery, Chip, Generator, Link, Plant, PowerTrain, Quantity, Router
from .load import (
    CatalogError,
    access,
    batteries,
    chips,
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
    "Generator",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "Router",
    "access",
    "batteries",
    "chips",
    "generators",
    "links",
    "plants",
    "power_trains",
    "routers",
    "sections",
]
