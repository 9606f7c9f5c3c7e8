"""Loading a scenario: built in, from a file, or from a mapping."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .errors import ScenarioError, from_validation, suggest
from .extend import Chain, builtin_files, chain_of, chain_of_file
from .fields import SITES, TARGET_NAMES
from .schema import Scenario


def builtin_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that come with the package."""
    return tuple(sorted(builtin_files()))


def load_scenario(name_or_path: str | Path | Mapping[str, Any] | Scenario) -> Scenario:
    """A validated scenario.

    Args:
        name_or_path: the name of a built-in scenario (`tiny`, `hybrid`, `global`, `field`), the path of a YAML file, or
            the contents of one as a mapping. With `extends: hybrid`, or the path of a file (from the file's folder, of
            a mapping from the working directory), it needs to say only what differs: mappings merge key by key, sites,
            modules and links by name where a mapping stands in place of their list, other lists and numbers replace,
            null takes out. A loaded scenario is returned as it is.

    Raises:
        ScenarioError: no such scenario, broken YAML, or fields that are missing, unknown or out of range: all of them
            at once, each with its path, its value and what is allowed, and the file that says it where it is another.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    if isinstance(name_or_path, Mapping):
        return _validate(chain_of(name_or_path, "scenario"))
    builtin = builtin_files().get(str(name_or_path))
    file = builtin if builtin is not None else Path(name_or_path)
    if not file.is_file():
        hint = suggest(str(name_or_path), builtin_scenarios())
        raise ScenarioError(str(name_or_path), [f"no such file, nor a built-in scenario; {hint}"])
    return _validate(chain_of_file(file))


def _validate(chain: Chain) -> Scenario:
    document = chain.document
    try:
        return Scenario.model_validate(document, context=_known_names(document))
    except ValidationError as error:
        raise from_validation(chain.source, document, Scenario, error, chain.says) from error


def _known_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """Names of sites, modules and links in an unchecked document, as far as they can be read."""
    sites = [(site["name"], site) for site in _mappings(document.get("sites")) if isinstance(site.get("name"), str)]
    site_names = [name for name, _ in sites]
    links = ["-".join(map(str, ends)) for link in _mappings(document.get("links")) if (ends := _pair(link.get("ends")))]
    modules = [f"{name}/{module.get('name')}" for name, site in sites for module in _mappings(site.get("modules"))]
    of_targets = {"site": site_names, "feed": site_names, "link": links}
    return {SITES: site_names, TARGET_NAMES: of_targets | dict.fromkeys(("module", "cooling", "chips"), modules)}


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list | tuple) else []


def _pair(ends: Any) -> Sequence[Any]:
    return ends if isinstance(ends, list | tuple) and len(ends) == 2 else ()
