"""Catalog: chips, cooling plants, envelopes, power trains, batteries, links, every number with unit, grade, source."""

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
