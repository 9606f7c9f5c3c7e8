"""File formats, one module each; a module is found by being in this folder and having a `FORMAT`."""

import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path

from wattshift.data.errors import DataError
from wattshift.data.formats.format import Format
from wattshift.data.model import Table
from wattshift.data.options import OPTIONS, Options
from wattshift.data.text import head

__all__ = ["Format", "find_format", "formats", "read", "recognise"]


@lru_cache(maxsize=1)
def formats() -> dict[str, Format]:
    """All formats by name, in alphabetical order."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def find_format(name: str) -> Format:
    """The format of that name.

    Raises:
        DataError: there is none.
    """
    if name not in formats():
        raise DataError(f"unknown format {name!r}, known are {', '.join(formats())}")
    return formats()[name]


def recognise(path: Path) -> Format:
    """The one format that claims the file, from its first bytes.

    Raises:
        DataError: no format or several claim it; the message says how to name one.
    """
    beginning = head(path)
    claims = [one for one in formats().values() if one.sniff(beginning)]
    if len(claims) == 1:
        return claims[0]
    first = next(iter(beginning.splitlines()), "")[:120]
    what = f"may be {' or '.join(one.name for one in claims)}" if claims else "is in no known format"
    raise DataError(f"{path}: {what}; it begins with {first!r}. Say --format NAME, one of {', '.join(formats())}")


def read(path: Path, options: Options, name: str | None = None) -> Table:
    """Read a file, in the format named or recognised.

    Raises:
        DataError: the format is unknown, an option does not apply to it or is missing, or the file is faulty.
    """
    chosen = find_format(name) if name else recognise(path)
    for given in options.given():
        if given not in chosen.takes:
            takes = ", ".join(OPTIONS[one].flag for one in chosen.takes) or "none"
            raise DataError(
                f"{path}: {OPTIONS[given].flag} does not apply to {chosen.name}, whose files say it themselves; "
                f"options of this format: {takes}"
            )
    table = chosen.read(path, options)
    if not len(table.time_s):
        raise DataError(f"{path}: no data")
    return table
