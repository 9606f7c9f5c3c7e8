"""Catalog: chips, cooling plants, thermal envelopes, power trains, batteries and links, every number with unit, grade and source."""

from .entries import Battery, Chip, Envelope, Link, Plant, PowerTrain, Quantity
from .load import CatalogError, batteries, chips, envelopes, links, plants, power_trains, sections

__all__ = [
    "Battery",
    "CatalogError",
    "Chip",
    "Envelope",
    "Link",
    "Plant",
    "PowerTrain",
    "Quantity",
    "batteries",
    "chips",
    "envelopes",
    "links",
    "plants",
    "power_trains",
    "sections",
]
