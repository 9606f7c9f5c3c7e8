"""Where the zones of the catalog are, and the other names that files give them."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from wattshift.data.errors import DataError
from wattshift.data.options import Options


class Place(NamedTuple):
    """The catalog's place of a zone."""

    latitude_deg: float
    longitude_deg: float
    timezone: str


@lru_cache(maxsize=1)
def _catalog() -> dict[str, dict]:
    return yaml.safe_load((files("wattshift") / "catalog" / "zones.yaml").read_bytes())


def place_of(zone: str) -> Place | None:
    """Latitude, longitude and civil clock; None for a zone that is not in the catalog."""
    entry = _catalog().get(zone)
    if entry is None:
        return None
    place = entry["place"]
    return Place(place["latitude_deg"], place["longitude_deg"], place["timezone"])


def catalog_name(name: str) -> str:
    """The catalog's name of a zone that a file calls `name`; `name` itself if the catalog does not know it."""
    for zone, entry in _catalog().items():
        names = entry.get("files", {})
        if name in (zone, names.get("carbon_zone_id"), names.get("carbon_folder")):
            return zone
    return name


def stated_or_own(options: Options, own: str, path: Path) -> str:
    """The zone of a file that names its zone itself.

    Raises:
        DataError: another zone was stated.
    """
    zone = catalog_name(own)
    if options.zone is not None and options.zone not in (zone, own):
        raise DataError(f"{path}: --zone says {options.zone}, but the file is of zone {own}")
    return zone


def price_habits(zone: str, path: Path) -> dict[str, Any]:
    """How the catalog describes the prices of a zone as sustain-cluster prepared them.

    Raises:
        DataError: the zone is not in the catalog, or has no such files.
    """
    files = _catalog().get(zone, {}).get("files", {})
    if "price_column" not in files:
        known = ", ".join(name for name, entry in _catalog().items() if "price_column" in entry.get("files", {}))
        raise DataError(f"{path}: the catalog does not describe prices of zone {zone!r}; it does those of {known}")
    return {
        "column": files["price_column"],
        "clock": files["price_clock"],
        "month_starts_twice": files.get("month_starts_twice", False),
        "usd_per_unit": files["usd_per_unit"],
    }
