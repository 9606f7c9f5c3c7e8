"""Catalog: chips, cooling plants, power trains, batteries and networks, every number with unit, grade and source."""

from .entries import Access, Battery, Chip, Link, Plant, PowerTrain, Quantity, Router
from .load import CatalogError, access, batteries, chips, links, plants, power_trains, routers, sections

__all__ = [
    "Access",
    "Battery",
    "CatalogError",
    "Chip",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "Router",
    "access",
    "batteries",
    "chips",
    "links",
    "plants",
    "power_trains",
    "routers",
    "sections",
]
