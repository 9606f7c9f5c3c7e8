"""Catalog: chips, cooling plants, power trains, batteries and links, every number with unit, grade and source."""

from .entries import Battery, Chip, Link, Plant, PowerTrain, Quantity
from .load import CatalogError, batteries, chips, links, plants, power_trains, sections

__all__ = [
    "Battery",
    "CatalogError",
    "Chip",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "batteries",
    "chips",
    "links",
    "plants",
    "power_trains",
    "sections",
]
