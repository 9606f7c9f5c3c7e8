"""Catalog: chips, plants, power trains, batteries, generators, links, every number with unit, grade and source."""

from .entries import Battery, Chip, Generator, Link, Plant, PowerTrain, Quantity
from .load import CatalogError, batteries, chips, generators, links, plants, power_trains, sections

__all__ = [
    "Battery",
    "CatalogError",
    "Chip",
    "Generator",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "batteries",
    "chips",
    "generators",
    "links",
    "plants",
    "power_trains",
    "sections",
]
